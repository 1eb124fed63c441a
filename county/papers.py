"""`county-hub verify-paper CODE|FILE`: is a paper what one of the centres has submitted."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from sqlalchemy import FromClause

from county.storage import Hub
from county.tables import register_tables
from desktop.exchange.return_workbook import read_return_workbook
from desktop.models.registers import find_register
from desktop.services.returns import Records
from desktop.services.returns.proof import as_data, in_words, prove


def attach(app: typer.Typer, opened: Callable[[str], AbstractContextManager[Hub]]) -> None:
    """Add the command."""

    @app.command("verify-paper")
    def verify_paper(
        paper: Annotated[
            str, typer.Argument(help="校验码、二维码内容、PDF 或工作簿 / code, QR text, file")
        ],
        database: Annotated[
            str, typer.Option(envvar="COUNTY_HUB_DATABASE", help="数据库地址 / database")
        ] = "",
        *,
        as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    ) -> None:
        """Confirm that a paper matches what was submitted; exit code 1 where it does not."""
        with opened(database) as hub, hub.reading() as connection:
            records = Records(connection, _of_all_centres)
            proofs = prove(records, paper, read_return_workbook)
        if as_json:
            found = [as_data(proof) for proof in proofs]
            typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            for proof in proofs:
                for line in in_words(proof):
                    typer.echo(line)
        if not all(proof.sound for proof in proofs):
            raise typer.Exit(1)


def _of_all_centres(key: str) -> FromClause:
    return register_tables()[find_register(key).number][1]
