"""The returns page: the list of what is due, the lines, the checks and the preview."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from desktop.errors import UserError
from desktop.services.returns import ComposedReturn
from desktop.services.sheet import month_in_words
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.dialogs import ask_unsaved, confirm, show_error
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, Card, NoticeBar
from desktop.ui.preview import PdfPreview, print_pdf, save_pdf
from desktop.ui.screens.returns import reading
from desktop.ui.screens.returns.due_list import DueList
from desktop.ui.screens.returns.explaining import ExplanationDialog, read_behind
from desktop.ui.screens.returns.findings import FindingsPanel
from desktop.ui.screens.returns.reading import ReturnsView
from desktop.ui.screens.returns.table import ReturnTable

_LIST_WIDTH = 172
_SIDE_WIDTH = 286
_ENGLISH_SIDE_WIDTH = 248


class ReturnsPage(Page):
    """The monthly returns."""

    registers = frozenset(
        {
            "returns",
            "centre",
            "clinics",
            "clinic_months",
            "contracts",
            "drugs",
            "drug_stock",
            "stock_moves",
            "supplies",
            "supply_moves",
            "policy",
        }
    )
    help_topic = "returns"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view: ReturnsView | None = None
        self._month = ""
        self._form = ""
        self._pdf = b""
        self._make_header()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self.due = DueList()
        self.due.chosen.connect(self.show_form)
        self.due.checks_wanted.connect(self.show_checks)
        self.month = self.due.month
        self.month.activated.connect(lambda at: self.show_month(self.month.itemData(at)))
        self.due.setFixedWidth(theme.px(_LIST_WIDTH))
        self.table = ReturnTable()
        self.table.lines.edited.connect(self._edited)
        self.table.explain_wanted.connect(self.explain)
        self.side = self._make_side()
        row.addWidget(self.due)
        row.addWidget(self.table, 1)
        row.addWidget(self.side)
        self.column.addLayout(row, 1)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)
        # With the largest font the lines need the room of the preview.
        self.show_side(theme.font_size() is not theme.FontSize.LARGEST)

    def _make_header(self) -> None:
        self.sides = Button("", "fa6s.table-columns", self._turn_side, role="tool")
        self.sides.setToolTip(_("显示或收起右侧的预览和审核"))
        self.excel = Button(_("导出 Excel"), "fa6s.file-export", self.export)
        self.pdf = Button(_("保存 PDF"), "fa6s.file-pdf", self.save_pdf)
        self.print = Button(_("打印"), "fa6s.print", self.print_out, shortcut="Ctrl+P")
        self.submit = Button(_("审核并上报"), "fa6s.paper-plane", self.hand_in, role="primary")
        self.header = PageHeader(
            _("月报与打印"),
            "",
            (self.sides, self.excel, self.pdf, self.print, self.submit),
        )
        self.column.addWidget(self.header)

    def _make_side(self) -> Card:
        card = Card(margin=14)
        wide = _SIDE_WIDTH if language() == "zh" else _ENGLISH_SIDE_WIDTH
        card.setFixedWidth(theme.px(wide))
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.preview_tab = Button(_("打印预览"), clicked=lambda: self.show_tab(0), role="chip")
        self.checks_tab = Button(_("审核"), clicked=lambda: self.show_tab(1), role="chip")
        for button in (self.preview_tab, self.checks_tab):
            button.setCheckable(True)
            row.addWidget(button)
        row.addStretch(1)
        card.column.addLayout(row)
        self.preview = PdfPreview(self.worker)
        self.findings = FindingsPanel()
        self.findings.edited.connect(self._edited)
        self.findings.line_wanted.connect(self.table.go_to_line)
        self.tabs = QStackedWidget()
        self.tabs.setStyleSheet(f"QStackedWidget {{ background: {theme.SURFACE}; }}")
        self.tabs.addWidget(self.preview)
        self.tabs.addWidget(self.findings)
        card.column.addWidget(self.tabs, 1)
        self.show_tab(0)
        return card

    # What is shown

    @property
    def opened(self) -> ComposedReturn:
        """The return that is shown."""
        assert self.view is not None, "nothing was read yet"
        return self.view.opened

    def reload(self, registers: frozenset[str]) -> None:
        month, form, today = self._month, self._form, date.today()
        self.worker.run(lambda store: reading.read_view(store, month, form, today), self._show)

    def show_wish(self, wish: Wish) -> None:
        self._month = wish.text or self._month
        self._form = wish.chip or self._form
        if self.view is not None:
            self.load()

    def show_month(self, month: str) -> None:
        """Show another month."""
        self.desk_leave(partial(self._go, month, self._form))

    def show_form(self, form: str) -> None:
        """Show another form of the month."""
        self.desk_leave(partial(self._go, self._month, form))

    def desk_leave(self, then: Callable[[], object]) -> None:
        """Call ``then`` after asking where something typed would be lost."""
        if not self.has_unsaved():
            then()
            return

        def take(answer: str) -> None:
            if answer == "save":
                self.save_unsaved(then)
            elif answer == "drop":
                self.drop_unsaved()
                then()
            else:
                self._show_months()

        ask_unsaved(self, take)

    def _go(self, month: str, form: str) -> None:
        self._month, self._form = month, form
        self.load()

    def _show(self, view: ReturnsView) -> None:
        if self.view is not None and self.has_unsaved() and view.month == self.view.month:
            # What another PC or page changed is shown once the clerk has saved or dropped.
            return
        self.view = view
        opened = view.opened
        self._month, self._form = view.month, opened.form.key
        self._show_months()
        self.due.show_due(view.due, opened.form.key, opened)
        self.table.show_return(opened)
        self.findings.show_return(opened)
        count = len(opened.blocking)
        self.checks_tab.setText(_("审核 {count}").format(count=count) if count else _("审核"))
        self.header.remark.setText(f"{month_in_words(view.month)} · {_(opened.form.title)}")
        if opened.frozen:
            self.submit.setText(_("更正…"))
            self.submit.show_icon("fa6s.pen")
        else:
            self.submit.setText(_("审核并上报"))
            self.submit.show_icon("fa6s.paper-plane")
        self._show_notice()
        self._draw()

    def _show_months(self) -> None:
        assert self.view is not None
        self.month.clear()
        for month in self.view.months:
            self.month.addItem(month_in_words(month), month)
        self.month.setCurrentIndex(self.view.months.index(self.view.month))

    def _draw(self) -> None:
        opened, today = self.opened, date.today()
        self._take_pdf(b"")

        def take(pdf: bytes) -> None:
            if opened is not self.opened:
                return  # A newer one is being drawn.
            self._take_pdf(pdf)
            self.preview.show_pdf(pdf, reading.title_of(opened))

        self.worker.run_aside(lambda _progress: reading.pdf_of(opened, today), take, owner=self)

    def _take_pdf(self, pdf: bytes) -> None:
        """Keep the drawn return; until it is there nothing older is printed in its place."""
        self._pdf = pdf
        for button in (self.print, self.pdf):
            button.setEnabled(bool(pdf))

    def show_tab(self, number: int) -> None:
        """Show the preview (0) or the checks (1) at the right."""
        self.tabs.setCurrentIndex(number)
        self.preview_tab.setChecked(number == 0)
        self.checks_tab.setChecked(number == 1)

    def show_side(self, on: bool) -> None:
        """Show or hide the part at the right."""
        self.side.setVisible(on)

    def _turn_side(self) -> None:
        self.show_side(not self.side.isVisible())

    def show_checks(self) -> None:
        """Show what the checks have found."""
        self.show_side(True)
        self.show_tab(1)
        self.findings.focus_first()

    # Filling in

    def has_unsaved(self) -> bool:
        return bool(self.table.lines.pending or self.findings.pending())

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.save(then)

    def drop_unsaved(self) -> None:
        if self.view is not None:
            self.table.show_return(self.opened)
            self.findings.show_return(self.opened)
            self._show_notice()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was filled in and explained."""
        lines = self.table.lines
        if lines.wrong:
            code = next(iter(lines.wrong))
            self.table.go_to_line(code)
            self.notice.say(lines.wrong[code], tone="red")
            return
        typed, explained = dict(lines.pending), self.findings.pending()
        month, form = self._month, self._form

        def done(_none: None) -> None:
            self.table.lines.pending.clear()
            self.findings.show_return(self.opened)
            self.desk.tell(_("已保存。"))
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.save_answers(store, form, month, typed, explained),
            done,
            self._refused,
            owner=self,
        )

    def _refused(self, error: UserError) -> None:
        self.notice.say(str(error), Action(_("重试"), self.save), tone="red")

    def _edited(self) -> None:
        self._show_notice()

    def _show_notice(self) -> None:
        lines = self.table.lines
        count = len(lines.pending) + len(self.findings.pending())
        if lines.wrong:
            self.notice.say(next(iter(lines.wrong.values())), tone="red")
        elif count:
            self.notice.say(
                _("有 {count} 项填报或说明还没有保存。").format(count=count),
                Action(_("保存（Ctrl+S）"), self.save),
                Action(_("放弃"), self.drop_unsaved),
            )
        else:
            self._show_standing()

    def _show_standing(self) -> None:
        """Say what a submitted return waits for; a word of receipt only from the receipt."""
        opened = self.opened
        if opened.received_at:
            day = opened.received_at[:16].replace("T", " ")
            self.notice.say(_("县级已于 {time} 接收。").format(time=day), tone="green")
        elif opened.frozen:
            day = opened.submitted_at[:16].replace("T", " ")
            self.notice.say(
                _("{person} 已于 {time} 上报，待上传；联网同步后以县级回执为准。").format(
                    person=opened.submitted_by, time=day
                ),
                Action(_("去同步"), lambda: self.desk.go_to("sync")),
            )
        elif opened.replaces:
            self.notice.say(_("更正稿，更正对象：{old}。").format(old=opened.replaces))
        else:
            self.notice.hide()

    def explain(self, code: str) -> None:
        """Say where a line comes from."""
        line, month = self.opened.line(code), self._month
        dialog = ExplanationDialog(self, self.desk, line, month)
        source = line.line.source
        self.worker.run(
            lambda store: read_behind(store, source, month), dialog.show_behind, owner=dialog
        )
        dialog.open()

    # Out of the house

    def print_out(self) -> None:
        """Print the return through the system's print dialog."""
        if self._pdf:
            print_pdf(self, self.worker, self._pdf, reading.title_of(self.opened))

    def save_pdf(self) -> None:
        """Save the return as a PDF."""
        if self._pdf:
            save_pdf(self, self._pdf, reading.title_of(self.opened), self._saved)

    def export(self) -> None:
        """Save the return as an Excel workbook."""
        from desktop.ui.screens.returns.workbook import ask_workbook

        ask_workbook(self, self.worker, self.opened, self._saved)

    def _saved(self, path: Path) -> None:
        self.desk.tell(_("已保存“{file}”。").format(file=path.name))

    def hand_in(self) -> None:
        """Check and submit the return; a submitted one is corrected instead."""
        if self.view is None:
            return
        if self.opened.frozen:
            self._correct()
        elif self.has_unsaved():
            self.save(self.hand_in_saved)
        else:
            self.hand_in_saved()

    def hand_in_saved(self) -> None:
        """Submit what is saved, or show what keeps it from being submitted."""
        if self.opened.blocking:
            errors = sum(finding.level == "E" for finding in self.opened.blocking)
            queries = len(self.opened.blocking) - errors
            self.notice.say(
                _("还不能上报：{errors} 处错误要改正，{queries} 处查询要写情况说明。").format(
                    errors=errors, queries=queries
                ),
                tone="red",
            )
            self.show_checks()
            return
        month, form = self._month, self._form
        confirm(
            self,
            _("上报{title}？").format(title=reading.title_of(self.opened)),
            _(
                "上报后数据锁定，不能再改；需要更正时另作更正版次。没有网络也可以上报，联网后自动上传。"
            ),
            _("上报"),
            lambda: self.worker.run(
                lambda store: reading.submit(store, form, month),
                lambda _none: self.desk.tell(_("已上报 · 待上传")),
                lambda error: show_error(self, error),
                owner=self,
            ),
        )

    def _correct(self) -> None:
        month, form = self._month, self._form
        confirm(
            self,
            _("另作更正版次？"),
            _(
                "已上报的第 {revision} 版保留不动。更正稿改好后重新上报，报表上会注明更正对象。"
            ).format(revision=self.opened.revision),
            _("更正"),
            lambda: self.worker.run(lambda store: reading.revise(store, form, month), owner=self),
        )
