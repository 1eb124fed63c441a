"""Returns composed from the registers: this month, last month, last year, year to date (S0-3b).

The office PC and the county hub compose with the same code: what differs is :class:`Records`, the
way to the rows. A submitted return is read as it was stored and never composed again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, FromClause, Select, select
from sqlalchemy.orm import Session

from desktop.models.registers.returns import ACCEPTED, DRAFT, SUBMITTED
from desktop.services.checks import Finding, findings
from desktop.services.line_figures import SUM_OF_LINES, Figure, explain, figure_of
from desktop.services.forms import DEFAULT_FORM, Form, Line, Source, form_keys, load_form
from desktop.services.holdings import Holdings
from desktop.services.months import last_day, shifted, year_to
from desktop.services.records import Records
from desktop.services.wording import show_figure
from desktop.text import _, in_a_row

__all__ = [
    "ComposedLine",
    "ComposedReturn",
    "Form",
    "Records",
    "compose",
    "differences",
    "form_keys",
    "load_form",
    "open_return",
]

Columns = tuple[Figure, Figure, Figure, Figure]
"""This month, last month, the same month last year, the year to date."""

_BLANK: Columns = (None, None, None, None)


@dataclass(frozen=True)
class Head:
    """The centre as the head and foot of a return name it."""

    name: str
    code: str
    uscc: str
    phone: str

    @property
    def identity(self) -> str:
        """Return the unified credit code, or the division code where none is known."""
        return self.uscc or self.code


@dataclass(frozen=True)
class ComposedLine:
    """A line with its figures and where they come from."""

    line: Line
    this: Figure
    last: Figure
    year_ago: Figure
    to_date: Figure
    how: str

    @property
    def columns(self) -> Columns:
        """Return the four figures."""
        return (self.this, self.last, self.year_ago, self.to_date)


@dataclass(frozen=True)
class ComposedReturn:
    """A return of a month, computed now or read as it was submitted."""

    form: Form
    month: str
    head: Head
    lines: tuple[ComposedLine, ...]
    findings: tuple[Finding, ...]
    typed: dict[str, int]
    explanations: dict[str, str]
    revision: int = 1
    status: str = DRAFT
    record_id: bytes | None = None
    replaces: str = ""
    submitted_at: str = ""
    submitted_by: str = ""
    received_at: str = ""

    @property
    def frozen(self) -> bool:
        """Say that it was submitted and no longer changes."""
        return self.status in (SUBMITTED, ACCEPTED)

    @property
    def blocking(self) -> list[Finding]:
        """Return the findings that keep it from being submitted."""
        return [finding for finding in self.findings if finding.open]

    @property
    def as_of(self) -> date:
        """Return the day of its stock figures, the last of the month."""
        return last_day(self.month)

    def line(self, code: str) -> ComposedLine:
        """Return the line with that code."""
        return next(each for each in self.lines if each.line.code == code)

    @property
    def figures(self) -> dict[str, Columns]:
        """Return all figures by code."""
        return {each.line.code: each.columns for each in self.lines}

    @property
    def checksum(self) -> str:
        """Return the SHA-256 over form, month, revision, centre and figures."""
        sealed = {
            "form": self.form.key,
            "month": self.month,
            "revision": self.revision,
            "centre": self.head.identity,
            "figures": self.figures,
        }
        text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def check_code(self) -> str:
        """Return the first digits of the checksum as printed, such as 8F3A-61C2."""
        return f"{self.checksum[:4]}-{self.checksum[4:8]}".upper()


class _Surroundings:
    """What check rules ask of the registers; policies are asked once."""

    def __init__(self, held: Holdings, form: Form) -> None:
        self._held = held
        self._lines = form.by_code
        self._policies: dict[str, int | Fraction | None] = {}

    def policy(self, code: str) -> int | Fraction | None:
        """Return a policy's number at the month's end."""
        if code not in self._policies:
            number = self._held.records.policy(code, last_day(self._held.month))
            exact = None if number is None else Fraction(number)
            whole = exact is not None and exact.denominator == 1
            self._policies[code] = int(exact) if exact is not None and whole else exact
        return self._policies[code]

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[int, ...]]:
        """Return the lines' figures in the 12 months before, where none is blank."""
        made = []
        for back in range(1, 13):
            month = shifted(self._held.month, -back)
            found = [figure_of(self._held, self._lines[code], month) for code in codes]
            known = [each for each in found if each is not None]
            if len(known) == len(codes):
                made.append(tuple(known))
        return made


def compose(
    bind: Session | Connection | Records, form: Form | str = DEFAULT_FORM, month: str = ""
) -> ComposedReturn:
    """Compose a return from the registers as they are now.

    Args:
        bind: The office PC's session, or the records of one centre on the hub.
        form: The form or its key.
        month: The month reported on, ``YYYY-MM``.
    """
    records = bind if isinstance(bind, Records) else Records(bind)
    declared = form if isinstance(form, Form) else load_form(form)
    return _composed(Holdings(records, declared.key, month), declared)


def open_return(
    bind: Session | Connection | Records, form: Form | str = DEFAULT_FORM, month: str = ""
) -> ComposedReturn:
    """Return the month's return: as stored when it was submitted, else composed now."""
    records = bind if isinstance(bind, Records) else Records(bind)
    declared = form if isinstance(form, Form) else load_form(form)
    held = Holdings(records, declared.key, month)
    row = held.own_return
    if row is not None and row.status in (SUBMITTED, ACCEPTED):
        return from_row(row, declared)
    return _composed(held, declared)


def _composed(held: Holdings, form: Form) -> ComposedReturn:
    columns = {
        line.code: _columns(held, line) for line in form.lines if line.source.name != SUM_OF_LINES
    }
    for line in form.lines:
        if line.source.name == SUM_OF_LINES:
            columns[line.code] = _added(line, columns)
    row = held.own_return
    explanations = json.loads(row.explanations or "{}") if row is not None else {}
    missing = held.clinics_missing(held.month)
    composed = ComposedReturn(
        form=form,
        month=held.month,
        head=_head(held.records),
        lines=tuple(
            ComposedLine(line, *columns[line.code], _how(held, line)) for line in form.lines
        ),
        findings=tuple(
            findings(
                form,
                columns,
                _Surroundings(held, form),
                explanations,
                lambda line, value: show_figure(line, value) or _("空白"),
                {"missing": in_a_row(missing)},
            )
        ),
        typed=held.typed(held.month),
        explanations=explanations,
    )
    return composed if row is None else _with_row(composed, row)


def _columns(held: Holdings, line: Line) -> Columns:
    month = held.month
    this, last, year_ago = (figure_of(held, line, each) for each in held.compared)
    if line.kind == "stock":
        return this, last, year_ago, None
    found = [figure_of(held, line, each) for each in year_to(month)]
    known = [each for each in found if each is not None]
    return this, last, year_ago, sum(known) if known else None


def _added(line: Line, columns: dict[str, Columns]) -> Columns:
    """Add up other lines, column by column; a blank part leaves the sum blank unless optional."""
    optional = set(line.source.parameters.get("optional", ()))
    parts = line.source.parameters["parts"]
    made: list[Figure] = []
    for position in range(len(_BLANK)):
        figures = {code: columns[code][position] for code in parts}
        blank = any(value is None for code, value in figures.items() if code not in optional)
        made.append(None if blank else sum(value or 0 for value in figures.values()))
    return made[0], made[1], made[2], made[3]


def _how(held: Holdings, line: Line) -> str:
    if line.source.name == SUM_OF_LINES:
        parts = "＋".join(line.source.parameters["parts"])
        return _("{parts} 之和；必填的部分空白时合计空白。").format(parts=parts)
    sentence = explain(held, line, held.month)
    months = year_to(held.month)
    if line.kind == "flow" and len(months) > 1:
        blank = [month for month in months if figure_of(held, line, month) is None]
        if blank and len(blank) < len(months):
            more = _("本年累计只含有数的 {count} 个月。").format(count=len(months) - len(blank))
            return sentence + more
    return sentence


def _head(records: Records) -> Head:
    found = records.rows(_centre(records.table("centre")))
    return Head(*(value or "" for value in found[0])) if found else Head("", "", "", "")


@lru_cache(maxsize=8)
def _centre(centres: FromClause) -> Select[Any, Any, Any, Any]:
    table = centres.c
    return (
        select(table.name, table.code, table.uscc, table.phone)
        .where(table.deleted_at.is_(None))
        .order_by(table.id)
        .limit(1)
    )


def _with_row(composed: ComposedReturn, row: Any) -> ComposedReturn:
    return replace(
        composed,
        revision=row.revision or 1,
        status=row.status or DRAFT,
        record_id=bytes(row.id),
        replaces=row.replaces or "",
        submitted_at=row.submitted_at or "",
        submitted_by=row.submitted_by or "",
        received_at=row.received_at or "",
    )


# Stored form


_LAYOUT = ("code", "label", "unit", "section", "indent", "kind", "shape", "change")
_HEADING = ("title", "short", "number", "issuer", "valid_until", "due_day", "basis")


def as_stored(composed: ComposedReturn) -> str:
    """Return the JSON kept with the return: its figures and all it takes to print it again."""
    return json.dumps(
        {
            "form": {name: getattr(composed.form, name) for name in _HEADING},
            "rules": [rule.shown for rule in composed.form.rules if rule.shown],
            "centre": vars(composed.head),
            "figures": composed.figures,
            "layout": [[getattr(each.line, name) for name in _LAYOUT] for each in composed.lines],
            "how": {each.line.code: each.how for each in composed.lines},
            "findings": [vars(finding) for finding in composed.findings],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_row(row: Any, form: Form) -> ComposedReturn:
    """Return a stored return as it was composed, whatever the form and the records say today."""
    stored = json.loads(row.figures)
    lines = []
    for values in stored["layout"]:
        line = Line(**dict(zip(_LAYOUT, values, strict=True)), source=Source("stored"))
        this, last, year_ago, to_date = stored["figures"][line.code]
        how = stored["how"][line.code]
        lines.append(ComposedLine(line, this, last, year_ago, to_date, how))
    rules = [rule for rule in form.rules if rule.shown in stored["rules"]]
    composed = ComposedReturn(
        form=replace(
            form, **stored["form"], lines=tuple(each.line for each in lines), rules=tuple(rules)
        ),
        month=row.month,
        head=Head(**stored["centre"]),
        lines=tuple(lines),
        findings=tuple(Finding(**finding) for finding in stored["findings"]),
        typed=json.loads(row.typed or "{}"),
        explanations=json.loads(row.explanations or "{}"),
    )
    return _with_row(composed, row)


def differences(stored: ComposedReturn, recomputed: ComposedReturn) -> list[str]:
    """Return the codes whose figure of the month differs, for the hub's own computation."""
    mine, theirs = stored.figures, recomputed.figures
    codes: Iterable[str] = mine
    return [code for code in codes if mine[code][0] != theirs.get(code, _BLANK)[0]]
