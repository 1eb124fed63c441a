"""What the home page asks of the database; runs on the database thread."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models.listing import Query, page, shown
from desktop.models.registers import find_register
from desktop.models.registers.contracts import GROUPS
from desktop.models.store import Store
from desktop.services.returns.library import DEFAULT_FORM
from desktop.services.tasks import Task, Urgency
from desktop.services.today import Overview
from desktop.sync import standing
from desktop.text import _
from desktop.ui.exchange_runner import AMBER_DAYS, RED_DAYS, waiting_days
from desktop.ui.screens.home.figures import BarFigure, Bars, Home

_BARS = 7
_TOP = 5
_SIGNS_OF_LIFE = ("staff", "clinics", "contracts", "drugs", "supplies")


def read_home(store: Store, today: dt.date) -> Home:
    """Read the page as of a day."""
    with store.reading() as session:
        overview = Overview(session, today)
        tasks = [*overview.tasks(), *_exchange_tasks(standing.status(session))]
        order = [Urgency.RED, Urgency.AMBER, Urgency.CALM]
        tasks.sort(key=lambda task: order.index(task.urgency))
        return Home(
            today=today,
            month=overview.month,
            form=DEFAULT_FORM,
            empty=_is_empty(session),
            cards=tuple(overview.cards()),
            tasks=tuple(tasks),
            supplies=_supplies(overview),
            second=_visits(session, overview.month) or _key_groups(overview),
        )


def _is_empty(session: Session) -> bool:
    """Tell whether no workbook has been taken in yet."""
    return not any(
        session.execute(
            select(func.count()).select_from(
                select(find_register(key).table.c.id).limit(1).subquery()
            )
        ).scalar_one()
        for key in _SIGNS_OF_LIFE
    )


def _exchange_tasks(status: standing.SyncStatus) -> list[Task]:
    made = []
    if status.issues:
        made.append(
            Task(
                "conflicts",
                _("{count} 处同步问题需要核对").format(count=status.issues),
                _("与别的电脑改得不同，或被县级退回"),
                _("处理"),
                Urgency.AMBER,
                "sync",
            )
        )
    days = waiting_days(status, dt.datetime.now(dt.UTC))
    if status.enrolled and days >= AMBER_DAYS:
        made.append(
            Task(
                "waiting",
                _("{count} 条记录待上传").format(count=f"{status.waiting:,}"),
                _("最早的已等了 {days} 天").format(days=days),
                _("去同步"),
                Urgency.RED if days >= RED_DAYS else Urgency.AMBER,
                "sync",
            )
        )
    return made


def _supplies(overview: Overview) -> Bars:
    reserve = overview.reserve_days
    shown_ = overview.supplies[:_BARS]
    longest = max([each.days or 0 for each in shown_] + [2 * (reserve or 0), 1])
    bars = tuple(
        BarFigure(
            each.name,
            (each.days or 0) / longest,
            _("{days} 天").format(days=each.days),
            _tone(each.days or 0, reserve),
        )
        for each in shown_
    )
    title = (
        _("物资可用天数（虚线：{days} 天储备）").format(days=reserve)
        if reserve
        else _("物资可用天数")
    )
    return Bars(title, bars, reserve / longest if reserve else -1.0)


def _tone(days: int, reserve: int | None) -> str:
    if reserve is None or days >= reserve:
        return ""
    return "red" if days * 5 < reserve * 4 else "amber"


def _visits(session: Session, month: str) -> Bars | None:
    """Return the clinics with the most visits in the month; None where none has reported."""
    register = find_register("clinic_months")
    query = Query(register, where=f"month={month}", sort="visits", descending=True)
    rows = page(session, query, limit=_TOP).rows
    at = [field.key for field in register.fields].index("visits")
    counts = [row.values[at] for row in rows]
    most = max((count for count in counts if isinstance(count, int)), default=0)
    if not most:
        return None
    names = [text["clinic_id"] for text in shown(session, register, rows)]
    bars = tuple(
        BarFigure(name.removesuffix("卫生室"), int(count) / most, f"{int(count):,}")
        for name, count in zip(names, counts, strict=True)
        if isinstance(count, int)
    )
    title = _("村卫生室诊疗人次（{month}月，前五）").format(month=int(month[5:]))
    return Bars(title, bars)


def _key_groups(overview: Overview) -> Bars:
    """Return the largest key groups among the people with a contract in force."""
    labels = {field.key: _(field.label) for field in GROUPS}
    counted = {key: overview.contracts.key_people[key] for key in labels}
    top = sorted(counted.items(), key=lambda each: -each[1])[:_TOP]
    most = max([count for _key, count in top] + [1])
    bars = tuple(BarFigure(labels[key], count / most, f"{count:,}") for key, count in top if count)
    return Bars(_("重点人群签约（前五）"), bars)
