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
from desktop.commands.returns_templates import fill_template
from desktop.errors import UserError
from desktop.exchange.kept_templates import Template, find_template
from desktop.exchange.return_workbook import write_return_workbook
from desktop.exchange.workbooks import replacing
from desktop.models.opening import Centre
from desktop.services.returns import ComposedReturn, open_return
from desktop.services.returns.numbers import book_of
from desktop.services.returns.pack import pack_of
from desktop.services.returns.sheet import sheet_of
from desktop.text import _


@returns.command("print")
def print_(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    out: Out = None,
    *,
    pack: Annotated[
        bool, typer.Option("--pack", help="全部报表加封面合成一册 / one file with a cover sheet")
    ] = False,
    duplex: Annotated[
        bool, typer.Option("--duplex", help="双面：每表从单页起 / each return begins a leaf")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the period's returns to PDF; what was not submitted is marked as a draft."""
    asked = asked_period(period)
    with open_here(context) as centre:
        folder = folder_for(centre, out)
        with centre.store.reading() as session:
            keys = asked_forms(session, form, asked)
            opened = [open_return(session, key, asked.key) for key in keys]
    if pack or duplex:
        files = [_print_pack(opened, asked.key, folder, duplex=duplex)]
    else:
        files = [_print_one(each, folder) for each in opened]
    if as_json:
        say_json(files)
        return
    for file in files:
        typer.echo(_("已打印到 {file}（{pages} 页）。").format(**file))


def _print_one(composed: ComposedReturn, folder: Path) -> dict[str, Any]:
    from desktop.printing.return_page import print_return

    file = folder / file_name(composed, ".pdf")
    with replacing(file) as part:
        printed = print_return(part, sheet_of(composed, date.today()))
    return {
        "file": str(file),
        "form": composed.form.key,
        "period": composed.period.key,
        "pages": printed.pages,
        "status": composed.status,
        "check_code": composed.check_code,
    }


def _print_pack(
    opened: list[ComposedReturn], period: str, folder: Path, *, duplex: bool
) -> dict[str, Any]:
    from desktop.printing.return_pack import print_pack

    sheets, cover = pack_of(opened, period, date.today())
    file = folder / f"{period}-{_('报表汇总')}.pdf"
    with replacing(file) as part:
        printed = print_pack(part, sheets, cover, duplex=duplex)
    return {
        "file": str(file),
        "forms": [each.form.key for each in opened],
        "period": period,
        "pages": printed.pages,
        "pages_of_each": printed.counts,
        "check_codes": [each.check_code for each in sheets],
    }


@returns.command("export")
def export(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    out: Out = None,
    template: Annotated[
        str, typer.Option("--template", help="填入单位自己的模板 / fill this template")
    ] = "",
    *,
    pack: Annotated[
        bool, typer.Option("--pack", help="全部报表放进一个工作簿 / all returns in one workbook")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Save the period's returns as workbooks that look like the paper, or fill a template."""
    asked = asked_period(period)
    with open_here(context) as centre:
        folder = folder_for(centre, out)
        with centre.store.reading() as session:
            chosen = find_template(session, template) if template else None
            keys = asked_forms(session, form or (chosen.form if chosen else ""), asked)
            opened = [open_return(session, key, asked.key) for key in keys]
        if chosen is not None:
            files = _fill(centre, chosen, opened, folder)
        elif pack:
            name = f"{asked.key}-{_('全部报表')}.xlsx"
            files = [_export(folder / name, opened)]
        else:
            files = [_export(folder / file_name(each, ".xlsx"), [each]) for each in opened]
    if as_json:
        say_json(files)
        return
    for file in files:
        for sentence in file.get("told", ()):
            typer.echo(sentence, err=True)
        typer.echo(_("已导出到 {file}。").format(file=file["file"]))


def _fill(
    centre: Centre, template: Template, opened: list[ComposedReturn], folder: Path
) -> list[dict[str, Any]]:
    (composed,) = opened
    if composed.form.key != template.form:
        raise UserError(
            _("模板“{name}”不是《{title}》的模板。").format(
                name=template.name, title=_(composed.form.title)
            )
        )
    name = f"{file_name(composed, '')}-{_plain_name(template.name)}"
    return fill_template(centre, template, composed, folder, name)


def _plain_name(name: str) -> str:
    """Return a template's name as a part of a file's name."""
    return "".join(" " if letter in '\\/:*?"<>|' else letter for letter in name).strip()


def _export(file: Path, opened: list[ComposedReturn]) -> dict[str, Any]:
    write_return_workbook(file, [book_of(each, date.today()) for each in opened])
    return {
        "file": str(file),
        "forms": [each.form.key for each in opened],
        "period": opened[0].period.key,
        "check_codes": [each.check_code for each in opened],
    }
