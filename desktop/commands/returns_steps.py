"""`thdesk returns compose | check | approve | submit | revise | list`: the steps of a return."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from desktop.commands import open_here, say_json
from desktop.commands.returns_options import (
    AsJson,
    FormKey,
    Period,
    as_json_object,
    asked_forms,
    asked_period,
    finding_object,
    one_form,
    pairs,
    refuse_others,
    returns,
    say_findings,
    say_table,
)
from desktop.errors import NotFound
from desktop.models.opening import Centre
from desktop.models.registers.returns import APPROVED, CHECKED, RETURNED
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, filing, open_return
from desktop.services.returns.forms import cell_key, split_key
from desktop.services.returns.locks import lock_of
from desktop.text import _, in_a_row


@returns.command("compose")
def compose(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="填报项 / typed item: M11=3620, V03@村卫生室=12"),
    ] = None,
    explain: Annotated[
        list[str] | None, typer.Option("--explain", help="情况说明 / explanation: C12:M31=…")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compose the period's returns from the registers and keep them as drafts."""
    asked = asked_period(period)
    typed, texts = pairs(set_ or [], "--set"), pairs(explain or [], "--explain")
    made: list[ComposedReturn] = []
    with open_here(context) as centre, centre.store.writing() as session:
        if typed or texts:
            form = one_form(session, form, asked)
        for key in asked_forms(session, form, asked):
            if typed:
                filing.set_typed(session, key, asked.key, _by_cell(session, key, asked.key, typed))
            if texts:
                filing.set_explanations(session, key, asked.key, texts)
            made.append(filing.save_draft(session, key, asked.key))
    if as_json:
        say_json([as_json_object(each) for each in made])
        return
    for each in made:
        say_table(each)


def _by_cell(session: Session, form: str, period: str, typed: dict[str, str]) -> dict[str, str]:
    """Return what was typed by the cells' names, where a row may be given by its name.

    Raises:
        NotFound: There is no row of that name, or there are several.
    """
    if all("@" not in key for key in typed):
        return typed
    opened = open_return(session, form, period)
    rows = [(row.key, row.label) for section in opened.sections for row in section.rows]
    rows += [(sheet.subject, sheet.name) for sheet in opened.sheets if sheet.subject]
    keys = {key for key, _label in rows}
    found = {}
    for given, value in typed.items():
        code, row = split_key(given)
        named = {key for key, label in rows if label == row}
        if row and row not in keys and len(named) != 1:
            raise NotFound(
                _("没有名为“{row}”的行，或有几行同名。").format(row=row),
                _("各行是：{rows}。").format(
                    rows=in_a_row(dict.fromkeys(label for _key, label in rows))
                ),
            )
        found[cell_key(code, named.pop() if named and row not in keys else row)] = value
    return found


@returns.command("check")
def check(
    context: typer.Context,
    period: Period,
    form: FormKey = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只看结果，不记为已审核 / only look")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what the checks find; a return with nothing left to mend is marked as checked.

    The exit code is 1 where something still keeps a return from being submitted.
    """
    asked = asked_period(period)
    seen: list[ComposedReturn] = []
    with open_here(context) as centre, centre.store.writing() as session:
        for key in asked_forms(session, form, asked):
            opened = open_return(session, key, asked.key)
            ready = not (opened.frozen or opened.blocking or dry_run)
            if ready and opened.status not in (CHECKED, APPROVED, RETURNED):
                opened = filing.check(session, key, asked.key, centre.store.person_name)
            seen.append(opened)
    if as_json:
        say_json([_checked_object(each) for each in seen])
    else:
        for each in seen:
            _say_checked(each)
    if any(each.blocking for each in seen if not each.frozen):
        raise typer.Exit(1)


def _checked_object(opened: ComposedReturn) -> dict[str, Any]:
    return {
        "form": opened.form.key,
        "period": opened.period.key,
        "status": opened.status,
        "blocking": 0 if opened.frozen else len(opened.blocking),
        "findings": [finding_object(opened, each) for each in opened.findings],
    }


def _say_checked(opened: ComposedReturn) -> None:
    count = 0 if opened.frozen else len(opened.blocking)
    words = _("还有 {count} 处待处理").format(count=count) if count else _("审核通过")
    typer.echo(f"{_(opened.form.title)} {opened.period.key} {_(opened.status)}：{words}")
    say_findings(opened)


@returns.command("approve")
def approve(
    context: typer.Context, period: Period, form: FormKey = "", as_json: AsJson = False
) -> None:
    """Check the period's returns and approve them as the director."""
    asked = asked_period(period)
    with open_here(context) as centre:
        refuse_others(centre)
        with centre.store.writing() as session:
            done = [
                _approved(session, key, asked.key, centre.store.person_name)
                for key in asked_forms(session, form, asked)
            ]
    if as_json:
        say_json([as_json_object(each) for each in done])
        return
    for each in done:
        typer.echo(
            _("{month}《{title}》已批准，可以上报。").format(
                month=each.period.key, title=_(each.form.title)
            )
        )


def _approved(session: Session, key: str, period: str, person: str) -> ComposedReturn:
    opened = open_return(session, key, period)
    if opened.status not in (CHECKED, APPROVED):
        filing.check(session, key, period, person)
    return filing.approve(session, key, period, person)


@returns.command("submit")
def submit(
    context: typer.Context, period: Period, form: FormKey = "", as_json: AsJson = False
) -> None:
    """Check, approve and lock the period's returns; the next exchange hands them to the county."""
    asked = asked_period(period)
    with open_here(context) as centre, centre.store.writing() as session:
        done = [
            _submitted(session, key, asked.key, centre) for key in asked_forms(session, form, asked)
        ]
    if as_json:
        say_json([as_json_object(each) for each in done])
        return
    for each in done:
        typer.echo(
            _("{month}《{title}》已锁定上报，校验码 {code}；同步后由县级接收。").format(
                month=each.period.key, title=_(each.form.title), code=each.check_code
            )
        )


def _submitted(session: Session, key: str, period: str, centre: Centre) -> ComposedReturn:
    """Submit a return: an approved one as anyone, another with all steps as the director."""
    person = centre.store.person_name
    if open_return(session, key, period).status == APPROVED:
        return filing.submit(session, key, period, person)
    refuse_others(centre)
    return filing.submit_all_steps(session, key, period, person)


@returns.command("revise")
def revise(context: typer.Context, period: Period, form: FormKey = "") -> None:
    """Begin a correction of a submitted return: a new draft that names the old one."""
    asked = asked_period(period)
    with open_here(context) as centre, centre.store.writing() as session:
        draft = filing.revise(session, one_form(session, form, asked), asked.key)
    typer.echo(_("已另作第 {revision} 版草稿。").format(revision=draft.revision))


@returns.command("list")
def list_(
    context: typer.Context,
    period: Period = "",
    form: FormKey = "",
    as_json: AsJson = False,
) -> None:
    """List a period's returns with state, due day and check code; else all that are kept."""
    with open_here(context) as centre, centre.store.reading() as session:
        if period:
            asked = asked_period(period)
            keys = asked_forms(session, form, asked)
            rows = [_standing(session, open_return(session, key, asked.key)) for key in keys]
        else:
            rows = [_kept(row) for row in filing.listed(session) if form in ("", row.form)]
    if as_json:
        say_json(rows)
        return
    for each in rows:
        typer.echo("\t".join(_row_in_words(each)))


def _standing(session: Session, opened: ComposedReturn) -> dict[str, Any]:
    today, due = date.today(), opened.form.due_on(opened.period)
    lock = None if opened.frozen else lock_of(Records(session), opened.form, opened.period, today)
    return {
        "form": opened.form.key,
        "title": opened.form.title,
        "period": opened.period.key,
        "revision": opened.revision,
        "status": opened.status,
        "due": due.isoformat(),
        "days_left": None if opened.frozen else (due - today).days,
        "late_days": opened.late_days,
        "check_code": opened.check_code,
        "checksum": opened.checksum,
        "blocking": 0 if opened.frozen else len(opened.blocking),
        "submitted_at": opened.submitted_at,
        "submitted_by": opened.submitted_by,
        "received_at": opened.received_at,
        "locked": lock.reason if lock else "",
    }


def _kept(row: Any) -> dict[str, Any]:
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name
    digits = (row.checksum or "")[:8].upper()
    return {
        **found,
        "period": row.period or row.month,
        "check_code": f"{digits[:4]}-{digits[4:]}" if digits else "",
    }


def _row_in_words(row: dict[str, Any]) -> list[str]:
    status = row["status"]
    words = [row["period"], row["form"], f"R{row['revision']}", _(status)]
    if "due" in row:
        words += [_("{day} 前").format(day=row["due"]), _time_left(row)]
    return [*words, row["check_code"], (row["submitted_at"] or "")[:16], row.get("locked", "")]


def _time_left(row: dict[str, Any]) -> str:
    left = row["days_left"]
    if left is None:
        late = row["late_days"]
        return _("逾期 {days} 天报出").format(days=late) if late else _("按时报出")
    if left < 0:
        return _("已逾期 {days} 天").format(days=-left)
    return _("还有 {days} 天").format(days=left)
