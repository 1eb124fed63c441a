"""Check rules (审核关系) of a return: level E blocks it, level Q wants an explanation (facts a)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from desktop.services.returns.forms import TOTAL, Form, Line, Rule
from desktop.services.returns.formulas import Surroundings, holds
from desktop.text import _


@dataclass(frozen=True)
class Finding:
    """A rule that does not hold; level E blocks submitting, level Q asks for an explanation.

    ``code`` is the cell that it jumps to, ``key`` under what its explanation is kept.
    """

    rule: str
    level: str
    code: str
    message: str
    key: str
    explanation: str = ""

    @property
    def open(self) -> bool:
        """Say that it still keeps the return from being submitted."""
        return self.level == "E" or not self.explanation


@dataclass(frozen=True)
class CheckedCell:
    """A cell as the rules see it: its line, row and figures, this period's first."""

    line: Line
    row: str
    figures: tuple[int | None, ...]
    section: int
    """Position of its section in the form, from 1."""
    table: bool = False
    """It stands in a table, which is not compared with earlier periods."""


Names = dict[str, Any]


def exact(line: Line, value: int | None) -> Fraction | int | None:
    """Return a figure as formulas see it: money in 元, rates in percent, averages in their unit."""
    if value is None or line.shape == "count":
        return value
    return Fraction(value, 100)


def findings(
    form: Form,
    cells: Mapping[str, CheckedCell],
    around: Surroundings,
    bounds: Callable[[str], tuple[int | None, int | None]],
    row_labels: Mapping[str, str],
    explanations: Mapping[str, str],
    words: Callable[[Line, int | None], str],
    extra: Mapping[str, str],
) -> list[Finding]:
    """Return the rules that do not hold, errors first, in the order of the form.

    Args:
        form: The form with its rules.
        cells: The cells by name.
        around: Policies and earlier periods.
        bounds: Least and most of a cell in the twelve periods before.
        row_labels: The names of a table's rows by their keys.
        explanations: What the clerk wrote, by finding key.
        words: Shows a figure of a line as text.
        extra: Further words a message may use.
    """
    percent = around.policy("return.change_query_percent")
    # A table without rows has no cells, not even a total: its columns are blank.
    blank = dict.fromkeys(form.by_code)
    made = []
    for rule in form.rule:
        for place, line, row, names in _places(rule, cells, bounds):
            shown = {name: value[1] for name, value in names.items()}
            exacts = {**blank, **{name: exact(*value) for name, value in names.items()}}
            if holds(rule.rule, exacts, around):
                continue
            said = {**extra, "percent": _short(percent), "row": row_labels.get(row, "")}
            said |= {name: words(names[name][0], value) for name, value in shown.items()}
            if line is not None:
                said |= {"code": line.code, "label": _label(line, row_labels.get(row, ""))}
            key = f"{rule.id}:{place}" if line is not None or row else rule.id
            message = _(rule.message).format_map(_Said(said))
            written = explanations.get(key, "")
            made.append(Finding(rule.id, rule.level, place, message, key, written))
    return sorted(made, key=lambda finding: finding.level)


class _Said(dict[str, str]):
    """The words of a message; one that is not known stays as it is written."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _label(line: Line, row: str) -> str:
    return f"{row} {_(line.label)}" if row else _(line.label)


def _short(number: Any) -> str:
    if number is None:
        return ""
    return str(number if isinstance(number, int) else float(number))


_Found = tuple[str, Line | None, str, dict[str, tuple[Line, int | None]]]


def _places(
    rule: Rule,
    cells: Mapping[str, CheckedCell],
    bounds: Callable[[str], tuple[int | None, int | None]],
) -> Iterator[_Found]:
    """Return where a rule is judged: the cell it points to, its line, its row, and the names."""
    if rule.each == "rows":
        yield from _by_row(rule, cells)
    elif rule.each:
        for key, cell in cells.items():
            if cell.row != TOTAL and _wanted(rule, cell):
                looks_back = "least" in rule.rule or "most" in rule.rule
                limits = bounds(key) if looks_back else (None, None)
                yield key, cell.line, cell.row, _per_line(cell, limits)
    else:
        yield from _by_subject(rule, cells)


def _wanted(rule: Rule, cell: CheckedCell) -> bool:
    if rule.each == "required":
        return cell.line.required
    if rule.each == "percent":
        return cell.line.change == "percent" and not cell.table
    return True


def _per_line(
    cell: CheckedCell, bounds: tuple[int | None, int | None]
) -> dict[str, tuple[Line, int | None]]:
    names = ("this", "last", "year_ago", "to_date")
    figures = dict(zip(names, cell.figures, strict=True))
    figures |= dict(zip(("least", "most"), bounds, strict=True))
    return {name: (cell.line, value) for name, value in figures.items()}


def _by_row(rule: Rule, cells: Mapping[str, CheckedCell]) -> Iterator[_Found]:
    rows: dict[str, dict[str, tuple[Line, int | None]]] = {}
    for cell in cells.values():
        if cell.section == rule.section and cell.row != TOTAL:
            rows.setdefault(cell.row, {})[cell.line.code] = (cell.line, cell.figures[0])
    for row, names in rows.items():
        first = _first_named(rule, names)
        yield f"{first}@{row}", names[first][0], row, names


def _by_subject(rule: Rule, cells: Mapping[str, CheckedCell]) -> Iterator[_Found]:
    """Judge a rule once, or once for each subject of a form that is filled in for each."""
    lines = {key: cell for key, cell in cells.items() if "@" not in key or cell.row == TOTAL}
    if lines or not cells:
        names = {cell.line.code: (cell.line, cell.figures[0]) for cell in lines.values()}
        yield _first_named(rule, names), None, "", names
        return
    subjects: dict[str, dict[str, tuple[Line, int | None]]] = {}
    for cell in cells.values():
        subjects.setdefault(cell.row, {})[cell.line.code] = (cell.line, cell.figures[0])
    for subject, names in subjects.items():
        yield f"{_first_named(rule, names)}@{subject}", None, subject, names


def _first_named(rule: Rule, names: Mapping[str, object]) -> str:
    """Return the code that a rule speaks of first, where a finding jumps to."""
    places = {code: rule.rule.find(code) for code in names if code in rule.rule}
    return (
        min(places, key=lambda code: (places[code], -len(code)))
        if places
        else next(iter(names), "")
    )
