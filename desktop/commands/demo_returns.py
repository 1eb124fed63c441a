"""The returns that the demonstration centre has submitted: made up, the same in every demo."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy.orm import Session

from desktop.commands.demo_history import EARLIER, MONTH, SEASON
from desktop.models.register import Values
from desktop.models.registers.returns import ACCEPTED, RECEIVED
from desktop.models.registers.returns import REGISTER as RETURNS
from desktop.models.store import Store, save
from desktop.services.periods import WEEK, Period, parse_period, period_of
from desktop.services.records import Records
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import compose
from desktop.services.returns.filing import set_explanations, set_typed
from desktop.services.returns.forms import split_key
from desktop.services.returns.library import DEFAULT_FORM, library
from desktop.services.returns.stored import as_stored

_STATISTICIAN, _DIRECTOR = "王秀兰", "院长"

_TYPED = {
    "M11": "3412",
    "M12": "134",
    "M13": "66",
    "M17": "1042",
    "M31": "92",
    "M40": "64",
    "M41": "38",
    "M51": "268.4",
    "M52": "121.7",
    "M55": "139.6",
}
"""The centre's own work in the office's month: what no register holds; money in 千元."""

_EXPLANATION = "已核对原始记录，属季节性变化。"
_OTHERS_BACK = 2
"""So many months back the other returns were submitted too."""


def file_medical_returns(store: Store) -> None:
    """Submit the medical returns of the months before; fill in the office's month as a draft."""
    chance = Random("returns")  # noqa: S311 - made-up figures
    for month in EARLIER:
        scale = SEASON.get(month[5:], 100) * (96 if month < "2026" else 100) / 10_000
        swing = scale * chance.uniform(0.96, 1.04)
        cells = {
            code: _like(value, swing * chance.uniform(0.97, 1.03)) for code, value in _TYPED.items()
        }
        with store.writing() as session:
            _file(session, DEFAULT_FORM, parse_period(month), cells)
    with store.writing() as session:
        set_typed(session, DEFAULT_FORM, MONTH, _TYPED)


def _like(value: str, by: float) -> str:
    tenths = len(value.partition(".")[2])
    return f"{float(value) * by:.{tenths}f}"


def file_other_returns(store: Store) -> None:
    """Submit what else was due before: the other returns, the weekly ones, the clinics' year."""
    with store.writing() as session:
        for period in _due_before():
            for form in library(Records(session)).for_period(period):
                if form.key != DEFAULT_FORM:
                    opened = compose(session, form, period)
                    _file(session, form.key, period, _required(opened))


def _due_before() -> Iterator[Period]:
    office = parse_period(MONTH)
    yield parse_period(str(office.first.year - 1))
    for back in range(_OTHERS_BACK, 0, -1):
        yield office.earlier(back)
    week = period_of(WEEK, office.first)
    while week.last <= office.last:
        yield week
        week = week.following


def _required(opened: ComposedReturn) -> dict[str, str]:
    """Return something for every cell that has to be filled in."""
    chance = Random(f"{opened.form.key} {opened.period.key}")  # noqa: S311 - made-up figures
    wanted = [key for key in opened.to_fill if opened.form.by_code[split_key(key)[0]].required]
    return {key: str(chance.randrange(1, 9)) for key in wanted}


def _file(session: Session, form: str, period: Period, cells: dict[str, str]) -> None:
    """Fill in, explain and submit a return on the day before it was due."""
    draft = set_typed(session, form, period.key, cells)
    if draft.blocking:
        texts = {finding.key: _EXPLANATION for finding in draft.blocking}
        draft = set_explanations(session, form, period.key, texts)
    composed = compose(session, form, period)
    filed = composed.form.due_on(period) - timedelta(days=1)
    save(session, RETURNS, _submitted(composed, filed), draft.record_id)


def _submitted(composed: ComposedReturn, filed: date) -> Values:
    day = filed.isoformat()
    old = composed.period.last < parse_period(MONTH).earlier(1).first
    answer: Values = {"status": RECEIVED, "received_at": f"{day}T09:31:00+08:00"}
    if old:
        answer |= {
            "status": ACCEPTED,
            "answered_at": f"{(filed + timedelta(days=4)).isoformat()}T15:10:00+08:00",
            "answered_by": "县医共体办公室",
        }
    return answer | {
        "figures": as_stored(composed),
        "checksum": composed.checksum,
        "typed": json.dumps(composed.typed, sort_keys=True),
        "explanations": json.dumps(composed.explanations, ensure_ascii=False, sort_keys=True),
        "composed_at": f"{day}T09:02:00+08:00",
        "checked_at": f"{day}T09:08:00+08:00",
        "checked_by": _STATISTICIAN,
        "approved_at": f"{day}T09:15:00+08:00",
        "approved_by": _DIRECTOR,
        "submitted_at": f"{day}T09:20:00+08:00",
        "submitted_by": _STATISTICIAN,
    }
