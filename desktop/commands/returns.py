"""`thdesk returns` and `thdesk print`: the period's returns and printed lists, without a window.

The verbs are in the modules ``returns_…`` beside this one; importing them adds them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import (
    open_here,
    returns_forms,
    returns_papers,
    returns_steps,
    returns_verify,
    say_json,
)
from desktop.commands.returns_options import AsJson, returns
from desktop.models.listing import Query
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.text import _

VERBS = (returns_steps, returns_papers, returns_forms, returns_verify)
"""The modules whose import adds their verbs."""


def print_list(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register key")],
    file: Annotated[Path, typer.Argument(help="FILE.pdf")],
    where: Annotated[str, typer.Option("--where", help="条件 / condition")] = "",
    as_json: AsJson = False,
) -> None:
    """Print a register as a list; ID and phone numbers are masked."""
    declared = find_register(register)
    with open_here(context) as centre:
        printed = _print_register(centre, Query(declared, where=where), file)
    if as_json:
        say_json({"file": str(file), "register": register, **printed})
    else:
        typer.echo(_("已打印 {rows} 条到 {file}（{pages} 页）。").format(file=file, **printed))


def _print_register(centre: Centre, query: Query, file: Path) -> dict[str, int]:
    from desktop.printing.register_list import Heading, print_register

    with centre.store.reading() as session:
        heading = Heading(_(query.register.label), _centre_name(session), date.today(), query.where)
        printed = print_register(session, query, file, heading)
    return {"pages": printed.pages, "rows": printed.rows}


def _centre_name(session: Any) -> str:
    from sqlalchemy import select

    from desktop.models.registers.centre import Centre as CentreRecord

    name = select(CentreRecord.name).where(CentreRecord.deleted_at.is_(None)).limit(1)
    return session.execute(name).scalar() or ""


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(returns, name="returns")
    app.command("print")(print_list)
