"""`thdesk returns` and `thdesk print`: the month's returns and printed lists, without a window."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import open_here, say_json
from desktop.errors import UserError
from desktop.models.kinds import BadValue, parse_month
from desktop.models.listing import Query
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.services import filing
from desktop.services.forms import DEFAULT_FORM
from desktop.services.returns import ComposedReturn, open_return
from desktop.services.sheet import cells_of, sheet_of
from desktop.services.wording import plain_number
from desktop.text import _

returns = typer.Typer(help="月报 / monthly returns", no_args_is_help=True)

Period = Annotated[str, typer.Option("--period", help="YYYY-MM")]
FormKey = Annotated[str, typer.Option("--form", help="报表 / form key")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]


def _month(period: str) -> str:
    try:
        month = parse_month(period)
    except BadValue as error:
        raise UserError(error.message) from error
    if month is None:
        raise UserError(_("请用 --period 指明月份，例如 --period 2026-10。"))
    filing.refuse_future(month, date.today())
    return month


def _pairs(given: list[str], option: str) -> dict[str, str]:
    """Return what ``CODE=VALUE`` options say."""
    pairs = {}
    for each in given:
        code, equals, value = each.partition("=")
        if not equals:
            raise UserError(
                _("“{option} {given}”缺等号，应写成 {option} 代码=内容。").format(
                    option=option, given=each
                )
            )
        pairs[code.strip()] = value.strip()
    return pairs


@returns.command("compose")
def compose(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="填报项 / typed item: M11=3620")
    ] = None,
    explain: Annotated[
        list[str] | None, typer.Option("--explain", help="情况说明 / explanation: C12:M31=…")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compose the month's returns from the registers and keep them as drafts."""
    month = _month(period)
    typed, texts = _pairs(set_ or [], "--set"), _pairs(explain or [], "--explain")
    if typed and not form:
        form = DEFAULT_FORM
    made: list[ComposedReturn] = []
    with open_here(context) as centre, centre.store.writing() as session:
        for key in filing.forms_wanted(form):
            if typed:
                filing.set_typed(session, key, month, typed)
            if texts:
                filing.set_explanations(session, key, month, texts)
            made.append(filing.save_draft(session, key, month))
    if as_json:
        say_json([as_json_object(each) for each in made])
        return
    for each in made:
        _say_table(each)


@returns.command("print")
def print_(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    out: Annotated[Path | None, typer.Option("--out", help="存放文件夹 / folder")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the month's returns to PDF; what was not submitted is marked as a draft."""
    month = _month(period)
    files = []
    with open_here(context) as centre:
        folder = out if out is not None else centre.home / "returns"
        folder.mkdir(parents=True, exist_ok=True)
        with centre.store.reading() as session:
            opened = [open_return(session, key, month) for key in filing.forms_wanted(form)]
        files = [_print_one(each, folder) for each in opened]
    if as_json:
        say_json(files)
        return
    for file in files:
        typer.echo(_("已打印到 {file}（{pages} 页）。").format(**file))


def _print_one(composed: ComposedReturn, folder: Path) -> dict[str, Any]:
    from desktop.printing.return_page import print_return

    mark = "" if composed.frozen else _("（草稿）")
    file = folder / f"{composed.month}-{composed.form.short}{mark}.pdf"
    printed = print_return(file, sheet_of(composed, date.today()))
    return {
        "file": str(file),
        "form": composed.form.key,
        "period": composed.month,
        "pages": printed.pages,
        "status": composed.status,
        "check_code": composed.check_code,
    }


@returns.command("submit")
def submit(
    context: typer.Context, period: Period, form: FormKey = "", as_json: AsJson = False
) -> None:
    """Check and lock the month's returns; the next exchange hands them to the county."""
    month = _month(period)
    with open_here(context) as centre, centre.store.writing() as session:
        done = [
            filing.submit(session, key, month, centre.store.person_name)
            for key in filing.forms_wanted(form)
        ]
    if as_json:
        say_json([as_json_object(each) for each in done])
        return
    for each in done:
        typer.echo(
            _("{month}《{title}》已锁定上报，校验码 {code}；同步后由县级接收。").format(
                month=month, title=_(each.form.title), code=each.check_code
            )
        )


@returns.command("revise")
def revise(context: typer.Context, period: Period, form: FormKey = DEFAULT_FORM) -> None:
    """Begin a correction of a submitted return: a new draft that names the old one."""
    month = _month(period)
    with open_here(context) as centre, centre.store.writing() as session:
        draft = filing.revise(session, form, month)
    typer.echo(_("已另作第 {revision} 版草稿。").format(revision=draft.revision))


@returns.command("list")
def list_(
    context: typer.Context,
    period: Annotated[str, typer.Option("--period", help="YYYY-MM")] = "",
    as_json: AsJson = False,
) -> None:
    """List the returns kept, with their revision and status."""
    with open_here(context) as centre, centre.store.reading() as session:
        rows = filing.listed(session, _month(period) if period else "")
    if as_json:
        say_json([{**row._mapping, "period": row.month} for row in rows])  # noqa: SLF001
        return
    for row in rows:
        words = (row.month, row.form, f"R{row.revision}", _(row.status), row.submitted_at or "")
        typer.echo("\t".join(words))


def as_json_object(composed: ComposedReturn) -> dict[str, Any]:
    """Return a return for other programs: numbers in the lines' units, blanks as null."""
    return {
        "form": composed.form.key,
        "title": composed.form.title,
        "period": composed.month,
        "as_of": composed.as_of.isoformat(),
        "centre": composed.head.name,
        "status": composed.status,
        "revision": composed.revision,
        "check_code": composed.check_code,
        "checksum": composed.checksum,
        "lines": [
            {
                "code": each.line.code,
                "label": each.line.label,
                "section": each.line.section,
                "unit": each.line.unit,
                "this": plain_number(each.line, each.this),
                "last": plain_number(each.line, each.last),
                "change": cells_of(each)[2],
                "year_ago": plain_number(each.line, each.year_ago),
                "to_date": plain_number(each.line, each.to_date),
                "explanation": each.how,
            }
            for each in composed.lines
        ],
        "findings": [
            {
                "key": finding.key,
                "level": finding.level,
                "message": finding.message,
                "explanation": finding.explanation,
            }
            for finding in composed.findings
        ],
    }


def _say_table(composed: ComposedReturn) -> None:
    typer.echo(f"{_(composed.form.title)} {composed.month} {_(composed.status)}")
    columns = (_("本月"), _("上月"), _("环比"), _("去年同期"), _("本年累计"))
    typer.echo("\t".join((_("代码"), _("指标名称"), _("单位"), *columns)))
    for each in composed.lines:
        words = (each.line.code, _(each.line.label), _(each.line.unit), *cells_of(each))
        typer.echo("\t".join(words))
    for finding in composed.findings:
        note = finding.explanation or (_("待改正") if finding.level == "E" else _("待说明"))
        typer.echo(f"{finding.level} {finding.key} {finding.message}（{note}）")
    typer.echo(_("校验码 {code}").format(code=composed.check_code))


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
