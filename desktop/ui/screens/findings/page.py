"""The findings page: what is open and overdue, closing it step by step, the notice on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.registers.findings import RECTIFIED, REGISTER
from desktop.services.findings import FindingLine
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.parts import Button, Label, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.findings import reading
from desktop.ui.screens.findings.closing import ClosingCard
from desktop.ui.screens.findings.reading import state_text
from desktop.ui.screens.visits.page import print_notice
from desktop.ui.screens.visits.side import scrolling, state_width

OPEN, OVERDUE, RECHECK, REPEATED, EVERY = "open", "overdue", "to_recheck", "repeated", "every"
_TONES = {"red": theme.RED, "amber": theme.AMBER, "green": theme.GREEN, "soft": theme.SOFT_INK}
_SIDE_WIDTH = 300
_KINDS: dict[str, Callable[[FindingLine], bool]] = {
    OPEN: lambda line: line.open,
    OVERDUE: lambda line: line.overdue,
    RECHECK: lambda line: line.status == RECTIFIED,
    REPEATED: lambda line: line.repeated,
    EVERY: lambda _line: True,
}


class FindingsPage(Page):
    """Findings and their rectification."""

    registers = frozenset({"findings", "clinics", "village_doctors", "policy"})
    help_topic = "findings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.lines: list[FindingLine] = []
        self.shown: list[FindingLine] = []
        self.drafts: dict[bytes, str] = {}
        self._which = OPEN
        self._wished: bytes | None = None
        self._list: RegisterPage | None = None
        self.card = ClosingCard(desk)
        self._make_header()
        self.stack = QStackedWidget()
        self.stack.addWidget(self._make_body())
        self.column.addWidget(self.stack, 1)
        self._key = QShortcut(QKeySequence("Ctrl+S"), self)
        self._key.activated.connect(self.card.take_step)
        self.card.typed.connect(self._keep_draft)
        self.card.rectified.connect(self._rectify)
        self.card.rechecked.connect(self._recheck)
        self.card.edit_wanted.connect(self._edit)
        self.card.show_finding(None)

    # Building

    def _make_header(self) -> None:
        self.follow_tab = Button(_("整改跟踪"), clicked=lambda: self.show_list(False), role="chip")
        self.list_tab = Button(_("明细列表"), clicked=lambda: self.show_list(True), role="chip")
        for tab in (self.follow_tab, self.list_tab):
            tab.setCheckable(True)
        self.follow_tab.setChecked(True)
        self.notice = Button(_("打印整改通知书"), "fa6s.print", self.print_notice)
        self.notice.setToolTip(_("所选问题那次督导中待整改的全部问题"))
        self.column.addLayout(
            row_of(
                Label(_("问题与整改"), "title"),
                self.follow_tab,
                self.list_tab,
                QWidget(),
                self.notice,
                stretch=3,
            )
        )

    def _make_body(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        column = QVBoxLayout()
        column.setSpacing(theme.px(8))
        column.addLayout(self._make_filters())
        self._make_table()
        self.remark = Label("", "soft")
        column.addWidget(self.remark)
        column.addWidget(self.table, 1)
        row.addLayout(column, 1)
        row.addWidget(scrolling(self.card, _SIDE_WIDTH))
        return page

    def _make_filters(self) -> QHBoxLayout:
        self.chips: dict[str, Button] = {}
        self.flow = FlowRow()
        for which in _KINDS:
            chip = Button("", clicked=partial(self.show_which, which), role="chip")
            chip.setCheckable(True)
            self.chips[which] = chip
            self.flow.add(chip)
        self.clinic = ChoiceBox()
        self.clinic.setAccessibleName(_("村卫生室"))
        self.clinic.activated.connect(lambda _at: self._list_lines())
        self.clinic.setMinimumContentsLength(8)
        top = row_of(self.flow, self.clinic, stretch=0)
        top.setAlignment(self.clinic, Qt.AlignmentFlag.AlignTop)
        return top

    def _make_table(self) -> None:
        self.table = PlainTable(
            [
                PlainColumn(_("状态"), state_width()),
                PlainColumn(_("村卫生室"), 7),
                PlainColumn(_("存在问题"), 13.5),
                PlainColumn(_("责任人"), 4),
                PlainColumn(_("发现日期"), 5.5),
                PlainColumn(_("整改期限"), 5.5),
                PlainColumn(_("次数"), 2),
            ],
            row_height=30,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        self.table.activated.connect(lambda _index: self.card.focus_first())

    # The list

    def reload(self, registers: frozenset[str]) -> None:
        today = date.today()
        self.worker.run(lambda store: reading.read_findings(store, today), self._show)
        if self._list is not None:
            self._list.reload(registers)

    def _show(self, lines: list[FindingLine]) -> None:
        here = self._wished or (self.card.line.id if self.card.line is not None else None)
        self._wished = None
        self.lines = lines
        labels = {
            OPEN: _("待整改 {count}"),
            OVERDUE: _("逾期 {count}"),
            RECHECK: _("待复查 {count}"),
            REPEATED: _("重复 {count}"),
            EVERY: _("全部 {count}"),
        }
        for which, belongs in _KINDS.items():
            count = sum(belongs(line) for line in lines)
            self.chips[which].setText(labels[which].format(count=count))
        self.flow.resizeEvent(None)  # The chips have other widths now.
        chosen = self.clinic.currentData()
        self.clinic.clear()
        self.clinic.addItem(_("全部村卫生室"), None)
        for name in sorted({line.clinic for line in lines if line.clinic}):
            self.clinic.addItem(name, name)
        self.clinic.setCurrentIndex(max(0, self.clinic.findData(chosen)))
        self._list_lines(here)

    def show_which(self, which: str) -> None:
        """Show the open, overdue, rectified or repeated findings, or all."""
        self._which = which
        self._list_lines()

    def _list_lines(self, here: bytes | None = None) -> None:
        for which, chip in self.chips.items():
            chip.setChecked(which == self._which)
        clinic = self.clinic.currentData()
        belongs = _KINDS[self._which]
        self.shown = [
            line
            for line in self.lines
            if belongs(line) and (clinic is None or line.clinic == clinic)
        ]
        row = self.table.currentIndex().row()
        tones: dict[tuple[int, int], str] = {}
        rows = []
        for number, line in enumerate(self.shown):
            word, tone = state_text(line)
            tones[number, 0] = _TONES[tone]
            if line.repeated:
                tones[number, 6] = theme.RED
            rows.append(
                (
                    word,
                    line.clinic,
                    line.problem,
                    line.doctor,
                    line.found_on.isoformat() if line.found_on else "",
                    line.due_on.isoformat() if line.due_on else "",
                    str(line.times) if line.repeated else "",
                )
            )
        self.table.show_rows(rows, tones)
        self.remark.setText("" if rows else _("没有这样的问题。"))
        self.remark.setVisible(not rows)
        found = [at for at, line in enumerate(self.shown) if line.id == here]
        if rows:
            self.choose_row(found[0] if found else min(max(row, 0), len(rows) - 1))
        self._show_chosen()

    def choose_row(self, row: int) -> None:
        """Choose a row, whatever keys are held down: Ctrl+S comes here too."""
        flags = QItemSelectionModel.SelectionFlag
        self.table.selectionModel().setCurrentIndex(
            self.table.plain.index(row, 0), flags.ClearAndSelect | flags.Rows
        )

    def chosen(self) -> FindingLine | None:
        """Return the finding that is selected."""
        row = self.table.currentIndex().row()
        return self.shown[row] if 0 <= row < len(self.shown) else None

    def _show_chosen(self) -> None:
        line = self.chosen()
        self.card.show_finding(line, self.drafts.get(line.id, "") if line is not None else "")
        self.notice.setEnabled(line is not None and line.open and line.visit_id is not None)

    # Closing

    def _keep_draft(self) -> None:
        """Keep typed evidence beside its finding, so that looking at another loses nothing."""
        if self.card.line is None:
            return
        text = str(self.card.evidence.typed() or "")
        if text:
            self.drafts[self.card.line.id] = text
        else:
            self.drafts.pop(self.card.line.id, None)

    def _rectify(self, evidence: str, day: date) -> None:
        line = self.card.line
        assert line is not None
        finding = line.id

        def done(_none: None) -> None:
            self.drafts.pop(finding, None)
            self.desk.tell(_("已登记整改，等待复查。"))
            self.table.setFocus()

        self.worker.run(
            lambda store: reading.rectify(store, {finding: evidence}, day),
            done,
            self._refused,
            owner=self,
        )

    def _recheck(self, passed: bool, day: date, by: bytes | None, due: date | None) -> None:
        line = self.card.line
        assert line is not None
        finding = line.id

        def done(_none: None) -> None:
            word = _("复查合格，已办结。") if passed else _("复查不合格，已另定整改期限。")
            self.desk.tell(word)
            self.table.setFocus()

        self.worker.run(
            lambda store: reading.recheck(store, finding, passed=passed, on=day, by=by, due_on=due),
            done,
            self._refused,
            owner=self,
        )

    def _refused(self, error: UserError) -> None:
        self.card.notice.say(str(error), tone="red")

    def _edit(self) -> None:
        line = self.card.line
        if line is not None:
            self.show_list(True)
            assert self._list is not None
            self._list.show_wish(Wish(record=line.id))

    def has_unsaved(self) -> bool:
        inner = self._list is not None and self._list.has_unsaved()
        return bool(self.drafts) or inner

    def save_unsaved(self, then: Callable[[], object]) -> None:
        """Save what was typed, finding by finding."""
        if not self.drafts:
            if self._list is not None:
                self._list.save_unsaved(then)
            return
        drafts, today = dict(self.drafts), date.today()

        def done(_none: None) -> None:
            self.drafts = {}
            then()

        self.worker.run(
            lambda store: reading.rectify(store, drafts, today), done, self._refused, owner=self
        )

    def drop_unsaved(self) -> None:
        self.drafts = {}
        self.card.show_finding(None)
        self._show_chosen()
        if self._list is not None:
            self._list.drop_unsaved()

    # The plain list, going there, paper

    @property
    def plain_list(self) -> RegisterPage | None:
        """The plain list of findings, once it was opened."""
        return self._list

    def show_list(self, on: bool) -> None:
        """Show the plain list, or the findings by their standing."""
        if on and self._list is None:
            self._list = RegisterPage(self.desk, REGISTER)
            self._list.column.setContentsMargins(0, 0, 0, 0)
            self._list.header.title.hide()
            self.stack.addWidget(self._list)
            self._list.load()
        self.stack.setCurrentIndex(1 if on else 0)
        self.follow_tab.setChecked(not on)
        self.list_tab.setChecked(on)
        self.notice.setVisible(not on)
        self._key.setEnabled(not on)  # The list has its own Ctrl+S.

    def show_wish(self, wish: Wish) -> None:
        if wish.chip in self.chips:
            self.show_list(False)
            self.show_which(wish.chip)
        elif wish.record is not None:
            self.show_list(False)
            self._which, self._wished = EVERY, wish.record
            self.load()
        elif wish.chip or wish.text:
            self.show_list(True)
            if self._list is not None:
                self._list.show_wish(wish)

    def focus_search(self) -> None:
        if self._list is not None and self.stack.currentIndex() == 1:
            self._list.focus_search()

    def print_notice(self) -> None:
        """Print the notice of the chosen finding's visit, with all that is open of it."""
        line = self.chosen()
        if line is not None and line.visit_id is not None:
            print_notice(self, self.desk, line.visit_id)
