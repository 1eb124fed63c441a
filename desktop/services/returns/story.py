"""The story of one cell: where its figure comes from, what it was before, who typed what when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.changes import history, hlc_time
from desktop.models.kinds import show_amount
from desktop.models.local import Change
from desktop.models.registers.return_cells import FILLED
from desktop.models.registers.return_cells import REGISTER as CELLS
from desktop.services.figures.behind import comes_to
from desktop.services.figures.catalogue import Ask, Behind, Figure, Shape, find_figure
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import explain_cell
from desktop.services.returns.forms import TOTAL, Form, Line, cell_key, split_key
from desktop.services.returns.formulas import codes_needed
from desktop.services.returns.kept import Kept
from desktop.services.returns.surroundings import Around
from desktop.services.returns.wording import show_figure
from desktop.text import _

PERIODS_BACK = 12


@dataclass(frozen=True)
class Part:
    """Another cell that a figure is worked out from, or a figure above or below a line."""

    label: str
    text: str
    key: str = ""
    """The cell's name where it is one of the same return."""


@dataclass(frozen=True)
class RecordsBehind:
    """A list of records that comes to a figure: which register, and what they come to."""

    label: str
    figure: str
    behind: Behind
    comes_to: int
    text: str
    """What they come to, in the figure's own unit."""


@dataclass(frozen=True)
class Earlier:
    """A cell in an earlier period; a blank one has no value."""

    period: str
    value: int | None
    text: str


@dataclass(frozen=True)
class CellEdit:
    """Something that was typed into a cell: when, by whom, what stood before and after."""

    at: datetime | None
    person: str
    """Id of the person; empty where it came from another PC."""
    before: str
    after: str


@dataclass(frozen=True)
class CellStory:
    """Everything there is to say about a cell."""

    key: str
    label: str
    text: str
    unit: str
    how: str
    clause: str = ""
    parts: tuple[Part, ...] = ()
    behind: tuple[RecordsBehind, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    least: int | None = None
    most: int | None = None
    edits: tuple[CellEdit, ...] = ()
    typed_record: bytes | None = None
    """The record that keeps what was typed into the cell."""


def cell_story(session: Session, opened: ComposedReturn, key: str) -> CellStory:
    """Return where a cell comes from, what it was in the last twelve periods, and its edits."""
    return _Teller(session, opened, key).told()


class _Teller:
    def __init__(self, session: Session, opened: ComposedReturn, key: str) -> None:
        self._session = session
        self._records = Records(session)
        self._opened = opened
        self._form: Form = opened.form
        self._period: Period = opened.period
        self._cell = opened.cell(key)
        self._line: Line = self._cell.line
        self._code, self._row = split_key(key)

    def told(self) -> CellStory:
        clause, how, parts, behind = self._source()
        earlier = self._earlier()
        known = [each.value for each in earlier if each.value is not None]
        place = (self._form, self._period, self._cell.key)
        return CellStory(
            key=self._cell.key,
            label=_(self._line.label),
            text=show_figure(self._line, self._cell.this),
            unit=self._line.scale if self._line.money else self._line.unit,
            how=how,
            clause=clause,
            parts=parts,
            behind=behind,
            earlier=earlier,
            least=min(known) if known else None,
            most=max(known) if known else None,
            edits=tuple(cell_edits(self._session, *place)) if self._line.typed else (),
            typed_record=_typed_record(self._session, *place).id if self._line.typed else None,
        )

    def _source(self) -> tuple[str, str, tuple[Part, ...], tuple[RecordsBehind, ...]]:
        """Return clause, sentence, the parts it is worked out from and the records behind it."""
        asked = explain_cell(self._records, self._form, self._period, self._cell.key)
        if asked is not None:
            return self._from_figure(*asked)
        return "", self._cell.how or self._sentence(), tuple(self._parts()), ()

    def _sentence(self) -> str:
        """Say where a table's cell without a figure comes from."""
        if self._line.formula:
            return _("按算式 {formula} 计算；所需各项有空白时为空白。").format(
                formula=self._line.formula
            )
        if self._row == TOTAL:
            return _("上面各行之和。")
        if self._line.carried:
            return _("结转自上期的 {code} {label}。").format(
                code=self._line.carried,
                label=_(self._form.by_code[self._line.carried].label),
            )
        return _("填报项，由填表人录入。")

    def _parts(self) -> list[Part]:
        """Return the other cells that a formula needs."""
        if self._line.carried:
            model = self._form.by_code[self._line.carried]
            kept = Kept(self._records, self._form.key, self._period)
            value = kept.reported(self._period.previous, cell_key(model.code, self._row))
            label = f"{self._period.previous.label} {model.code} {_(model.label)}"
            return [Part(label, show_figure(model, value))]
        if not self._line.formula:
            return []
        made = []
        for code in sorted(codes_needed(self._line.formula)):
            cell = self._needed(code)
            if cell is not None:
                shown = f"{code} {_(cell.line.label)}"
                made.append(Part(shown, show_figure(cell.line, cell.this), cell.key))
        return made

    def _needed(self, code: str) -> Any | None:
        """Return the cell a formula means by a code: of its own row, else the line or the total."""
        cells = self._opened.cells
        for key in (cell_key(code, self._row), code, cell_key(code, TOTAL)):
            if key in cells:
                return cells[key]
        return None

    def _from_figure(
        self, figure: Figure, ask: Ask, row: str
    ) -> tuple[str, str, tuple[Part, ...], tuple[RecordsBehind, ...]]:
        how = self._cell.how or figure.how(ask, row)
        definition = _(figure.definition)
        if definition not in how:
            how = f"{definition}\n{how}"
        parts, lists = [], []
        names = [each for each in (figure.numerator, figure.denominator) if each]
        for each in [find_figure(name) for name in names] or [figure]:
            value = each.of(ask, row)
            if each is not figure:
                parts.append(Part(_(each.label), _shown(each, value)))
            # Of what is blank no list comes to it.
            found = None if value is None else each.behind(ask, row)
            if found is not None:
                total = comes_to(self._records, found)
                shown = _shown(each, total)
                lists.append(RecordsBehind(_(each.label), each.key, found, total, shown))
        return figure.clause, how, tuple(parts), tuple(lists)

    # What it was before

    def _earlier(self) -> tuple[Earlier, ...]:
        kept = Kept(self._records, self._form.key, self._period)
        around = Around(
            self._records,
            self._form,
            self._period,
            kept,
            Readings(self._records, self._period),
        )
        in_table = any(self._line in section.column for section in self._form.section)
        made = []
        period = self._period
        for _back in range(PERIODS_BACK):
            period = period.previous
            value = kept.reported(period, self._cell.key)
            if value is None and not in_table:
                value = around.value(self._line, self._row, period)
            made.append(Earlier(period.key, value, show_figure(self._line, value)))
        return tuple(reversed(made))


def _shown(figure: Figure, value: int | None) -> str:
    """Return a figure of the catalogue in its own unit: money in 元, rates in percent."""
    if value is None:
        return ""
    if figure.shape is Shape.COUNT:
        return f"{value:,}"
    return show_amount(value) + ("%" if figure.shape is Shape.RATE else "")


class _TypedRecord(NamedTuple):
    id: bytes | None = None
    value: str | None = None


def _typed_record(session: Session, form: Form, period: Period, key: str) -> _TypedRecord:
    """Return the record of what was typed into a cell; nothing of a cell never typed into."""
    table = CELLS.table.c
    found = session.execute(
        select(table.id, table.value).where(
            table.form == form.key,
            table.period == period.key,
            table.cell == key,
            table.kind == FILLED,
        )
    ).first()
    return _TypedRecord() if found is None else _TypedRecord(bytes(found.id), found.value)


def cell_edits(session: Session, form: Form, period: Period, key: str) -> list[CellEdit]:
    """Return what was typed into a cell, the newest first (who, when, which value it replaced)."""
    line = form.by_code[split_key(key)[0]]
    found = _typed_record(session, form, period, key)
    if found.id is None:
        return []
    edits, after = [], found.value
    for entry in history(session, CELLS, found.id):
        if "value" in entry.before:
            before = entry.before["value"]
            edits.append(
                CellEdit(entry.at, entry.person, _typed(line, before), _typed(line, after))
            )
            after = before
    return [*edits, _first(session, found.id, _typed(line, after))]


def _typed(line: Line, value: str | None) -> str:
    """Return a typed value as shown; a blank one as the word for it."""
    return show_figure(line, int(value)) if value else _("空白")


def _first(session: Session, record: bytes, after: str) -> CellEdit:
    """Return how the cell was first filled in; on another PC, nobody here knows by whom."""
    made = session.execute(
        select(Change.hlc, Change.person)
        .where(Change.t == CELLS.number, Change.record_id == record, Change.mask < 0)
        .order_by(Change.seq)
        .limit(1)
    ).first()
    if made is None:
        return CellEdit(None, "", _("空白"), after)
    return CellEdit(hlc_time(made.hlc), made.person or "", _("空白"), after)
