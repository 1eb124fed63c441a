"""A list of choices that says when it has no room for the whole of the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QStyle,
    QStyleOptionComboBox,
    QToolTip,
)

from desktop.ui import theme

_MARGIN = 2
"""What Qt keeps free at either side of the text of a line."""


class ChoiceBox(QComboBox):
    """Ends in … where there is no room, and tells the whole choice in its tip.

    The style would cut the last letters off, so that another term might be read.
    """

    def sizeHint(self) -> QSize:
        # Qt's own wish leaves its longest choice a pixel or two short.
        return super().sizeHint() + QSize(theme.px(4), 0)

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint() + QSize(theme.px(4), 0)

    def setEditable(self, editable: bool) -> None:
        super().setEditable(editable)
        if editable:
            self.setLineEdit(_Line(self))

    def shown_text(self) -> str:
        """Return the choice as far as there is room for it."""
        line = self.lineEdit()
        if isinstance(line, _Line):
            return line.shown_text()
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return str(option.currentText)  # type: ignore[attr-defined]  # Its stubs lack it.

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part, kind = QStyle.SubControl.SC_ComboBoxEditField, QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(kind, option, part, self).width()
        option.currentText = self.fontMetrics().elidedText(  # type: ignore[attr-defined]
            self.currentText(), Qt.TextElideMode.ElideRight, room
        )

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            whole, tip = self.currentText(), self.toolTip()
            if self.shown_text() != whole:
                told = whole if tip in {"", whole} else f"{whole}\n{tip}"
                QToolTip.showText(event.globalPos(), told, self)
                return True
        return super().event(event)


class _Line(QLineEdit):
    """The line of a box that takes other words too; with the keyboard in it nothing is cut."""

    def shown_text(self) -> str:
        letters = self.fontMetrics()
        # At the width a box wishes for, Qt itself lets a letter reach into the margin.
        if self.hasFocus() or letters.horizontalAdvance(self.text()) <= self.width():
            return self.text()
        return letters.elidedText(self.text(), Qt.TextElideMode.ElideRight, self._room().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown_text()
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        self.style().drawItemText(
            painter,
            self._room(),
            Qt.AlignmentFlag.AlignLeft,
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
        painter.end()

    def _room(self) -> QRect:
        """Return where Qt draws the text: the style gives a line in a box no frame of its own."""
        above = (self.height() - self.fontMetrics().height() + 1) // 2
        return self.rect().adjusted(_MARGIN, above, -_MARGIN, 0)
