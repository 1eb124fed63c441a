"""`thdesk indicators` and `thdesk lookback`: the self-score of a period, and figures over time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from desktop.commands import open_here, say_json
from desktop.errors import UserError
from desktop.text import _

Period = Annotated[str, typer.Option(help="2026-10 | 2026-Q4 | 2026")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON")]
Out = Annotated[Path | None, typer.Option(help="输出文件夹 / folder for the PDF and the workbook")]


def score_period(
    context: typer.Context,
    period: Period,
    cells: Annotated[
        list[str] | None, typer.Option("--set", help="CELL=VALUE，空为清除 / empty clears")
    ] = None,
    scheme: Annotated[
        Path | None, typer.Option(help="采用方案文件 / take in a scheme, TOML")
    ] = None,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Score the consortium's appraisal oneself: value, target, gap, and what closes it."""
    from desktop.services.indicators.kept import scheme_for, take_in_scheme
    from desktop.services.indicators.papers import score_cells, score_paper
    from desktop.services.indicators.scoring import plain, self_score
    from desktop.services.indicators.typed import set_cells
    from desktop.services.performance.sheets import centre_name
    from desktop.services.periods import parse_period
    from desktop.services.records import Records

    asked, today = parse_period(period), date.today()
    given = _pairs(cells or [])
    with open_here(context) as centre, centre.store.writing() as session:
        if scheme is not None:
            take_in_scheme(session, _text_of(scheme), scheme.name, asked.first)
        held = scheme_for(Records(session), asked)
        if given:
            set_cells(session, held.scheme, asked, given)
        score = self_score(Records(session), held.scheme, asked, today)
        name = centre_name(session)
    for broken in held.broken:
        typer.echo(str(broken), err=True)
    if out is not None:
        paper = score_paper(score, name, today)
        _write(out, f"{period}-{_('自评表')}", paper, score_cells(score), quiet=as_json)
    if as_json:
        say_json(plain(score))
        return
    _say_score(score)


def _say_score(score: Any) -> None:
    from desktop.services.indicators.papers import (
        remark_of,
        show_points,
        show_target,
        show_value,
        summary_of,
    )

    for each in score.items:
        words = (
            each.item.code,
            _(each.item.label),
            show_value(each, each.value),
            show_target(each),
            f"{show_points(each.points)}/{each.item.weight}",
            remark_of(each),
        )
        typer.echo("\t".join(words))
    typer.echo(summary_of(score))


def look_back(
    context: typer.Context,
    measure: Annotated[
        str, typer.Argument(help="FORM:CODE | FIGURE[argument=word] — 见 / see thdesk returns")
    ],
    period: Period,
    across: Annotated[
        bool, typer.Option("--clinics", help="各村卫生室对比 / compare the clinics")
    ] = False,
    out: Out = None,
    as_json: AsJson = False,
) -> None:
    """Show any line of a return or any figure over twelve periods, or clinics side by side."""
    from desktop.services.performance.sheets import centre_name
    from desktop.services.periods import parse_period
    from desktop.services.records import Records
    from desktop.services.returns import lookback_papers as papers
    from desktop.services.returns.lookback import LookBack
    from desktop.services.returns.measures import parse_measure

    asked, wanted, today = parse_period(period), parse_measure(measure), date.today()
    with open_here(context) as centre, centre.store.reading() as session:
        looking = LookBack(Records(session), today)
        name = centre_name(session)
        if across:
            compared = looking.comparison(wanted, asked)
            cells = papers.comparison_cells(compared)
            paper = papers.comparison_paper(compared, name, today)
        else:
            series = looking.series(wanted, asked)
            cells = papers.series_cells(series)
            paper = papers.series_paper(series, name, today)
    if out is not None:
        _write(out, f"{period}-{cells.title}", paper, cells, quiet=as_json)
    if as_json:
        say_json({"title": cells.remark, "heads": cells.heads, "rows": cells.rows})
        return
    typer.echo(cells.remark)
    for row in (cells.heads, *cells.rows):
        typer.echo("\t".join("" if cell is None else str(cell) for cell in row))


def _pairs(given: list[str]) -> dict[str, str]:
    made = {}
    for each in given:
        cell, equals, value = each.partition("=")
        if not equals:
            raise UserError(
                _("“{text}”应写成 代码=数值。").format(text=each), _("例如：--set D2.n=36")
            )
        made[cell.strip()] = value
    return made


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            _("读不了“{file}”：{reason}。").format(file=file.name, reason=error),
            _("请另存为 UTF-8 的文本文件。"),
        ) from error


def _write(out: Path, name: str, paper: Any, cells: Any, *, quiet: bool) -> None:
    """Write the paper and the workbook into a folder and name them."""
    from desktop.exchange.chart_workbook import write_chart_workbook
    from desktop.printing.report import print_reports

    out.mkdir(parents=True, exist_ok=True)
    pdf, book = out / f"{name}.pdf", out / f"{name}.xlsx"
    print_reports(pdf, [paper])
    words = (cells.title, cells.remark)
    write_chart_workbook(book, words, cells.heads, cells.rows, cells.lines, bars=cells.bars)
    for path in (pdf, book):
        typer.echo(str(path), err=quiet)


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("indicators")(score_period)
    app.command("lookback")(look_back)
