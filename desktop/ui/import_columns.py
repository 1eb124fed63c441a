"""Which column of a sheet goes into which field, to be seen and corrected."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.exchange.choosing import Choosing, Place
from desktop.exchange.claims import NOT_THIS, Heading
from desktop.exchange.headers import Match
from desktop.models.kinds import Cell, Kind, plain
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import ElidedLabel, Label, Pill, clear

_HIDDEN = {Kind.ID_NUMBER, Kind.PHONE}
_LIKE_A_NUMBER_OF_PEOPLE = re.compile(r"\d{11}|\d{14,17}[\dXx]")
Corrections = dict[Place, str]


def sample(cell: Cell, kind: Kind | None = None) -> str:
    """Return a cell to be looked at: one line, and no one's whole ID number or phone."""
    text = " ".join(plain(cell).split())
    if text and (kind in _HIDDEN or _LIKE_A_NUMBER_OF_PEOPLE.fullmatch(text)):
        return f"{text[:3]}****{text[-4:]}"
    return text


class FieldCombos(QObject):
    """The combos of one header, one for each heading, wherever they are laid out.

    Signals:
        chosen: The person chose another field for a heading.
    """

    chosen = Signal()

    def __init__(self, parent: QObject, match: Match) -> None:
        super().__init__(parent)
        self.choosing = Choosing(match)
        self.combos: dict[Place, QComboBox] = {}

    def make(self, heading: Heading) -> QComboBox:
        """Return the combo of a heading."""
        place = self.choosing.place(heading)
        chosen = self.choosing.key_at(place)
        combo = ChoiceBox()
        combo.setAccessibleName(place[1])
        combo.addItem(_("（不导入）"), NOT_THIS)
        for column in self.choosing.match.layout.columns:
            if not column.ignored or column.key == chosen:
                text = _(column.label) + (" *" if column.required else "")
                combo.addItem(text, column.key)
        combo.activated.connect(lambda _at: self._choose(place, combo.currentData()))
        quiet_wheel(combo)
        self.combos[place] = combo
        self._show(place)
        return combo

    def _choose(self, place: Place, key: str) -> None:
        self.choosing.choose(place, key)
        for each in self.combos:
            self._show(each)
        self.chosen.emit()

    def _show(self, place: Place) -> None:
        combo = self.combos[place]
        combo.setCurrentIndex(max(0, combo.findData(self.choosing.key_at(place))))


class ColumnMatching(QScrollArea):
    """The headings of the sheets at the left, the fields at the right.

    Signals:
        corrected: The :data:`Corrections` after the person chose another field.
    """

    corrected = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.combos: dict[Place, QComboBox] = {}
        self._headers: list[FieldCombos] = []
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(2, theme.px(8), theme.px(12), theme.px(8))
        self._column.setSpacing(theme.px(8))
        self.setWidget(inside)

    def show_matches(self, matches: Iterable[Match]) -> None:
        """Show the columns of these sheets; sheets with the same headings are shown once."""
        clear(self._column)
        self.combos.clear()
        for header in self._headers:
            header.deleteLater()
        self._headers = []
        for match in matches:
            header = FieldCombos(self, match)
            new = [
                heading
                for heading in match.headings
                if header.choosing.place(heading) not in self.combos
            ]
            if not new:
                header.deleteLater()
                continue
            self._headers.append(header)
            header.chosen.connect(lambda each=header: self._tell(each))
            title = f"{_(match.layout.register.label)}　{match.sheet.name}"
            self._column.addWidget(Label(title.strip(), "heading"))
            self._column.addLayout(self._grid(header, new))
        self._column.addStretch(1)

    def _tell(self, header: FieldCombos) -> None:
        self.corrected.emit(header.choosing.corrections())

    def _grid(self, header: FieldCombos, headings: Iterable[Heading]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(5))
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 4)
        match = header.choosing.match
        by_index = {index: key for key, index in match.columns.items()}
        for heading in headings:
            place = header.choosing.place(heading)
            if place in self.combos:
                continue
            row = grid.rowCount()
            grid.addWidget(ElidedLabel(heading.text), row, 0)
            self.combos[place] = header.make(heading)
            grid.addWidget(self.combos[place], row, 1)
            grid.addWidget(self._remark(match, heading, by_index.get(heading.index, "")), row, 2)
        return grid

    def _remark(self, match: Match, heading: Heading, key: str) -> QWidget:
        """Show the first value below the heading, or that the match is only a likeness."""
        if key and key in match.likened:
            return Pill(_("按相似猜的，请核对"), "amber")
        kind = match.layout.by_key[key].kind if key in match.layout.by_key else None
        for row in match.sheet.rows[match.top + match.depth :]:
            text = sample(row[heading.index] if heading.index < len(row) else None, kind)
            if text:
                label = ElidedLabel(_("如：{value}").format(value=text), "help")
                label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
                return label
        return Label("", "help")
