"""The id of a new record comes from what people know it by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from desktop.models.identity import Identities, key_text
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many, put_back, remove
from tests.helpers.samples import id_number

STAFF, LOTS, SUPPLIES = (find_register(key) for key in ("staff", "drug_stock", "supplies"))


@pytest.fixture
def session(fresh_centre: Centre) -> Iterator[Session]:
    """Give a writing session of a new centre."""
    with fresh_centre.store.writing() as session:
        yield session


@pytest.mark.parametrize("name", ["一次性注射器", "一次性 注射器", "一次性注射器 "])
def test_wide_letters_and_spaces_make_no_difference(session: Session, name: str) -> None:
    alike = Identities(session).of(SUPPLIES, {"name": "一次性注射器"})
    assert Identities(session).of(SUPPLIES, {"name": name}) == alike
    assert Identities(session).of(SUPPLIES, {"name": "ＡＢ"}) == Identities(session).of(
        SUPPLIES, {"name": "ab"}
    )


def test_a_blank_key_is_none(session: Session) -> None:
    assert key_text(STAFF, {"name": "王小明"}) is None
    first, second = insert_many(session, STAFF, [{"name": "王小明"}, {"name": "王小明"}])
    assert first != second


def test_two_of_one_key_in_one_plan_are_two_in_their_order(session: Session) -> None:
    values: Values = {"id_number": id_number(1)}
    identities = Identities(session)
    pair = [identities.of(STAFF, values).id for _n in range(2)]
    assert pair[0] != pair[1]
    again = Identities(session)
    assert [again.of(STAFF, values).id for _n in range(2)] == pair


def test_lots_without_a_batch_are_told_apart_by_expiry(session: Session) -> None:
    drug = bytes(16)
    days = [date(2027, 4, 30), date(2027, 9, 30)]
    lots = [Identities(session).of(LOTS, {"drug_id": drug, "expires_on": day}) for day in days]
    assert lots[0] != lots[1]
    batch: Values = {"drug_id": drug, "batch_no": "A1", "expires_on": days[0]}
    assert Identities(session).of(LOTS, batch) == Identities(session).of(
        LOTS, batch | {"expires_on": days[1]}
    )


def test_many_ids_are_looked_up_at_once_and_found(session: Session) -> None:
    rows: list[Values] = [{"name": f"物资{n}"} for n in range(100)]
    made = insert_many(session, SUPPLIES, rows)
    identities = Identities(session)
    again = [identities.of(SUPPLIES, row).id for row in rows]
    assert not set(made) & set(again)
    remove(session, SUPPLIES, made[99])
    identity = Identities(session).of(SUPPLIES, rows[99])
    assert (identity.id, identity.back) == (made[99], True)
    put_back(session, SUPPLIES, made[99])
    assert Identities(session).of(SUPPLIES, rows[99]).id != made[99]


def test_a_booking_is_the_same_once_and_then_another(session: Session) -> None:
    ledger = find_register("supply_moves")
    words = (bytes(16), date(2026, 10, 31), "盘点")
    first = Identities(session).booking(ledger, *words)
    assert Identities(session).booking(ledger, *words) == first
    row: Values = {"id": first, "supply_id": bytes(16), "moved_on": words[1], "kind": "盘点"}
    insert_many(session, ledger, [row | {"quantity": 3}])
    assert Identities(session).booking(ledger, *words) != first
