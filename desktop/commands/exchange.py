"""`thdesk import | undo-import | export | list | template`: registers without a window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands import open_here, say_json
from desktop.errors import UserError
from desktop.exchange.exporting import export_list, listed
from desktop.exchange.importing import Options, Outcome, take_in
from desktop.exchange.periods import parse_period
from desktop.exchange.refused import write_refused
from desktop.exchange.sheets import files_in
from desktop.exchange.summary import Figures, summary
from desktop.exchange.template import write_template
from desktop.exchange.undoing import undo
from desktop.models.kinds import parse_date
from desktop.models.listing import Query
from desktop.models.registers import find_register
from desktop.text import _


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="文件或文件夹 / file or folder")],
    register: Annotated[str, typer.Option(help="台账 / register key")] = "",
    period: Annotated[str, typer.Option(help="月份 / month, YYYY-MM")] = "",
    on: Annotated[str, typer.Option(help="按此日统计有效签约 / count contracts on this day")] = "",
    refused: Annotated[
        Path | None, typer.Option(help="退回行另存为 / write refused rows to this workbook")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只预览 / preview only")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """Take in a workbook, a text table or a folder of them."""
    options = Options(register=register, period=parse_period(period) if period else "")
    if register:
        find_register(register)
    day = _day(on)
    files = files_in(path)
    with open_here(context) as centre:
        outcomes, receipt = take_in(centre.store, files, options, dry_run=dry_run)
    if path.is_file() and outcomes[0].error is not None and not as_json:
        raise outcomes[0].error
    found = [summary(outcome, _name(path, outcome.file), day) for outcome in outcomes]
    if as_json:
        marked = [
            each | ({"batch": receipt.batch.hex()} if receipt.batch else {}) for each in found
        ]
        say_json(marked if path.is_dir() else marked[0])
    else:
        _say_all(outcomes, found, written=bool(receipt.batch), dry_run=dry_run)
    plans = [outcome.plan for outcome in outcomes if outcome.plan is not None]
    if refused is not None and any(part.refused for plan in plans for part in plan.parts):
        write_refused(plans, refused)
    if not any(plan.accepted for plan in plans):
        raise typer.Exit(1)


def _day(text: str) -> date:
    if not text:
        return date.today()
    try:
        return parse_date(text) or date.today()
    except ValueError as error:
        raise UserError(str(error)) from error


def _name(path: Path, file: Path) -> str:
    return file.name if path.is_file() else file.relative_to(path).as_posix()


def _say_all(
    outcomes: Sequence[Outcome], found: Sequence[Figures], *, written: bool, dry_run: bool
) -> None:
    """Print what became of all files in words."""
    for outcome, figures in zip(outcomes, found, strict=True):
        _say(outcome, figures)
    if written:
        typer.echo(_("已写入，需要时可用 thdesk undo-import 整体撤销。"))
    elif dry_run:
        typer.echo(_("仅预览，没有写入。"))


def _say(outcome: Outcome, figures: Figures) -> None:
    """Print one file's outcome in words."""
    name = figures["file"]
    if outcome.plan is None:
        typer.echo(_("{file}：{error}").format(file=name, error=figures["error"]), err=True)
        return
    for part in outcome.plan.parts:
        typer.echo(
            _(
                "{file} → {register}：共 {rows} 行，新增 {new}，更新 {changed}，"
                "未变 {same}，退回 {bad}。"
            ).format(
                file=name,
                register=_(part.register.label),
                rows=part.rows,
                new=part.created_count,
                changed=part.updated_count,
                same=len(part.unchanged),
                bad=len(part.refused),
            )
        )
        for each in part.refused:
            typer.echo(_("  第 {row} 行退回：{why}").format(row=each.row, why=each.message))
        for notice in part.notices:
            if notice.row:
                typer.echo(_("  第 {row} 行注意：{why}").format(row=notice.row, why=notice.message))
            else:
                typer.echo(_("  注意：{why}").format(why=notice.message))
    for label, count in outcome.plan.made_counts().items():
        typer.echo(_("  同时新建{label} {count} 条。").format(label=_(label), count=count))
    for heading in figures.get("unmatched_columns", ()):
        typer.echo(_("  未识别的列“{heading}”没有导入。").format(heading=heading))


def _batch(text: str) -> bytes | None:
    """Return the batch a person named, none for the latest."""
    try:
        return bytes.fromhex(text) or None
    except ValueError as error:
        raise UserError(_("“{batch}”不是导入批次的编号。").format(batch=text)) from error


def undo_import(
    context: typer.Context,
    batch: Annotated[
        str, typer.Argument(help="批次，默认最近一次 / batch, default the latest")
    ] = "",
) -> None:
    """Take the latest import back as one step, or the one with that number."""
    with open_here(context) as centre:
        undone = undo(centre.store, _batch(batch))
    typer.echo(
        _("已撤销“{file}”的导入：删除新增 {created} 条，恢复 {updated} 条。").format(
            file=undone.file, created=undone.created, updated=undone.updated
        )
    )


def export(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register key")],
    file: Annotated[Path, typer.Argument(help="xlsx | csv")],
    where: Annotated[str, typer.Option(help="条件 / condition")] = "",
    full: Annotated[
        bool, typer.Option("--full/--masked", help="完整证件号 / whole ID numbers")
    ] = True,
) -> None:
    """Write a register to a workbook or a CSV file that can be taken in again."""
    with open_here(context) as centre, centre.store.reading() as session:
        query = Query(find_register(register), where=where)
        count = export_list(session, query, file, masked=not full)
    typer.echo(_("已导出 {count} 条到“{file}”。").format(count=count, file=file))


def _in_words(value: object) -> str:
    """Return a plain value as the screen shows it."""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "" if value is None else str(value)


def list_(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register key")],
    where: Annotated[str, typer.Option(help="条件 / condition")] = "",
    full: Annotated[bool, typer.Option("--full", help="完整证件号 / whole ID numbers")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON")] = False,
) -> None:
    """List the records of a register."""
    with open_here(context) as centre, centre.store.reading() as session:
        rows = list(listed(session, find_register(register), where=where, masked=not full))
    if as_json:
        say_json(rows)
        return
    labels = {field.key: _(field.label) for field in find_register(register).fields}
    typer.echo("\t".join(labels.values()))
    for row in rows:
        typer.echo("\t".join(_in_words(row[key]) for key in labels))
    typer.echo(_("共 {count} 条。").format(count=len(rows)))


def template(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register key")],
    file: Annotated[Path, typer.Argument(help="xlsx")],
) -> None:
    """Write an empty workbook with drop-down lists and notes."""
    with open_here(context) as centre, centre.store.reading() as session:
        write_template(session, find_register(register), file)
    typer.echo(_("模板已写到“{file}”。").format(file=file))


def attach(app: typer.Typer) -> None:
    """Add the commands of this topic."""
    app.command("import")(import_)
    app.command("undo-import")(undo_import)
    app.command("export")(export)
    app.command("list")(list_)
    app.command("template")(template)
