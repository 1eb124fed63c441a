"""What if: other weights, prices, goals and subsidies, and everybody's money before and after."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QTableWidget, QTableWidgetItem, QWidget

from desktop.errors import UserError
from desktop.models.kinds import show_amount
from desktop.services.performance.scheme import FULL, POOL, Goal, Item, Scheme, hundredths
from desktop.services.performance.simulating import Changes, WhatIf
from desktop.services.performance.sources import Measure
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Card, Label, NoticeBar, Pill, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable

NAME, WEIGHT, PRICE, GOAL = range(4)
_SIDE = 430


def plain_number(value: int | None) -> str:
    """Return hundredths as a person types them."""
    if value is None:
        return ""
    return show_amount(value).replace(",", "").rstrip("0").rstrip(".")


class WhatIfPart(QWidget):
    """The table of before and after beside the numbers that can be tried.

    Signals:
        tried: :class:`Changes` to compute with.
        keep_wanted: :class:`Changes` to keep as the draft of a new version.
    """

    tried = Signal(object)
    keep_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.scheme: Scheme | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        self.table = PlainTable(
            [
                PlainColumn(_("村医"), 4.5),
                PlainColumn(_("原得分"), 3.5, numeric=True),
                PlainColumn(_("新得分"), 3.5, numeric=True),
                PlainColumn(_("原应发"), 4.8, numeric=True),
                PlainColumn(_("新应发"), 4.8, numeric=True),
                PlainColumn(_("差额（元）"), 4.8, numeric=True),
            ],
            row_height=30,
        )
        row.addWidget(self.table, 1)
        row.addWidget(self._make_side())

    def _make_side(self) -> QWidget:
        side = Card(margin=14, spacing=8)
        side.setFixedWidth(theme.px(_SIDE if theme.font_size().factor == 1 else _SIDE * 0.67))
        self.sum = Pill()
        side.column.addLayout(
            row_of(
                Label(_("改动权重、单价、目标或定补"), "heading", wrap=True), self.sum, stretch=0
            )
        )
        side.add(Label(_("只是试算，不保存。空白的目标按“指标任务”登记。"), "soft", wrap=True))
        self.inputs = QTableWidget(0, 4)
        self.inputs.setHorizontalHeaderLabels([_("项目"), _("权重"), _("单价/月额"), _("目标")])
        self.inputs.verticalHeader().hide()
        self.inputs.verticalHeader().setDefaultSectionSize(theme.px(28))
        self.inputs.setShowGrid(False)
        self.inputs.setAccessibleName(_("试算的数字"))
        self.inputs.horizontalHeader().setStretchLastSection(True)
        for column, wide in (
            (NAME, 158 if theme.font_size().factor == 1 else 118),
            (WEIGHT, 54),
            (PRICE, 84),
            (GOAL, 70),
        ):
            head = self.inputs.horizontalHeaderItem(column)
            longest = self.inputs.fontMetrics().horizontalAdvance(head.text() if head else "")
            self.inputs.setColumnWidth(column, max(theme.px(wide), longest + theme.px(24)))
        self.inputs.itemChanged.connect(lambda _item: self._show_sum())
        side.column.addWidget(self.inputs, 1)
        self.pool = QLineEdit()
        self.pool_label = Label(_("每月总额（元）"), "soft")
        side.column.addLayout(row_of(self.pool_label, self.pool, stretch=1))
        self.notice = NoticeBar("red")
        side.add(self.notice)
        self.run = Button(_("试算"), "fa6s.calculator", self.take, role="primary", shortcut="F9")
        self.reset = Button(_("还原"), clicked=self._reset)
        self.keep = Button(_("存为草稿"), clicked=self._keep)
        side.column.addLayout(row_of(self.run, self.reset, QWidget(), self.keep, stretch=2))
        return side

    # What is tried

    def show_scheme(self, scheme: Scheme) -> None:
        """Show the numbers of a scheme, unless it is the one being tried already."""
        if self.scheme is not None and self.scheme == scheme:
            return
        self.scheme = scheme
        self.inputs.blockSignals(True)
        self.inputs.setRowCount(0)
        for item in scheme.items:
            self._add_row(
                item.label,
                plain_number(item.weight),
                plain_number(item.price) if _countable(item) else None,
                _goal(item),
            )
        for subsidy in scheme.subsidies:
            self._add_row(_(subsidy.kind), None, plain_number(subsidy.monthly), None)
        self.inputs.blockSignals(False)
        pooled = scheme.money == POOL
        self.pool.setVisible(pooled)
        self.pool_label.setVisible(pooled)
        self.pool.setText(plain_number(scheme.pool_monthly))
        self.notice.hide()
        self._show_sum()

    def _add_row(self, *texts: str | None) -> None:
        row = self.inputs.rowCount()
        self.inputs.insertRow(row)
        for column, text in enumerate(texts):
            cell = QTableWidgetItem("—" if text is None else text)
            if column == NAME or text is None:
                cell.setFlags(cell.flags() & ~Qt.ItemFlag.ItemIsEditable)
                cell.setToolTip(text or "")
            if column != NAME:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if text is None:
                    cell.setForeground(QColor(theme.FAINT_INK))
            self.inputs.setItem(row, column, cell)

    def _text(self, row: int, column: int) -> str:
        cell = self.inputs.item(row, column)
        return cell.text().strip() if cell is not None else ""

    def _show_sum(self) -> None:
        try:
            total = sum(self.changes().weights.values())
        except UserError as error:
            self.sum.show_as(_("有一格不是数字"), "red")
            self.sum.setToolTip(error.message)
            return
        self.sum.setToolTip("")
        text = _("权重合计 {total}").format(total=plain_number(total) or "0")
        self.sum.show_as(text, "green" if total == FULL else "red")

    def changes(self) -> Changes:
        """Return what is typed.

        Raises:
            UserError: A cell is no number.
        """
        scheme = self.scheme
        assert scheme is not None
        weights, prices, goals = {}, {}, {}
        for row, item in enumerate(scheme.items):
            weights[item.code] = hundredths(self._text(row, WEIGHT) or 0, item.label)
            price = self._text(row, PRICE)
            if _countable(item) and price != plain_number(item.price):
                prices[item.code] = hundredths(price, item.label) if price else None
            goal = self._text(row, GOAL)
            if _goal(item) not in (None, goal):
                goals[item.code] = _typed_goal(item, goal)
        subsidies = {}
        for at, subsidy in enumerate(scheme.subsidies, len(scheme.items)):
            typed = self._text(at, PRICE)
            if typed != plain_number(subsidy.monthly):
                subsidies[subsidy.kind] = hundredths(typed, subsidy.kind) if typed else None
        pool = self.pool.text().strip() if scheme.money == POOL else ""
        return Changes(
            weights,
            prices,
            goals,
            subsidies,
            hundredths(pool, _("每月总额（元）")) if pool else None,
        )

    def take(self) -> None:
        """Compute with what is typed (F9)."""
        self._hand_over(self.tried)

    def _keep(self) -> None:
        self._hand_over(self.keep_wanted)

    def _hand_over(self, signal: object) -> None:
        self.notice.hide()
        try:
            made = self.changes()
        except UserError as error:
            self.refuse(error)
            return
        signal.emit(made)  # type: ignore[attr-defined]

    def refuse(self, error: UserError) -> None:
        """Say why nothing could be computed."""
        self.notice.say(str(error), tone="red")

    def _reset(self) -> None:
        scheme, self.scheme = self.scheme, None
        if scheme is not None:
            self.show_scheme(scheme)
            self.take()

    # What comes of it

    def show_result(self, result: WhatIf) -> None:
        """Show everybody before and after, the largest difference first."""
        rows, tones = [], {}
        for at, each in enumerate(result.differences):
            more = each.pay_after - each.pay_before
            tones[at, 5] = theme.GREEN if more > 0 else theme.RED if more < 0 else theme.SOFT_INK
            rows.append(
                (
                    each.name,
                    _score(each.score_before),
                    _score(each.score_after),
                    show_amount(each.pay_before),
                    show_amount(each.pay_after),
                    f"+{show_amount(more)}" if more > 0 else show_amount(more),
                )
            )
        before = sum(each.pay_before for each in result.differences)
        after = sum(each.pay_after for each in result.differences)
        last = (show_amount(before), show_amount(after), show_amount(after - before))
        rows.append((_("合计"), "", "", *last))
        self.table.show_rows(rows, tones)


def _score(score: int | None) -> str:
    return _("缺报") if score is None else show_amount(score)


def _countable(item: Item) -> bool:
    return item.measured.measure is Measure.COUNT


def _goal(item: Item) -> str | None:
    """Return the goal as typed; blank where the register of targets has it, None without one."""
    if item.formula != "completion":
        return None
    return "" if item.goal.origin == "targets" else plain_number(item.goal.value)


def _typed_goal(item: Item, text: str) -> Goal:
    if not text:
        return Goal()
    origin = "value" if item.goal.origin == "targets" else item.goal.origin
    return Goal(origin, hundredths(text, item.label))
