"""A sheet of a return cut into blocks that one grid can show: lines together, each table alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from desktop.services.returns.composed import ComposedSection, ComposedSheet
from desktop.services.returns.forms import TOTAL, ColumnName, Form, Line, column_labels
from desktop.services.returns.sheet import shown_cell, unit_of
from desktop.services.returns.wording import show_figure
from desktop.text import _

_NAMES = 2
"""Columns of lines before the figures: label and code."""


@dataclass(frozen=True)
class BlockColumn:
    """A column: its head, a head above it and others, its unit, and whether it holds figures."""

    label: str
    group: str = ""
    unit: str = ""
    numeric: bool = True
    tip: str = ""


@dataclass(frozen=True)
class BlockRow:
    """A row: texts under all columns, and the cells' names, empty where there is none to name.

    ``about`` is the cell that the whole row tells of, where it is a line; ``unit`` stands small
    behind its label.
    """

    texts: tuple[str, ...]
    keys: tuple[str, ...]
    about: str = ""
    unit: str = ""
    indent: int = 0
    band: bool = False
    total: bool = False


@dataclass(frozen=True)
class Block:
    """What one grid shows."""

    title: str
    columns: tuple[BlockColumn, ...]
    rows: tuple[BlockRow, ...]
    names: int
    """How many columns name the row; they stay in sight."""
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Row and column of each cell by its name."""

    @property
    def wide(self) -> bool:
        """Say that it has more columns than fit beside a preview."""
        return len(self.columns) > _NAMES + 5


def blocks_of(form: Form, sheet: ComposedSheet) -> list[Block]:
    """Return the blocks of a sheet in the order of the form."""

    def kind(section: ComposedSection) -> tuple[str, ...]:
        table = section.section.rows
        return (table, section.section.title) if table else ("", *section.section.columns)

    groups = [list(sections) for _kind, sections in groupby(sheet.sections, key=kind)]
    return [
        _table(sections[0])
        if sections[0].section.rows
        else _lines(form, sections, titled=len(sections) > 1 or len(groups) == 1)
        for sections in groups
    ]


def _lines(form: Form, sections: list[ComposedSection], *, titled: bool) -> Block:
    names: tuple[ColumnName, ...] = sections[0].section.columns
    labels = column_labels(form)
    columns = (
        BlockColumn(_("指标"), numeric=False),
        BlockColumn(_("代码"), numeric=False),
        *(BlockColumn(labels[name]) for name in names),
    )
    title = _(sections[0].section.title) if len(sections) == 1 else _("指标")
    return _placed(title, columns, tuple(_line_rows(sections, names, titled=titled)), 1)


def _line_rows(
    sections: list[ComposedSection], names: tuple[ColumnName, ...], *, titled: bool
) -> Iterator[BlockRow]:
    for section in sections:
        if titled and section.section.title:
            blank = ("",) * (len(names) + 1)
            yield BlockRow((_(section.section.title), *blank), ("", *blank), band=True)
        for cell in section.lines:
            texts = (_(cell.line.label), cell.line.code)
            shown = tuple(shown_cell(cell, name) for name in names)
            keys = tuple(cell.key if name == "this" else "" for name in names)
            yield BlockRow(
                (*texts, *shown),
                ("", "", *keys),
                about=cell.key,
                unit=unit_of(cell.line),
                indent=cell.line.indent,
            )


def _table(section: ComposedSection) -> Block:
    columns = (
        BlockColumn(_(section.rows_label), numeric=False),
        *(
            BlockColumn(_(line.label), _(line.group), unit_of(line), tip=_tip(line))
            for line in section.section.column
        ),
    )
    rows = tuple(
        BlockRow(
            (row.label, *(show_figure(cell.line, cell.this) for cell in row.cells)),
            ("", *(cell.key for cell in row.cells)),
            total=row.key == TOTAL,
        )
        for row in section.rows
    )
    return _placed(_(section.section.title), columns, rows, 1)


def _tip(line: Line) -> str:
    return f"{line.code} {_(line.label)}"


def _placed(
    title: str, columns: tuple[BlockColumn, ...], rows: tuple[BlockRow, ...], names: int
) -> Block:
    places = {
        key: (down, across)
        for down, row in enumerate(rows)
        for across, key in enumerate(row.keys)
        if key
    }
    return Block(title, columns, rows, names, places)
