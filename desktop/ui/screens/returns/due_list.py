"""The list of returns due in a period, how each stands, and the choice of the period."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.services.periods import MONTH, WEEK, Period
from desktop.services.returns.due import Due
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.parts import Card, ElidedLabel, Label, Pill, clear, restyle, row_of
from desktop.ui.screens.returns.reading import Place, ReturnsView
from desktop.ui.screens.returns.standing import Standing, name_of


class DueRow(QFrame):
    """A return in the list: its name, its day, how it stands; the whole row is a button.

    Signals:
        chosen: The person wants to see it.
    """

    chosen = Signal()

    def __init__(self, due: Due) -> None:
        super().__init__()
        self.setProperty("role", "duerow")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # A list longer than its card scrolls; its rows are never squeezed.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        name = name_of(due.form, due.period)
        self.setAccessibleName(name)
        self.name = ElidedLabel(name, "dueline")
        self.pill = Pill()
        self.when = ElidedLabel("", "when")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(10), theme.px(5), theme.px(8), theme.px(5))
        column.setSpacing(theme.px(1))
        column.addWidget(self.name)
        column.addLayout(row_of(self.when, self.pill, stretch=0, spacing=4))

    def show_standing(self, standing: Standing) -> None:
        """Show how the return stands now."""
        self.pill.setVisible(bool(standing.word))
        self.pill.show_as(standing.word, standing.tone)
        self.when.setText(standing.when)
        role = "late" if standing.late else "when"
        if self.when.property("role") != role:
            self.when.setProperty("role", role)
            restyle(self.when)

    def choose(self, on: bool) -> None:
        """Show that this is the one that is open."""
        self.setProperty("chosen", "true" if on else "false")
        restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class DueList(Card):
    """The period, and the returns that are due in it.

    Signals:
        chosen: ``place``, form and period of a return.
        period_wanted: The key of another period.
    """

    chosen = Signal(object)
    period_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__(_("本月应报"), margin=8)
        self.period = ChoiceBox()
        self.period.setAccessibleName(_("期别"))
        self.period.setMaxVisibleItems(24)
        self.period.activated.connect(lambda at: self._choose(self.period.itemData(at)))
        self.column.insertWidget(0, self.period)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(theme.px(1))
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area = area
        self.column.addWidget(area, 1)
        self.rows: dict[Place, DueRow] = {}
        self._shown = ""

    def show_view(self, view: ReturnsView) -> None:
        """Show a period's returns."""
        self._show_periods(view)
        assert self.heading is not None
        words = _("本月应报 {count} 张") if view.period.kind == MONTH else _("应报 {count} 张")
        self.heading.setText(words.format(count=len(view.due)))
        place = view.opened.place if view.opened is not None else ("", "")
        if list(self.rows) != [each.key for each in view.due]:
            self._build(view.due, view.broken)
        for due in view.due:
            self.rows[due.key].choose(due.key == place)
            self.show_standing(due.key, view.standings[due.key])

    def _build(self, due: tuple[Due, ...], broken: tuple[str, ...]) -> None:
        clear(self._list)
        self.rows = {}
        for each in due:
            row = DueRow(each)
            row.chosen.connect(partial(self.chosen.emit, each.key))
            self.rows[each.key] = row
            self._list.addWidget(row)
        if not due:
            self._list.addWidget(Label(_("这一期没有要报的报表。"), "soft", wrap=True))
        for text in broken:
            self._list.addWidget(Label(text, "error", wrap=True))
        self._list.addStretch(1)

    def _show_periods(self, view: ReturnsView) -> None:
        self._shown = view.period.key
        self.period.clear()
        for at, each in enumerate(view.periods):
            if at and each.kind != view.periods[at - 1].kind:
                self.period.insertSeparator(self.period.count())
            self.period.addItem(short_label(each), each.key)
        self.show_period(view.period.key)

    def show_period(self, key: str) -> None:
        """Show which period is chosen."""
        self.period.setCurrentIndex(self.period.findData(key))

    def _choose(self, key: str | None) -> None:
        if key is not None and key != self._shown:
            self.period_wanted.emit(key)

    def show_standing(self, place: Place, standing: Standing) -> None:
        """Show how one of the returns stands, once its checks were asked."""
        if place in self.rows:
            self.rows[place].show_standing(standing)

    def refuse_period(self) -> None:
        """Show the period that is shown, where the person stays with it."""
        self.show_period(self._shown)


def short_label(period: Period) -> str:
    """Return a period as the box names it: a week without its days."""
    if period.kind == WEEK:
        return _("{year}年第{week}周").format(year=period.key[:4], week=int(period.key[6:]))
    return period.label
