"""A line to type in that says when it has no room for the whole of what stands in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame, QToolTip, QWidget

_MARGIN = 2
"""What Qt keeps free at either side of the text of a line."""


class ElidedLine(QLineEdit):
    """Ends in … where there is no room, and tells the whole in its tip.

    Qt would cut the last letters off, so that another day or another name might be read. With the
    keyboard in it nothing is cut, as one can move along it.
    """

    def shown_text(self) -> str:
        """Return the text as far as there is room for it."""
        if self.hasFocus():
            return self.text()
        # At the width a line wishes for, Qt lets its last letter reach into the margins.
        return elided(self.text(), self.fontMetrics(), self._room().width(), 2 * _MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown_text()
        if shown == self.text():
            super().paintEvent(event)
            return
        painter, option = QPainter(self), self._option()
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelLineEdit, option, painter, self)
        self.style().drawItemText(
            painter,
            self._room(),
            self.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask,
            self.palette(),
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )
        painter.end()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            return tell_whole(self, event, self.text(), self.shown_text()) or super().event(event)
        return super().event(event)

    def _option(self) -> QStyleOptionFrame:
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        return option

    def _room(self) -> QRect:
        part = QStyle.SubElement.SE_LineEditContents
        room = self.style().subElementRect(part, self._option(), self)
        room = room.marginsRemoved(self.textMargins())
        above = (room.height() - self.fontMetrics().height() + 1) // 2
        # Qt keeps room for the cursor behind what stands at the right.
        cursor = 2 if self.alignment() & Qt.AlignmentFlag.AlignRight else 0
        return room.adjusted(_MARGIN, above, -_MARGIN - cursor, 0)


def elided(text: str, letters: QFontMetrics, room: int, beyond: int = 0) -> str:
    """Return a text as far as there is room for it, in pixels; a whole one may reach beyond.

    What is inked counts, as in the widths that Qt wishes for: a bracket of Chinese text is half
    blank, and its blank half needs no room at the end.
    """
    if letters.boundingRect(text).width() <= room + beyond:
        return text
    return letters.elidedText(text, Qt.TextElideMode.ElideRight, room)


def tell_whole(widget: QWidget, event: QHelpEvent, whole: str, shown: str) -> bool:
    """Show the whole of a text that is cut, and the widget's own tip below it.

    Returns:
        Whether a tip was shown.
    """
    if shown == whole:
        return False
    tip = widget.toolTip()
    QToolTip.showText(event.globalPos(), whole if tip in {"", whole} else f"{whole}\n{tip}", widget)
    return True
