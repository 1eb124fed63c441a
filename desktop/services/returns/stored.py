"""A return as it is kept: its figures and all it takes to print it again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import msgspec

from desktop.models.registers.returns import DRAFT, SETTLED
from desktop.services.periods import parse_period
from desktop.services.returns.checks import Finding
from desktop.services.returns.composed import (
    Columns,
    ComposedCell,
    ComposedReturn,
    ComposedRow,
    ComposedSection,
    ComposedSheet,
    Head,
)
from desktop.services.returns.forms import Form
from desktop.services.returns.kept import period_of_row

_TEXTS = (
    "replaces",
    "checked_at",
    "checked_by",
    "approved_at",
    "approved_by",
    "submitted_at",
    "submitted_by",
    "received_at",
    "answered_at",
    "answered_by",
)


@dataclass(frozen=True)
class Standing:
    """How a kept return stands: revision, state, who did what when."""

    row: Any

    @property
    def frozen(self) -> bool:
        """Say that it was submitted and no longer changes."""
        return self.row.status in SETTLED

    def onto(self, composed: ComposedReturn, sent_back: Any | None = None) -> ComposedReturn:
        """Return a composed return with this standing, and what the county said of it."""
        row = self.row
        told = row if row.remarks else sent_back
        said: dict[str, Any] = {name: getattr(row, name) or "" for name in _TEXTS}
        said["remarks"] = json.loads(told.remarks or "{}") if told is not None else {}
        return replace(
            composed,
            revision=row.revision or 1,
            status=row.status or DRAFT,
            record_id=bytes(row.id),
            **said,
        )


def standing_of(row: Any) -> Standing:
    """Return how the return of a row stands."""
    return Standing(row)


def as_stored(composed: ComposedReturn) -> str:
    """Return the JSON kept with the return: form, head, rows and figures."""
    return json.dumps(
        {
            "form": msgspec.to_builtins(composed.form),
            "centre": vars(composed.head),
            "figures": composed.figures,
            "sheets": [
                [sheet.subject, sheet.name, [_rows(section) for section in sheet.sections]]
                for sheet in composed.sheets
            ],
            "how": {key: cell.how for key, cell in composed.cells.items() if cell.how},
            "findings": [vars(finding) for finding in composed.findings],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _rows(section: ComposedSection) -> list[Any]:
    return [section.rows_label, [[row.key, row.label] for row in section.rows]]


def from_row(row: Any) -> ComposedReturn:
    """Return a stored return as it was composed, whatever the form and the records say today."""
    stored = json.loads(row.figures)
    form = msgspec.convert(stored["form"], Form, strict=False)
    figures: dict[str, Columns] = {key: Columns(*found) for key, found in stored["figures"].items()}
    hows: dict[str, str] = stored["how"]
    sheets = tuple(
        _sheet(form, subject, name, sections, figures, hows)
        for subject, name, sections in stored["sheets"]
    )
    composed = ComposedReturn(
        form=form,
        period=parse_period(period_of_row(row)),
        head=Head(**stored["centre"]),
        sheets=sheets,
        findings=tuple(Finding(**finding) for finding in stored["findings"]),
        typed=json.loads(row.typed or "{}"),
        explanations=json.loads(row.explanations or "{}"),
    )
    return standing_of(row).onto(composed)


def _sheet(
    form: Form,
    subject: str,
    name: str,
    sections: list[Any],
    figures: dict[str, Columns],
    hows: dict[str, str],
) -> ComposedSheet:
    made = []
    for section, (rows_label, rows) in zip(form.section, sections, strict=True):

        def cells(lines: Iterable[Any], row: str) -> tuple[ComposedCell, ...]:
            bare = [ComposedCell(line, row, Columns()) for line in lines]
            return tuple(
                replace(cell, columns=figures[cell.key], how=hows.get(cell.key, ""))
                for cell in bare
            )

        made.append(
            ComposedSection(
                section,
                cells(section.line, subject),
                tuple(ComposedRow(key, label, cells(section.column, key)) for key, label in rows),
                rows_label,
            )
        )
    return ComposedSheet(subject, name, tuple(made))


def differences(stored: ComposedReturn, recomputed: ComposedReturn) -> list[str]:
    """Return the cells whose figure of the period differs, for the hub's own computation."""
    theirs = recomputed.figures
    return [
        key
        for key, columns in stored.figures.items()
        if columns.this != theirs.get(key, Columns()).this
    ]


def submitted_on(composed: ComposedReturn) -> date | None:
    """Return the day it was submitted."""
    return date.fromisoformat(composed.submitted_at[:10]) if composed.submitted_at else None
