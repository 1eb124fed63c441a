"""`thdesk returns` over the folder of a fresh centre."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import returns
from desktop.errors import UserError
from tests.helpers.centres import PASSWORD

MONTH = "2026-10"
OF = ("--period", MONTH, "--form", "medical_services_monthly")
FILLED = ("--set", "M11=3620", "--set", "M12=134")


class Desk:
    """The two commands over one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.app = typer.Typer()
        self.app.callback(invoke_without_command=True)(cli.start)
        returns.attach(self.app)

    def run(self, *words: str) -> Result:
        environment = {"THDESK_HOME": str(self.home), "THDESK_PASSWORD": PASSWORD}
        return CliRunner().invoke(self.app, cli.forward(list(words)), env=environment)

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exception is None, result.output
        return result.output

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))

    def refused(self, kind: type[UserError], *words: str) -> str:
        result = self.run(*words)
        assert isinstance(result.exception, kind), result.output
        return str(result.exception)
