"""What is put aside while a crowd of records is taken in is there again afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, func, select

from desktop.models import crowds
from desktop.models.crowds import crowd, insert_columns
from desktop.models.ids import new_id
from desktop.models.local import Change
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import load, save

STAFF = find_register("staff")
DRUGS = find_register("drugs")


@pytest.fixture(autouse=True)
def small_crowds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "_WORTH_REBUILDING", 3)


def declared(connection: Connection) -> set[tuple[str, str]]:
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return set(map(tuple, found))


def take(centre: Centre, names: list[str], register=STAFF) -> list[bytes]:  # noqa: ANN001
    ids = [new_id() for _each in names]
    with centre.store.writing() as session, crowd(session.connection(), {register: len(ids)}):
        insert_columns(session, register, ids, {"name": names})
    return ids


def noted(centre: Centre) -> int:
    with centre.store.reading() as session:
        return session.execute(select(func.count()).select_from(Change)).scalar_one()


def test_triggers_and_indexes_are_there_again(fresh_centre: Centre) -> None:
    with fresh_centre.database.connect() as connection:
        before = declared(connection)
    changes = noted(fresh_centre)
    take(fresh_centre, ["王秀兰", "李建国", "张桂英"])
    with fresh_centre.database.connect() as connection:
        assert declared(connection) == before
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT id FROM staff ORDER BY search_key"
        ).all()
    assert any("ix_staff_search_key" in row[-1] for row in plan)
    assert noted(fresh_centre) == changes


def test_what_is_written_afterwards_is_noted(fresh_centre: Centre) -> None:
    (first, *_others) = take(fresh_centre, ["王秀兰", "李建国", "张桂英"])
    changes = noted(fresh_centre)
    with fresh_centre.store.writing() as session:
        save(session, STAFF, {"id_number": "11010519491231002X"}, first)
        save(session, DRUGS, {"name": "阿司匹林"})
    assert noted(fresh_centre) == changes + 2


def fail(centre: Centre) -> None:
    with centre.store.writing() as session, crowd(session.connection(), {STAFF: 3}):
        insert_columns(session, STAFF, [new_id()], {"name": ["王秀兰"]})
        raise RuntimeError


def test_what_fails_leaves_nothing_behind(fresh_centre: Centre) -> None:
    with fresh_centre.database.connect() as connection:
        before = declared(connection)
    with pytest.raises(RuntimeError):
        fail(fresh_centre)
    with fresh_centre.database.connect() as connection:
        assert declared(connection) == before
        assert connection.exec_driver_sql("SELECT count(*) FROM staff").scalar() == 0


def test_a_table_that_holds_something_keeps_its_indexes(fresh_centre: Centre) -> None:
    take(fresh_centre, ["王秀兰"])
    with fresh_centre.store.writing() as session, crowd(session.connection(), {STAFF: 3}):
        names = {name for name, _sql in declared(session.connection())}
        assert "ix_staff_search_key" in names
        assert "capture_insert_staff" not in names


def test_its_records_are_found_by_their_search_keys(fresh_centre: Centre) -> None:
    ids = take(fresh_centre, ["王秀兰", "解放", "张桂英"])
    with fresh_centre.store.reading() as session:
        assert [load(session, STAFF, id)["name"] for id in ids] == ["王秀兰", "解放", "张桂英"]
        keys = session.execute(select(STAFF.table.c.search_key)).scalars().all()
    assert {key.split()[0] for key in keys} == {"wangxiulan", "xiefang", "zhangguiying"}
