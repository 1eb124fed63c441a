"""`thdesk performance` and `thdesk visits`: score, approve and plan from the command line."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import open_here, say_json
from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.models.opening import Centre
from desktop.text import _

performance = typer.Typer(help="村医绩效 / scores and pay of village doctors")
visits = typer.Typer(help="督导检查 / supervision visits")

Period = Annotated[str, typer.Option(help="2026-10 | 2026-Q4 | 2026")]
SchemeName = Annotated[str, typer.Option(help="方案名称 / name of the scheme")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]
Out = Annotated[Path | None, typer.Option(help="输出文件夹 / folder for the JSON")]


def _simulated(centre: Centre, period: str, name: str) -> Any:
    from desktop.services.performance.schemes import scheme_for
    from desktop.services.performance.simulating import simulate
    from desktop.services.periods import parse_period
    from desktop.services.records import Records

    wanted = parse_period(period)
    with centre.store.reading() as session:
        found = scheme_for(Records(session), wanted, name)
        if found is None:
            typer.echo(_("没有在执行的方案，按程序附带的提案测算。"), err=True)
            return simulate(session, wanted)
        return simulate(session, wanted, found.scheme, scheme_id=found.id)


def _stated(centre: Centre, simulation: Any) -> Any:
    from desktop.services.performance.sheets import centre_name
    from desktop.services.performance.statement import state

    with centre.store.reading() as session:
        return state(simulation, centre_name(session))


def _say(statement: Any, out: Path | None, *, as_json: bool) -> None:
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"performance-{statement.period}.json"
        text = json.dumps(statement.plain(), ensure_ascii=False, indent=1)
        path.write_text(text, encoding="utf-8")
        typer.echo(str(path), err=as_json)
    if as_json:
        say_json(statement.plain())
        return
    for doctor in statement.doctors:
        score = "—" if doctor.score is None else show_amount(doctor.score)
        typer.echo(f"{doctor.clinic}\t{doctor.name}\t{score}\t{show_amount(doctor.pay)}")
    typer.echo(
        _("{period}：{count} 人，合计 {total} 元，校验码 {code}。").format(
            period=statement.label,
            count=statement.totals.doctors,
            total=show_amount(statement.totals.pay),
            code=statement.check_code,
        )
    )
    for notice in statement.notices:
        typer.echo(notice.message, err=True)


@performance.command("simulate")
def simulate_period(
    context: typer.Context,
    period: Period,
    scheme: SchemeName = "",
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Compute everybody's score and money of a period; nothing is written."""
    with open_here(context) as centre:
        statement = _stated(centre, _simulated(centre, period, scheme))
    _say(statement, out, as_json=as_json)


@performance.command("approve")
def approve_period(
    context: typer.Context,
    period: Period,
    scheme: SchemeName = "",
    out: Out = None,
    as_json: AsJson = False,
    yes: Annotated[bool, typer.Option("--yes", help="已核对 / checked, go ahead")] = False,
) -> None:
    """Freeze a period's pay sheet; without --yes it only says what to look at first."""
    from desktop.services.performance.sheets import ApprovalWarned, approve, read_sheet

    with open_here(context) as centre:
        simulation = _simulated(centre, period, scheme)
        now = datetime.now()  # noqa: DTZ005 - the clock on the office's wall
        try:
            sheet_id = approve(centre.store, simulation, now, acknowledged=yes)
        except ApprovalWarned as warned:
            for row in warned.unsent:
                typer.echo(f"{_(row.label)}\t{row.title}", err=True)
            for sentence in warned.warnings:
                typer.echo(sentence, err=True)
            raise UserError(_("核定前请核对以上各项。"), _("核对无误后加 --yes 核定。")) from warned
        with centre.store.reading() as session:
            statement = read_sheet(session, sheet_id).statement
    _say(statement, out, as_json=as_json)


@performance.command("print")
def print_period(
    context: typer.Context,
    period: Period,
    scheme: SchemeName = "",
    out: Annotated[Path, typer.Option(help="输出文件夹 / folder for the PDFs")] = Path(),
    days: Annotated[
        int | None, typer.Option(help="公示天数 / days the public notice stands")
    ] = None,
) -> None:
    """Print a period's papers: the approved sheet where there is one, else the simulation."""
    from desktop.printing.report import print_reports

    with open_here(context) as centre:
        papers = _papers(centre, period, scheme, days)
    out.mkdir(parents=True, exist_ok=True)
    for name, reports in papers.items():
        path = out / f"{period}-{name}.pdf"
        printed = print_reports(path, reports)
        typer.echo(_("已打印到 {path}（{pages} 页）。").format(path=path, pages=printed.pages))


def _papers(centre: Centre, period: str, scheme: str, days: int | None) -> dict[str, Any]:
    """Return the papers of a period by name; without a doctor there is no notice."""
    from desktop.services.oversight import supervision_summary
    from desktop.services.performance import papers, scheme_papers
    from desktop.services.performance.sheets import sheets, supplements_of
    from desktop.services.performance.supplement_papers import supplement_paper
    from desktop.services.records import Records

    today = date.today()
    with centre.store.reading() as session:
        mains = [
            each
            for each in sheets(session, period)
            if each.statement is not None and scheme in ("", each.scheme)
        ]
        added = supplements_of(session, mains[0]) if mains else []
        summary = supervision_summary(session, period, today)
        set_days = papers.notice_days(Records(session), today)
    found = mains[0].statement if mains else None
    found = found or _stated(centre, _simulated(centre, period, scheme))
    made = {
        _("发放表"): [papers.pay_paper(found)],
        _("汇总表"): [papers.clinic_paper(found)],
        _("个人通知单"): papers.notice_papers(found),
        _("公示"): [papers.public_paper(found, today, set_days if days is None else days)],
        _("考核方案"): [scheme_papers.scheme_paper(found.scheme, found.centre)],
        _("督导汇总"): [scheme_papers.supervision_paper(summary, found.centre, today)],
    }
    for sheet in added:
        name = _("补充表{number}").format(number=sheet.number)
        # Two PCs may have made one each with the same number: both are printed.
        made[name] = [*made.get(name, ()), supplement_paper(found, sheet)]
    return {name: reports for name, reports in made.items() if reports}


@performance.command("year")
def print_year(
    context: typer.Context,
    year: Annotated[str, typer.Option(help="2026")],
    out: Annotated[Path, typer.Option(help="输出文件夹 / folder for the PDFs")] = Path(),
) -> None:
    """Print a year's pay by channel, the earmarked funds and the clinics' task letters."""
    from desktop.printing.report import print_reports
    from desktop.services.performance.yearly import papers_of_year
    from desktop.services.periods import parse_period

    parse_period(year)
    with open_here(context) as centre, centre.store.reading() as session:
        papers = papers_of_year(session, year, date.today())
    out.mkdir(parents=True, exist_ok=True)
    for name, reports in papers.items():
        path = out / f"{year}-{_(name)}.pdf"
        printed = print_reports(path, reports)
        typer.echo(_("已打印到 {path}（{pages} 页）。").format(path=path, pages=printed.pages))


@performance.command("sheets")
def list_sheets(context: typer.Context, as_json: AsJson = False) -> None:
    """List the approved sheets and their supplements."""
    from desktop.services.performance.sheets import sheets

    with open_here(context) as centre, centre.store.reading() as session:
        found = sheets(session)
    if as_json:
        names = ("period", "scheme", "scheme_version", "kind", "number", "total", "checksum")
        say_json(
            [
                {name: getattr(each, name) for name in names}
                | {"approved_by": each.approved_by, "approved_at": each.approved_at}
                for each in found
            ]
        )
        return
    for each in found:
        typer.echo(
            f"{each.period}\t{_(each.kind)}\t{each.number}\t{show_amount(each.total)}\t"
            f"{each.approved_by}\t{each.approved_at}"
        )


@performance.command("install")
def install(
    context: typer.Context,
    since: Annotated[str, typer.Option(help="执行日期 / first day, YYYY-MM-DD")] = "",
) -> None:
    """Put the scheme that comes with the program into the register, on trial."""
    from desktop.models.kinds import BadValue, parse_date
    from desktop.services.performance.schemes import install_proposal

    try:
        start = parse_date(since) or date.today().replace(month=1, day=1)
    except BadValue as error:
        raise UserError(error.message) from error
    with open_here(context) as centre, centre.store.writing() as session:
        install_proposal(session, start)
    typer.echo(_("已存入考核方案台账（试行），请修改单价、补助和目标后执行。"))


@visits.command("checklist")
def visit_checklist(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="TOML")] = None,
) -> None:
    """List the versions of the checklist, or add the one in a file."""
    from desktop.services.checklists import add_checklist, checklists
    from desktop.services.records import Records

    with open_here(context) as centre, centre.store.writing() as session:
        if file is not None:
            added = add_checklist(session, _words_of(file))
            typer.echo(_("已加入“{title}”。").format(title=added.title))
        for each in sorted(checklists(Records(session)).values(), key=lambda made: made.valid_from):
            typer.echo(f"{each.key}\t{each.valid_from.isoformat()}\t{each.title}")


def _words_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = _("读不了“{file}”：{reason}。").format(file=file.name, reason=error)
        raise UserError(message, _("请另存为 UTF-8 的文本文件。")) from error


@visits.command("plan")
def visit_plan(context: typer.Context, as_json: AsJson = False) -> None:
    """List every clinic's next visit, the most pressing first."""
    from desktop.services.visits import STATE_LABELS, plan

    with open_here(context) as centre, centre.store.reading() as session:
        lines = plan(session, date.today())
    if as_json:
        say_json([_plain(line) for line in lines])
        return
    for line in lines:
        next_on = line.next_on.isoformat() if line.next_on is not None else ""
        typer.echo(
            f"{line.clinic}\t{_(STATE_LABELS[line.state])}\t{next_on}\t{line.grade}\t{line.staff}"
        )


def _plain(line: Any) -> dict[str, Any]:
    made = {}
    for name, value in vars(line).items():
        if isinstance(value, bytes):
            made[name] = value.hex()
        elif isinstance(value, date):
            made[name] = value.isoformat()
        else:
            made[name] = value
    return made


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(performance, name="performance")
    app.add_typer(visits, name="visits")
