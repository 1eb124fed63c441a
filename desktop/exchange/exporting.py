"""Registers out: workbooks and CSV files that people read and the program takes in again."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.exchange.layouts import layouts
from desktop.exchange.workbooks import MOST_SHEET_NAME, Styles, new_workbook, replacing
from desktop.models.id_numbers import mask_id_number
from desktop.models.kinds import Kind, Value, mask_phone, show
from desktop.models.listing import Query, Row, as_values, every
from desktop.models.register import Field, Register, Values
from desktop.models.registers import find_register
from desktop.models.titles import reference_titles
from desktop.text import N_, _

_CHUNK = 1_000
_WIDTH_UNIT = 2.1
"""Width of a Chinese character in the unit of worksheet columns."""

Cells = list[Any]


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export: its heading, how it is written, and what it shows of a record."""

    label: str
    kind: Kind
    width: int
    value: Callable[[Values, Mapping[bytes, str]], Value]


def export_columns(session: Session, register: Register, *, masked: bool) -> list[ExportColumn]:
    """Return the columns of a register's export: those by which it can be taken in again."""
    layout = layouts().get(register.key)
    aside = {column.key for column in layout.columns if column.ignored} if layout else set()
    made: list[ExportColumn] = []
    for field in register.fields:
        if field.key not in aside:
            made += _of_field(session, register, field, masked=masked)
        made += [
            ExportColumn(_(extra.label), Kind.TEXT, extra.width, _derived(extra.work_out))
            for extra in register.derived
            if extra.after == field.key
        ]
    return made


def _derived(
    work_out: Callable[[Mapping[str, Value]], str],
) -> Callable[[Values, Mapping[bytes, str]], Value]:
    return lambda values, _titles: work_out(values)


def _of_field(
    session: Session, register: Register, field: Field, *, masked: bool
) -> list[ExportColumn]:
    """Return the columns of a field; a lot's drug takes three, or it could not be found again."""
    if register.key == "drug_stock" and field.target == "drugs":
        return _drug_columns(session, field)
    hidden = _mask(field.kind) if masked else None

    def value(values: Values, titles: Mapping[bytes, str]) -> Value:
        found = values.get(field.key)
        if isinstance(found, bytes):
            return titles.get(found)
        if field.kind is Kind.ATTACHMENT:
            return show(field.kind, found)
        return hidden(str(found)) if hidden and found else found

    return [ExportColumn(_(field.label), field.kind, field.width, value)]


def _mask(kind: Kind) -> Callable[[str], str] | None:
    return {Kind.ID_NUMBER: mask_id_number, Kind.PHONE: mask_phone}.get(kind)


def _drug_columns(session: Session, field: Field) -> list[ExportColumn]:
    table = find_register("drugs").table
    rows = session.execute(select(table.c.id, table.c.name, table.c.spec, table.c.manufacturer))
    drugs = {row[0]: row[1:] for row in rows}

    def part(at: int) -> Callable[[Values, Mapping[bytes, str]], Value]:
        return lambda values, _titles: drugs.get(values.get(field.key), (None,) * 3)[at]

    labels = (N_("药品名称"), N_("规格"), N_("生产企业"))
    return [ExportColumn(_(label), Kind.TEXT, 9, part(at)) for at, label in enumerate(labels)]


def records(session: Session, query: Query) -> Iterator[tuple[Row, Values, Mapping[bytes, str]]]:
    """Go through the listed records with the titles of what they refer to."""
    register = query.register
    rows = every(session, query)
    while chunk := list(islice(rows, _CHUNK)):
        values = [as_values(register, row) for row in chunk]
        titles = reference_titles(session, register, values)
        for row, each in zip(chunk, values, strict=True):
            yield row, each, titles


def export_register(
    session: Session, register: Register, file: Path, *, where: str = "", masked: bool = False
) -> int:
    """Write a register to a ``.xlsx`` or ``.csv`` file; returns how many records it has."""
    return export_list(session, Query(register, where=where), file, masked=masked)


def export_list(session: Session, query: Query, file: Path, *, masked: bool = False) -> int:
    """Write a list as it is filtered and sorted to a ``.xlsx`` or ``.csv`` file.

    Raises:
        UserError: The ending is another one, a condition is wrong, or the file cannot be written.
    """
    register = query.register
    columns = export_columns(session, register, masked=masked)
    found = records(session, query)
    rows = ([column.value(values, titles) for column in columns] for _row, values, titles in found)
    ending = file.suffix.lower()
    if ending == ".xlsx":
        return _write_workbook(file, register, columns, rows)
    if ending == ".csv":
        return _write_csv(file, columns, rows)
    raise UserError(_("导出文件名应以 .xlsx 或 .csv 结尾，现为“{name}”。").format(name=file.name))


def _write_workbook(
    file: Path, register: Register, columns: Sequence[ExportColumn], rows: Iterable[Cells]
) -> int:
    with new_workbook(file) as book:
        styles = Styles(book)
        sheet = book.add_worksheet(_(register.label)[:MOST_SHEET_NAME])
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(columns):
            width = max(column.width, len(column.label) + 1) * _WIDTH_UNIT
            sheet.set_column(at, at, width, _style(styles, column.kind))
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.label, styles.header)
        count = 0
        for cells in rows:
            count += 1
            for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
                _write(sheet, count, at, cell, column.kind, _style(styles, column.kind))
        sheet.autofilter(0, 0, count, len(columns) - 1)
        return count


def _style(styles: Styles, kind: Kind) -> Any:
    if kind is Kind.DATE:
        return styles.date
    if kind is Kind.WHOLE:
        return styles.whole
    if kind is Kind.AMOUNT:
        return styles.amount
    return styles.text


def _write(sheet: Any, row: int, column: int, cell: Value, kind: Kind, style: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, date):
        sheet.write_datetime(row, column, cell, style)
    elif kind is Kind.AMOUNT and isinstance(cell, int):
        sheet.write_number(row, column, cell / 100, style)
    elif kind is Kind.WHOLE and isinstance(cell, int):
        sheet.write_number(row, column, cell, style)
    else:
        sheet.write_string(row, column, in_words(cell), style)


def in_words(cell: Value) -> str:
    """Return a value as text for a cell; yes and no are words."""
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    return "" if cell is None else str(cell)


def _write_csv(file: Path, columns: Sequence[ExportColumn], rows: Iterable[Cells]) -> int:
    count = 0
    # The mark at the beginning lets Excel see that the text is UTF-8.
    with replacing(file) as part, part.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([column.label for column in columns])
        for cells in rows:
            count += 1
            writer.writerow(
                _for_text(cell, column.kind) for column, cell in zip(columns, cells, strict=True)
            )
    return count


def _for_text(cell: Value, kind: Kind) -> str:
    if kind is Kind.AMOUNT and isinstance(cell, int):
        return f"{cell / 100:.2f}"
    return in_words(cell)


def listed(
    session: Session, register: Register, *, where: str = "", masked: bool = True
) -> Iterator[dict[str, Any]]:
    """Yield records as plain values by field key, for ``thdesk list --json``.

    References are names, amounts are yuan, dates ISO text.
    """
    for row, values, titles in records(session, Query(register, where=where)):
        found: dict[str, Any] = {"id": row.id.hex()}
        for field in register.fields:
            found[field.key] = _plain_value(field, values.get(field.key), titles, masked=masked)
        yield found


def _plain_value(field: Field, value: Value, titles: Mapping[bytes, str], *, masked: bool) -> Any:
    if value is None:
        return None
    if isinstance(value, bytes):
        return titles.get(value)
    if isinstance(value, date):
        return value.isoformat()
    if field.kind is Kind.AMOUNT:
        return round(int(value) / 100, 2)
    hide = _mask(field.kind) if masked else None
    return hide(str(value)) if hide else value
