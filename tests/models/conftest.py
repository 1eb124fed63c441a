"""A small centre of its own for each test of the kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop.models.database import Database
from desktop.models.vault import Cost, Unlocked, Vault

CHEAP = Cost(operations=1, memory_bytes=8192)
PASSWORD = "春天来了2026"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "新密 卫生院"


@pytest.fixture
def vault(home: Path) -> Vault:
    return Vault(home, cost=CHEAP)


@pytest.fixture
def created(vault: Vault) -> tuple[str, Unlocked]:
    """The recovery key and the director of a new data folder."""
    return vault.create("张院长", PASSWORD, centre="城关镇卫生院")


@pytest.fixture
def recovery(created: tuple[str, Unlocked]) -> str:
    return created[0]


@pytest.fixture
def director(created: tuple[str, Unlocked]) -> Unlocked:
    return created[1]


@pytest.fixture
def database(home: Path, director: Unlocked) -> Iterator[Database]:
    """A real encrypted file with one table of two rows."""
    with Database(home, director, create=True) as opened:
        with opened.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE note (text TEXT, person TEXT)")
            connection.exec_driver_sql(
                "CREATE TRIGGER sign AFTER INSERT ON note WHEN capturing()"
                " BEGIN UPDATE note SET person = person() WHERE rowid = NEW.rowid; END"
            )
            connection.exec_driver_sql("INSERT INTO note (text) VALUES ('甲'), ('乙')")
        yield opened
