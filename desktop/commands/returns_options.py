"""What the verbs of `thdesk returns` share: their options, the period, the returns asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.opening import Centre
from desktop.models.vault import DIRECTOR, NotAllowed
from desktop.services.periods import Period as PeriodOf
from desktop.services.periods import parse_period
from desktop.services.returns import DEFAULT_FORM, ComposedReturn
from desktop.services.returns.filing import forms_wanted, refuse_future
from desktop.services.returns.forms import Form, column_labels
from desktop.services.returns.sheet import block_of, shown_cell
from desktop.services.returns.wording import plain_number
from desktop.text import _

returns = typer.Typer(help="报表 / returns", no_args_is_help=True)

Period = Annotated[str, typer.Option("--period", help="YYYY-MM | YYYY-Www | YYYY-Qn | YYYY")]
FormKey = Annotated[str, typer.Option("--form", help="报表 / form key")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]
Out = Annotated[Path | None, typer.Option("--out", help="存放文件夹 / folder")]


def asked_period(text: str) -> PeriodOf:
    """Return the period asked for.

    Raises:
        UserError: None is given, it is none, or it lies ahead.
    """
    if not text.strip():
        raise UserError(_("请用 --period 指明期间，例如 --period 2026-10。"))
    period = parse_period(text)
    refuse_future(period, date.today())
    return period


def asked_forms(session: Session, form: str, period: PeriodOf) -> list[str]:
    """Return the form named, or all forms of the period.

    Raises:
        NotFound: There is no such form, or it is not filled in for such a period.
        UserError: No form is filled in for such a period.
    """
    found = forms_wanted(session, form, period.key)
    if not found:
        raise UserError(
            _("没有按“{period}”这种期间填报的报表。").format(period=period.key),
            _("可用的报表见“thdesk returns forms list”。"),
        )
    return found


def one_form(session: Session, form: str, period: PeriodOf) -> str:
    """Return the form named; without a name the monthly, or the only one of the period.

    Raises:
        UserError: It has to be named, because the period has several.
    """
    found = asked_forms(session, form, period)
    if len(found) == 1:
        return found[0]
    if DEFAULT_FORM in found:
        return DEFAULT_FORM
    raise UserError(_("这个期间有几张报表，请用 --form 指明一张。"))


def pairs(given: list[str], option: str) -> dict[str, str]:
    """Return what ``CODE=VALUE`` options say.

    Raises:
        UserError: One has no equals sign.
    """
    found = {}
    for each in given:
        code, equals, value = each.partition("=")
        if not equals:
            raise UserError(
                _("“{option} {given}”缺等号，应写成 {option} 代码=内容。").format(
                    option=option, given=each
                )
            )
        found[code.strip()] = value.strip()
    return found


def refuse_others(centre: Centre) -> None:
    """Refuse people who do not approve returns.

    Raises:
        NotAllowed: The person is not the director.
    """
    if centre.unlocked.role != DIRECTOR:
        raise NotAllowed(_("报表由院长批准。"), _("请用 --as 指明院长，由院长登录后批准。"))


def folder_for(centre: Centre, out: Path | None) -> Path:
    """Return the folder that files go to, made if it is not there.

    Raises:
        UserError: It cannot be made.
    """
    folder = out if out is not None else centre.home / "returns"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            _("无法建立文件夹“{folder}”。").format(folder=folder), _("请换一个位置。")
        ) from error
    return folder


def file_name(composed: ComposedReturn, ending: str) -> str:
    """Return what a return's file is called; what was not submitted is marked as a draft."""
    mark = "" if composed.frozen else _("（草稿）")
    return f"{composed.period.key}-{_(composed.form.short)}{mark}{ending}"


def as_json_object(composed: ComposedReturn) -> dict[str, Any]:
    """Return a return for other programs: numbers in the lines' units, blanks as null."""
    return {
        "form": composed.form.key,
        "title": composed.form.title,
        "version": composed.form.version,
        "period": composed.period.key,
        "as_of": composed.as_of.isoformat(),
        "due": composed.form.due_on(composed.period).isoformat(),
        "late_days": composed.late_days,
        "centre": composed.head.name,
        "status": composed.status,
        "revision": composed.revision,
        "check_code": composed.check_code,
        "checksum": composed.checksum,
        "lines": list(_lines(composed)),
        "tables": list(_tables(composed)),
        "findings": [finding_object(composed, each) for each in composed.findings],
        "remarks": composed.remarks,
    }


def _lines(composed: ComposedReturn) -> Iterator[dict[str, Any]]:
    for sheet in composed.sheets:
        for section in sheet.sections:
            for each in section.lines:
                yield {
                    "cell": each.key,
                    "code": each.line.code,
                    "label": each.line.label,
                    "section": section.section.title,
                    **({"subject": sheet.name} if sheet.subject else {}),
                    "unit": each.line.unit,
                    "this": plain_number(each.line, each.this),
                    "last": plain_number(each.line, each.last),
                    "change": shown_cell(each, "change"),
                    "year_ago": plain_number(each.line, each.year_ago),
                    "to_date": plain_number(each.line, each.to_date),
                    "explanation": each.how,
                }


def _tables(composed: ComposedReturn) -> Iterator[dict[str, Any]]:
    for section in composed.sections:
        if not section.section.rows:
            continue
        yield {
            "section": section.section.title,
            "by": section.section.rows,
            "columns": [
                {"code": line.code, "label": line.label, "unit": line.unit}
                for line in section.section.column
            ],
            "rows": [
                {
                    "key": row.key,
                    "label": row.label,
                    "cells": {
                        cell.line.code: plain_number(cell.line, cell.this) for cell in row.cells
                    },
                }
                for row in section.rows
            ],
        }


def finding_object(composed: ComposedReturn, finding: Any) -> dict[str, Any]:
    """Return a finding of the checks for other programs."""
    return {
        "form": composed.form.key,
        "key": finding.key,
        "level": finding.level,
        "cell": finding.code,
        "message": finding.message,
        "explanation": finding.explanation,
        "open": finding.open,
    }


def say_table(composed: ComposedReturn) -> None:
    """Print a return as lines of text, a tab between the cells."""
    typer.echo(f"{_(composed.form.title)} {composed.period.key} {_(composed.status)}")
    for sheet in composed.sheets:
        if sheet.name:
            typer.echo(f"== {sheet.name}")
        for section in sheet.sections:
            block = block_of(composed.form, section)
            typer.echo(block.title)
            typer.echo("\t".join(_head(composed.form, block)))
            for row in block.rows:
                typer.echo("\t".join(_words(block, row)))
    say_findings(composed)
    typer.echo(_("校验码 {code}").format(code=composed.check_code))


def _head(form: Form, block: Any) -> Iterator[str]:
    """Return the heads of a block; of lines the code stands first, by which they are typed."""
    if block.table:
        yield block.heads[0].label
        for head in block.heads[1:]:
            yield f"{head.code} {head.label}"
        return
    labels = column_labels(form)
    yield from (_("代码"), _("指标名称"), _("单位"))
    shown = {head.label for head in block.heads}
    yield from (label for label in labels.values() if label in shown)


def _words(block: Any, row: Any) -> Iterator[str]:
    if block.table:
        yield row.label
        yield from row.cells
        return
    code, *rest = row.cells
    yield from (code, row.label, *rest)


def say_findings(composed: ComposedReturn) -> None:
    """Print what the checks have found, each with its cell."""
    for finding in composed.findings:
        note = finding.explanation or (_("待改正") if finding.level == "E" else _("待说明"))
        typer.echo(f"{finding.level} {finding.key} {finding.message}（{note}）")
