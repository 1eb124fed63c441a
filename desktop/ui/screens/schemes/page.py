"""The schemes page: the versions with their states, and the editor of the selected one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.models.registers.schemes import DRAFT, ENDED, IN_FORCE, TRIAL
from desktop.services.performance.scheme import Scheme, shipped
from desktop.services.performance.schemes import SchemeVersion
from desktop.text import _
from desktop.ui import theme
from desktop.ui.date_editor import DateEditor
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, EmptyState, Label, NoticeBar, Pill, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.schemes import reading
from desktop.ui.screens.schemes.editor import SchemeEditor
from desktop.ui.screens.schemes.steps import SchemeSteps, name_of

_TONES = {TRIAL: "amber", IN_FORCE: "green", ENDED: "soft", DRAFT: "soft"}
_COLOURS = {"amber": theme.AMBER, "green": theme.GREEN, "soft": theme.SOFT_INK}
_LIST_WIDTH = 268
_NARROW_LIST = 134
"""With the largest letters the dates stand only beside the selected version."""


class SchemesPage(Page):
    """Appraisal schemes."""

    registers = frozenset({"schemes"})
    help_topic = "schemes"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.column.setSpacing(theme.px(8))
        self.versions: list[SchemeVersion] = []
        self.shown: SchemeVersion | None = None
        self._wished: bytes | None = None
        self.steps = SchemeSteps(self)
        self._make_header()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        self.editor = SchemeEditor()
        self.editor.edited.connect(self._show_state)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._make_body())
        self.empty = EmptyState(
            "fa6s.scale-balanced",
            _("还没有考核方案"),
            _("采用程序附带的方案（提案），改好单价、定补和目标后执行。"),
            (
                Button(_("采用附带方案"), "fa6s.download", self.steps.install, role="primary"),
                Button(_("新方案"), "fa6s.plus", self.steps.ask_new),
            ),
        )
        self.stack.addWidget(self.empty)
        self.column.addWidget(self.stack, 1)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)
        QShortcut(QKeySequence("Ctrl+P"), self).activated.connect(self.steps.print_scheme)

    def _make_header(self) -> None:
        self.proposal = Button(_("采用附带方案"), "fa6s.download", self.steps.install)
        self.paper = Button(_("打印方案"), "fa6s.print", self.steps.print_scheme)
        self.end = Button(_("停用这一版"), clicked=self.steps.ask_end)
        self.force = Button(_("开始执行"), "fa6s.play", self.steps.ask_force)
        self.keep = Button(_("保存"), "fa6s.check", self.save, role="primary", tip="Ctrl+S")
        self.header = PageHeader(
            _("考核方案"), "", (self.proposal, self.paper, self.end, self.force, self.keep)
        )
        self.column.addWidget(self.header)

    def _make_body(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        self.table = self._versions_table()
        self.new = Button(_("新方案"), "fa6s.plus", self.steps.ask_new, role="link")
        self.rename = Button(_("改名"), "fa6s.pen", self.steps.ask_name, role="link")
        left = QVBoxLayout()
        left.setSpacing(theme.px(6))
        left.addLayout(row_of(self.new, self.rename, QWidget(), stretch=2))
        left.addWidget(self.table, 1)
        row.addLayout(left)
        column = QVBoxLayout()
        column.setSpacing(theme.px(8))
        self.title = Label("", "heading")
        self.state = Pill()
        self.count = Pill("", "red")
        self.valid_from = DateEditor(find_register("schemes").by_key["valid_from"])
        self.valid_from.edited.connect(self._show_state)
        self.valid_from.setFixedWidth(theme.px(150))
        column.addLayout(
            row_of(
                self.title,
                self.state,
                self.count,
                QWidget(),
                Label(_("执行日期"), "soft"),
                self.valid_from,
                stretch=3,
            )
        )
        column.addWidget(self.editor, 1)
        row.addLayout(column, 1)
        return page

    def _versions_table(self) -> PlainTable:
        table = PlainTable(
            [
                PlainColumn(_("版本"), 2.6),
                PlainColumn(_("状态"), 3),
                PlainColumn(_("起止"), 6.4),
            ],
            row_height=32,
        )
        table.setSelectionMode(table.SelectionMode.SingleSelection)
        largest = theme.font_size() is theme.FontSize.LARGEST
        table.setColumnHidden(2, largest)
        table.setFixedWidth(theme.px(_NARROW_LIST if largest else _LIST_WIDTH))
        table.clicked.connect(lambda _index: self._go_to_chosen())
        table.activated.connect(lambda _index: self._go_to_chosen())
        return table

    # Reading

    def reload(self, registers: frozenset[str]) -> None:
        self.worker.run(reading.read_versions, self._show)

    def _show(self, versions: list[SchemeVersion]) -> None:
        self.versions = versions
        own = {(each.scheme.name, each.scheme.version) for each in versions}
        proposal = shipped()
        self.proposal.setVisible(bool(versions) and (proposal.name, proposal.version) not in own)
        self.stack.setCurrentIndex(0 if versions else 1)
        for button in (self.paper, self.end, self.force, self.keep):
            button.setVisible(bool(versions))
        several = len({each.scheme.name for each in versions}) > 1
        self._show_names(several=several)
        rows = [
            (
                name_of(each) if several else _version_name(each),
                _(each.status),
                _dates(each.valid_from, each.valid_to),
            )
            for each in versions
        ]
        tones = {(at, 1): _COLOURS[_TONES[each.status]] for at, each in enumerate(versions)}
        self.table.show_rows(rows, tones)
        if not versions:
            self.shown = None
            return
        if self.has_unsaved() and self._wished is None:
            self._select(self.shown.id if self.shown is not None else None)
            return
        wanted = self._wished or (self.shown.id if self.shown is not None else None)
        self._wished = None
        self._show_version(next((v for v in versions if v.id == wanted), versions[0]))

    def _show_names(self, *, several: bool) -> None:
        """Make room for the names where there are schemes of several; the dates are beside it."""
        largest = theme.font_size() is theme.FontSize.LARGEST
        self.table.setColumnHidden(2, largest or several)
        state = theme.px(66)
        whole = theme.px(_NARROW_LIST if largest and not several else _LIST_WIDTH)
        self.table.setFixedWidth(whole)
        if several:
            self.table.setColumnWidth(0, whole - state)

    def _select(self, id: bytes | None) -> None:
        for at, version in enumerate(self.versions):
            if version.id == id:
                self.table.selectRow(at)

    def _go_to_chosen(self) -> None:
        row = self.table.currentIndex().row()
        if not 0 <= row < len(self.versions):
            return
        version = self.versions[row]
        if self.shown is not None and version.id == self.shown.id:
            return
        if not self.has_unsaved():
            self._show_version(version)
            return
        from desktop.ui.dialogs import ask_unsaved

        def take(answer: str) -> None:
            if answer == "save":
                self._wished = version.id
                self.save()
            elif answer == "drop":
                self._show_version(version)
            else:
                self._select(self.shown.id if self.shown is not None else None)

        ask_unsaved(self, take)

    def _show_version(self, version: SchemeVersion) -> None:
        self.shown = version
        self._select(version.id)
        self.title.setText(name_of(version))
        self.state.show_as(_(version.status), _TONES[version.status])
        self.valid_from.show_value(version.valid_from)
        self.editor.show_scheme(version.scheme)
        if version.scheme.note:
            self.notice.say(version.scheme.note)
        else:
            self.notice.hide()
        self.force.setEnabled(not version.frozen)
        self.rename.setEnabled(not version.frozen)
        self.end.setEnabled(version.status in (TRIAL, IN_FORCE))
        self.keep.setText(" " + (_("存为新版本") if version.frozen else _("保存")))
        self._show_state()

    def _show_state(self) -> None:
        self.keep.setEnabled(self.has_unsaved())
        count = len(self.editor.problems) + len(self.editor.errors)
        self.count.setVisible(bool(count))
        self.count.setText(_("{count} 处不合规则").format(count=count))

    # Saving

    def _typed_day(self) -> date | None:
        try:
            value = self.valid_from.read()
        except BadValue as error:
            self.valid_from.show_problem(error.message)
            return None
        return value if isinstance(value, date) else None

    def has_unsaved(self) -> bool:
        if self.shown is None:
            return False
        return self.editor.changed or self._typed_day() != self.shown.valid_from

    def drop_unsaved(self) -> None:
        if self.shown is not None:
            self._show_version(self.shown)

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.save(then)

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Keep what was typed: in this version, or as a new one where this one is in use."""
        version, draft, day = self.shown, self.editor.draft, self._typed_day()
        if version is None or draft is None or not self.has_unsaved():
            return
        if self.editor.errors:
            self.desk.warn(UserError(self.editor.errors[0]))
            return
        if day is None:
            self.valid_from.show_problem(_("缺少执行日期。"))
            return
        self._keep(version, draft, day, then)

    def _keep(
        self,
        version: SchemeVersion,
        draft: Scheme,
        day: date,
        then: Callable[[], object] | None,
    ) -> None:
        def done(made: bytes) -> None:
            if made != version.id:
                self.desk.tell(_("原版本在用，不改动；已存为新版本草稿。"))
            else:
                self.desk.tell(_("已保存。"))
            self._wished = self._wished or made
            self.editor.base = self.editor.draft
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.keep(store, draft, day, version.id),
            done,
            self.refuse,
            owner=self,
        )

    def refuse(self, error: UserError) -> None:
        """Say what is wrong above the editor."""
        self.notice.say(str(error), tone="red")

    # Going there

    def show_wish(self, wish: Wish) -> None:
        if wish.record is not None:
            self._wished = wish.record
            self.load()

    def wish_for(self, id: bytes) -> None:
        """Show that version when the versions are read next."""
        self._wished = id


def _version_name(version: SchemeVersion) -> str:
    return _("第{version}版").format(version=version.scheme.version)


def _dates(start: date | None, end: date | None) -> str:
    first = start.isoformat() if start is not None else ""
    if end is None:
        return _("{first} 起").format(first=first)
    return f"{first}—{end.isoformat()}"
