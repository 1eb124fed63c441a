"""Which column of a sheet goes into which field, to be seen and corrected."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.exchange.claims import NOT_THIS, Heading
from desktop.exchange.headers import Match
from desktop.exchange.layouts import normal
from desktop.models.kinds import Kind, plain
from desktop.text import _
from desktop.ui import theme
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import ElidedLabel, Label, Pill, clear

_HIDDEN = {Kind.ID_NUMBER, Kind.PHONE}
Corrections = dict[tuple[str, str], str]


class ColumnMatching(QScrollArea):
    """The headings of the sheets at the left, the fields at the right.

    Signals:
        corrected: ``((register, normal heading), key)`` after the person chose another field.
    """

    corrected = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        self.combos: dict[tuple[str, str], QComboBox] = {}
        self.setProperty("role", "plain")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(2, theme.px(8), theme.px(12), theme.px(8))
        self._column.setSpacing(theme.px(8))
        self.setWidget(inside)

    def show_matches(self, matches: list[Match]) -> None:
        """Show the columns of these sheets; sheets with the same headings are shown once."""
        clear(self._column)
        self.combos.clear()
        for match in matches:
            if all(
                (match.register_key, normal(heading.text)) in self.combos
                for heading in match.headings
            ):
                continue
            title = f"{_(match.layout.register.label)}　{match.sheet.name}"
            self._column.addWidget(Label(title.strip(), "heading"))
            self._column.addLayout(self._grid(match))
        self._column.addStretch(1)

    def _grid(self, match: Match) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(5))
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 3)
        grid.setColumnStretch(2, 4)
        by_index = {index: key for key, index in match.columns.items()}
        row = 0
        for heading in match.headings:
            place = (match.register_key, normal(heading.text))
            if place in self.combos:
                continue
            grid.addWidget(ElidedLabel(heading.text), row, 0)
            combo = self._combo(match, by_index.get(heading.index, NOT_THIS), place)
            grid.addWidget(combo, row, 1)
            grid.addWidget(self._remark(match, heading, by_index.get(heading.index, "")), row, 2)
            self.combos[place] = combo
            row += 1
        return grid

    def _combo(self, match: Match, chosen: str, place: tuple[str, str]) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(place[1])
        combo.addItem(_("（不导入）"), NOT_THIS)
        for column in match.layout.columns:
            if not column.ignored or column.key == chosen:
                text = _(column.label) + (" *" if column.required else "")
                combo.addItem(text, column.key)
        combo.setCurrentIndex(max(0, combo.findData(chosen)))
        combo.activated.connect(
            lambda _at, combo=combo: self.corrected.emit(place, combo.currentData())
        )
        quiet_wheel(combo)
        return combo

    def _remark(self, match: Match, heading: Heading, key: str) -> QWidget:
        """Show the first value below the heading, or that the match is only a likeness."""
        if key and key in match.likened:
            return Pill(_("按相似猜的，请核对"), "amber")
        for row in match.sheet.rows[match.top + match.depth :]:
            cell = row[heading.index] if heading.index < len(row) else None
            text = " ".join(plain(cell).split())
            if text:
                kind = match.layout.by_key[key].kind if key in match.layout.by_key else None
                if kind in _HIDDEN:
                    text = f"{text[:3]}****{text[-4:]}"
                label = ElidedLabel(_("如：{value}").format(value=text), "help")
                label.setAlignment(Qt.AlignmentFlag.AlignVCenter)
                return label
        return Label("", "help")
