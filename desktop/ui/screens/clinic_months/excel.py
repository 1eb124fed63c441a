"""Blocks of cells that go to Excel and come from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt

from desktop.ui.screens.clinic_months.model import FIRST, Index, Place, SheetModel


@dataclass(frozen=True)
class Pasted:
    """What became of a pasted block."""

    cells: int = 0
    outside: int = 0
    unknown: tuple[str, ...] = ()


def copied(model: SheetModel, indexes: Sequence[Index]) -> str:
    """Return the smallest block around the cells as Excel takes it."""
    rows = sorted({index.row() for index in indexes})
    columns = sorted({index.column() for index in indexes})
    lines = [
        "\t".join(str(model.data(model.index(row, at), Qt.ItemDataRole.EditRole)) for at in columns)
        for row in rows
    ]
    return "".join(f"{line}\n" for line in lines)


def paste(model: SheetModel, text: str, indexes: Sequence[Index]) -> Pasted:
    """Type a block from Excel: from the first cell on, by clinic names where it brings them."""
    block = [line.split("\t") for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]
    if not indexes or not text.strip("\r\n"):
        return Pasted()
    if len(block) == 1 and len(block[0]) == 1:
        places = [place for index in indexes if (place := model.place(index)) is not None]
        model.put(dict.fromkeys(places, block[0][0]))
        return Pasted(len(places))
    top = min(index.row() for index in indexes)
    left = min(index.column() for index in indexes)
    named = [_clinic_named(model, line[0]) for line in block]
    if sum(each is not None for each in named) * 2 >= len(block):
        return _paste_named(model, block, named, max(left, FIRST))
    return _paste_block(model, block, top, max(left, FIRST))


def _paste_block(model: SheetModel, block: list[list[str]], top: int, left: int) -> Pasted:
    texts: dict[Place, str] = {}
    outside = 0
    for down, line in enumerate(block):
        for across, cell in enumerate(line):
            index = model.index(top + down, left + across)
            place = model.place(index)
            if place is None:
                outside += bool(cell.strip())
            else:
                texts[place] = cell
    model.put(texts)
    return Pasted(len(texts), outside)


def _paste_named(
    model: SheetModel, block: list[list[str]], named: list[int | None], left: int
) -> Pasted:
    texts: dict[Place, str] = {}
    outside, unknown = 0, []
    for line, row in zip(block, named, strict=True):
        if row is None:
            if any(cell.strip()[:1].isdigit() for cell in line[1:]):
                unknown.append(line[0].strip())
            continue
        for across, cell in enumerate(line[1:]):
            place = model.place(model.index(row, left + across))
            if place is None:
                outside += bool(cell.strip())
            else:
                texts[place] = cell
    model.put(texts)
    return Pasted(len(texts), outside, tuple(unknown))


def _clinic_named(model: SheetModel, cell: str) -> int | None:
    """Return the row of the clinic with that name, written whole or without its ending."""
    name = "".join(cell.split())
    if not name or name[:1].isdigit():
        return None
    names = [row.name for row in model.sheet.rows]
    whole = [at for at, each in enumerate(names) if each == name]
    begun = whole or [at for at, each in enumerate(names) if each.startswith(name)]
    return begun[0] if len(begun) == 1 else None
