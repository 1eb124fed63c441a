"""The pieces of the home page: a figure card, a task, a chart of bars."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.services.tasks import Card as CardFigures
from desktop.services.tasks import Task, Urgency
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Bar, Card, ElidedLabel, Label, Pill
from desktop.ui.screens.home.figures import Bars

_TONES = {Urgency.CALM: "green", Urgency.AMBER: "amber", Urgency.RED: "red"}
_INKS = {Urgency.CALM: theme.ACCENT, Urgency.AMBER: theme.AMBER, Urgency.RED: theme.RED}
_COLOURS = {"": theme.ACCENT, "amber": theme.AMBER, "red": theme.RED}
_ICONS = {
    "return": "fa6s.print",
    "returned": "fa6s.rotate-left",
    "clinics": "fa6s.house-medical",
    "contracts": "fa6s.file-signature",
    "licences": "fa6s.id-card",
    "drugs_expired": "fa6s.ban",
    "drugs_out": "fa6s.capsules",
    "drugs_near_expiry": "fa6s.hourglass-half",
    "supplies": "fa6s.mask-face",
    "visits": "fa6s.clipboard-check",
    "findings": "fa6s.triangle-exclamation",
    "conflicts": "fa6s.code-branch",
    "waiting": "fa6s.rotate",
    "publications": "fa6s.bullhorn",
}


class FigureCard(Card):
    """A figure with what it means; a click goes to its register."""

    def __init__(self, figures: CardFigures, go: Callable[[], object]) -> None:
        super().__init__(figures.title, margin=16, spacing=4)
        self._go = go
        self.figures = figures
        self.figure = Label(figures.figure, "figure")
        self.detail = Label(figures.detail, "soft", wrap=True)
        self.add(self.figure, self.detail)
        self.column.addStretch(1)
        row = QHBoxLayout()
        self.pill = Pill(figures.badge, _TONES[figures.urgency])
        # The room stays where there is nothing to say, so that the four cards are alike.
        keep = self.pill.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.pill.setSizePolicy(keep)
        self.pill.setVisible(bool(figures.badge))
        row.addWidget(self.pill)
        row.addStretch(1)
        self.column.addLayout(row)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go()


class TaskRow(QFrame):
    """Something to do: what, until when, and a button that goes there."""

    def __init__(self, task: Task, go: Callable[[], object]) -> None:
        super().__init__()
        self._go = go
        self.task = task
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(3), 0, theme.px(3))
        row.setSpacing(theme.px(12))
        picture = QLabel()
        icon = _ICONS.get(task.kind, "fa6s.circle-exclamation")
        picture.setPixmap(theme.pixmap(icon, _INKS[task.urgency], 18))
        picture.setFixedWidth(theme.px(24))
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title = ElidedLabel(task.title)
        self.detail = ElidedLabel(task.detail, "soft")
        words.addWidget(self.title)
        words.addWidget(self.detail)
        self.button = QPushButton(task.badge)
        self.button.setProperty("role", "pill")
        self.button.setProperty("tone", _TONES[task.urgency])
        self.button.setAccessibleName(f"{task.title} {task.badge}")
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.clicked.connect(lambda _on=False: go())
        row.addWidget(picture)
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go()


class BarChart(QWidget):
    """Bars below a heading, with a dashed line where the reserve ends."""

    def __init__(self, bars: Bars) -> None:
        super().__init__()
        self._mark = bars.mark
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Label(bars.title, "heading", wrap=True))
        column.addSpacing(theme.px(4))
        self.bars = [
            Bar(each.label, each.share, each.figure, colour=_COLOURS[each.tone], label_width=116)
            for each in bars.bars
        ]
        for bar in self.bars:
            column.addWidget(bar)
        if not self.bars:
            column.addWidget(Label(_("还没有数据"), "soft"))
        self._line = _MarkLine(self) if self.bars and bars.mark >= 0 else None

    def place_line(self) -> None:
        """Put the dashed line over the bars."""
        if self._line is None:
            return
        first, last = self.bars[0], self.bars[-1]
        track = first.track_rect()
        left = first.mapTo(self, track.topLeft()).x() + track.width() * self._mark
        top = first.y() - theme.px(2)
        self._line.setGeometry(
            round(left) - 1, top, 3, last.y() + last.height() - top + theme.px(2)
        )
        self._line.raise_()

    def resizeEvent(self, event: object) -> None:
        self.place_line()

    def showEvent(self, event: object) -> None:
        self.place_line()

    def paintEvent(self, event: QPaintEvent) -> None:
        # The layout has moved the bars by now, whatever event came first.
        self.place_line()


class _MarkLine(QWidget):
    """An upright dashed line that lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pen = QPen(QColor(theme.INK), 1, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        middle = self.width() // 2
        painter.drawLine(middle, 0, middle, self.height())
        painter.end()
