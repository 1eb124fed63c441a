"""A centre to import into, the command line over it, and workbooks made for a test."""

from __future__ import annotations

import json
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


@pytest.fixture
def thdesk(fresh_centre: Centre) -> CommandLine:
    home = fresh_centre.home
    fresh_centre.close()
    return CommandLine(home)


@pytest.fixture
def with_clinics(thdesk: CommandLine) -> CommandLine:
    """A command line over a centre that knows the sample's clinics and villages."""
    thdesk.take_in(OFFICE / "村卫生室及乡村医生名册.xls")
    return thdesk


@pytest.fixture
def with_drugs(thdesk: CommandLine) -> CommandLine:
    """A command line over a centre that knows the sample's drugs."""
    thdesk.take_in(OFFICE / "在用药品目录.xlsx")
    return thdesk


@pytest.fixture
def centre(thdesk: CommandLine) -> Iterator[Centre]:
    with reopen(thdesk.home) as opened:
        yield opened
