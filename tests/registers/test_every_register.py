"""One suite over every declared register: a new one is tested without a line of test code."""

from __future__ import annotations

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from desktop.errors import Frozen, RecordRefused, UserError
from desktop.models import listing, store
from desktop.models.changes import NEW_RECORD, changed_fields, history
from desktop.models.kinds import Kind
from desktop.models.local import Change
from desktop.models.opening import Centre
from desktop.models.register import DELETED_AT, Owner, Register
from desktop.models.registers import all_registers, find_register
from tests.helpers.samples import sample_values, with_references

REGISTERS = list(all_registers().values())
OWN = [register for register in REGISTERS if register.owner is Owner.CENTRE]
COUNTYS = [register for register in REGISTERS if register.owner is Owner.COUNTY]
EDITABLE = [register for register in OWN if not register.append_only]
LEDGERS = [register for register in REGISTERS if register.append_only]

each_register = pytest.mark.parametrize("register", REGISTERS, ids=lambda each: each.key)
each_own = pytest.mark.parametrize("register", OWN, ids=lambda each: each.key)
each_editable = pytest.mark.parametrize("register", EDITABLE, ids=lambda each: each.key)


def add(centre: Centre, register: Register, order: int = 1) -> bytes:
    with centre.store.writing() as session:
        values = with_references(session, register, sample_values(register, order), order)
        if register.owner is Owner.COUNTY:
            return store.insert_many(session, register, [values])[0]
        return store.save(session, register, values)


def last_change(centre: Centre) -> Change:
    with centre.store.reading() as session:
        found = session.scalars(select(Change).order_by(Change.seq.desc()).limit(1)).one()
        session.expunge(found)
        return found


def test_numbers_and_names_are_unique() -> None:
    for name in ("number", "key", "singular", "label"):
        values = [getattr(register, name) for register in REGISTERS]
        assert len(set(values)) == len(values), name


@each_register
def test_declaration_is_sound(register: Register) -> None:
    numbers = [field.number for field in register.fields]
    assert len(set(numbers)) == len(numbers)
    assert all(0 < number < 62 for number in numbers)
    labels = [field.label for field in register.fields] + [each.label for each in register.derived]
    assert len(set(labels)) == len(labels)
    named = {str(column.key) for column in register.natural_key + register.title + register.search}
    assert named <= set(register.by_key)
    assert {each.after for each in register.derived} <= set(register.by_key)
    for field in register.fields:
        assert field.column.class_ is register.record
        assert (field.kind is Kind.REFERENCE) == bool(field.target)
        assert (field.kind is Kind.CHOICE) == bool(field.choices)
        if field.target:
            find_register(field.target)
    stored = {column.key for column in register.table.columns}
    assert stored - {"id", "search_key", "deleted_at"} == {field.key for field in register.stored}


@each_register
def test_no_synonym_means_two_fields(register: Register) -> None:
    spelt: dict[str, str] = {}
    for field in register.fields:
        for word in (field.label, *field.synonyms):
            assert spelt.setdefault(word, field.key) == field.key, word


@each_register
def test_a_record_comes_back_as_it_was_saved(register: Register, fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        values = with_references(session, register, sample_values(register, 3), 3)
        made = store.insert_many(session, register, [values])[0]
    with fresh_centre.store.reading() as session:
        loaded = store.load(session, register, made)
    assert {key: loaded[key] for key in values} == values


@each_register
def test_a_new_record_has_its_change_row(register: Register, fresh_centre: Centre) -> None:
    made = add(fresh_centre, register)
    change = last_change(fresh_centre)
    assert (change.t, change.record_id, change.mask) == (register.number, made, NEW_RECORD)
    assert change.person == fresh_centre.unlocked.person_id


@each_editable
def test_an_edit_marks_just_its_field(register: Register, fresh_centre: Centre) -> None:
    made = add(fresh_centre, register)
    other = sample_values(register, 2)
    for field in register.stored:
        if field.kind is Kind.REFERENCE:
            continue
        with fresh_centre.store.reading() as session:
            before = store.load(session, register, made)[field.key]
        with fresh_centre.store.writing() as session:
            store.change_many(session, register, [(made, {field.key: other[field.key]})])
        if before == other[field.key]:
            continue
        change = last_change(fresh_centre)
        assert changed_fields(register, change.mask) == [field.key]
        assert change.mask == 1 << field.number


@each_editable
def test_saving_the_same_values_writes_no_change(register: Register, fresh_centre: Centre) -> None:
    made = add(fresh_centre, register)
    before = last_change(fresh_centre).seq
    with fresh_centre.store.writing() as session:
        values = store.load(session, register, made)
        store.save(session, register, values, made)
    assert last_change(fresh_centre).seq == before


@each_editable
def test_a_deleted_record_is_marked_and_can_be_put_back(
    register: Register, fresh_centre: Centre
) -> None:
    made = add(fresh_centre, register)
    query = listing.Query(register)
    with fresh_centre.store.reading() as session:
        present = listing.count(session, query)
    with fresh_centre.store.writing() as session:
        store.remove(session, register, made)
    assert last_change(fresh_centre).mask == 1 << DELETED_AT
    with fresh_centre.store.reading() as session:
        assert listing.count(session, query) == present - 1
    with fresh_centre.store.writing() as session:
        store.put_back(session, register, made)
    with fresh_centre.store.reading() as session:
        assert listing.count(session, query) == present


@each_editable
def test_history_tells_what_stood_before(register: Register, fresh_centre: Centre) -> None:
    made = add(fresh_centre, register)
    field = next(field for field in register.stored if field.kind is Kind.TEXT or not field.target)
    with fresh_centre.store.reading() as session:
        old = store.load(session, register, made)[field.key]
    with fresh_centre.store.writing() as session:
        changed = {field.key: sample_values(register, 4)[field.key]}
        store.change_many(session, register, [(made, changed)])
    with fresh_centre.store.reading() as session:
        entries = history(session, register, made)
    assert len(entries) == 1
    assert entries[0].before == {field.key: old}
    assert entries[0].person == fresh_centre.unlocked.person_id


@pytest.mark.parametrize("register", LEDGERS, ids=lambda each: each.key)
def test_a_ledger_row_can_neither_be_edited_nor_deleted(
    register: Register, fresh_centre: Centre
) -> None:
    made = add(fresh_centre, register)
    with fresh_centre.store.writing() as session:
        with pytest.raises(Frozen):
            store.save(session, register, {"quantity": 1}, made)
        with pytest.raises(Frozen):
            store.remove(session, register, made)
    for statement in (
        update(register.table).values(quantity=1),
        register.table.delete(),
        update(register.table).values(deleted_at="2026-01-01"),
    ):
        with (
            pytest.raises((DBAPIError, sqlcipher.Error), match="append-only"),
            fresh_centre.store.writing() as session,
        ):
            session.execute(statement)


@each_own
def test_what_is_required_is_refused_when_missing(register: Register, fresh_centre: Centre) -> None:
    needed = [field for field in register.stored if field.required]
    for field in needed:
        values = sample_values(register, 1) | {field.key: None}
        with fresh_centre.store.writing() as session, pytest.raises(RecordRefused) as refused:
            store.save(session, register, values)
        reasons = [problem.reason for problem in refused.value.problems]
        assert reasons == [f"missing_{field.key.removesuffix('_id')}"]


@each_editable
def test_the_same_record_twice_is_refused(register: Register, fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        values = with_references(session, register, sample_values(register, 1))
        store.save(session, register, values)
        with pytest.raises(RecordRefused) as refused:
            store.save(session, register, dict(values))
    assert [problem.reason for problem in refused.value.problems] == ["duplicate"]


@pytest.mark.parametrize("register", COUNTYS, ids=lambda each: each.key)
def test_what_the_county_owns_is_only_read(register: Register, fresh_centre: Centre) -> None:
    made = add(fresh_centre, register)
    changed = {register.stored[0].key: sample_values(register, 2)[register.stored[0].key]}
    with fresh_centre.store.writing() as session:
        for work in (
            lambda: store.save(session, register, sample_values(register, 5)),
            lambda: store.save(session, register, changed, made),
            lambda: store.change_many(session, register, [(made, changed)]),
            lambda: store.remove(session, register, made),
        ):
            with pytest.raises(Frozen, match="县级统一维护"):
                work()


@each_register
def test_every_order_shows_every_record_once(register: Register, fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        rows = []
        for order in range(11):
            values = with_references(session, register, sample_values(register, order // 2), order)
            if order % 3 == 0:
                values |= {f.key: None for f in register.stored if f.key != "lot_id"}
            rows.append(values)
        store.insert_many(session, register, rows)
    with fresh_centre.store.reading() as session:
        total = listing.count(session, listing.Query(register))
        for column in listing.columns(register):
            if not column.sortable:
                continue
            for descending in (False, True):
                query = listing.Query(register, sort=column.key, descending=descending)
                seen: list[bytes] = []
                page = listing.page(session, query, limit=4)
                seen += [row.id for row in page.rows]
                while page.after is not None:
                    page = listing.page(session, query, page.after, limit=4)
                    seen += [row.id for row in page.rows]
                assert len(seen) == total, (column.key, descending)
                assert len(set(seen)) == total, (column.key, descending)
                assert {row.id for row in listing.every(session, query)} == set(seen)


@each_register
def test_every_text_of_a_row_can_be_shown(register: Register, fresh_centre: Centre) -> None:
    add(fresh_centre, register)
    with fresh_centre.store.reading() as session:
        page = listing.page(session, listing.Query(register))
        texts = listing.shown(session, register, page.rows)
    keys = {column.key for column in listing.columns(register)}
    assert all(set(row) == keys for row in texts)
    for field in register.fields:
        if field.kind is Kind.ID_NUMBER:
            assert all("********" in row[field.key] for row in texts)


@each_editable
def test_each_chip_is_a_condition_the_database_takes(
    register: Register, fresh_centre: Centre
) -> None:
    with fresh_centre.store.reading() as session:
        for chip in register.chips:
            query = listing.Query(register, chips=(chip.key,))
            assert listing.count(session, query) == len(listing.page(session, query).rows)


def test_a_record_that_others_refer_to_is_not_deleted(fresh_centre: Centre) -> None:
    add(fresh_centre, find_register("contracts"))
    divisions = find_register("divisions")
    with fresh_centre.store.writing() as session:
        village = session.execute(
            select(find_register("contracts").table.c.village_id)
        ).scalar_one()
        with pytest.raises(UserError, match="不能删除"):
            store.remove(session, divisions, village)
