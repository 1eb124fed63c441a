"""The home page."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.services.tasks import Card as CardFigures
from desktop.services.tasks import Task
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.page import EVERYTHING, Desk, Page
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, Card, EmptyState, NoticeBar, clear
from desktop.ui.screens.home.figures import Home, from_plain, to_plain
from desktop.ui.screens.home.parts import BarChart, FigureCard, TaskRow

if TYPE_CHECKING:  # This page is shown, with the figures kept, before SQLAlchemy is loaded.
    from desktop.models.store import Store
    from desktop.services.returns import ComposedReturn

_WEEKDAYS = "一二三四五六日"


class HomePage(Page):
    """What a director sees first."""

    registers = EVERYTHING
    help_topic = "home"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.home: Home | None = None
        self.print = Button(
            _("打印本月报表"), "fa6s.print", self.print_month, role="primary", shortcut="Ctrl+P"
        )
        self.header = PageHeader(_("工作台"), in_words(date.today()), (self.print,))
        self.column.addWidget(self.header)
        self.notice = NoticeBar("soft")
        self.column.addWidget(self.notice)
        self._cards = QGridLayout()
        self._cards.setSpacing(theme.px(14))
        self.tasks_card = Card(_("待办"), margin=16, spacing=6)
        self._tasks = QVBoxLayout()
        self._tasks.setSpacing(theme.px(4))
        self.tasks_card.column.addLayout(self._tasks)
        self.tasks_card.column.addStretch(1)
        self.charts_card = Card(margin=16, spacing=6)
        self._charts = QVBoxLayout()
        self._charts.setSpacing(theme.px(14))
        self.charts_card.column.addLayout(self._charts)
        self.charts_card.column.addStretch(1)
        self.column.addWidget(self._body(), 1)
        self.rows: list[TaskRow] = []
        self.cards: list[FigureCard] = []

    def _body(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "plainground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(14))
        column.addLayout(self._cards)
        lower = QHBoxLayout()
        lower.setSpacing(theme.px(14))
        lower.addWidget(self.tasks_card, 5)
        lower.addWidget(self.charts_card, 4)
        column.addLayout(lower, 1)
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area

    def reload(self, registers: frozenset[str]) -> None:
        self.worker.run(_read_today, self._take)

    def load(self) -> None:
        kept, self.desk.kept_home = self.desk.kept_home, None
        if kept is not None:
            self._show(from_plain(kept))
            self.header.remark.setText(_("正在更新…"))
        super().load()

    def _take(self, home: Home) -> None:
        self._show(home)
        self.desk.home_read.emit(to_plain(home))

    def _show(self, home: Home) -> None:
        self.home = home
        self.header.remark.setText(in_words(home.today))
        if home.empty:
            self.notice.say(
                _("还没有数据：把办公室的 Excel 表格导入，月报就能自动算出来。"),
                Action(_("导入表格…"), self.open_import),
                tone="green",
            )
        else:
            self.notice.hide()
        clear(self._cards)
        self.cards = [FigureCard(card, partial(self._open, card)) for card in home.cards]
        # English words in the largest letters leave room for two cards a row.
        narrow = theme.font_size() is theme.FontSize.LARGEST and language() != "zh"
        columns = 2 if narrow else len(self.cards)
        for at, each in enumerate(self.cards):
            self._cards.addWidget(each, at // columns, at % columns)
            self._cards.setColumnStretch(at % columns, 1)
        clear(self._tasks)
        self.rows = [TaskRow(task, partial(self._open, task)) for task in home.tasks]
        for row in self.rows:
            self._tasks.addWidget(row)
        if not self.rows:
            self._tasks.addWidget(EmptyState("fa6s.circle-check", _("没有待办事项")))
        clear(self._charts)
        for bars in (home.supplies, home.second):
            self._charts.addWidget(BarChart(bars))

    def _open(self, goal: Task | CardFigures) -> None:
        """Go to where a task is done, with the filter set."""
        parameters = goal.parameters
        if goal.page == "register":
            self.desk.go_to(
                parameters["register"],
                chip=parameters.get("chip", ""),
                text=parameters.get("month", ""),
            )
        elif goal.page == "returns":
            self.desk.go_to("returns", chip=parameters["form"], text=parameters["month"])
        else:
            self.desk.go_to(goal.page)

    def open_import(self) -> None:
        """Take in workbooks."""
        from desktop.ui.import_dialog import ImportDialog

        ImportDialog(self.window(), self.desk).open()

    def print_month(self) -> None:
        """Show the month's return as it is printed, ready for the printer."""
        if self.home is None:
            return
        month, form = self.home.month, self.home.form

        def compose(store: Store) -> ComposedReturn:
            from desktop.services.returns import open_return

            with store.reading() as session:
                return open_return(session, form, month)

        def draw(opened: ComposedReturn) -> None:
            from desktop.ui.preview import PreviewDialog
            from desktop.ui.screens.returns.reading import pdf_of, title_of

            title = title_of(opened)
            self.worker.run_aside(
                lambda _progress: pdf_of(opened, date.today()),
                lambda pdf: PreviewDialog(self.window(), self.worker, pdf, title).open(),
                owner=self,
            )

        self.worker.run(compose, draw, owner=self)


def _read_today(store: Store) -> Home:
    from desktop.ui.screens.home.reading import read_home

    return read_home(store, date.today())


def in_words(day: date) -> str:
    """Return a day with its weekday as the page's first line says it."""
    if language() == "en":
        return f"{day:%A}, {day.day} {day:%B %Y}"
    return f"{day.year}年{day.month}月{day.day}日 星期{_WEEKDAYS[day.weekday()]}"
