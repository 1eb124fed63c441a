"""The oversight page: unified management to tick, doctors to look at, where clinics stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.date_editor import DateEditor
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, ElidedLabel, Label, NoticeBar, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.oversight import reading
from desktop.ui.screens.oversight.matrix import Matrix
from desktop.ui.screens.oversight.reading import View

UNIFIED, DOCTORS, CLINICS = range(3)
_PARTS = (N_("一体化管理"), N_("村医提醒"), N_("卫生室情况"))
_CHIPS = {"unified": UNIFIED, "doctors": DOCTORS, "clinics": CLINICS}


class OversightPage(Page):
    """All clinics and doctors at a glance."""

    registers = frozenset({"clinics", "village_doctors", "unified_checks", "assignments", "policy"})
    help_topic = "oversight"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.view: View | None = None
        self.list = Button(_("核查记录"), "fa6s.list", lambda: self.desk.go_to("unified_checks"))
        self.keep = Button(_("保存"), "fa6s.check", self.save, role="primary", tip="Ctrl+S")
        self.header = PageHeader(_("村室总览"), "", (self.list, self.keep))
        self.column.addWidget(self.header)
        self.chips: list[Button] = []
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            chip.setShortcut(f"Alt+{part + 1}")
            self.chips.append(chip)
        self.column.addLayout(row_of(*self.chips, QWidget(), stretch=len(self.chips)))
        self.notice = NoticeBar("red")
        self.column.addWidget(self.notice)
        self.stack = QStackedWidget()
        self.column.addWidget(self.stack, 1)
        self._make_unified()
        self._make_lists()
        self.show_part(UNIFIED)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)

    def _make_unified(self) -> None:
        self.matrix = Matrix()
        self.matrix.edited.connect(self._show_buttons)
        self.day = DateEditor(find_register("unified_checks").by_key["checked_on"])
        self.day.show_value(date.today())
        self.day.setFixedWidth(theme.px(150))
        keys = ElidedLabel(
            _("按键：1 是　2 否　空格切换　Delete 撤回。领域在“政策参数”的“统一管理领域”里改。"),
            "soft",
        )
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row_of(keys, Label(_("核查日期"), "soft"), self.day, stretch=0))
        column.addWidget(self.matrix, 1)
        self.stack.addWidget(page)

    def _make_lists(self) -> None:
        self.doctors = PlainTable(
            [
                PlainColumn(_("村医"), 6),
                PlainColumn(_("村卫生室"), 10),
                PlainColumn(_("提醒"), 24),
            ]
        )
        self.doctors.activated.connect(lambda index: self._open_doctor(index.row()))
        self.doctors.doubleClicked.connect(lambda index: self._open_doctor(index.row()))
        self.clinics = PlainTable(
            [
                PlainColumn(_("指标"), 17),
                PlainColumn(_("数量"), 5, numeric=True),
                PlainColumn(_("占比"), 5, numeric=True),
                PlainColumn(_("名单"), 40),
            ]
        )
        self.stack.addWidget(self.doctors)
        self.stack.addWidget(self.clinics)

    # Showing

    def reload(self, registers: frozenset[str]) -> None:
        today = date.today()
        self.worker.run(lambda store: reading.read_view(store, today), self._show, owner=self)

    def _show(self, view: View) -> None:
        self.view = view
        self.matrix.show_states(view.domains, view.unified)
        found = [(each.name, each.clinic, each.message) for each in view.warnings]
        self.doctors.show_rows(found or [("", "", _("没有需要提醒的村医。"))])
        self.clinics.show_rows(reading.share_rows(view))
        self.chips[DOCTORS].setText(
            _("{label}（{count}）").format(label=_(_PARTS[DOCTORS]), count=len(view.warnings))
        )
        self._show_buttons()

    def show_part(self, part: int) -> None:
        """Show the matrix, the doctors or the clinics."""
        self.stack.setCurrentIndex(part)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)
        self._show_buttons()

    def _show_buttons(self) -> None:
        here = self.stack.currentIndex() == UNIFIED
        self.keep.setVisible(here)
        self.list.setVisible(here)
        self.keep.setEnabled(self.has_unsaved())

    def show_wish(self, wish: Wish) -> None:
        if wish.chip in _CHIPS:
            self.show_part(_CHIPS[wish.chip])

    def _open_doctor(self, row: int) -> None:
        if self.view is not None and 0 <= row < len(self.view.warnings):
            self.desk.go_to("village_doctors", self.view.warnings[row].id)

    # Saving

    def has_unsaved(self) -> bool:
        return bool(self.matrix.typed)

    def drop_unsaved(self) -> None:
        self.matrix.clear_typed()

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.save(then)

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Keep what was ticked as checks of the day."""
        try:
            day = self.day.read()
        except BadValue as error:
            self._refused(UserError(error.message))
            return
        if not isinstance(day, date):
            self._refused(UserError(_("请填写核查日期。")))
            return
        checked = self.matrix.checked()
        if not checked:
            return

        def done(count: int) -> None:
            self.notice.hide()
            self.matrix.clear_typed()
            self.desk.tell(_("已保存 {count} 项核查。").format(count=count))
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.keep_checks(store, checked, day), done, self._refused, owner=self
        )

    def _refused(self, error: UserError) -> None:
        self.notice.say(str(error), tone="red")
