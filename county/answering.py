"""The county's answer to a submitted return: accepted, or sent back with a reason and remarks.

The answer is in fields that only the hub sets, and travels to the centre in its own feed. Only the
newest submitted revision can be answered: an older one has been replaced by the centre itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from county.centres import find_centre
from county.clock import written
from county.exchanging import lock_centre
from county.receipts import NUMBER, ListedReturn, listed
from county.tables import CENTRES, register_tables
from county.writer import Writer
from desktop.errors import NotFound, UserError
from desktop.models.kinds import Value
from desktop.models.registers.returns import ACCEPTED, REGISTER, RETURNED, SETTLED, Return
from desktop.text import _, in_a_row

_WHOLE = ""
"""The name under which the remark on the whole return stands among those on its cells."""

_LONGEST_REMARK = 1_000
_FEW = 12


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which return is meant.

    Args:
        centre: Code or name of the centre.
        form: Key or title of the form.
        period: Month, week or year.
        revision: The revision that was looked at; the newest one for 0.
    """

    centre: str
    form: str
    period: str
    revision: int = 0


def accept(connection: Connection, wanted: Wanted, by: str) -> ListedReturn:
    """Accept a return.

    Raises:
        NotFound: The centre has submitted no such return.
        UserError: It was answered already, or a newer revision has replaced it.
    """
    row = _find(connection, wanted)
    if row.status == ACCEPTED:
        raise UserError(_("这份报表已由 {name} 审定。").format(name=row.answered_by or _("县里")))
    if row.status == RETURNED:
        raise UserError(_("这份报表已退回。"), _("请等机构上报更正版次。"))
    return _answer(connection, row, ACCEPTED, by, None)


def send_back(
    connection: Connection, wanted: Wanted, by: str, reason: str, remarks: Mapping[str, str]
) -> ListedReturn:
    """Send a return back with the reason and a remark on each cell that is wrong.

    Raises:
        NotFound: The centre has submitted no such return.
        UserError: No reason, an unknown cell, sent back already, or replaced by a newer revision.
    """
    row = _find(connection, wanted)
    if row.status == RETURNED:
        raise UserError(_("这份报表已退回。"), _("请等机构上报更正版次。"))
    said = {_WHOLE: _tidy(reason), **{key: _tidy(text) for key, text in remarks.items()}}
    if not said[_WHOLE]:
        raise UserError(_("没有写退回的原因。"), _("请用 --reason 写明。"))
    figures = _stored(row).get("figures")
    cells = list(figures) if isinstance(figures, dict) else []
    unknown = [key for key in remarks if key not in cells]
    if unknown:
        raise UserError(
            _("这份报表没有 {cells} 这样的格。").format(cells=in_a_row(unknown)),
            _("可用的有：{cells}。").format(cells=in_a_row(cells[:_FEW]) or _("无")),
        )
    return _answer(connection, row, RETURNED, by, json.dumps(said, ensure_ascii=False))


def _tidy(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())[:_LONGEST_REMARK]


def _stored(row: Row[Any]) -> dict[str, Any]:
    """Return what was kept with the return when it was submitted."""
    try:
        found = json.loads(row.figures or "{}")
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}


def _title(row: Row[Any]) -> str:
    form = _stored(row).get("form")
    return str(form.get("title", row.form) if isinstance(form, dict) else row.form)


def _find(connection: Connection, wanted: Wanted) -> Row[Any]:
    """Return the newest submitted revision, with the centre locked."""
    centre = lock_centre(connection, find_centre(connection, wanted.centre).id)
    _register, table = register_tables()[NUMBER]
    rows = connection.execute(
        select(table, CENTRES.c.code.label("centre"), CENTRES.c.name.label("centre_name"))
        .join(CENTRES, CENTRES.c.id == table.c.centre_id)
        .where(
            table.c.centre_id == centre.id,
            table.c.status.in_((*SETTLED, RETURNED)),
            table.c.deleted_at.is_(None),
            func.coalesce(table.c.period, table.c.month) == wanted.period.strip(),
        )
        .order_by(table.c.revision, table.c.submitted_at, table.c.id)
    ).all()
    named = [row for row in rows if wanted.form in {row.form, _title(row)}]
    if not named:
        known = in_a_row(dict.fromkeys(row.form for row in rows))
        raise NotFound(
            _("{centre}没有上报过 {period} 的“{form}”。").format(
                centre=centre.name, period=wanted.period, form=wanted.form
            ),
            _("该期上报过的有：{forms}。").format(forms=known or _("无")),
        )
    newest = named[-1]
    if wanted.revision and wanted.revision != (newest.revision or 1):
        raise UserError(
            _("最新上报的是第 {newest} 版，不是第 {given} 版。").format(
                newest=newest.revision or 1, given=wanted.revision
            ),
            _("请先看过最新版次。"),
        )
    return newest


def _answer(
    connection: Connection, row: Row[Any], status: str, by: str, remarks: str | None
) -> ListedReturn:
    centre = lock_centre(connection, row.centre_id)
    writer = Writer(connection, centre)
    values: dict[str, Value] = {
        Return.status.key: status,
        Return.answered_at.key: written(),
        Return.answered_by.key: _tidy(by),
        Return.remarks.key: remarks,
    }
    for key, value in values.items():
        if getattr(row, key) != value:
            writer.set(REGISTER, row.id, REGISTER.by_key[key].number, value)
    writer.write()
    _register, table = register_tables()[NUMBER]
    answered = connection.execute(
        select(table, CENTRES.c.code.label("centre"), CENTRES.c.name.label("centre_name"))
        .join(CENTRES, CENTRES.c.id == table.c.centre_id)
        .where(table.c.id == row.id, table.c.centre_id == row.centre_id)
    ).one()
    return listed(answered)
