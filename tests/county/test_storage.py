from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from county.storage import Hub
from county.tables import METADATA, register_tables
from desktop.errors import DataTooNew, NotFound, UserError
from desktop.models.registers import all_registers


@pytest.fixture
def empty(empty_database_url: str):  # noqa: ANN201
    made = Hub(empty_database_url)
    yield made
    made.close()


def test_every_stored_field_has_its_column(hub: Hub) -> None:
    with hub.reading() as connection:
        inspector = inspect(connection)
        for register in all_registers().values():
            columns = {each["name"] for each in inspector.get_columns(register.table.name)}
            own = {"id", "centre_id", "rev", "dev", "deleted_at"}
            assert columns == own | {field.key for field in register.stored}
            assert inspector.get_pk_constraint(register.table.name)["constrained_columns"] == ["id"]
            feeds = [each["column_names"] for each in inspector.get_indexes(register.table.name)]
            assert ["centre_id", "rev", "dev"] in feeds


def test_a_second_init_changes_nothing(hub: Hub) -> None:
    assert hub.create() is False
    hub.check()


def test_an_empty_database_is_no_hub(empty: Hub) -> None:
    with pytest.raises(NotFound):
        empty.check()


def test_a_newer_database_is_refused_and_left_alone(hub: Hub) -> None:
    with hub.writing() as connection:
        connection.execute(text("UPDATE hub SET version = 99"))
    for refused in (hub.check, hub.create):
        with pytest.raises(DataTooNew):
            refused()


def test_an_older_database_is_refused_and_init_adds_what_it_lacks(hub: Hub) -> None:
    with hub.owning() as connection:
        connection.execute(text("ALTER TABLE staff DROP COLUMN phone"))
        connection.execute(text("DROP TABLE supply"))
        connection.execute(
            text("INSERT INTO hub_centre(code, name, rev, clock) VALUES('9','n',0,0)")
        )
    with pytest.raises(UserError, match="init"):
        hub.check()
    assert hub.create() is True
    hub.check()
    with hub.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM hub_centre")).scalar() == 2


def test_init_renews_the_indexes_of_an_older_program(hub: Hub) -> None:
    with hub.owning() as connection:
        connection.execute(text("DROP INDEX ix_staff_feed_of"))
        connection.execute(text("CREATE INDEX ix_staff_feed ON staff (centre_id, rev)"))
    assert hub.create() is True
    with hub.reading() as connection:
        found = {each["name"] for each in inspect(connection).get_indexes("staff")}
        assert found == {"ix_staff_feed_of", "ix_staff_gone"}
    assert hub.create() is False


def create(url: str) -> None:
    made = Hub(url)
    try:
        made.create()
    finally:
        made.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "sqlite://",
        "oracle://x/y",
        "sqlite:////no/way/x",
        "postgresql://u@h:abc/hub",
        "postgresql://u@localhost/hub?foo=bar",
    ],
)
def test_a_wrong_address_gets_a_sentence(url: str) -> None:
    with pytest.raises(UserError):
        create(url)


def test_no_hub_table_is_named_like_a_register(tmp_path: Path) -> None:
    names = {register.table.name for register in all_registers().values()}
    assert len(register_tables()) == len(names)
    others = set(METADATA.tables) - names
    assert len(METADATA.tables) == len(names) + len(others)
    assert all(name == "hub" or name.startswith("hub_") for name in others)
    assert not any(name.startswith("hub") for name in names)
