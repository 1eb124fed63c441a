"""The grid's cells: what is stored, what was typed over it and can be taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop.models.kinds import BadValue, Kind, show
from desktop.services.monthly_sheet import FIGURES, ClinicRow, MonthSheet, check_figures
from desktop.text import _

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()

Place = tuple[bytes, str]
"""A cell: the clinic and the figure's key; it stays the same when the rows are read again."""

FIRST = 1
"""The column of the first figure; before it stands the clinic's name."""


class Tone(Enum):
    """What is the matter with a cell."""

    CALM = ""
    PENDING = "pending"
    FAR = "far"
    BELOW = "below"
    WRONG = "wrong"


def plain_text(kind: Kind, value: int | None) -> str:
    """Return a figure as a person types it and as Excel takes it."""
    return show(kind, value).replace(",", "")


class SheetModel(QAbstractTableModel):
    """A month of all clinics, with what is typed and not saved yet.

    Signals:
        edited: Something was typed, pasted or taken back.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.sheet = MonthSheet("", ())
        self.typed: dict[Place, str] = {}
        self.wrong: dict[Place, str] = {}
        self.elsewhere: dict[Place, str] = {}
        self._rows_wrong: dict[Place, str] = {}
        self._done: list[dict[Place, str | None]] = []
        self._undone: list[dict[Place, str | None]] = []

    # What is shown

    def show_sheet(self, sheet: MonthSheet) -> None:
        """Show a month; what was typed into the same month stays, unless it is stored now."""
        same = sheet.month == self.sheet.month
        before = {row.clinic: row for row in self.sheet.rows} if same else {}
        self.beginResetModel()
        self.sheet = sheet
        if not same:
            self._forget()
        self.elsewhere = {}
        rows = {row.clinic: row for row in sheet.rows}
        for place in list(self.typed):
            clinic, key = place
            if clinic not in rows:
                del self.typed[place]
                continue
            now, was = rows[clinic].value(key), before[clinic].value(key)
            if now != was:
                self.elsewhere[place] = show(self.field_of(key).kind, now) or _("空白")
        self._check_all()
        self.endResetModel()

    def _forget(self) -> None:
        self.typed, self.wrong, self._rows_wrong = {}, {}, {}
        self._done, self._undone = [], []

    def drop(self) -> None:
        """Forget what was typed."""
        self.beginResetModel()
        self._forget()
        self.elsewhere = {}
        self.endResetModel()
        self.edited.emit()

    @staticmethod
    def field_of(key: str) -> Any:
        """Return the declared field of a figure."""
        return next(each for each in FIGURES if each.key == key)

    def row(self, number: int) -> ClinicRow:
        """Return a clinic's line."""
        return self.sheet.rows[number]

    def place(self, index: Index) -> Place | None:
        """Return the cell of an index; None for the name and outside."""
        if not index.isValid() or index.column() < FIRST:
            return None
        return self.row(index.row()).clinic, FIGURES[index.column() - FIRST].key

    def index_of(self, place: Place) -> QModelIndex:
        """Return the index of a cell."""
        row = next(at for at, each in enumerate(self.sheet.rows) if each.clinic == place[0])
        column = next(at for at, each in enumerate(FIGURES) if each.key == place[1])
        return self.index(row, column + FIRST)

    def value(self, row: ClinicRow, key: str) -> int | None:
        """Return a figure with what was typed; a wrong text is no figure."""
        text = self.typed.get((row.clinic, key))
        if text is None:
            return row.value(key)
        try:
            value = self.field_of(key).parse(text)
        except BadValue:
            return None
        return value if isinstance(value, int) else None

    def figures(self, row: ClinicRow) -> dict[str, int | None]:
        """Return all of a clinic's figures with what was typed."""
        return {each.key: self.value(row, each.key) for each in FIGURES}

    def total(self, column: int) -> tuple[str, int]:
        """Return a column's sum as text and how many clinics it adds up."""
        field = FIGURES[column - FIRST]
        known = [
            value for row in self.sheet.rows if (value := self.value(row, field.key)) is not None
        ]
        return (show(field.kind, sum(known)) if known else "", len(known))

    # What is the matter

    def tone(self, index: Index) -> Tone:
        """Return what is the matter with a cell, the worst first."""
        place = self.place(index)
        if place is None:
            return Tone.CALM
        if self.problem(place):
            return Tone.WRONG
        row = self.row(index.row())
        value = self.value(row, place[1])
        if self.sheet.below_target(row, place[1], value):
            return Tone.BELOW
        if self.sheet.far_from_mean(row, place[1], value):
            return Tone.FAR
        return Tone.PENDING if place in self.typed else Tone.CALM

    def problem(self, place: Place) -> str:
        """Return what keeps a cell from being saved; empty where nothing does."""
        return self.wrong.get(place) or self._rows_wrong.get(place, "")

    def problems(self) -> dict[Place, str]:
        """Return every cell that keeps the sheet from being saved, with the reason."""
        found = self._rows_wrong | self.wrong
        order = {row.clinic: at for at, row in enumerate(self.sheet.rows)}
        return dict(sorted(found.items(), key=lambda each: order[each[0][0]]))

    def absurd(self) -> list[Place]:
        """Return the typed cells that are far from the mean of the last twelve months."""
        rows = {row.clinic: row for row in self.sheet.rows}
        return [
            (clinic, key)
            for clinic, key in self.typed
            if self.sheet.far_from_mean(rows[clinic], key, self.value(rows[clinic], key))
        ]

    def show_problems(self, problems: Mapping[bytes, Sequence[Any]]) -> None:
        """Mark the cells that saving has refused."""
        for clinic, found in problems.items():
            for problem in found:
                if any(each.key == problem.field for each in FIGURES):
                    self._rows_wrong[clinic, problem.field] = problem.message
        self._tell_all()

    def _check(self, clinic: bytes) -> None:
        row = next(each for each in self.sheet.rows if each.clinic == clinic)
        for each in FIGURES:
            self.wrong.pop((clinic, each.key), None)
            self._rows_wrong.pop((clinic, each.key), None)
            text = self.typed.get((clinic, each.key))
            if text is None:
                continue
            try:
                value = each.parse(text)
            except BadValue as error:
                self.wrong[clinic, each.key] = error.message
                continue
            if value == row.value(each.key):
                del self.typed[clinic, each.key]
                self.elsewhere.pop((clinic, each.key), None)
        if any(place[0] == clinic for place in self.typed):
            for problem in check_figures(clinic, self.sheet.month, self.figures(row)):
                self._rows_wrong[clinic, problem.field] = problem.message

    def _check_all(self) -> None:
        self.wrong, self._rows_wrong = {}, {}
        for clinic in {place[0] for place in self.typed}:
            self._check(clinic)

    # Typing

    def put(self, texts: Mapping[Place, str]) -> None:
        """Type texts into cells as one step that can be taken back."""
        before = {place: self.typed.get(place) for place in texts}
        for place, text in texts.items():
            self.typed[place] = text.strip()
        for clinic in {place[0] for place in texts}:
            self._check(clinic)
        if any(self.typed.get(place) != old for place, old in before.items()):
            self._done.append(before)
            self._undone = []
            self._tell_all()

    def undo(self) -> bool:
        """Take the latest step back; tells whether there was one."""
        return self._swap(self._done, self._undone)

    def redo(self) -> bool:
        """Do the step again that was taken back."""
        return self._swap(self._undone, self._done)

    def _swap(
        self, steps: list[dict[Place, str | None]], others: list[dict[Place, str | None]]
    ) -> bool:
        if not steps:
            return False
        step = steps.pop()
        others.append({place: self.typed.get(place) for place in step})
        for place, text in step.items():
            if text is None:
                self.typed.pop(place, None)
            else:
                self.typed[place] = text
        for clinic in {place[0] for place in step}:
            self._check(clinic)
        self._tell_all()
        return True

    def _tell_all(self) -> None:
        last = self.index(self.rowCount() - 1, self.columnCount() - 1)
        self.dataChanged.emit(self.index(0, 0), last)
        self.edited.emit()

    def blank(self, indexes: Sequence[Index]) -> None:
        """Blank cells; a blank is not a zero."""
        places = [place for index in indexes if (place := self.place(index)) is not None]
        self.put(dict.fromkeys(places, ""))

    def typed_figures(self) -> dict[bytes, dict[str, int | None]]:
        """Return what was typed as figures by clinic, for saving."""
        rows = {row.clinic: row for row in self.sheet.rows}
        made: dict[bytes, dict[str, int | None]] = {}
        for clinic, key in self.typed:
            made.setdefault(clinic, {})[key] = self.value(rows[clinic], key)
        return made

    def saved(self) -> None:
        """Forget what was typed once it is stored; the steps cannot be taken back any more."""
        self._forget()
        self.elsewhere = {}

    # Qt

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.sheet.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(FIGURES) + FIRST

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsEditable if index.column() >= FIRST else plain

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self.place(index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if place is None else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        if place is None:
            name = self.row(index.row()).name
            return name if role in _TEXT_ROLES else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.problem(place) or None
        if role not in _TEXT_ROLES:
            return None
        kind = self.field_of(place[1]).kind
        if place in self.typed and self.problem(place):
            return self.typed[place]
        value = self.value(self.row(index.row()), place[1])
        return show(kind, value) if role == Qt.ItemDataRole.DisplayRole else plain_text(kind, value)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        place = self.place(index)
        if role != Qt.ItemDataRole.EditRole or place is None:
            return False
        self.put({place: str(value)})
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role not in _HEADER_ROLES:
            return None
        if section < FIRST:
            return _("村卫生室")
        field = FIGURES[section - FIRST]
        return _(field.label)


_TEXT_ROLES = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole})
_HEADER_ROLES = frozenset({Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole})
