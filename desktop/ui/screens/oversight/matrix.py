"""Clinics by domains of unified management: one key a cell."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from desktop.services.oversight import Checked, UnifiedState
from desktop.text import _
from desktop.ui import theme
from desktop.ui.plain_table import PlainColumn, PlainTable

_FIRST = 1
_NEXT = {None: True, True: False, False: True}


class Matrix(PlainTable):
    """Each clinic's last check by domain; 1 is yes, 2 is no, Delete takes back what was typed.

    Signals:
        edited: Something was typed or taken back.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__([PlainColumn(_("村卫生室"), 9)], row_height=28)
        self.states: Sequence[UnifiedState] = ()
        self.domains: Sequence[str] = ()
        self.typed: dict[tuple[bytes, str], bool] = {}
        self.setSelectionBehavior(self.SelectionBehavior.SelectItems)
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.doubleClicked.connect(lambda _index: self._turn())

    def show_states(self, domains: Sequence[str], states: Sequence[UnifiedState]) -> None:
        """Show the clinics; what was typed and not kept stays."""
        here = self.currentIndex()
        self.domains, self.states = domains, states
        known = {each.clinic_id for each in states}
        self.typed = {
            key: passed
            for key, passed in self.typed.items()
            if key[0] in known and key[1] in domains
        }
        columns = [PlainColumn(_("村卫生室"), 9), *(PlainColumn(_(each), 5) for each in domains)]
        if columns != self.plain.columns:
            self.plain.beginResetModel()
            self.plain.columns, self.plain.rows = columns, []
            self.plain.endResetModel()
            self.size_columns()
        self._draw()
        at = self.plain.index(max(here.row(), 0), max(here.column(), _FIRST))
        self.setCurrentIndex(at)

    def _draw(self) -> None:
        tones: dict[tuple[int, int], str] = {}
        rows = []
        for row, state in enumerate(self.states):
            cells = [state.clinic]
            for column, domain in enumerate(self.domains, _FIRST):
                passed = self.typed.get((state.clinic_id, domain), state.passed[domain])
                text = "—" if passed is None else _("是") if passed else _("否")
                typed = (state.clinic_id, domain) in self.typed
                cells.append(f"{text} *" if typed else text)
                if passed is False:
                    tones[row, column] = theme.RED
                elif typed:
                    tones[row, column] = theme.ACCENT
            rows.append(cells)
        self.show_rows(rows, tones)

    def checked(self) -> Checked:
        """Return what was typed."""
        return dict(self.typed)

    def clear_typed(self) -> None:
        """Forget what was typed."""
        self.typed = {}
        self._draw()
        self.edited.emit()

    def put(self, row: int, column: int, passed: bool | None) -> None:
        """Type into a cell; None takes back what was typed."""
        if not (0 <= row < len(self.states) and _FIRST <= column <= len(self.domains)):
            return
        key = self.states[row].clinic_id, self.domains[column - _FIRST]
        if passed is None:
            self.typed.pop(key, None)
        else:
            self.typed[key] = passed
        self._draw()
        self.setCurrentIndex(self.plain.index(row, column))
        self.edited.emit()

    def _turn(self) -> None:
        here = self.currentIndex()
        row, column = here.row(), here.column()
        if 0 <= row < len(self.states) and column >= _FIRST:
            key = self.states[row].clinic_id, self.domains[column - _FIRST]
            before = self.typed.get(key, self.states[row].passed[key[1]])
            self.put(row, column, _NEXT[before])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.currentIndex()
        answers = {Qt.Key.Key_1: True, Qt.Key.Key_2: False}
        key = Qt.Key(event.key())
        if key in answers:
            self.put(here.row(), here.column(), answers[key])
            self._go_on(here.row(), here.column())
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.put(here.row(), here.column(), None)
        elif key == Qt.Key.Key_Space:
            self._turn()
        else:
            super().keyPressEvent(event)

    def _go_on(self, row: int, column: int) -> None:
        if column < len(self.domains):
            self.setCurrentIndex(self.plain.index(row, column + 1))
        elif row + 1 < len(self.states):
            self.setCurrentIndex(self.plain.index(row + 1, _FIRST))
