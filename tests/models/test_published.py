"""What the county has published of a record is the county's; the rest of it is the centre's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.errors import Frozen
from desktop.exchange.importing import take_in
from desktop.exchange.undoing import batches, undo
from desktop.models.opening import Centre
from desktop.models.policy import policy_value
from desktop.models.published import fields_in, held_fields, mask_of, published_on
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.registers._policies import days_ahead
from desktop.models.store import change_many, insert_many, load, remove, save

DRUGS, POLICY, MARKS = (find_register(key) for key in ("drugs", "policy", "county_marks"))
PRICED = ("name", "spec", "retail_price")


def mark(centre: Centre, register: Register, id: bytes, *keys: str) -> None:
    with centre.store.writing() as session:
        values: Values = {
            "id": id,
            "register": register.number,
            "fields": mask_of(register, keys),
            "published_on": date(2026, 11, 22),
            "publication": "20261122-1",
        }
        insert_many(session, MARKS, [values])


def drug(centre: Centre, **values: object) -> bytes:
    with centre.store.writing() as session:
        row = {"name": "甲药", "spec": "1g", "retail_price": 100, **values}
        return insert_many(session, DRUGS, [row])[0]  # type: ignore[list-item]


def test_a_mask_says_which_fields() -> None:
    assert fields_in(DRUGS, mask_of(DRUGS, PRICED)) == set(PRICED)
    assert fields_in(DRUGS, 0) == frozenset()


def test_only_the_countys_fields_are_held(fresh_centre: Centre) -> None:
    id, own = drug(fresh_centre), drug(fresh_centre, name="乙药")
    mark(fresh_centre, DRUGS, id, *PRICED)
    with fresh_centre.store.writing() as session:
        assert held_fields(session, DRUGS) == {id: frozenset(PRICED)}
        assert held_fields(session, DRUGS, [own]) == {}
        assert published_on(session, id) == date(2026, 11, 22)
        assert published_on(session, own) is None
        tried: list[Values] = [{"retail_price": 1}, {"name": "别名", "note": "x"}]
        for changes in tried:
            with pytest.raises(Frozen, match="县里发布"):
                change_many(session, DRUGS, [(own, {"note": "y"}), (id, changes)])
        change_many(session, DRUGS, [(id, {"retail_price": 100, "note": "柜台二"})])
        save(session, DRUGS, load(session, DRUGS, id) | {"manufacturer": "某厂"}, id)
        with pytest.raises(Frozen, match="不能删除"):
            remove(session, DRUGS, id)
        remove(session, DRUGS, own)
        assert load(session, DRUGS, id)["manufacturer"] == "某厂"


def test_a_withdrawn_mark_holds_nothing(fresh_centre: Centre) -> None:
    id = drug(fresh_centre)
    mark(fresh_centre, DRUGS, id, *PRICED)
    with fresh_centre.store.writing() as session:
        gone = MARKS.table.update().values(deleted_at="2026-11-23T00:00:00+00:00")
        session.execute(gone.where(MARKS.table.c.id == id))
        change_many(session, DRUGS, [(id, {"retail_price": 1})])
        assert published_on(session, id) is None


def test_an_import_leaves_it_and_says_so(fresh_centre: Centre, tmp_path: Path) -> None:
    id = drug(fresh_centre)
    mark(fresh_centre, DRUGS, id, *PRICED)
    file = tmp_path / "药品目录.csv"
    file.write_text("药品通用名,规格,零售价,备注\n甲药,1g,2.00,柜台三\n", encoding="utf-8")
    (outcome,), _receipt = take_in(fresh_centre.store, [file])
    assert outcome.plan is not None
    assert [each.reason for each in outcome.plan.parts[0].notices] == ["published"]
    with fresh_centre.store.reading() as session:
        values = load(session, DRUGS, id)
    assert (values["retail_price"], values["note"]) == (100, "柜台三")


def test_taking_an_import_back_leaves_what_was_published_since(
    fresh_centre: Centre, tmp_path: Path
) -> None:
    old = drug(fresh_centre)
    file = tmp_path / "药品目录.csv"
    file.write_text("药品通用名,规格,零售价\n甲药,1g,2.00\n乙药,2g,3.00\n", encoding="utf-8")
    take_in(fresh_centre.store, [file])
    with fresh_centre.store.reading() as session:
        table = DRUGS.table.c
        (new,) = session.execute(select(table.id).where(table.name == "乙药")).scalars()
    for id in (old, new):
        mark(fresh_centre, DRUGS, id, *PRICED)
    with fresh_centre.store.reading() as session:
        batch = batches(session)[0].id
    undo(fresh_centre.store, batch)
    with fresh_centre.store.reading() as session:
        assert load(session, DRUGS, old)["retail_price"] == 200
        assert load(session, DRUGS, new)["retail_price"] == 300


def test_the_countys_policy_holds_before_a_newer_one_of_the_centre(fresh_centre: Centre) -> None:
    rows: list[Values] = [
        {"code": "x.days", "name": "甲", "value": "10", "valid_from": date(2020, 1, 1)},
        {"code": "x.days", "name": "乙", "value": "20", "valid_from": date(2024, 1, 1)},
    ]
    with fresh_centre.store.writing() as session:
        countys, _own = insert_many(session, POLICY, rows)
    day = date(2026, 11, 22)

    def held() -> tuple[str, str]:
        with fresh_centre.store.reading() as session:
            value = policy_value(session, "x.days", day)
            assert value is not None
            return value.text, str(session.execute(select(days_ahead("x.days"))).scalar())

    today = date.today()
    assert held()[0] == "20"
    assert held()[1] == str(today.fromordinal(today.toordinal() + 20))
    mark(fresh_centre, POLICY, countys, "value")
    assert held()[0] == "10"
    assert held()[1] == str(today.fromordinal(today.toordinal() + 10))
