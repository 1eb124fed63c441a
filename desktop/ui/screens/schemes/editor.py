"""The editor of a scheme: items, blocks, coefficients and vetoes, money; problems in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import Problem, UserError
from desktop.services.performance.scheme import (
    POOL,
    PRICES,
    Block,
    FixedSubsidy,
    Item,
    Scheme,
    Veto,
)
from desktop.services.performance.validation import problems
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button, Card, Label, NoticeBar, form_grid
from desktop.ui.screens.performance.charts import in_scroll
from desktop.ui.screens.schemes import numbers
from desktop.ui.screens.schemes.grid import Cell, Grid, GridColumn
from desktop.ui.screens.schemes.items_part import ItemsPart

ITEMS, BLOCKS, QUALITY, MONEY = range(4)
_PARTS = (N_("项目与权重"), N_("板块"), N_("系数与否决"), N_("定补与分配"))
_NUMBERED = N_("{label}（{count}）")


class SchemeEditor(QWidget):
    """Edits a draft of a scheme; nothing is kept until the page saves it.

    Signals:
        edited: The draft has changed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.base: Scheme | None = None
        self.draft: Scheme | None = None
        self.problems: list[Problem] = []
        self._errors: dict[int, str] = {}
        self._showing = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.chips: list[Button] = []
        self.flow = FlowRow()
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            chip.setShortcut(f"Alt+{part + 1}")
            self.chips.append(chip)
            self.flow.add(chip)
        self.notice = NoticeBar("red")
        self.stack = QStackedWidget()
        self.items = ItemsPart()
        self.items.edited.connect(self._take_items)
        self.stack.addWidget(self.items)
        for card in (self._make_blocks(), self._make_quality(), self._make_money()):
            self.stack.addWidget(in_scroll(card))
        column.addWidget(self.flow)
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        self.show_part(ITEMS)

    # Building

    def _make_blocks(self) -> QWidget:
        card = Card(margin=14)
        self.blocks = Grid(
            [
                GridColumn(_("代号"), 6),
                GridColumn(_("板块名称"), 16),
                GridColumn(_("权重（分）"), 6, numeric=True),
            ],
            _("加板块"),
        )
        self.blocks.edited.connect(partial(self._typed, BLOCKS))
        card.add(Label(_("板块权重合计 100 分，并等于其项目权重之和。"), "soft"))
        card.column.addWidget(self.blocks, 1)
        return card

    def _make_quality(self) -> QWidget:
        card = Card(margin=14)
        self.quality = Grid(
            [
                GridColumn(_("得分不低于"), 6, numeric=True),
                GridColumn(_("质量系数"), 6, numeric=True),
            ],
            _("加一档"),
        )
        self.vetoes = Grid([GridColumn(_("代号"), 6), GridColumn(_("否决情形"), 26)], _("加一条"))
        self.veto_coefficient = QLineEdit()
        halves = QHBoxLayout()
        halves.setSpacing(theme.px(16))
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(Label(_("质量系数分档"), "heading"))
        left.addWidget(Label(_("由高到低，最后一档从 0 分起。"), "soft"))
        left.addWidget(self.quality, 1)
        right.addWidget(Label(_("一票否决"), "heading"))
        right.addLayout(form_grid([(_("否决后的质量系数"), self.veto_coefficient)]))
        right.addWidget(self.vetoes, 1)
        halves.addLayout(left, 2)
        halves.addLayout(right, 3)
        card.column.addLayout(halves, 1)
        for grid in (self.quality, self.vetoes):
            grid.edited.connect(partial(self._typed, QUALITY))
        self.veto_coefficient.textEdited.connect(lambda _text: self._typed(QUALITY))
        return card

    def _make_money(self) -> QWidget:
        card = Card(margin=14)
        self.money, self.pool_by, self.pool = ChoiceBox(), ChoiceBox(), QLineEdit()
        self.money.addItem(_("按单价：工作量 × 单价 × 质量系数"), PRICES)
        self.money.addItem(_("按总额：每月总额按比例分配"), POOL)
        self.pool_by.addItem(_("按工作量 × 质量系数"), "work")
        self.pool_by.addItem(_("按得分 × 在岗天数"), "score")
        self.subsidies = Grid(
            [
                GridColumn(_("定补种类"), 8),
                GridColumn(_("每月（元）"), 6, numeric=True),
                GridColumn(_("发给"), 8, (("doctor", _("每名村医")), ("clinic", _("每个卫生室")))),
                GridColumn(_("限于"), 7.5, (("", _("不限")), ("remote", _("边远地区")))),
                GridColumn(_("不论是否在岗"), 6, tick=True),
            ],
            _("加一种"),
        )
        card.column.addLayout(
            form_grid(
                [
                    (_("分配办法"), self.money),
                    (_("每月总额（元）"), self.pool),
                    (_("总额怎么分"), self.pool_by),
                ]
            )
        )
        card.add(
            Label(_("固定补助"), "heading"),
            Label(_("每月金额留空：按乡村医生登记的本人金额发。"), "soft"),
        )
        card.column.addWidget(self.subsidies, 1)
        for box in (self.money, self.pool_by):
            box.activated.connect(lambda _at: self._typed(MONEY))
        self.pool.textEdited.connect(lambda _text: self._typed(MONEY))
        self.subsidies.edited.connect(partial(self._typed, MONEY))
        return card

    # Showing

    def show_part(self, part: int) -> None:
        """Show the items, the blocks, the coefficients or the money."""
        self.stack.setCurrentIndex(part)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)
        self._show_problems()

    def show_scheme(self, scheme: Scheme) -> None:
        """Begin with a scheme."""
        self.base = self.draft = scheme
        self._errors = {}
        self._showing = True
        self.items.show_scheme(scheme)
        self.blocks.show_rows([[b.code, b.label, numbers.typed(b.weight)] for b in scheme.blocks])
        self.quality.show_rows(numbers.quality_rows(scheme.quality))
        self.vetoes.show_rows([[veto.code, veto.label] for veto in scheme.vetoes])
        self.veto_coefficient.setText(numbers.coefficient(scheme.veto_coefficient))
        self.money.setCurrentIndex(self.money.findData(scheme.money))
        self.pool_by.setCurrentIndex(self.pool_by.findData(scheme.pool_by))
        self.pool.setText(numbers.typed(scheme.pool_monthly))
        self.subsidies.show_rows(
            [
                [each.kind, numbers.typed(each.monthly), each.per, each.only, each.unconditional]
                for each in scheme.subsidies
            ]
        )
        self._showing = False
        self._follow()
        if not scheme.blocks:  # There is nothing to put an item into yet.
            self.show_part(BLOCKS)
        self._check()

    def _follow(self) -> None:
        pooled = self.money.currentData() == POOL
        self.pool.setEnabled(pooled)
        self.pool_by.setEnabled(pooled)

    @property
    def changed(self) -> bool:
        """Whether something was typed."""
        return self.draft != self.base or bool(self._errors)

    @property
    def errors(self) -> list[str]:
        """Return what cannot be read as typed."""
        return list(self._errors.values())

    # Reading

    def _take_items(self, items: tuple[Item, ...]) -> None:
        if self._showing or self.draft is None:
            return
        self._errors.pop(ITEMS, None)
        if self.items.error:
            self._errors[ITEMS] = self.items.error
        self.draft = replace(self.draft, items=items)
        self._check()

    def _typed(self, part: int) -> None:
        if self._showing or self.draft is None:
            return
        readers: dict[int, Callable[[Scheme], Scheme]] = {
            BLOCKS: self._read_blocks,
            QUALITY: self._read_quality,
            MONEY: self._read_money,
        }
        self._errors.pop(part, None)
        self._follow()
        try:
            self.draft = readers[part](self.draft)
        except UserError as error:
            self._errors[part] = error.message
        if part == BLOCKS:
            self._showing = True
            self.items.show_scheme(self.draft, self.items.table.currentIndex().row())
            self._showing = False
        self._check()

    def _read_blocks(self, draft: Scheme) -> Scheme:
        blocks = tuple(
            Block(str(code), str(label), numbers.read_number(weight, str(label)))
            for code, label, weight in self.blocks.rows()
        )
        return replace(draft, blocks=blocks)

    def _read_quality(self, draft: Scheme) -> Scheme:
        return replace(
            draft,
            quality=numbers.quality_bands(self.quality.rows(), _("质量系数")),
            vetoes=tuple(Veto(str(code), str(label)) for code, label in self.vetoes.rows()),
            veto_coefficient=numbers.read_coefficient(
                self.veto_coefficient.text().strip(), _("否决后的质量系数")
            ),
        )

    def _read_money(self, draft: Scheme) -> Scheme:
        return replace(
            draft,
            money=str(self.money.currentData()),
            pool_by=str(self.pool_by.currentData()),
            pool_monthly=numbers.read_optional(self.pool.text().strip(), _("每月总额（元）")),
            subsidies=tuple(_subsidy(row) for row in self.subsidies.rows()),
        )

    # Problems

    def _check(self) -> None:
        self.problems = problems(self.draft) if self.draft is not None else []
        self.items.show_problems(self.problems)
        self._show_problems()
        self.edited.emit()

    def _show_problems(self) -> None:
        for part, chip in enumerate(self.chips):
            count = len(self._texts(part))
            label = _(_PARTS[part])
            numbered = _(_NUMBERED).format(label=label, count=count)
            chip.setText(numbered if count else label)
        self.flow.resizeEvent(None)
        texts = self._texts(self.stack.currentIndex())
        if texts:
            self.notice.say("\n".join(texts), tone="red")
        else:
            self.notice.hide()

    def _texts(self, part: int) -> list[str]:
        """Return what is wrong in a part: what cannot be read, then what breaks a rule."""
        found = [self._errors[part]] if part in self._errors else []
        return found + [
            problem.message for problem in self.problems if self._part_of(problem) == part
        ]

    def _part_of(self, problem: Problem) -> int:
        if problem.field == "block":
            return BLOCKS
        if problem.field == "quality":
            return QUALITY
        if problem.field == "money":
            return MONEY
        return ITEMS


def _subsidy(row: list[Cell]) -> FixedSubsidy:
    kind, monthly, per, only, unconditional = row
    amount = numbers.read_optional(monthly, str(kind))
    return FixedSubsidy(str(kind), amount, str(per), str(only), bool(unconditional))
