"""A list of choices that says when it has no room for the whole of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QComboBox,
    QStyle,
    QStyleOptionComboBox,
)

from desktop.ui.elided_line import ElidedLine, elided, tell_whole


class ChoiceBox(QComboBox):
    """Ends in … where there is no room, and tells the whole choice in its tip.

    The style would cut the last letters off, so that another term might be read.
    """

    def setEditable(self, editable: bool) -> None:
        super().setEditable(editable)
        if editable:
            self.setLineEdit(ElidedLine(self))

    def shown_text(self) -> str:
        """Return the choice as far as there is room for it."""
        line = self.lineEdit()
        if isinstance(line, ElidedLine):
            return line.shown_text()
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return str(option.currentText)  # type: ignore[attr-defined]  # Its stubs lack it.

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part, kind = QStyle.SubControl.SC_ComboBoxEditField, QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(kind, option, part, self).width()
        shown = elided(self.currentText(), self.fontMetrics(), room)
        option.currentText = shown  # type: ignore[attr-defined]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            told = tell_whole(self, event, self.currentText(), self.shown_text())
            return told or super().event(event)
        return super().event(event)
