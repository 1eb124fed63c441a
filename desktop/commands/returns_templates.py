"""`thdesk returns templates`: offices' own workbooks that are filled in with returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from desktop.commands import open_here, say_json
from desktop.commands.returns_options import AsJson, returns
from desktop.exchange.kept_templates import (
    Template,
    content_of,
    find_template,
    forget,
    keep,
    put_file,
    read_file,
    templates,
)
from desktop.exchange.office_cells import letters
from desktop.exchange.office_marks import Marks, Moved, carried_over
from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.exchange.return_template import WORDS, fill, proposed
from desktop.exchange.workbooks import write_file
from desktop.models.ids import new_id
from desktop.models.opening import Centre
from desktop.models.return_text import ReturnBook
from desktop.services.periods import period_of
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, compose, library
from desktop.services.returns.numbers import book_of
from desktop.text import _

commands = typer.Typer(help="报表模板 / offices' own templates", no_args_is_help=True)
returns.add_typer(commands, name="templates")

Name = Annotated[str, typer.Argument(help="模板名称 / name of the template")]
OfficeFile = Annotated[Path, typer.Argument(help="FILE.xlsx")]


@commands.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List the templates that are kept."""
    with open_here(context) as centre, centre.store.reading() as session:
        rows = [_object(each) for each in templates(session)]
    if as_json:
        say_json(rows)
        return
    for each in rows:
        words = (each["name"], each["form"], each["file"], each["cells"], each["tables"])
        typer.echo("\t".join(str(word) for word in words))


def _object(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "form": template.form,
        "file": template.file_name,
        "cells": len(template.marks.cells),
        "tables": len(template.marks.tables),
        "unsure": [mark.where for mark in template.marks.cells if not mark.sure],
    }


@commands.command("add")
def add(
    context: typer.Context,
    file: OfficeFile,
    form: Annotated[str, typer.Option("--form", help="报表 / form key")],
    name: Annotated[str, typer.Option("--name", help="模板名称 / its name")] = "",
    as_json: AsJson = False,
) -> None:
    """Keep an office's workbook as a template; what goes where is proposed by its texts."""
    content = read_file(file)
    book = OfficeWorkbook(content, file.name)
    with open_here(context) as centre:
        digest = put_file(centre.store, content)
        with centre.store.writing() as session:
            marks = proposed(book, _example(session, form))
            made = Template(new_id(), name or file.stem, form, file.name, digest, marks)
            keep(session, made)
    if as_json:
        say_json({**_object(made), "marks": _marks_object(marks)})
        return
    _say_marks(marks)
    typer.echo(
        _("已添加模板“{name}”；填入位置请在报表页“导出 Excel”里核对。").format(name=made.name)
    )


def _example(session: Session, form: str) -> ReturnBook:
    """Return a return of the form, whose texts the proposal is made by."""
    today = date.today()
    found = library(Records(session)).find(form)
    return book_of(compose(session, found, period_of(found.period, today).previous), today)


def _marks_object(marks: Marks) -> list[dict[str, Any]]:
    cells = [
        {"cell": mark.where, "take": mark.take, "column": mark.compared, "sure": mark.sure}
        for mark in marks.cells
    ]
    tables = [
        {
            "table": table.section,
            "rows": f"{table.sheet}!{table.first + 1}-{table.last + 1}",
            "columns": {code: letters(column) for code, column in table.columns.items()},
            "sure": table.sure,
        }
        for table in marks.tables
    ]
    return [*cells, *tables]


def _say_marks(marks: Marks) -> None:
    for mark in marks.cells:
        take = _(WORDS[mark.take]) if mark.take in WORDS else f"{mark.take} {mark.compared}"
        doubt = "" if mark.sure else _("（请核对）")
        typer.echo(f"{mark.where}\t{take}\t{mark.label}{doubt}")
    for table in marks.tables:
        columns = " ".join(f"{letters(at)}={code}" for code, at in table.columns.items())
        typer.echo(f"{table.sheet}!{table.first + 1}-{table.last + 1}\t{table.section}\t{columns}")


@commands.command("replace")
def replace_(context: typer.Context, name: Name, file: OfficeFile, as_json: AsJson = False) -> None:
    """Take a newer edition of a template: the marks move along with their rows and columns."""
    content = read_file(file)
    book = OfficeWorkbook(content, file.name)
    with open_here(context) as centre:
        digest = put_file(centre.store, content)
        with centre.store.writing() as session:
            old = find_template(session, name)
            moved = carried_over(old.marks, book.sheets)
            new = replace(old, file_name=file.name, digest=digest, marks=moved.marks)
            keep(session, new, new=False)
    if as_json:
        say_json({**_object(new), **_moved_object(moved)})
        return
    for sentence in told_of(moved):
        typer.echo(sentence)
    typer.echo(_("模板“{name}”已换成新文件。").format(name=name))


def _moved_object(moved: Moved) -> dict[str, Any]:
    return {
        "moved": [[old.where, new.where] for old, new in moved.moved],
        "lost": [mark.where for mark in moved.lost],
        "lost_tables": [table.section for table in moved.lost_tables],
    }


def told_of(moved: Moved) -> list[str]:
    """Return in sentences what became of the marks in a newer edition."""
    told = [
        _("{old} 移到了 {new}（{take}）。").format(old=old.where, new=new.where, take=new.take)
        for old, new in moved.moved
    ]
    told += [
        _("新文件里找不到“{label}”“{head}”，{take} 不再填入。").format(
            label=mark.label or mark.prefix, head=mark.head, take=mark.take
        )
        for mark in moved.lost
    ]
    told += [
        _("新文件里找不到表“{section}”，不再填入。").format(section=table.section)
        for table in moved.lost_tables
    ]
    return told


@commands.command("remove")
def remove_(context: typer.Context, name: Name) -> None:
    """Take a template away."""
    with open_here(context) as centre, centre.store.writing() as session:
        forget(session, find_template(session, name))
    typer.echo(_("已删除模板“{name}”。").format(name=name))


def fill_template(
    centre: Centre, template: Template, composed: ComposedReturn, folder: Path, name: str
) -> list[dict[str, Any]]:
    """Write a template filled in with a return; of a form for each clinic a file to a clinic."""
    content = content_of(centre.store, template)
    given = book_of(composed, date.today())
    ending = Path(template.file_name).suffix or ".xlsx"
    made = []
    for part in given.sheet.parts:
        book = OfficeWorkbook(content, template.file_name)
        done = fill(book, template.marks, given, part)
        subject = f"-{part.subject}" if part.subject else ""
        file = folder / f"{name}{subject}{ending}"
        write_file(file, done.content)
        made.append(
            {
                "file": str(file),
                "forms": [composed.form.key],
                "period": composed.period.key,
                "template": template.name,
                "cells": done.cells,
                "told": list(done.told),
                "check_codes": [composed.check_code],
            }
        )
    return made
