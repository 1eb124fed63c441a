"""A changed declaration raises the exchange's version, or the change says what is to be done."""

from __future__ import annotations

from dataclasses import replace

from desktop.models.kinds import Kind
from desktop.models.registers import all_registers, find_register
from desktop.sync.protocol import SCHEMA
from tests.sync.declarations import complaints, declared, written


def test_the_version_stands_for_the_declarations() -> None:
    assert "\n".join(complaints(declared(), SCHEMA)) == ""


def test_an_added_field_asks_for_a_new_version() -> None:
    staff = find_register("staff")
    later = replace(staff, fields=(*staff.fields, replace(staff.by_key["note"], number=61)))
    others = [each for each in all_registers().values() if each is not staff]
    version, _before = written()
    (said,) = complaints(declared([*others, later]), version)
    assert "staff.note: long_text" in said
    assert "raise SCHEMA in desktop/sync/protocol.py" in said
    (said,) = complaints(declared([*others, later]), version + 1)
    assert "python -m tests.sync.declarations" in said


def test_a_number_never_gets_another_meaning() -> None:
    staff = find_register("staff")
    note = staff.by_key["note"]
    kept = tuple(field for field in staff.fields if field is not note)
    others = [each for each in all_registers().values() if each is not staff]
    version, _before = written()
    (said,) = complaints(declared([*others, replace(staff, fields=kept)]), version)
    assert "is gone" in said
    changed = (*kept, replace(note, kind=Kind.WHOLE))
    (said,) = complaints(declared([*others, replace(staff, fields=changed)]), version)
    assert "take a new number" in said
