"""Contracts of a centre where many people hold several: counted by the statement itself."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy.orm import Session

from desktop.services.figures import contract_counts
from desktop.services.figures.catalogue import Ask, find_figure
from desktop.services.figures.contract_counts import counts_at
from desktop.services.figures.readings import Readings
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.conftest import Adding, day
from tests.services.figures.independent import MadeUp
from tests.services.figures.made_up_10_places import places
from tests.services.figures.made_up_20_contracts import contracts


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let three people with several contracts be too many to be named."""
    monkeypatch.setattr(contract_counts, "_FEW", 3)
    contract_counts._several.cache_clear()
    yield
    contract_counts._several.cache_clear()


@pytest.mark.parametrize("by", ["", "team", "village"])
@pytest.mark.parametrize("on", ["2026-10-31", "2026-03-01", "2025-03-01"])
def test_many_people_are_counted_like_few(
    by: str, on: str, session: Session, few: None, request: pytest.FixtureRequest
) -> None:
    made = MadeUp(session, Random(7))
    places(made)
    contracts(made)
    period = parse_period("2026-10")
    many = counts_at(Readings(Records(session), period), day(on), by)
    request.getfixturevalue("monkeypatch").undo()
    contract_counts._several.cache_clear()
    named = counts_at(Readings(Records(session), period), day(on), by)
    assert many == named
    assert on == "2025-03-01" or any(each.people_twice for each in many.values())


def test_packages_of_which_nothing_is_said_are_blank_not_zero(
    session: Session, add: Adding
) -> None:
    add("packages", {"name": "基础包", "includes_tcm": None, "price": 0})
    held = {"signed_on": day("2026-02-01"), "expires_on": day("2027-01-31")}
    add("contracts", {"name": "甲", "packages": "基础包", **held})
    readings = Readings(Records(session), parse_period("2026-10"))
    ask = Ask(readings, readings.period)
    assert find_figure("contracts.with_tcm").of(ask) is None
    assert find_figure("contracts.paid").of(ask) == 0
