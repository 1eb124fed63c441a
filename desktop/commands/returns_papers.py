"""`thdesk returns print | export`: returns as PDF and as workbooks."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import open_here, say_json
from desktop.commands.returns_options import (
    AsJson,
    FormKey,
    Out,
    Period,
    asked_forms,
    asked_period,
    file_name,
    folder_for,
    returns,
)
from desktop.services.returns import ComposedReturn, open_return
from desktop.services.returns.sheet import sheet_of
from desktop.text import _


@returns.command("print")
def print_(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Print the period's returns to PDF; what was not submitted is marked as a draft."""
    asked = asked_period(period)
    with open_here(context) as centre:
        folder = folder_for(centre, out)
        with centre.store.reading() as session:
            keys = asked_forms(session, form, asked)
            opened = [open_return(session, key, asked.key) for key in keys]
        files = [_print_one(each, folder) for each in opened]
    if as_json:
        say_json(files)
        return
    for file in files:
        typer.echo(_("已打印到 {file}（{pages} 页）。").format(**file))


def _print_one(composed: ComposedReturn, folder: Path) -> dict[str, Any]:
    from desktop.printing.return_page import print_return

    file = folder / file_name(composed, ".pdf")
    printed = print_return(file, sheet_of(composed, date.today()))
    return {
        "file": str(file),
        "form": composed.form.key,
        "period": composed.period.key,
        "pages": printed.pages,
        "status": composed.status,
        "check_code": composed.check_code,
    }


@returns.command("export")
def export(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    out: Out = None,
    *,
    pack: Annotated[
        bool, typer.Option("--pack", help="全部报表放进一个工作簿 / all returns in one workbook")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Save the period's returns as workbooks that look like the paper."""
    asked = asked_period(period)
    with open_here(context) as centre:
        folder = folder_for(centre, out)
        with centre.store.reading() as session:
            keys = asked_forms(session, form, asked)
            opened = [open_return(session, key, asked.key) for key in keys]
    if pack:
        name = f"{asked.key}-{_('全部报表')}.xlsx"
        files = [_export(folder / name, opened)]
    else:
        files = [_export(folder / file_name(each, ".xlsx"), [each]) for each in opened]
    if as_json:
        say_json(files)
        return
    for file in files:
        typer.echo(_("已导出到 {file}。").format(file=file["file"]))


def _export(file: Path, opened: list[ComposedReturn]) -> dict[str, Any]:
    from desktop.exchange.return_texts import BookReturn
    from desktop.exchange.return_workbook import write_return_workbook
    from desktop.services.returns.numbers import numbers_of

    today = date.today()
    write_return_workbook(
        file,
        [
            BookReturn(_(each.form.short), sheet_of(each, today), numbers_of(each), _(each.status))
            for each in opened
        ],
    )
    return {
        "file": str(file),
        "forms": [each.form.key for each in opened],
        "period": opened[0].period.key,
        "check_codes": [each.check_code for each in opened],
    }
