"""One item of a scheme: its source from the closed vocabulary, how it is scored, its price."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    FORMULAS,
    MANUAL,
    NO_POINTS,
    NOT_APPLICABLE,
    Goal,
    Item,
    Scheme,
)
from desktop.services.performance.sources import SOURCES, Measure
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Card, Label, form_grid
from desktop.ui.screens.schemes.grid import Grid, GridColumn
from desktop.ui.screens.schemes.numbers import (
    rate_bands,
    rate_rows,
    read_number,
    read_optional,
    typed,
)

FORMULA_LABELS = {
    COMPLETION: N_("目标完成率（封顶）"),
    BANDS: N_("按率分档"),
    DEDUCTION: N_("每次扣分"),
    MANUAL: N_("人工评分（须有事由）"),
}
_FITTING = {
    Measure.COUNT: (COMPLETION, BANDS),
    Measure.RATE: (COMPLETION, BANDS),
    Measure.DEFECTS: (DEDUCTION,),
    Measure.MANUAL: (MANUAL,),
}
_GOALS = (
    ("targets", N_("按“指标任务”登记")),
    ("value", N_("每月数量，或应达百分比")),
    ("per_thousand", N_("每千服务人口每年")),
)
_INCOMES = (N_("药品收入"), N_("耗材收入"), N_("检查检验收入"))
"""What nobody may be paid by; listed so that a person sees why it cannot be chosen."""


class ItemForm(Card):
    """The fields of an item.

    Signals:
        edited: Something was changed by the person.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(margin=14, spacing=6)
        self._item: Item | None = None
        self.label, self.weight, self.of = QLineEdit(), QLineEdit(), QLineEdit()
        self.code = QLineEdit()
        self.goal, self.per_event, self.price = QLineEdit(), QLineEdit(), QLineEdit()
        self.clause = QLineEdit()
        self.block, self.source, self.formula = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self.origin, self.missing, self.split = ChoiceBox(), ChoiceBox(), ChoiceBox()
        self._fill()
        self.needs_licence = QCheckBox(_("本期无有效执业证的不得分"))
        self.paid = QCheckBox(_("按单价计工作量报酬"))
        self.error = Label("", "error", wrap=True)
        self.income = Label(
            _("药品、耗材和检查检验收入不能选：内部分配须与收入脱钩（S2-7b）。"), "help", wrap=True
        )
        self.bands = Grid(
            [
                GridColumn(_("不低于（%）"), 6, numeric=True),
                GridColumn(_("得权重的（%）"), 6, numeric=True),
            ],
            _("加一档"),
            height=150,
        )
        self._lay_out()
        self._connect()

    def _fill(self) -> None:
        for key, source in SOURCES.items():
            self.source.addItem(_(source.label), key)
        reason = _("内部分配须与药品、耗材和检查检验收入脱钩（S2-7b）。")
        model = self.source.model()
        for label in _INCOMES:
            self.source.addItem(_("{label}（不可选，S2-7b）").format(label=_(label)), None)
            at = self.source.count() - 1
            self.source.setItemData(at, reason, Qt.ItemDataRole.ToolTipRole)
            if isinstance(model, QStandardItemModel):
                model.item(at).setEnabled(False)
        for origin, label in _GOALS:
            self.origin.addItem(_(label), origin)
        self.missing.addItem(_("不得分（也不按 0 计）"), NO_POINTS)
        self.missing.addItem(_("不适用，权重分给其他项目"), NOT_APPLICABLE)
        self.split.addItem(_("按在岗天数和工作份额"), "presence")
        self.split.addItem(_("平均"), "equal")
        for box in self._boxes():
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(4)
            quiet_wheel(box)

    def _boxes(self) -> tuple[QComboBox, ...]:
        return self.block, self.source, self.formula, self.origin, self.missing, self.split

    def _edits(self) -> tuple[QLineEdit, ...]:
        return (
            self.code,
            self.label,
            self.weight,
            self.of,
            self.goal,
            self.per_event,
            self.price,
            self.clause,
        )

    def _lay_out(self) -> None:
        self.add(self.error)
        self.rows: dict[str, QWidget] = {}
        for key, text, widget in (
            ("code", _("代号"), self.code),
            ("label", _("项目名称"), self.label),
            ("block", _("板块"), self.block),
            ("weight", _("权重（分）"), self.weight),
            ("source", _("数据来源"), self.source),
            ("income", "", self.income),
            ("of", _("领域或项目"), self.of),
            ("formula", _("计分办法"), self.formula),
            ("origin", _("目标"), self.origin),
            ("goal", _("目标值"), self.goal),
            ("per_event", _("每次扣（分）"), self.per_event),
            ("bands", _("分档"), self.bands),
            ("paid", "", self.paid),
            ("price", _("单价（元）"), self.price),
            ("split", _("一室多人"), self.split),
            ("missing", _("缺报时"), self.missing),
            ("needs_licence", "", self.needs_licence),
            ("clause", _("依据"), self.clause),
        ):
            holder = QWidget()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            if isinstance(widget, QCheckBox):  # It says itself what it is, and needs the room.
                column.addWidget(widget)
            else:
                grid = form_grid([(text, widget)])
                grid.setColumnMinimumWidth(0, theme.px(80))
                widget.setAccessibleName(text)
                column.addLayout(grid)
            self.rows[key] = holder
            self.add(holder)
        self.column.addStretch(1)

    def _connect(self) -> None:
        self.source.currentIndexChanged.connect(lambda _at: self._source_chosen())
        for box in self._boxes():
            box.currentIndexChanged.connect(lambda _at: self._changed())
        for edit in self._edits():
            edit.textEdited.connect(lambda _text: self._changed())
        for tick in (self.needs_licence, self.paid):
            tick.toggled.connect(lambda _on: self._changed())
        self.bands.edited.connect(self._changed)

    # Showing

    def show_item(self, scheme: Scheme, item: Item | None) -> None:
        """Show an item of a scheme."""
        self._item = None
        self.setVisible(item is not None)
        if item is None:
            return
        self.block.clear()
        for block in scheme.blocks:
            self.block.addItem(block.label, block.code)
        _choose(self.block, item.block)
        for edit, text in (
            (self.code, item.code),
            (self.label, item.label),
            (self.weight, typed(item.weight)),
            (self.of, item.of),
            (self.goal, typed(item.goal.value) if item.goal.value else ""),
            (self.per_event, typed(item.per_event) if item.per_event else ""),
            (self.price, typed(item.price)),
            (self.clause, item.clause),
        ):
            edit.setText(text)
        _choose(self.source, item.source)
        self._offer_formulas(item.formula)
        _choose(self.origin, item.goal.origin)
        _choose(self.missing, item.missing)
        _choose(self.split, item.split)
        self.needs_licence.setChecked(item.needs_licence)
        self.paid.setChecked(item.paid)
        self.bands.show_rows(rate_rows(item.bands))
        self._item = item
        self._follow()

    def show_problems(self, texts: list[str]) -> None:
        """Say in words what is wrong with the item."""
        self.error.setText("\n".join(texts))
        self.error.setVisible(bool(texts))

    def _source_chosen(self) -> None:
        if self._item is not None:
            self._offer_formulas(str(self.formula.currentData()))

    def _offer_formulas(self, chosen: str) -> None:
        source = SOURCES.get(str(self.source.currentData()))
        fitting = _FITTING[source.measure] if source is not None else FORMULAS
        self.formula.blockSignals(True)
        self.formula.clear()
        for key in fitting:
            self.formula.addItem(_(FORMULA_LABELS[key]), key)
        self.formula.setCurrentIndex(max(0, self.formula.findData(chosen)))
        self.formula.blockSignals(False)

    def _follow(self) -> None:
        """Show only the parameters that the source and the formula have."""
        source = SOURCES.get(str(self.source.currentData()))
        formula = self.formula.currentData()
        count = source is not None and source.measure is Measure.COUNT
        self.rows["of"].setVisible(source is not None and bool(source.of))
        self.rows["origin"].setVisible(formula == COMPLETION and count)
        fixed = not count or self.origin.currentData() != "targets"
        self.rows["goal"].setVisible(formula == COMPLETION and fixed)
        self.rows["per_event"].setVisible(formula == DEDUCTION)
        self.rows["bands"].setVisible(formula == BANDS)
        self.rows["paid"].setVisible(count)
        for key in ("price", "split"):
            self.rows[key].setVisible(count and self.paid.isChecked())

    def _changed(self) -> None:
        if self._item is not None:
            self._follow()
            self.edited.emit()

    # Reading

    def read(self) -> Item:
        """Return the item as typed.

        Raises:
            UserError: A field is no number.
        """
        kept = self._item
        assert kept is not None
        name = self.label.text().strip() or kept.code
        source = str(self.source.currentData() or kept.source)
        count = source in SOURCES and SOURCES[source].measure is Measure.COUNT
        paid = count and self.paid.isChecked()
        origin = str(self.origin.currentData()) if count else "value"
        fixed = origin != "targets"
        formula = str(self.formula.currentData())
        goal = kept.goal
        if formula == COMPLETION:
            goal = Goal(origin, read_number(self.goal.text().strip(), name) if fixed else 0)
        if not self.code.text().strip():
            raise UserError(_("“{name}”缺少代号。").format(name=name))
        return replace(
            kept,
            code=self.code.text().strip(),
            label=self.label.text().strip(),
            block=str(self.block.currentData() or kept.block),
            weight=read_number(self.weight.text().strip(), name),
            source=source,
            of=self.of.text().strip() if source in SOURCES and SOURCES[source].of else "",
            formula=formula,
            goal=goal,
            bands=rate_bands(self.bands.rows(), name),
            per_event=read_number(self.per_event.text().strip(), name),
            price=read_optional(self.price.text().strip(), name) if paid else None,
            paid=paid,
            split=str(self.split.currentData()),
            missing=str(self.missing.currentData()),
            needs_licence=self.needs_licence.isChecked(),
            clause=self.clause.text().strip(),
        )


def _choose(box: QComboBox, value: str) -> None:
    """Choose what the item has, also where this program does not know it."""
    if box.findData(value) < 0:
        box.addItem(value, value)
    box.setCurrentIndex(box.findData(value))
