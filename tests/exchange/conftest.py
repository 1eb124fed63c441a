"""A centre to import into, the command line over it, and workbooks made for a test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import exchange
from desktop.models.opening import Centre
from tests.exchange.sheets_made import OFFICE
from tests.helpers.centres import PASSWORD, PERSON, reopen


class CommandLine:
    """The exchange commands over one data folder, run as a technician runs them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.app = typer.Typer()
        self.app.callback(invoke_without_command=True)(cli.start)
        exchange.attach(self.app)

    def run(self, *words: object) -> Result:
        environment = {
            "THDESK_HOME": str(self.home),
            "THDESK_PERSON": PERSON,
            "THDESK_PASSWORD": PASSWORD,
        }
        arguments = cli.forward([str(word) for word in words])
        return CliRunner().invoke(self.app, arguments, env=environment)

    def json(self, *words: object) -> Any:
        result = self.run(*words, "--json")
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return json.loads(result.stdout)

    def take_in(self, *words: object) -> Any:
        return self.json("import", *words)

    def listed(self, register: str, *words: object) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("list", register, "--full", *words)
        return found


def copied(folder: Path, to: Path) -> CommandLine:
    """Return a command line over a copy of a centre's folder."""
    return CommandLine(Path(shutil.copytree(folder, to)))


@pytest.fixture
def thdesk(new_centre_folder: Path, tmp_path: Path) -> CommandLine:
    return copied(new_centre_folder, tmp_path / "centre")


@pytest.fixture(scope="session")
def folder_with_clinics(new_centre_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = copied(new_centre_folder, tmp_path_factory.mktemp("clinics") / "centre")
    made.take_in(OFFICE / "村卫生室及乡村医生名册.xls")
    return made.home


@pytest.fixture
def with_clinics(folder_with_clinics: Path, tmp_path: Path) -> CommandLine:
    """A command line over a centre that knows the sample's clinics and villages."""
    return copied(folder_with_clinics, tmp_path / "centre")


@pytest.fixture(scope="session")
def folder_with_drugs(new_centre_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = copied(new_centre_folder, tmp_path_factory.mktemp("drugs") / "centre")
    made.take_in(OFFICE / "在用药品目录.xlsx")
    return made.home


@pytest.fixture
def with_drugs(folder_with_drugs: Path, tmp_path: Path) -> CommandLine:
    """A command line over a centre that knows the sample's drugs."""
    return copied(folder_with_drugs, tmp_path / "centre")


@pytest.fixture
def centre(thdesk: CommandLine) -> Iterator[Centre]:
    with reopen(thdesk.home) as opened:
        yield opened
