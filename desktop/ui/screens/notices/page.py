"""The page of what the county has published: the list, what one changes, and confirming it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.services.publications import PublicationLine, State
from desktop.text import _, in_a_row
from desktop.ui import theme
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, Card, EmptyState, Label
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.notices import reading
from desktop.ui.screens.visits.side import scrolling

TO_CONFIRM, STANDING, EVERY = "to_confirm", "standing", "every"
_TONES = {"amber": theme.AMBER, "green": theme.GREEN, "soft": theme.SOFT_INK, "blue": theme.ACCENT}
_SIDE_WIDTH = 400
_LONGEST_TABLE = 12
_KIND, _TITLE, _CHANGES = 2, 3, 4
_KINDS: dict[str, Callable[[PublicationLine], bool]] = {
    STANDING: lambda line: line.state is not State.ENDED,
    TO_CONFIRM: lambda line: line.state is State.TO_CONFIRM,
    EVERY: lambda _line: True,
}


class NoticesPage(Page):
    """What the county has published to this centre."""

    registers = frozenset({"publications", "confirmations"})
    help_topic = "notices"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines: list[PublicationLine] = []
        self.shown: list[PublicationLine] = []
        self._which = STANDING
        self._wished: bytes | None = None
        self.sync = Button(_("与县级同步"), "fa6s.rotate", lambda: self.desk.go_to("sync"))
        self.header = PageHeader(
            _("县里新发"), _("县里发布的目录、参数、表式和通知；同步时收到。"), (self.sync,)
        )
        self.column.addWidget(self.header)
        self.flow = FlowRow()
        self.chips: dict[str, Button] = {}
        for which in _KINDS:
            chip = Button("", clicked=partial(self.show_which, which), role="chip")
            chip.setCheckable(True)
            self.chips[which] = chip
            self.flow.add(chip)
        self.column.addWidget(self.flow)
        self.empty = EmptyState(
            "fa6s.bullhorn", _("县里还没有发来什么。"), _("县里发布后，同步一次就能看到。")
        )
        self.column.addWidget(self.empty, 1)
        self.body = self._make_body()
        self.column.addWidget(self.body, 1)
        self._show([])

    # Building

    def _make_body(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        self.table = PlainTable(
            [
                PlainColumn(_("状态"), 4.5),
                PlainColumn(_("发布日期"), 5.5),
                PlainColumn(_("类别"), 4.5),
                PlainColumn(_("标题"), 16),
                PlainColumn(_("变动"), 8),
            ]
        )
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(_TITLE, QHeaderView.ResizeMode.Stretch)
        # Beside the largest letters there is no room: both are said at the right.
        for column in (_KIND, _CHANGES):
            narrow = theme.font_size() is theme.FontSize.LARGEST
            self.table.setColumnHidden(column, narrow)
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        row.addWidget(self.table, 1)
        row.addWidget(scrolling(self._make_card(), _SIDE_WIDTH))
        return body

    def _make_card(self) -> QWidget:
        self.card = Card()
        self.title = Label("", "heading", wrap=True)
        self.about = Label("", "soft", wrap=True)
        self.text = Label("", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.changes = PlainTable(
            [
                PlainColumn(_("变动"), 2.5),
                PlainColumn(_("内容"), 7),
                PlainColumn(_("项目"), 10),
            ],
            row_height=28,
        )
        self.confirmed = Label("", "soft", wrap=True)
        self.confirm = Button(_("签收"), "fa6s.user-check", self.confirm_chosen, role="primary")
        self.open = Button(_("打开台账"), "fa6s.table", self._open_register)
        self.card.add(self.title, self.about, self.text, self.changes, self.confirmed)
        column = QVBoxLayout()
        column.addWidget(self.confirm)
        column.addWidget(self.open)
        self.card.column.addLayout(column)
        self.card.column.addStretch(1)
        return self.card

    # The list

    def reload(self, registers: frozenset[str]) -> None:
        today = date.today()
        self.worker.run(lambda store: reading.read_lines(store, today), self._show, owner=self)

    def _show(self, lines: list[PublicationLine]) -> None:
        chosen = self.chosen()
        here = self._wished or (chosen.id if chosen is not None else None)
        self._wished = None
        self.lines = lines
        labels = {
            STANDING: _("有效 {count}"),
            TO_CONFIRM: _("待签收 {count}"),
            EVERY: _("全部 {count}"),
        }
        for which, belongs in _KINDS.items():
            count = sum(belongs(line) for line in lines)
            self.chips[which].setText(labels[which].format(count=count))
        self.flow.resizeEvent(None)  # The chips have other widths now.
        self.empty.setVisible(not lines)
        self.flow.setVisible(bool(lines))
        self.body.setVisible(bool(lines))
        self._list_lines(here)

    def show_which(self, which: str) -> None:
        """Show what stands, what waits to be confirmed, or all."""
        self._which = which
        self._list_lines()

    def show_wish(self, wish: Wish) -> None:
        self._wished = wish.record
        if wish.record is not None:
            self._which = EVERY
            self._list_lines(wish.record)

    def _list_lines(self, here: bytes | None = None) -> None:
        for which, chip in self.chips.items():
            chip.setChecked(which == self._which)
        self.shown = [line for line in self.lines if _KINDS[self._which](line)]
        rows = []
        tones: dict[tuple[int, int], str] = {}
        for number, line in enumerate(self.shown):
            word, tone = reading.state_text(line.state)
            tones[number, 0] = _TONES[tone]
            rows.append((word, _day(line.published_on), _(line.kind), line.title, line.summary))
        self.table.show_rows(rows, tones)
        found = [at for at, line in enumerate(self.shown) if line.id == here]
        if rows:
            self.choose_row(found[0] if found else 0)
        self._show_chosen()

    def choose_row(self, row: int) -> None:
        """Choose a row."""
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(
            self.table.plain.index(row, 0), flags.ClearAndSelect | flags.Rows
        )

    def chosen(self) -> PublicationLine | None:
        """Return the publication that is selected."""
        row = self.table.currentIndex().row()
        return self.shown[row] if 0 <= row < len(self.shown) else None

    # One of them

    def _show_chosen(self) -> None:
        line = self.chosen()
        self.card.setVisible(line is not None)
        if line is None:
            return
        self.title.setText(line.title)
        self.about.setText(_about(line))
        self.text.setText(line.text)
        self.text.setVisible(bool(line.text))
        rows = [
            (each.what, in_a_row(filter(None, (each.values, _begins(each.begins)))), each.title)
            for each in line.lines
        ]
        self.changes.show_rows(rows)
        self.changes.setVisible(bool(rows))
        height = self.changes.verticalHeader().defaultSectionSize()
        head = self.changes.horizontalHeader().minimumHeight()
        self.changes.setFixedHeight(head + height * (min(len(rows), _LONGEST_TABLE) + 1))
        self.confirmed.setText(_("已签收：{names}").format(names=in_a_row(line.confirmed)))
        self.confirmed.setVisible(bool(line.confirmed))
        self.confirm.setVisible(line.must_confirm and not line.confirmed)
        self.open.setVisible(bool(line.register))

    def confirm_chosen(self) -> None:
        """Note that the chosen publication was read."""
        line = self.chosen()
        if line is None:
            return
        publication, now = line.id, datetime.now()  # noqa: DTZ005 - the office's own clock

        def done(_made: bytes) -> None:
            self.desk.tell(_("已签收，下次同步时告诉县里。"))

        self.worker.run(
            lambda store: reading.confirm(store, publication, now), done, self._refused, owner=self
        )

    def _refused(self, error: UserError) -> None:
        self.desk.warn(error)

    def _open_register(self) -> None:
        line = self.chosen()
        if line is not None and line.register:
            self.desk.go_to(line.register)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _begins(day: str) -> str:
    return _("自 {day}").format(day=day) if day else ""


def _about(line: PublicationLine) -> str:
    words = [
        _(line.kind),
        line.number,
        _("{day} 发布").format(day=_day(line.published_on)) if line.published_on else "",
        _("{day} 起执行").format(day=_day(line.valid_from)) if line.valid_from else "",
        _("有效期至 {day}").format(day=_day(line.valid_until)) if line.valid_until else "",
    ]
    return " · ".join(word for word in words if word)
