"""What the returns page asks of the database; runs on the database thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.registers.returns import ACCEPTED, RETURNED, SUBMITTED, Return
from desktop.models.store import Store
from desktop.services import filing
from desktop.services.forms import form_keys
from desktop.services.months import month_of, shifted
from desktop.services.returns import ComposedReturn, open_return
from desktop.services.sheet import month_in_words, sheet_of
from desktop.text import _
from desktop.ui.worker import Changed, changed

_MONTHS_SHOWN = 15


@dataclass(frozen=True)
class DueReturn:
    """A return in the list: its form, when it is due and how it stands."""

    form: str
    label: str
    due: str
    word: str
    tone: str


@dataclass(frozen=True)
class ReturnsView:
    """Everything the page shows for a month."""

    month: str
    months: tuple[str, ...]
    due: tuple[DueReturn, ...]
    opened: ComposedReturn


def first_month(session: Session, form: str, today: date) -> str:
    """Return the month to begin with: last month until it is submitted, then this one."""
    last = shifted(month_of(today), -1)
    done = session.execute(
        select(Return.id)
        .where(
            Return.form == form,
            Return.month == last,
            Return.status.in_((SUBMITTED, ACCEPTED)),
            Return.deleted_at.is_(None),
        )
        .limit(1)
    ).first()
    return last if done is None else month_of(today)


def read_view(store: Store, month: str, form: str, today: date) -> ReturnsView:
    """Compose the month's returns, or read them as they were submitted."""
    keys = form_keys()
    form = form if form in keys else keys[0]
    with store.reading() as session:
        month = month or first_month(session, form, today)
        opened = {key: open_return(session, key, month) for key in keys}
        kept = set(session.scalars(select(Return.month).where(Return.deleted_at.is_(None))))
    recent = {shifted(month_of(today), -back) for back in range(_MONTHS_SHOWN)}
    months = sorted({month, *recent, *(each for each in kept if each)}, reverse=True)
    due = tuple(_due(each, today) for each in opened.values())
    return ReturnsView(month, tuple(months), due, opened[form])


def _due(opened: ComposedReturn, today: date) -> DueReturn:
    day = opened.form.due(opened.month)
    word, tone = standing(opened, today)
    when = _("{month}月{day}日前报出").format(month=day.month, day=day.day)
    return DueReturn(opened.form.key, _(opened.form.short), when, word, tone)


def standing(opened: ComposedReturn, today: date) -> tuple[str, str]:
    """Return how a return stands in a word, and its tone; received only from a receipt."""
    if opened.status == ACCEPTED:
        return _("县级已接收"), "green"
    if opened.status == SUBMITTED:
        return _("已上报 · 待上传"), "amber"
    if opened.status == RETURNED:
        return _("退回重报"), "red"
    late = (today - opened.form.due(opened.month)).days
    if late > 0:
        return _("逾期 {days} 天").format(days=late), "red"
    errors = sum(finding.level == "E" for finding in opened.blocking)
    if errors:
        return _("缺错 {count} 处").format(count=errors), "red"
    if opened.blocking:
        return _("待说明 {count}").format(count=len(opened.blocking)), "amber"
    return _("可上报"), "green"


def save_answers(
    store: Store,
    form: str,
    month: str,
    typed: Mapping[str, str],
    explanations: Mapping[str, str],
) -> Changed[None]:
    """Keep what was filled in and explained, in one transaction."""
    with store.writing() as session:
        if typed:
            filing.set_typed(session, form, month, dict(typed))
        if explanations:
            filing.set_explanations(session, form, month, explanations)
    return changed(None, "returns")


def submit(store: Store, form: str, month: str) -> Changed[None]:
    """Submit the return under the name of the person signed in."""
    with store.writing() as session:
        filing.submit(session, form, month, store.person_name)
    return changed(None, "returns")


def revise(store: Store, form: str, month: str) -> Changed[None]:
    """Begin a correction of a submitted return."""
    with store.writing() as session:
        filing.revise(session, form, month)
    return changed(None, "returns")


def pdf_of(opened: ComposedReturn, today: date) -> bytes:
    """Return the printed return."""
    from desktop.printing.return_page import print_return

    target = BytesIO()
    print_return(target, sheet_of(opened, today))
    return target.getvalue()


def title_of(opened: ComposedReturn) -> str:
    """Return the name of the paper and of its file."""
    return f"{_(opened.form.short)} {month_in_words(opened.month)}"
