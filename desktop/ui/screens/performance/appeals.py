"""Appeals against an approved sheet, and the supplements that pay what was granted."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.models.registers.appeals import ADJUSTED, UPHELD, WITHDRAWN
from desktop.services.performance.appeals import AppealEntry
from desktop.services.performance.scheme import hundredths
from desktop.services.performance.sheets import Adjustment, Sheet
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, NoticeBar, form_grid, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.performance import reading
from desktop.ui.screens.performance.reading import View


class AppealsPart(QWidget):
    """The sheets of the period with what they were corrected by, and the appeals.

    Signals:
        done: Something was recorded; the figures are to be read again.
        print_wanted: A supplementary :class:`Sheet` is wanted on paper.
    """

    done = Signal()
    print_wanted = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.view: View | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.hint = NoticeBar("soft")
        self.raise_button = Button(_("登记申诉"), "fa6s.comment", self.ask_appeal)
        self.decide_button = Button(_("处理申诉"), "fa6s.gavel", self.ask_decision)
        self.supplement_button = Button(_("做补充表"), "fa6s.file-circle-plus", self.ask_supplement)
        self.print_button = Button(_("打印补充表"), "fa6s.print", self.print_supplement)
        column.addWidget(self.hint)
        column.addLayout(
            row_of(
                Label(_("申诉"), "heading"),
                QWidget(),
                self.raise_button,
                self.decide_button,
                stretch=1,
            )
        )
        self.appeals = self._appeals_table()
        column.addWidget(self.appeals, 3)
        column.addLayout(
            row_of(
                Label(_("发放表与补充表"), "heading"),
                QWidget(),
                self.print_button,
                self.supplement_button,
                stretch=1,
            )
        )
        self._lines: list[Sheet | None] = []
        self.sheets = _sheets_table()
        self.sheets.setSelectionMode(self.sheets.SelectionMode.SingleSelection)
        self.sheets.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_buttons())
        self.sheets.activated.connect(lambda _index: self.print_supplement())
        column.addWidget(self.sheets, 2)

    def _appeals_table(self) -> PlainTable:
        table = PlainTable(
            [
                PlainColumn(_("申诉人"), 4.5),
                PlainColumn(_("项目"), 8),
                PlainColumn(_("申诉日期"), 6),
                PlainColumn(_("理由"), 16),
                PlainColumn(_("结果"), 4),
                PlainColumn(_("调整（元）"), 5, numeric=True),
                PlainColumn(_("处理意见"), 14),
            ],
            row_height=30,
        )
        table.setSelectionMode(table.SelectionMode.SingleSelection)
        table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_buttons())
        table.activated.connect(lambda _index: self.ask_decision())
        return table

    def show_view(self, view: View) -> None:
        """Show the appeals and supplements of a period."""
        self.view = view
        self.hint.hide()
        if view.sheet is None:
            self.hint.say(
                _("核定之后才能登记申诉；核定前发现差错，改正来源记录即可。"), tone="soft"
            )
        labels = {item.code: item.label for item in view.scheme.items}
        rows = [
            (
                each.name,
                labels.get(each.item, each.item) or _("全部"),
                each.raised_on.isoformat() if each.raised_on else "",
                each.reason,
                _(each.outcome),
                "" if each.adjustment is None else show_amount(each.adjustment),
                each.decision + (_("（已补）") if each.settled else ""),
            )
            for each in view.appeals
        ]
        self.appeals.show_rows(rows)
        if rows:
            self.appeals.selectRow(0)
        self._show_sheets(view)
        self._show_buttons()

    def _show_sheets(self, view: View) -> None:
        rows: list[tuple[str, ...]] = []
        self._lines = []
        if view.sheet is not None:
            main = view.sheet
            total = show_amount(main.total)
            when = main.approved_at[:16].replace("T", " ")
            rows.append((_("正表"), when, main.approved_by, "", total, ""))
            self._lines.append(None)
        for sheet in view.supplements:
            assert sheet.supplement is not None
            when = sheet.approved_at[:16].replace("T", " ")
            name = _("补充表 {number}").format(number=sheet.number)
            reason = sheet.supplement.reason
            rows.append((name, when, sheet.approved_by, "", show_amount(sheet.total), reason))
            rows += [
                ("", "", "", each.name, show_amount(each.amount), each.reason)
                for each in sheet.supplement.adjustments
            ]
            self._lines += [sheet] * (len(rows) - len(self._lines))
        self.sheets.show_rows(rows)
        if view.supplements:
            self.sheets.selectRow(self._lines.index(view.supplements[-1]))

    def _show_buttons(self) -> None:
        frozen = self.view is not None and self.view.sheet is not None
        self.raise_button.setEnabled(frozen)
        self.supplement_button.setEnabled(frozen)
        self.print_button.setEnabled(self.chosen_supplement() is not None)
        chosen = self.chosen()
        self.decide_button.setEnabled(chosen is not None and not chosen.settled)

    def chosen(self) -> AppealEntry | None:
        """Return the appeal that is selected."""
        row = self.appeals.currentIndex().row()
        held = self.view.appeals if self.view is not None else ()
        return held[row] if 0 <= row < len(held) else None

    def chosen_supplement(self) -> Sheet | None:
        """Return the supplement that is selected, by its own row or one of its lines."""
        row = self.sheets.currentIndex().row()
        return self._lines[row] if 0 <= row < len(self._lines) else None

    # Steps

    def print_supplement(self) -> None:
        """Ask for the selected supplement on paper."""
        sheet = self.chosen_supplement()
        if sheet is not None:
            self.print_wanted.emit(sheet)

    def ask_appeal(self, doctor: str = "") -> AppealForm | None:
        """Ask for a new appeal."""
        view = self.view
        if view is None or view.sheet is None:
            return None
        form = AppealForm(self, view, doctor)
        sheet = view.sheet.id

        def take() -> None:
            who, item, reason = form.values()
            self.desk.worker.run(
                lambda store: reading.add_appeal(store, sheet, who, item, reason, date.today()),
                lambda _id: self._recorded(form, _("申诉已登记。")),
                form.refuse,
                owner=form,
            )

        form.yes.clicked.connect(take)
        form.open()
        return form

    def ask_decision(self) -> DecisionForm | None:
        """Ask what became of the selected appeal."""
        entry = self.chosen()
        if entry is None or entry.settled:
            return None
        form = DecisionForm(self, entry)

        def take() -> None:
            try:
                outcome, decision, amount = form.values()
            except UserError as error:
                form.refuse(error)
                return
            self.desk.worker.run(
                lambda store: reading.close_appeal(
                    store, entry.id, outcome, decision, amount, date.today()
                ),
                lambda _none: self._recorded(form, _("申诉处理结果已登记。")),
                form.refuse,
                owner=form,
            )

        form.yes.clicked.connect(take)
        form.open()
        return form

    def ask_supplement(self) -> None:
        """Read what a supplement would pay and show it."""
        if self.view is not None and self.view.sheet is not None:
            sheet = self.view.sheet
            self.desk.worker.run(
                lambda store: reading.read_adjustments(store, sheet), self._offer_supplement
            )

    def _offer_supplement(self, adjustments: list[Adjustment]) -> None:
        assert self.view is not None
        assert self.view.sheet is not None
        sheet = self.view.sheet.id
        form = self.form = SupplementForm(self, adjustments)

        def take() -> None:
            reason = form.reason.text()
            self.desk.worker.run(
                lambda store: reading.add_supplement(
                    store,
                    sheet,
                    adjustments,
                    reason,
                    datetime.now(),  # noqa: DTZ005 - the clock on the office's wall
                ),
                lambda _id: self._recorded(form, _("补充表已核定。")),
                form.refuse,
                owner=form,
            )

        form.yes.clicked.connect(take)
        form.open()

    def _recorded(self, form: Dialog, text: str) -> None:
        form.accept()
        self.desk.tell(text)
        self.done.emit()


class _Form(Dialog):
    """A dialog with fields, a line for what is wrong, and two buttons."""

    def __init__(self, parent: QWidget, title: str, icon: str, yes: str) -> None:
        super().__init__(parent, title, icon)
        self.setMinimumWidth(theme.px(560))
        self.notice = NoticeBar("red")
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.yes = self.add_button(Button(yes, role="primary"))

    def refuse(self, error: UserError) -> None:
        """Say what is wrong."""
        self.notice.say(str(error), tone="red")


class AppealForm(_Form):
    """A doctor, a line of the sheet and the reason."""

    def __init__(self, parent: QWidget, view: View, doctor: str = "") -> None:
        super().__init__(parent, _("登记申诉"), "fa6s.comment", _("登记"))
        self.doctor, self.item = ChoiceBox(), ChoiceBox()
        for each in view.statement.doctors:
            self.doctor.addItem(f"{each.name}　{each.clinic}", each.id)
        self.doctor.setCurrentIndex(max(0, self.doctor.findData(doctor)))
        self.item.addItem(_("全部"), "")
        for item in view.scheme.items:
            self.item.addItem(item.label, item.code)
        self.reason = QPlainTextEdit()
        self.reason.setTabChangesFocus(True)
        self.reason.setFixedHeight(theme.px(90))
        self.column.addLayout(
            form_grid(
                [
                    (_("申诉人"), self.doctor),
                    (_("项目"), self.item),
                    (_("申诉理由"), self.reason),
                ]
            )
        )
        self.column.addWidget(self.notice)

    def values(self) -> tuple[str, str, str]:
        """Return doctor, item and reason as chosen."""
        return self.doctor.currentData(), self.item.currentData(), self.reason.toPlainText()


class DecisionForm(_Form):
    """An outcome, the adjustment and the opinion."""

    def __init__(self, parent: QWidget, entry: AppealEntry) -> None:
        title = _("处理{name}的申诉").format(name=entry.name)
        super().__init__(parent, title, "fa6s.gavel", _("保存"))
        self.say(entry.reason)
        self.outcome = ChoiceBox()
        for word in (UPHELD, ADJUSTED, WITHDRAWN):
            self.outcome.addItem(_(word), word)
        self.outcome.setCurrentIndex(max(0, self.outcome.findData(entry.outcome)))
        self.amount = QLineEdit()
        self.amount.setPlaceholderText(_("补发为正，扣回为负。"))
        if entry.adjustment is not None:
            self.amount.setText(show_amount(entry.adjustment).replace(",", ""))
        self.decision = QPlainTextEdit(entry.decision)
        self.decision.setTabChangesFocus(True)
        self.decision.setFixedHeight(theme.px(90))
        self.column.addLayout(
            form_grid(
                [
                    (_("处理结果"), self.outcome),
                    (_("调整金额（元）"), self.amount),
                    (_("处理意见"), self.decision),
                ]
            )
        )
        self.column.addWidget(self.notice)
        self.outcome.currentIndexChanged.connect(lambda _at: self._follow())
        self._follow()

    def _follow(self) -> None:
        self.amount.setEnabled(self.outcome.currentData() == ADJUSTED)

    def values(self) -> tuple[str, str, int | None]:
        """Return outcome, opinion and adjustment.

        Raises:
            UserError: The amount is no number.
        """
        text = self.amount.text().strip().replace(",", "") if self.amount.isEnabled() else ""
        amount = hundredths(text, _("调整金额（元）")) if text else None
        return self.outcome.currentData(), self.decision.toPlainText(), amount


class SupplementForm(_Form):
    """What a supplement would add and take back, and why it is made."""

    def __init__(self, parent: QWidget, adjustments: list[Adjustment]) -> None:
        super().__init__(parent, _("做补充表"), "fa6s.file-circle-plus", _("核定补充表"))
        total = sum(each.amount for each in adjustments)
        if adjustments:
            self.say(
                _("共 {count} 笔，合计 {total} 元。正表不变，补充表另列。").format(
                    count=len(adjustments), total=show_amount(total)
                )
            )
        else:
            self.say(_("没有申诉调整，按现有记录重算也没有差额，不需要补充表。"))
        self.table = PlainTable(
            [
                PlainColumn(_("村医"), 5),
                PlainColumn(_("金额（元）"), 6, numeric=True),
                PlainColumn(_("事由"), 24),
            ],
            row_height=28,
        )
        self.table.show_rows([(e.name, show_amount(e.amount), e.reason) for e in adjustments])
        self.table.setFixedHeight(theme.px(220))
        self.reason = QLineEdit()
        self.column.addWidget(self.table)
        self.column.addLayout(form_grid([(_("补充的事由"), self.reason)]))
        self.column.addWidget(self.notice)
        for widget in (self.table, self.reason, self.yes):
            widget.setEnabled(bool(adjustments))


def _sheets_table() -> PlainTable:
    return PlainTable(
        [
            PlainColumn(_("表"), 7),
            PlainColumn(_("核定时间"), 11),
            PlainColumn(_("核定人"), 5),
            PlainColumn(_("村医"), 5),
            PlainColumn(_("金额（元）"), 7, numeric=True),
            PlainColumn(_("事由"), 26),
        ],
        row_height=30,
    )
