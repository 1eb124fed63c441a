"""Which appraisal scheme holds when, and that a broken one takes nothing down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from desktop.errors import Frozen
from desktop.models.registers import find_register
from desktop.services.indicators.kept import scheme_for, take_in_scheme
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns.declaring import BrokenForm
from desktop.services.returns.library import COUNTY, library

Adding = Callable[..., list[bytes]]

TEXT = """
key = "own"
title = "县方案"
[[group]]
code = "A"
label = "紧密型"
[[item]]
code = "A1"
group = "A"
label = "签约"
weight = 100
value = [{ figure = "contracts.in_force" }]
"""


def held(session: Session, period: str) -> str:
    return scheme_for(Records(session), parse_period(period)).scheme.title


def test_a_scheme_holds_from_its_day_on(session: Session) -> None:
    take_in_scheme(session, TEXT, "县方案", date(2026, 7, 1))
    take_in_scheme(session, TEXT.replace("县方案", "新方案"), "新方案", date(2026, 10, 1))
    assert held(session, "2026-06") == "县域医共体运行评价自评表"
    assert held(session, "2026-07") == "县方案"
    assert held(session, "2026-10") == "新方案"
    assert scheme_for(Records(session), parse_period("2026-10")).scheme.version == 2


def test_a_scheme_is_no_form_of_a_return(session: Session) -> None:
    take_in_scheme(session, TEXT, "县方案", date(2026, 7, 1))
    found = library(Records(session))
    assert not [key for key in (*found.keys, *found.broken) if key.startswith("appraisal")]


def test_a_broken_scheme_is_refused_and_one_received_is_left_out(
    session: Session, add: Adding
) -> None:
    with pytest.raises(BrokenForm, match="权重合计 90 分"):
        take_in_scheme(session, TEXT.replace("100", "90"), "坏", date(2026, 7, 1))
    row = {"code": "appraisal.bad", "title": "坏", "version": 1, "valid_from": date(2026, 1, 1)}
    add("return_forms", {**row, "body": "key ="})
    found = scheme_for(Records(session), parse_period("2026-10"))
    assert found.scheme.key == "consortium"
    assert len(found.broken) == 1


def test_the_countys_scheme_goes_before_the_centres(session: Session, add: Adding) -> None:
    row = {"code": "appraisal.own", "title": "县定", "version": 1, "valid_from": date(2026, 1, 1)}
    (id,) = add("return_forms", {**row, "body": TEXT.replace("县方案", "县定")})
    number = find_register("return_forms").number
    add(
        "county_marks",
        {"id": id, "register": number, "fields": 126, "published_on": date(2026, 1, 1)},
    )
    take_in_scheme(session, TEXT.replace('"own"', '"mine"'), "自定", date(2026, 9, 1))
    assert scheme_for(Records(session), parse_period("2026-10")).scheme.origin == COUNTY
    assert held(session, "2026-10") == "县定"
    with pytest.raises(Frozen, match="由县里发布"):
        take_in_scheme(session, TEXT, "县方案", date(2026, 11, 1))
