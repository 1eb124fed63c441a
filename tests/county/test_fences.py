"""The second fence: without a WHERE, a PC's transaction sees and changes its own centre only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from county import centres, fences
from county.storage import Hub
from county.tables import CHANGES, DEVICES, METADATA, register_tables
from desktop.errors import UserError
from tests.sync.parts import CODE, PC, add_centre, code_for, staff


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Give PostgreSQL alone: SQLite has no such fence."""
    from tests.sync import databases

    request.param = "postgresql"
    yield from databases.database_url.__wrapped__(request, None)  # type: ignore[attr-defined]


@pytest.fixture
def both(hub: Hub) -> tuple[int, int]:
    """Give two centres, each with a row in every fenced table."""
    with hub.reading() as connection:
        one = centres.find_centre(connection, CODE).id
    other = add_centre(hub, "330523101", "乙镇卫生院")
    with hub.writing() as connection:
        for table in fences.fenced():
            for centre in (one, other):
                connection.execute(insert(table).values(_row(table, centre)))
    return one, other


@pytest.fixture
def serving(hub: Hub, database_url: str) -> Iterator[Hub]:
    """Give the same hub as the service opens it."""
    with closing(Hub(database_url, county=False)) as made:
        yield made


def _row(table: Table, centre: int) -> dict[str, object]:
    made: dict[str, object] = {}
    for column in table.columns:
        if column.name == "centre_id":
            made[column.name] = centre
        elif column.primary_key or not column.nullable:
            plain = column.type.python_type
            made[column.name] = bytes([centre]) * 16 if plain is bytes else plain(centre + 500)
    return made


def test_every_table_with_a_centre_is_fenced(hub: Hub) -> None:
    names = {table.name for table in fences.fenced()}
    assert {table.name for _register, table in register_tables().values()} < names
    assert {"hub_change", "hub_file", "hub_quarantine", "hub_device"} < names
    with hub.owning() as connection:
        assert fences.missing(connection) == []
        connection.execute(text("DROP POLICY own_centre ON staff"))
    with pytest.raises(UserError, match="init"):
        hub.check()
    assert hub.create() is True
    hub.check()


def test_without_a_where_a_pc_sees_and_changes_nothing_of_another_centre(
    hub: Hub, both: tuple[int, int]
) -> None:
    one, other = both
    for table in fences.fenced():
        with hub.writing() as connection:
            before = _count(connection, table, other)
            assert before
            fences.confine(connection, one)
            seen = set(connection.scalars(select(table.c.centre_id)))
            assert seen == {one}, table.name
            changed = connection.execute(update(table).values(centre_id=table.c.centre_id))
            assert changed.rowcount == _count(connection, table, one)
            connection.execute(delete(table))
            assert not _count(connection, table, one)
        with hub.writing() as connection:
            assert _count(connection, table, other) == before, table.name


def test_a_pc_cannot_write_into_another_centre(hub: Hub, both: tuple[int, int]) -> None:
    one, other = both
    for table in fences.fenced():
        with hub.reading() as connection:
            fences.confine(connection, one)
            with pytest.raises(ProgrammingError, match="row-level"):
                connection.execute(update(table).values(centre_id=other))


def test_a_transaction_of_nobody_sees_nothing(both: tuple[int, int], serving: Hub) -> None:
    with serving.reading() as connection:
        for _register, table in register_tables().values():
            assert not connection.execute(select(func.count()).select_from(table)).scalar()
        assert not connection.execute(select(func.count()).select_from(CHANGES)).scalar()
        # Whose request it is stands here.
        assert connection.execute(select(func.count()).select_from(DEVICES)).scalar()


def test_the_working_role_can_neither_pass_the_fence_nor_take_it_down(hub: Hub) -> None:
    with hub.reading() as connection:
        name, passes, everything = connection.execute(
            text("SELECT rolname, rolbypassrls, rolsuper FROM pg_roles WHERE rolname=current_user")
        ).one()
        assert (name, passes, everything) == (fences.ROLE, False, False)
    for statement in ("ALTER TABLE staff DISABLE ROW LEVEL SECURITY", "DROP TABLE staff"):
        with pytest.raises(ProgrammingError, match="owner"), hub.writing() as connection:
            connection.execute(text(statement))


def test_an_id_of_another_centre_is_refused_though_it_cannot_be_seen(
    hub: Hub, make_pc: Callable[..., PC], serving: Hub
) -> None:
    add_centre(hub, "330523101", "乙镇卫生院")
    one, other = make_pc(), make_pc(name="乙镇卫生院", code="330523101")
    one.join(serving, code_for(hub))
    other.join(serving, code_for(hub, "330523101"))
    taken = one.save("staff", staff("王小明"))
    one.sync()
    with other.store.writing() as session:
        other.save_raw(session, "staff", id=taken, name="冒名")
    report = other.sync()
    assert [each.reason for each in report.refused] == ["refused"]
    with hub.reading() as connection:
        found = connection.execute(select(METADATA.tables["staff"].c.name)).scalars().all()
    assert found.count("王小明") == 1
    assert "冒名" not in found


def _count(connection: Connection, table: Table, centre: int) -> int:
    counted = select(func.count()).select_from(table).where(table.c.centre_id == centre)
    return int(connection.execute(counted).scalar_one())
