"""Small pieces that every page is put together from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop.ui import theme

MARGIN = 24
GAP = 16


def named(widget: QWidget, role: str) -> QWidget:
    """Give a widget its role in the style sheet and return it."""
    widget.setProperty("role", role)
    return widget


def restyle(widget: QWidget) -> None:
    """Let the style sheet look at the widget again after a property changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


class Button(QPushButton):
    """A push button with an icon: plain, ``primary`` or ``danger``."""

    def __init__(
        self,
        text: str,
        icon: str = "",
        clicked: Callable[[], object] | None = None,
        *,
        role: str = "plain",
        tip: str = "",
        shortcut: str = "",
    ) -> None:
        # The style has no gap between icon and text.
        super().__init__(f" {text}" if icon and text else text)
        self._unfolded: tuple[str, str] | None = None
        self.setProperty("role", role)
        self.setAccessibleName(text)
        if icon:
            self.show_icon(icon)
        if clicked is not None:
            self.clicked.connect(lambda _checked=False: clicked())
        if shortcut:
            self.setShortcut(shortcut)
            tip = f"{tip or text.strip()} ({shortcut})"
        self.setToolTip(tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def fold(self, folded: bool) -> None:
        """Show the icon alone, with the text as its tip, or both again."""
        if folded and self.text():
            self._unfolded = (self.text(), self.toolTip())
            self.setToolTip(self.toolTip() or self.text().strip())
            self.setText("")
        elif not folded and self._unfolded is not None and not self.text():
            text, tip = self._unfolded
            self.setText(text)
            self.setToolTip(tip)

    def show_icon(self, name: str) -> None:
        """Show an icon before the text."""
        colours = {"primary": theme.SURFACE, "danger": theme.SURFACE, "tool": theme.SOFT_INK}
        colour = colours.get(str(self.property("role")), theme.INK)
        self.setIcon(theme.icon(name, colour, 15))
        self.setIconSize(QSize(theme.px(15), theme.px(15)))


class Label(QLabel):
    """A line of text in one of the style sheet's roles: title, heading, soft, error, figure."""

    def __init__(self, text: str = "", role: str = "plain", *, wrap: bool = False) -> None:
        super().__init__(text)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)


class ElidedLabel(Label):
    """A line of text that ends in … where there is no room, and tells the whole in its tip."""

    def __init__(self, text: str = "", role: str = "plain") -> None:
        super().__init__(text, role)
        self._whole = text
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(theme.px(48))

    def setText(self, text: str) -> None:
        self._whole = text
        self._elide()

    def whole_text(self) -> str:
        """Return the text without the cut."""
        return self._whole

    def resizeEvent(self, event: object) -> None:
        self._elide()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._whole)
        return QSize(width + theme.px(2), super().sizeHint().height())

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, self.width()
        )
        super().setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")


class Pill(Label):
    """A rounded word: ``amber`` and ``red`` where a person is needed, ``green``, ``soft``."""

    def __init__(self, text: str = "", tone: str = "soft") -> None:
        super().__init__(text, "pill")
        self.setProperty("tone", tone)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_as(self, text: str, tone: str) -> None:
        """Show another word in another tone."""
        self.setText(text)
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)


class Card(QFrame):
    """A white surface with a thin line around it and a column of things on it."""

    def __init__(self, title: str = "", *, margin: int = 18, spacing: int = 8) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.column = QVBoxLayout(self)
        edge = theme.px(margin)
        self.column.setContentsMargins(edge, edge, edge, edge)
        self.column.setSpacing(theme.px(spacing))
        self.heading: Label | None = None
        if title:
            self.heading = Label(title, "heading")
            self.column.addWidget(self.heading)

    def add(self, *widgets: QWidget) -> None:
        """Put widgets below what is there."""
        for widget in widgets:
            self.column.addWidget(widget)


class Bar(QWidget):
    """A name, a bar and a figure: how much of something there is; painted as one widget."""

    def __init__(
        self,
        label: str,
        share: float,
        figure: str,
        *,
        colour: str = theme.ACCENT,
        label_width: int = 96,
        figure_width: int = 64,
    ) -> None:
        super().__init__()
        self.label = label
        self.share = max(0.0, min(1.0, share))
        self.figure = figure
        self.colour = colour
        self._label_width = theme.px(label_width)
        self._figure_width = theme.px(figure_width)
        self.setFixedHeight(theme.px(28))
        self.setMinimumWidth(self._label_width + self._figure_width + theme.px(76))
        self.setAccessibleName(f"{label} {figure}")

    def track_rect(self) -> QRect:
        """Return where the whole bar stands."""
        gap, thick = theme.px(8), theme.px(12)
        left = self._label_width + gap
        wide = self.width() - left - gap - self._figure_width
        return QRect(left, (self.height() - thick) // 2, max(wide, thick), thick)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.INK))
        middle = Qt.AlignmentFlag.AlignVCenter
        name = painter.fontMetrics().elidedText(
            self.label, Qt.TextElideMode.ElideRight, self._label_width
        )
        self.setToolTip(self.label if name != self.label else "")
        room = QRect(0, 0, self._label_width, self.height())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, name)
        room = QRect(self.width() - self._figure_width, 0, self._figure_width, self.height())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, self.figure)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(self.track_rect())
        round_ = track.height() / 2
        painter.setBrush(QColor(theme.BAR_GROUND))
        painter.drawRoundedRect(track, round_, round_)
        if self.share > 0:
            painter.setBrush(QColor(self.colour))
            track.setWidth(max(track.height(), track.width() * self.share))
            painter.drawRoundedRect(track, round_, round_)
        painter.end()


class EmptyState(QWidget):
    """What an empty list shows: a picture, a sentence and the next step."""

    def __init__(
        self, icon: str, text: str, advice: str = "", buttons: Sequence[QWidget] = ()
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.setSpacing(theme.px(10))
        picture = QLabel()
        picture.setPixmap(theme.pixmap(icon, "#C3CDD5", 44))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text = Label(text, "heading")
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.advice = Label(advice, "soft", wrap=True)
        self.advice.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.advice.setVisible(bool(advice))
        column.addWidget(picture)
        column.addWidget(self.text)
        column.addWidget(self.advice)
        row = QHBoxLayout()
        row.setSpacing(theme.px(10))
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        column.addSpacing(theme.px(6))
        column.addLayout(row)

    def say(self, text: str, advice: str = "") -> None:
        """Show another sentence and next step."""
        self.text.setText(text)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))


@dataclass(frozen=True)
class Action:
    """A button by its word and what it does."""

    text: str
    run: Callable[[], object]


class NoticeBar(QFrame):
    """A line across a page that says what a person should know, with up to two buttons."""

    def __init__(self, tone: str = "amber") -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.setProperty("tone", tone)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(theme.px(12), theme.px(6), theme.px(8), theme.px(6))
        self._row.setSpacing(theme.px(8))
        self.text = Label("", "said", wrap=True)
        self._row.addWidget(self.text, 1)
        self._buttons: list[Button] = []
        self.hide()

    def say(self, text: str, *actions: Action, tone: str = "amber") -> None:
        """Show a sentence and its buttons until it is hidden."""
        for old in self._buttons:
            old.deleteLater()
        self.text.setText(text)
        self._buttons = [Button(action.text, clicked=action.run, role="link") for action in actions]
        for button in self._buttons:
            self._row.addWidget(button)
        self.setProperty("tone", tone)
        restyle(self)
        restyle(self.text)
        self.show()


class Toast(QFrame):
    """A word at the lower edge of the window that goes by itself, with at most one button."""

    SECONDS = 6

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setProperty("role", "toast")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(9), theme.px(10), theme.px(9))
        row.setSpacing(theme.px(12))
        self.text = Label("", "toast")
        self.button = Button("", role="toast")
        row.addWidget(self.text)
        row.addWidget(self.button)
        self._run: Callable[[], object] | None = None
        self.button.clicked.connect(self._act)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, action: Action | None = None) -> None:
        """Show a sentence for some seconds."""
        self.text.setText(text)
        self._run = action.run if action else None
        self.button.setText(action.text if action else "")
        self.button.setVisible(action is not None)
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()
        self._timer.start(self.SECONDS * 1000)

    def place(self) -> None:
        """Stand in the middle of the parent's lower edge."""
        parent = self._parent
        left = (parent.width() - self.width()) // 2
        self.move(max(0, left), parent.height() - self.height() - theme.px(28))

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._timer.start(self.SECONDS * 1000)

    def _act(self) -> None:
        self.hide()
        if self._run is not None:
            self._run()


def row_of(*widgets: QWidget, spacing: int = 8, stretch: int = -1) -> QHBoxLayout:
    """Return widgets side by side; the one at index ``stretch`` takes the room left."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(spacing))
    for number, widget in enumerate(widgets):
        row.addWidget(widget, 1 if number == stretch else 0)
    return row


def form_grid(rows: Sequence[tuple[str, QWidget]]) -> QGridLayout:
    """Return labels and their widgets in two columns."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(theme.px(10))
    grid.setVerticalSpacing(theme.px(10))
    grid.setColumnStretch(1, 1)
    for number, (text, widget) in enumerate(rows):
        label = Label(text, "soft")
        label.setBuddy(widget)
        grid.addWidget(label, number, 0)
        grid.addWidget(widget, number, 1)
    return grid


def clear(layout: QLayout) -> None:
    """Take everything out of a layout and let it go."""
    while layout.count():
        item = layout.takeAt(0)
        inner = item.layout()
        if item.widget() is not None:
            item.widget().hide()
            item.widget().deleteLater()
        if inner is not None:
            clear(inner)
