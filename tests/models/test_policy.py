"""A policy number is the row that holds on the day, with its clause."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models import listing, store
from desktop.models.kinds import Value
from desktop.models.opening import Centre
from desktop.models.policy import policy_value
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.policy import Policy
from desktop.paths import resource

POLICIES = find_register("policy")


@pytest.fixture
def session(fresh_centre: Centre) -> Iterator[Session]:
    with fresh_centre.store.writing() as session:
        yield session


def add(session: Session, value: str | None, start: date | None, end: date | None = None) -> bytes:
    values: dict[str, Value] = {
        "code": "sample.share",
        "name": "样本比例",
        "value": value,
        "unit": "%",
        "valid_from": start,
        "valid_to": end,
        "clause": "S0-10c",
        "status": "现行",
    }
    return store.save(session, POLICIES, values)


def number(session: Session, day: date) -> Decimal | None:
    found = policy_value(session, "sample.share", day)
    return None if found is None else found.number


def test_the_row_that_holds_on_the_day_counts(session: Session) -> None:
    add(session, "30", date(2025, 1, 1), date(2025, 12, 31))
    add(session, "40", date(2026, 1, 1))
    assert number(session, date(2024, 12, 31)) is None
    assert number(session, date(2025, 1, 1)) == 30
    assert number(session, date(2025, 12, 31)) == 30
    assert number(session, date(2026, 1, 1)) == 40
    assert number(session, date(2040, 1, 1)) == 40


def test_of_two_rows_that_hold_the_later_one_counts(session: Session) -> None:
    add(session, "40", date(2026, 1, 1))
    late = add(session, "42.5", date(2026, 7, 1), date(2026, 9, 30))
    assert number(session, date(2026, 6, 30)) == 40
    assert number(session, date(2026, 8, 1)) == Decimal("42.5")
    assert number(session, date(2026, 10, 1)) == 40
    store.remove(session, POLICIES, late)
    assert number(session, date(2026, 8, 1)) == 40


def test_a_policy_without_a_number_is_there_and_blank(session: Session) -> None:
    add(session, None, date(2026, 1, 1))
    found = policy_value(session, "sample.share", date(2026, 5, 1))
    assert found is not None
    assert (found.number, found.text, found.unit, found.clause) == (None, "", "%", "S0-10c")


def test_a_policy_in_words_has_no_number(session: Session) -> None:
    add(session, "按县级文件", date(2026, 1, 1))
    found = policy_value(session, "sample.share", date(2026, 5, 1))
    assert found is not None
    assert (found.number, found.text) == (None, "按县级文件")


def test_a_new_centre_has_every_shipped_policy_with_its_source(session: Session) -> None:
    with resource("reference", "policy.toml").open("rb") as file:
        shipped = tomllib.load(file)["policy"]
    kept = session.execute(
        select(Policy.code, Policy.valid_from, Policy.value, Policy.clause, Policy.status)
    ).all()
    assert sorted((row.code, row.valid_from) for row in kept) == sorted(
        (each["code"], each["valid_from"]) for each in shipped
    )
    for row in kept:
        assert row.clause, row.code
        assert row.status, row.code
        found = policy_value(session, row.code, row.valid_from)
        assert found is not None
        assert found.text == (row.value or "")


def test_every_shipped_policy_keeps_the_registers_rules(session: Session) -> None:
    for record_id in session.execute(select(Policy.id)).scalars():
        assert POLICIES.problems(store.load(session, POLICIES, record_id)) == []


def test_a_chip_follows_the_policy_of_the_day(fresh_centre: Centre) -> None:
    lots = find_register("drug_stock")
    query = listing.Query(lots, chips=("near_expiry",))
    today = date.today()
    with fresh_centre.store.writing() as session:
        for days in (-1, 0, 100, 180, 181):
            values: Values = {"batch_no": f"{days}", "expires_on": today + timedelta(days=days)}
            store.insert_many(session, lots, [values])
        assert listing.count(session, query) == 3
        record = session.execute(
            select(Policy.id).where(Policy.code == "drug.near_expiry_days")
        ).scalar_one()
        store.save(session, POLICIES, {"value": "90"}, record)
        assert listing.count(session, query) == 1
        store.save(session, POLICIES, {"value": None}, record)
        assert listing.count(session, query) == 0
