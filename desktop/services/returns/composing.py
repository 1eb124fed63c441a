"""Composing a return: every cell computed from the registers, carried forward, or filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, FromClause, Select, select
from sqlalchemy.orm import Session

from desktop.models.registers.returns import APPROVED, CHECKED, DRAFT
from desktop.services.figures.catalogue import WHOLE, Ask, Figure, Values, find_figure
from desktop.services.figures.clinic_rows import missing_clinics
from desktop.services.figures.dimensions import DimensionRow, find_dimension
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period, parse_period
from desktop.services.records import Records
from desktop.services.returns.checks import CheckedCell, exact, findings
from desktop.services.returns.composed import (
    Columns,
    ComposedCell,
    ComposedReturn,
    ComposedRow,
    ComposedSection,
    ComposedSheet,
    Head,
)
from desktop.services.returns.forms import TOTAL, Form, Line, Section, cell_key, split_key
from desktop.services.returns.formulas import names_in, rounded, worked_out
from desktop.services.returns.kept import Kept
from desktop.services.returns.library import DEFAULT_FORM, library
from desktop.services.returns.stored import from_row, standing_of
from desktop.services.returns.surroundings import Around
from desktop.services.returns.wording import show_figure
from desktop.text import _, in_a_row

_POSITIONS = ("this", "last", "year_ago", "to_date")


def records_of(bind: Session | Connection | Records) -> Records:
    """Return the registers to read: the office PC's own, or what was given."""
    return bind if isinstance(bind, Records) else Records(bind)


def compose(
    bind: Session | Connection | Records,
    form: Form | str = DEFAULT_FORM,
    period: Period | str = "",
    readings: Readings | None = None,
    typed: Mapping[str, int] | None = None,
) -> ComposedReturn:
    """Compose a return from the registers as they are now.

    Args:
        bind: The office PC's session, or the records of one centre on the hub.
        form: The form or its key.
        period: The period reported on, such as ``2026-10`` or ``2026-W44``.
        readings: What was read already, for the other returns of the period.
        typed: What was filled in, where it is not what the registers say now: the hub computes
            a return again with what was submitted.
    """
    composition = _Composition(bind, form, period, readings)
    if typed is not None:
        composition.kept.take_as_typed(typed)
    return composition.composed()


def open_return(
    bind: Session | Connection | Records,
    form: Form | str = DEFAULT_FORM,
    period: Period | str = "",
    readings: Readings | None = None,
) -> ComposedReturn:
    """Return the period's return: as stored when it was submitted, else composed now."""
    composition = _Composition(bind, form, period, readings)
    row = composition.kept.own
    if row is not None and standing_of(row).frozen:
        return from_row(composition.kept.whole(row))
    return composition.composed()


class _Composition:
    """One return being composed."""

    def __init__(
        self,
        bind: Session | Connection | Records,
        form: Form | str,
        period: Period | str,
        readings: Readings | None,
    ) -> None:
        self.records = records_of(bind)
        self.period = period if isinstance(period, Period) else parse_period(period)
        self.form = (
            form if isinstance(form, Form) else library(self.records).find(form, self.period)
        )
        if readings is None or readings.period != self.period:
            readings = Readings(self.records, self.period)
        self.readings = readings
        self.kept = Kept(self.records, self.form.key, self.period)
        self.around = Around(self.records, self.form, self.period, self.kept, self.readings)

    def composed(self) -> ComposedReturn:
        """Return the whole return with its checks."""
        sheets = tuple(self._sheet(subject) for subject in self._subjects())
        made = ComposedReturn(
            form=self.form,
            period=self.period,
            head=_head(self.records),
            sheets=sheets,
            typed=self.kept.typed(self.period),
            explanations=self.kept.explanations,
        )
        row = self.kept.own
        if row is not None:
            made = _still_approved(standing_of(row).onto(made, self.kept.sent_back), row.checksum)
        return self._checked(made)

    def _subjects(self) -> list[DimensionRow]:
        if not self.form.each:
            return [DimensionRow(WHOLE, "", record=False)]
        return find_dimension(self.form.each).rows(self.readings, self.period)

    def _sheet(self, subject: DimensionRow) -> ComposedSheet:
        tables = {
            at: self._table(section) for at, section in enumerate(self.form.section) if section.rows
        }
        totals = {
            cell.line.code: cell.columns
            for table in tables.values()
            for cell in _total_cells(table)
        }
        figures = self._lines(subject.key, totals)
        sections = []
        for at, section in enumerate(self.form.section):
            if at in tables:
                sections.append(tables[at])
                continue
            lines = tuple(
                ComposedCell(
                    line, subject.key, figures[line.code], self._how(line, subject.key, figures)
                )
                for line in section.line
            )
            sections.append(ComposedSection(section, lines))
        return ComposedSheet(subject.key, subject.label, tuple(sections))

    # Lines that are compared with earlier periods

    def _lines(self, row: str, totals: Mapping[str, Columns]) -> dict[str, Columns]:
        """Work out all lines of a sheet; those by formula after what they need."""
        made: dict[str, Columns] = {}
        for line in self.form.lines:
            if not line.formula:
                made[line.code] = self._compared(line, row)
        for line in self.form.in_order:
            made[line.code] = self._by_formula(line, row, {**totals, **made})
        return made

    def _compared(self, line: Line, row: str) -> Columns:
        this, last, year_ago = (
            self.around.value(line, row, period) for period in self.readings.compared
        )
        if line.stock or line.carried:
            return Columns(this, last, year_ago)
        return Columns(this, last, year_ago, self.around.to_date(line, row))

    def _by_formula(self, line: Line, row: str, columns: Mapping[str, Columns]) -> Columns:
        """Work a line out column by column, a blank part leaving it blank."""
        made = []
        for position, name in enumerate(_POSITIONS):
            names = {
                code: exact(self.form.by_code[code], columns[code][position])
                for code in names_in(line.formula)
                if code in columns
            }
            figure = _figure(line, worked_out(line.formula, names, self.around.of(row)))
            if figure is None and name in ("last", "year_ago"):
                figure = self.kept.reported(
                    self.readings.compared[position], cell_key(line.code, row)
                )
            made.append(figure)
        if line.stock:
            made[3] = None
        return Columns(*made)

    def _how(self, line: Line, row: str, columns: Mapping[str, Columns]) -> str:
        if line.typed:
            if columns[line.code].this is None:
                return _("填报项，{period} 尚未填报。").format(period=self.period.label)
            how = _("填报项，由填表人录入；以前各期取自当期报表。")
            return how + self._blank_periods(line, row)
        if line.carried:
            return _("结转自上期的 {code} {label}。").format(
                code=line.carried, label=_(self.form.by_code[line.carried].label)
            )
        if line.formula:
            return _("按算式 {formula} 计算；所需各项有空白时为空白。").format(formula=line.formula)
        figure, ask = self.around.asked(line, self.period, row)
        return figure.how(ask, row) + self._blank_periods(line, row)

    def _blank_periods(self, line: Line, row: str) -> str:
        """Say so where the year so far leaves out periods of which nothing is known."""
        periods = self.period.year_so_far
        if line.stock or len(periods) == 1:
            return ""
        known = [self.around.value(line, row, each) is not None for each in periods]
        if all(known) or not any(known):
            return ""
        return _("本年累计只含有数的 {count} 期。").format(count=sum(known))

    # Tables with a row per clinic, group, drug …

    def _table(self, section: Section) -> ComposedSection:
        dimension = find_dimension(section.rows)
        rows = dimension.rows(self.readings, self.period)
        columns = {
            line.code: self._column(line, section.rows)
            for line in section.column
            if not line.formula
        }
        made = []
        for row in rows:
            figures: dict[str, int | None] = {
                code: found.get(row.key) for code, found in columns.items()
            }
            self._row_formulas(section, row.key, figures)
            made.append(ComposedRow(row.key, row.label, _row_cells(section, row.key, figures)))
        if section.total and made:
            made.append(self._total(section, made))
        return ComposedSection(section, rows=tuple(made), rows_label=dimension.label)

    def _column(self, line: Line, by: str) -> Values:
        """Return a column's figures of the period by row: one statement for all of them."""
        if line.figure:
            figure = find_figure(line.figure)
            ask = Ask(self.readings, self.period, line.arguments, by)
            return self.readings.values(figure, ask)
        if line.carried:
            return self.kept.reported_rows(self.period.previous, line.carried)
        return self.kept.typed_rows(self.period, line.code)

    def _row_formulas(self, section: Section, row: str, figures: dict[str, int | None]) -> None:
        by_code = self.form.by_code
        for line in section.in_order:
            names = {
                code: exact(by_code[code], figures.get(code)) for code in names_in(line.formula)
            }
            found = worked_out(line.formula, names, self.around.of(row))
            figures[line.code] = _figure(line, found)

    def _total(self, section: Section, rows: list[ComposedRow]) -> ComposedRow:
        """Add up the rows shown; a share or an average is worked out from the totals instead."""
        figures: dict[str, int | None] = {}
        for at, line in enumerate(section.column):
            known = [row.cells[at].this for row in rows]
            found = [each for each in known if each is not None]
            if line.shape in ("rate", "average"):
                figures[line.code] = self._whole(line)
            else:
                figures[line.code] = sum(found) if found else None
        self._row_formulas(section, TOTAL, figures)
        return ComposedRow(TOTAL, _("合计"), _row_cells(section, TOTAL, figures))

    def _whole(self, line: Line) -> int | None:
        if not line.figure:
            return None
        figure, ask = self.around.asked(line, self.period, WHOLE)
        return figure.of(ask)

    # Checks

    def _checked(self, made: ComposedReturn) -> ComposedReturn:
        labels = {row.key: row.label for section in made.sections for row in section.rows}
        labels |= {sheet.subject: sheet.name for sheet in made.sheets if sheet.subject}
        found = findings(
            self.form,
            _checked_cells(made),
            self.around,
            self.around.bounds,
            labels,
            made.explanations,
            lambda line, value: show_figure(line, value) or _("空白"),
            {"missing": self._missing_clinics()},
        )
        return replace(made, findings=tuple(found))

    def _missing_clinics(self) -> str:
        """Return the clinics that have not reported, where a rule's message names them."""
        if not any("{missing}" in rule.message for rule in self.form.rule):
            return ""
        return in_a_row(missing_clinics(self.readings, self.period))


def _still_approved(made: ComposedReturn, checksum: str | None) -> ComposedReturn:
    """Make a checked or approved return a draft again where the registers have changed since."""
    if made.status not in (CHECKED, APPROVED) or made.checksum == checksum:
        return made
    return replace(made, status=DRAFT, checked_at="", checked_by="", approved_at="", approved_by="")


def _figure(line: Line, number: Any) -> int | None:
    """Return an exact number as a figure is kept: money in 分, rates and averages in hundredths."""
    if number is None:
        return None
    return rounded(number if line.shape == "count" else number * 100)


def _row_cells(
    section: Section, row: str, figures: Mapping[str, int | None]
) -> tuple[ComposedCell, ...]:
    return tuple(
        ComposedCell(line, row, Columns(figures.get(line.code))) for line in section.column
    )


def _total_cells(table: ComposedSection) -> tuple[ComposedCell, ...]:
    if table.rows and table.rows[-1].key == TOTAL:
        return table.rows[-1].cells
    return tuple(ComposedCell(line, TOTAL, Columns(None)) for line in table.section.column)


def _checked_cells(made: ComposedReturn) -> dict[str, CheckedCell]:
    cells = {}
    for sheet in made.sheets:
        for at, section in enumerate(sheet.sections, start=1):
            # A table without rows, or without a total, still has a total to name: a blank one.
            totals = _total_cells(section) if section.section.rows else ()
            for cell in (*totals, *section.cells):
                cells[cell.key] = CheckedCell(
                    cell.line, cell.row, cell.columns, at, table=bool(section.section.rows)
                )
    return cells


def _head(records: Records) -> Head:
    found = records.rows(_centre(records.table("centre")))
    return Head(*(value or "" for value in found[0])) if found else Head()


@lru_cache(maxsize=8)
def _centre(centres: FromClause) -> Select[*tuple[Any, ...]]:
    table = centres.c
    return (
        select(table.name, table.code, table.uscc, table.phone, table.director, table.statistician)
        .where(table.deleted_at.is_(None))
        .order_by(table.id)
        .limit(1)
    )


def explain_cell(
    bind: Session | Connection | Records, form: Form, period: Period, key: str
) -> tuple[Figure, Ask, str] | None:
    """Return the figure behind a cell, its question and its row; None for other cells."""
    code, row = split_key(key)
    line = form.by_code.get(code)
    if line is None or not line.figure:
        return None
    records = records_of(bind)
    section = next(each for each in form.section if line in each.items)
    by = section.rows or form.each
    row = WHOLE if row == TOTAL else row
    ask = Ask(Readings(records, period), period, line.arguments, by if row else WHOLE)
    return find_figure(line.figure), ask, row
