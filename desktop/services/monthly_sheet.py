"""The clinics' figures of a month on one sheet, with last month, target and the year's mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Problem, UserError
from desktop.models.kinds import NUMERIC, Kind, Value
from desktop.models.register import Field, Values
from desktop.models.registers.clinic_months import REGISTER
from desktop.models.registers.clinics import REGISTER as CLINICS
from desktop.models.registers.targets import REGISTER as TARGETS
from desktop.models.store import change_many, insert_many, remove
from desktop.services.months import first_day, last_day, shifted
from desktop.services.records import Records
from desktop.services.report_days import report_due
from desktop.services.visits import CLOSED
from desktop.text import _

FIGURES: tuple[Field, ...] = tuple(each for each in REGISTER.stored if each.kind in NUMERIC)
"""The figures of a clinic's month, in the order of its paper form."""

Figures = dict[str, int | None]
"""Figures by field key; None is blank, which is not zero."""

_HISTORY = 12
_LEAST_HISTORY = 3
"""A mean of fewer months says nothing."""

_TARGET_NAMES = {"tcm_visits": "中医诊疗人次"}
"""Where the register of targets names a figure otherwise than the month's form."""

_MONTHS_A_QUARTER, _MONTHS_A_YEAR = 3, 12


@dataclass(frozen=True)
class ClinicRow:
    """One clinic's line of the sheet; without ``record`` the clinic has not reported."""

    clinic: bytes
    name: str
    record: bytes | None = None
    figures: Figures = field(default_factory=dict)
    last: Figures = field(default_factory=dict)
    targets: Mapping[str, Fraction] = field(default_factory=dict)
    means: Mapping[str, Fraction] = field(default_factory=dict)
    copies: int = 0
    received_on: date | None = None

    def value(self, key: str) -> int | None:
        """Return a figure of the month; None is blank."""
        return self.figures.get(key)


@dataclass(frozen=True)
class Far:
    """From when on a figure is far from the mean (policy, check C12): percentage and start."""

    percent: Fraction | None = None
    least: int = 0


@dataclass(frozen=True)
class MonthSheet:
    """A month of all clinics."""

    month: str
    rows: tuple[ClinicRow, ...]
    far: Far = field(default_factory=Far)
    months: tuple[str, ...] = ()
    due: date | None = None

    @property
    def missing(self) -> list[str]:
        """Return the names of the clinics without a report of the month (缺报)."""
        return [row.name for row in self.rows if row.record is None]

    @property
    def late(self) -> list[str]:
        """Return the names of the clinics whose report came after the day it was due (迟报)."""
        return [
            row.name
            for row in self.rows
            if self.due is not None and row.received_on is not None and row.received_on > self.due
        ]

    def below_target(self, row: ClinicRow, key: str, value: int | None) -> bool:
        """Tell whether a figure is below its target; a blank one is missing, not below."""
        goal = row.targets.get(key)
        return value is not None and goal is not None and value < goal

    def far_from_mean(self, row: ClinicRow, key: str, value: int | None) -> bool:
        """Tell whether a figure is far from the mean of the last twelve months."""
        mean = row.means.get(key)
        if value is None or mean is None or self.far.percent is None:
            return False
        least = self.far.least * (100 if REGISTER.by_key[key].kind is Kind.AMOUNT else 1)
        if value < least and mean < least:
            return False
        return abs(value - mean) * 100 > mean * self.far.percent


class SheetRefused(UserError):  # noqa: N818 - named as the person meets it
    """Some clinics' figures do not keep the register's rules; holds the problems by clinic."""

    def __init__(
        self, problems: Mapping[bytes, Sequence[Problem]], names: Mapping[bytes, str]
    ) -> None:
        said = [
            _("{clinic}：{problem}").format(clinic=names.get(clinic, ""), problem=found[0].message)
            for clinic, found in problems.items()
        ]
        super().__init__("；".join(said), _("请改正后再保存，没有写入任何数字。"))
        self.problems = problems


def read_sheet(session: Session, month: str) -> MonthSheet:
    """Read a month's sheet: every clinic that was open in the month or has reported it."""
    records = Records(session)
    back = [shifted(month, -each) for each in range(1, _HISTORY + 1)]
    reports = _reports(records, [month, *back])
    targets = _targets(records, month)
    rows = []
    for clinic, name in _clinics(records, month, {key for key, at in reports if at == month}):
        held = reports.get((clinic, month), [])
        earlier = [_figures(found[-1]) for at in back if (found := reports.get((clinic, at)))]
        last = reports.get((clinic, back[0]))
        rows.append(
            ClinicRow(
                clinic,
                name,
                held[-1].id if held else None,
                _figures(held[-1]) if held else {},
                _figures(last[-1]) if last else {},
                _targets_of(targets, clinic, month),
                _means(earlier),
                len(held),
                min((each.received_on for each in held if each.received_on), default=None),
            )
        )
    percent = records.policy("return.change_query_percent", last_day(month))
    least = records.policy("return.change_query_least", last_day(month))
    far = Far(None if percent is None else Fraction(percent), int(least or 0))
    due = report_due(records, month)
    return MonthSheet(month, tuple(rows), far, _months(records, month), due)


def _clinics(records: Records, month: str, reported: set[bytes]) -> list[tuple[bytes, str]]:
    """Return the clinics that were open in the month, and closed ones that have reported."""
    table = records.table("clinics").c
    closed = table.status.in_(CLOSED)
    found = records.rows(
        select(table.id, table.name, closed.label("closed"), table.closed_on)
        .where(table.deleted_at.is_(None))
        .order_by(table.name, table.id)
    )
    return [
        (bytes(row.id), row.name or "")
        for row in found
        if not row.closed
        or (row.closed_on is not None and row.closed_on >= first_day(month))
        or bytes(row.id) in reported
    ]


def _reports(records: Records, months: list[str]) -> dict[tuple[bytes, str], list[Any]]:
    """Return the reports by clinic and month; of several the last holds, for pay as well."""
    table = records.table("clinic_months").c
    found: dict[tuple[bytes, str], list[Any]] = {}
    columns = [table[each.key] for each in FIGURES]
    for row in records.rows(
        select(table.id, table.clinic_id, table.month, table.note, table.received_on, *columns)
        .where(
            table.deleted_at.is_(None),
            table.clinic_id.is_not(None),
            table.month.in_(months),
        )
        .order_by(table.id)
    ):
        found.setdefault((bytes(row.clinic_id), row.month), []).append(row)
    return found


def _figures(row: Any) -> Figures:
    return {each.key: getattr(row, each.key) for each in FIGURES}


def _means(earlier: Sequence[Figures]) -> dict[str, Fraction]:
    """Return each figure's mean over the months in which it was reported."""
    made = {}
    for each in FIGURES:
        known = [value for row in earlier if (value := row.get(each.key)) is not None]
        if len(known) >= _LEAST_HISTORY:
            made[each.key] = Fraction(sum(known), len(known))
    return made


def _months(records: Records, month: str) -> tuple[str, ...]:
    """Return the months that can be chosen: those with reports, and a year around this one."""
    table = records.table("clinic_months").c
    kept = records.rows(select(table.month).where(table.deleted_at.is_(None)).distinct())
    near = {shifted(month, by) for by in range(-_HISTORY, 2)}
    return tuple(sorted({month, *near, *(row[0] for row in kept if row[0])}, reverse=True))


# Targets


def target_name(key: str) -> str:
    """Return what the register of targets calls a figure."""
    return _TARGET_NAMES.get(key, REGISTER.by_key[key].label)


def _dated(month: str) -> tuple[tuple[str, int], ...]:
    """Return the ways a month's target may be dated, and over how many months each is spread."""
    quarter = f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}"
    return (
        (month, 1),
        (quarter, _MONTHS_A_QUARTER),
        (month[:4], _MONTHS_A_YEAR),
    )


def _targets(records: Records, month: str) -> dict[tuple[bytes | None, str, str], int]:
    table = records.table(TARGETS.key).c
    found = records.rows(
        select(table.clinic_id, table.figure, table.period, table.value)
        .where(
            table.deleted_at.is_(None),
            table.value.is_not(None),
            table.period.in_([key for key, _months in _dated(month)]),
        )
        .order_by(table.id)
    )
    return {
        (None if row.clinic_id is None else bytes(row.clinic_id), row.figure, row.period): row.value
        for row in found
    }


def _targets_of(
    targets: Mapping[tuple[bytes | None, str, str], int], clinic: bytes, month: str
) -> dict[str, Fraction]:
    """Return a clinic's targets: its own before all clinics', the month's before the year's."""
    made = {}
    for each in FIGURES:
        name = target_name(each.key)
        for whose, (key, months) in (
            (whose, dated) for whose in (clinic, None) for dated in _dated(month)
        ):
            value = targets.get((whose, name, key))
            if value is not None:
                made[each.key] = Fraction(value, months)
                break
    return made


# Saving


def check_figures(clinic: bytes, month: str, figures: Mapping[str, int | None]) -> list[Problem]:
    """Return what keeps a clinic's figures from being saved."""
    values: Values = {"clinic_id": clinic, "month": month, **figures}
    return REGISTER.problems(values)


def save_sheet(
    session: Session, month: str, typed: Mapping[bytes, Mapping[str, int | None]]
) -> int:
    """Save what was typed, all or nothing; returns how many clinics' reports were touched.

    Only the typed figures change, so what another PC entered in others stays. A report in which
    every figure was blanked is taken away: the clinic has then not reported.

    Raises:
        SheetRefused: Some figures contradict each other; nothing is written.
    """
    held = _reports(Records(session), [month])
    problems: dict[bytes, list[Problem]] = {}
    new: list[Values] = []
    changes: list[tuple[bytes, Values]] = []
    empty: list[bytes] = []
    for clinic, figures in typed.items():
        row = next(iter(reversed(held.get((clinic, month), []))), None)
        before = {} if row is None else _figures(row)
        whole = {each.key: None for each in FIGURES} | before | dict(figures)
        found = check_figures(clinic, month, whole)
        if found:
            problems[clinic] = found
        elif row is None:
            if any(value is not None for value in whole.values()):
                new.append({"clinic_id": clinic, "month": month, **whole})
        elif all(value is None for value in whole.values()) and not row.note:
            empty.append(bytes(row.id))
        else:
            given: dict[str, Value] = dict(figures)
            changes.append((bytes(row.id), given))
    if problems:
        raise SheetRefused(problems, _names(session, list(problems)))
    _write(session, new, changes, empty)
    return len(new) + len(changes) + len(empty)


def _write(
    session: Session, new: list[Values], changes: list[tuple[bytes, Values]], empty: list[bytes]
) -> None:
    insert_many(session, REGISTER, new)
    change_many(session, REGISTER, changes)
    for record in empty:
        remove(session, REGISTER, record)


def _names(session: Session, clinics: list[bytes]) -> dict[bytes, str]:
    table = CLINICS.table.c
    found = session.execute(select(table.id, table.name).where(table.id.in_(clinics)))
    return {bytes(row.id): row.name or "" for row in found}
