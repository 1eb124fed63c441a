"""Versions of schemes: a change makes a new one, names stay, the proposal is installed once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desktop.errors import Frozen, UserError
from desktop.models.registers import find_register
from desktop.models.store import load, save
from desktop.services.performance.scheme import shipped
from desktop.services.performance.schemes import (
    begin_scheme,
    install_proposal,
    put_in_force,
    rename_scheme,
    save_scheme,
    scheme_for,
    scheme_versions,
)
from desktop.services.performance.sheets import (
    ApprovalWarned,
    approve,
)
from desktop.services.performance.validation import SchemeRefused
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.performance.approving import NOW, approved, simulated_by
from tests.services.performance.building import QUARTER, scheme
from tests.services.performance.conftest import Quarter


def test_a_change_to_a_scheme_in_use_makes_a_new_version(quarter: Quarter) -> None:
    store = quarter.centre.store
    dearer = scheme(items=tuple(replace(i, price=600) if i.paid else i for i in scheme().items))
    with store.writing() as session:
        second = save_scheme(session, dearer, date(2027, 1, 1), quarter.scheme)
        assert second != quarter.scheme
        third = save_scheme(session, replace(dearer, note="再改"), date(2027, 1, 1), second)
        assert third == second
        with pytest.raises(UserError, match="已有版本"):
            put_in_force(session, second, date(2026, 1, 1))
        put_in_force(session, second, date(2027, 1, 1))
        with pytest.raises(UserError, match="已执行或停用"):
            put_in_force(session, second, date(2027, 2, 1))
        with pytest.raises(Frozen):
            save(session, find_register("schemes"), {"note": "x"}, second)
        old = load(session, find_register("schemes"), quarter.scheme)
        assert (old["status"], old["valid_to"]) == ("执行", date(2026, 12, 31))
    with store.reading() as session:
        records = Records(session)
        before = scheme_for(records, parse_period(QUARTER))
        after = scheme_for(records, parse_period("2027-Q1"))
        assert before is not None
        assert after is not None
        assert (before.scheme.version, after.scheme.version) == (1, 2)
        assert after.scheme.items[0].price == 600
        assert [each.scheme.version for each in scheme_versions(records)] == [2, 1]
        with pytest.raises(UserError, match="没有名为"):
            scheme_for(records, parse_period(QUARTER), "别的方案")


def test_a_scheme_on_which_pay_rests_keeps_its_name(quarter: Quarter) -> None:
    store = quarter.centre.store
    with store.writing() as session:
        copied = begin_scheme(session, scheme(), " 新方案 ", date(2027, 1, 1))
        assert load(session, find_register("schemes"), copied)["name"] == "新方案"
        with pytest.raises(UserError, match="已有名为“新方案”"):
            begin_scheme(session, scheme(), "新方案", date(2027, 1, 1))
        with pytest.raises(UserError, match="不能改名"):
            rename_scheme(session, quarter.scheme, "别的")
        rename_scheme(session, copied, "再改")
        trial = install_proposal(session, date(2026, 1, 1))
        rename_scheme(session, trial, "提案改名")
        again = install_proposal(session, date(2026, 1, 1))
        assert again != trial
        names = {each.id: each.scheme.name for each in scheme_versions(Records(session))}
    assert (names[copied], names[trial], names[again]) == ("再改", "提案改名", shipped().name)
    found = simulated_by(quarter, trial)
    approve(store, found, NOW, acknowledged=True)
    with store.writing() as session, pytest.raises(UserError, match="不能改名"):
        rename_scheme(session, trial, "第三个名")


def test_a_second_scheme_over_the_same_days_is_warned_of(quarter: Quarter) -> None:
    approved(quarter)
    with quarter.centre.store.writing() as session:
        other = install_proposal(session, date(2026, 1, 1))
    with pytest.raises(ApprovalWarned, match="可能发两次"):
        approve(quarter.centre.store, simulated_by(quarter, other), NOW)


def test_an_unsound_scheme_is_not_put_in_force(quarter: Quarter) -> None:
    items = (replace(scheme().items[0], weight=100), *scheme().items[1:])
    with quarter.centre.store.writing() as session:
        draft = save_scheme(session, scheme(items=items, name="新方案"), date(2027, 1, 1))
        with pytest.raises(SchemeRefused, match=r"61\.00 分"):
            put_in_force(session, draft, date(2027, 1, 1))


def test_the_proposal_is_installed_once_with_the_same_id_everywhere(quarter: Quarter) -> None:
    with quarter.centre.store.writing() as session:
        first = install_proposal(session, date(2026, 1, 1))
        assert install_proposal(session, date(2026, 1, 1)) == first
        found = [each for each in scheme_versions(Records(session)) if each.id == first]
        assert found[0].scheme == shipped()
        with pytest.raises(UserError, match="几个考核方案"):
            scheme_for(Records(session), parse_period(QUARTER))
