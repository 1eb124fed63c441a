"""What is exported and taken in again changes nothing, for every register that can be taken in."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from desktop.exchange.exporting import export_list
from desktop.exchange.importing import Options, take_in
from desktop.exchange.layouts import layouts
from desktop.models.kinds import Kind
from desktop.models.listing import Query
from desktop.models.opening import Centre
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from tests.helpers.samples import sample_values


def _fill(session: Session, register: Register, count: int) -> list[bytes]:
    """Insert sample records whose references lead to records of their own."""
    rows: list[Values] = []
    for order in range(1, count + 1):
        values = sample_values(register, order)
        for field in register.stored:
            if field.kind is Kind.REFERENCE:
                values[field.key] = _named(session, find_register(field.target), order)
        rows.append(values)
    return insert_many(session, register, rows)


def _named(session: Session, target: Register, order: int) -> bytes:
    values = sample_values(target, order)
    for field in target.stored:
        if field.kind is Kind.REFERENCE:
            values[field.key] = None
    return insert_many(session, target, [values])[0]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("key", sorted(layouts()))
def test_an_export_taken_in_again_changes_nothing(
    fresh_centre: Centre, tmp_path: Path, key: str, ending: str
) -> None:
    register = find_register(key)
    store = fresh_centre.store
    with store.writing() as session:
        _fill(session, register, 3)
    file = tmp_path / f"{key}.{ending}"
    with store.reading() as session:
        count = export_list(session, Query(register), file, masked=False)
    outcomes, receipt = take_in(store, [file], Options(register=key))
    assert outcomes[0].plan is not None, outcomes[0].error
    part = outcomes[0].plan.parts[0]
    assert [(each.row, each.reason, each.message) for each in part.refused] == []
    assert [(each.before, each.after) for each in part.changed] == []
    assert part.new == []
    assert len(part.unchanged) == part.rows == count
    assert not any(part.moves.values())
    assert receipt.batch == b""
