"""Blocks of cells that go to Excel and come from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from desktop.ui.screens.returns.grid_model import GridModel, Index

_FIRST_CELLS = 3
"""In so many cells at the beginning of a pasted row its code is looked for."""

_FIGURES = "-−0123456789"
"""Signs that a figure begins with."""


@dataclass(frozen=True)
class Pasted:
    """What became of a pasted block: cells taken, cells that take no typing, unknown names."""

    cells: int = 0
    outside: int = 0
    unknown: tuple[str, ...] = ()


def copied(model: GridModel, indexes: Sequence[Index]) -> str:
    """Return the smallest block around the cells as Excel takes it."""
    rows = sorted({index.row() for index in indexes})
    columns = sorted({index.column() for index in indexes})
    lines = [
        "\t".join(
            str(model.data(model.index(row, at), Qt.ItemDataRole.DisplayRole)).replace(",", "")
            for at in columns
        )
        for row in rows
    ]
    return "".join(f"{line}\n" for line in lines)


def paste(model: GridModel, text: str, indexes: Sequence[Index]) -> Pasted:
    """Type a block from Excel: by codes or names where it brings them, else from the first cell."""
    if not indexes or not text.strip("\r\n"):
        return Pasted()
    block = [line.split("\t") for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]
    top = min(index.row() for index in indexes)
    left = max(min(index.column() for index in indexes), model.block.names)
    if len(block) == len(block[0]) == 1:
        return _put(model, [(index, block[0][0]) for index in indexes])
    names = _names(model)
    named = [_named(names, line) for line in block]
    if sum(each is not None for each in named) * 2 >= len(block):
        return _paste_named(model, block, named, left)
    rows = [row for row in range(top, model.rowCount()) if not model.row(row).band]
    cells = [
        (model.index(row, left + across), cell)
        for row, line in zip(rows, block, strict=False)
        for across, cell in enumerate(line)
    ]
    beyond = sum(any(cell.strip() for cell in line) for line in block[len(rows) :])
    return _put(model, cells, beyond)


def _put(model: GridModel, cells: Sequence[tuple[Index, str]], outside: int = 0) -> Pasted:
    """Type what has a place; a blank cell over one that takes no typing is nothing lost."""
    wanted: dict[str, str] = {}
    for index, cell in cells:
        if model.may_fill(index):
            wanted[model.key(index)] = cell
        else:
            outside += bool(cell.strip())
    model.typed.put(wanted)
    return Pasted(len(wanted), outside)


def _paste_named(
    model: GridModel, block: list[list[str]], named: list[tuple[int, int] | None], left: int
) -> Pasted:
    cells: list[tuple[Index, str]] = []
    unknown = []
    units = _has_units(block, named)
    for line, place in zip(block, named, strict=True):
        if place is None:
            if any(cell.strip()[:1].isdigit() for cell in line[1:]):
                unknown.append(line[0].strip())
            continue
        row, at = place
        texts = line[at + 1 :]
        if model.row(row).about:
            figure = texts[units : units + 1] or [""]
            cells.append((model.index_of(model.row(row).about), figure[0]))
        else:
            cells += [(model.index(row, left + on), cell) for on, cell in enumerate(texts)]
    done = _put(model, cells)
    return Pasted(done.cells, done.outside, tuple(unknown))


def _has_units(block: list[list[str]], named: list[tuple[int, int] | None]) -> int:
    """Return 1 where a unit stands between code and figure in some line of the block, else 0."""
    behind = [line[place[1] + 1 :] for line, place in zip(block, named, strict=True) if place]
    return int(any(texts and not _is_figure(texts[0]) for texts in behind))


def _is_figure(cell: str) -> bool:
    return not cell.strip() or cell.strip()[0] in _FIGURES


def _names(model: GridModel) -> dict[str, int]:
    """Return the rows by their names and codes; a name that two rows have names none."""
    found: dict[str, int] = {}
    twice = set()
    for number, row in enumerate(model.block.rows):
        if row.band or row.total:
            continue
        for text in row.texts[: 2 if row.about else 1]:
            name = "".join(text.split())
            if found.setdefault(name, number) != number:
                twice.add(name)
    return {name: row for name, row in found.items() if name and name not in twice}


def _named(names: dict[str, int], line: list[str]) -> tuple[int, int] | None:
    """Return the row that a pasted line names and the last cell that names it, the code."""
    found = None
    for at, cell in enumerate(line[:_FIRST_CELLS]):
        name = "".join(cell.split())
        if name in names and (found is None or names[name] == found[0]):
            found = names[name], at
    return found
