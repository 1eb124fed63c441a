"""The self-score: items in their groups, and beside them the chosen one with what is filled in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.services.indicators.arithmetic import show_number
from desktop.services.indicators.papers import (
    item_chart,
    remark_of,
    show_points,
    show_target,
    show_value,
    summary_of,
    trend_chart,
)
from desktop.services.indicators.scoring import ItemScore, SelfScore
from desktop.services.indicators.typed import COUNTY_TOTAL, county_cell
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Card, Label, NoticeBar, Pill, clear, form_grid
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.indicators.chart import LineChart
from desktop.ui.screens.visits.side import scrolling

_SIDE = 344


class ItemCard(Card):
    """One item: how its value comes about, what is lacking, what people fill in, its course.

    Signals:
        keep_wanted: The cells by name with what was typed.
    """

    keep_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(margin=16, spacing=8)
        self.title = Label("", "heading", wrap=True)
        self.state = Pill()
        self.words = Label("", "paragraph", wrap=True)
        self.advice = Label("", "said", wrap=True)
        self.fields = QVBoxLayout()
        self.notice = NoticeBar("red")
        self.keep = Button(_("保存"), "fa6s.check", self._keep, role="primary", tip="Ctrl+S")
        self.chart = LineChart(200)
        self.add(self.title, self.state, self.words, self.advice)
        self.column.addLayout(self.fields)
        self.add(self.notice, self.keep, Label(_("近 12 期"), "heading"), self.chart)
        self.column.addStretch(1)
        self.edits: dict[str, QLineEdit] = {}
        self._before: dict[str, str] = {}

    def show_item(self, score: ItemScore | None, whole: SelfScore) -> None:
        """Show an item, or the whole score where none is chosen."""
        self.notice.hide()
        self.advice.setText("")
        clear(self.fields)
        self.edits, self._before = {}, {}
        if score is None:
            self.title.setText(_("全部指标"))
            self.state.hide()
            self.words.setText(summary_of(whole))
            county = show_number(whole.county_total, 2)
            self._ask({COUNTY_TOTAL: (_("县级评定总分"), county)})
            return
        item = score.item
        self.title.setText(f"{item.code} {_(item.label)}")
        reached = score.reached
        self.state.setVisible(reached is not None)
        if reached is not None:
            self.state.show_as(
                _("达标") if reached else _("未达标"), "green" if reached else "amber"
            )
        self.words.setText("\n".join(_words(score)))
        self.advice.setText(remark_of(score))
        asked = {cell: (_(label), _typed(score, cell)) for cell, label in item.cells.items()}
        asked[county_cell(item.code)] = (_("县级评分"), show_number(score.county, 2))
        self._ask(asked)

    def _ask(self, cells: dict[str, tuple[str, str]]) -> None:
        rows = []
        for cell, (label, value) in cells.items():
            edit = QLineEdit(value)
            edit.setAccessibleName(label)
            edit.returnPressed.connect(self._keep)
            self.edits[cell], self._before[cell] = edit, value
            rows.append((label, edit))
        self.fields.addLayout(form_grid(rows))

    @property
    def typed(self) -> dict[str, str]:
        """Return the cells that were changed."""
        found = {cell: edit.text().strip() for cell, edit in self.edits.items()}
        return {cell: text for cell, text in found.items() if text != self._before[cell]}

    def _keep(self) -> None:
        if self.typed:
            self.keep_wanted.emit(self.typed)


def _typed(score: ItemScore, cell: str) -> str:
    if score.item.typed:
        return show_number(score.value, 2)
    return show_number(score.numerator if cell.endswith(".n") else score.denominator, 2)


def _words(score: ItemScore) -> list[str]:
    made = []
    if score.item.divided:
        above, below = (show_number(each) or "—" for each in (score.numerator, score.denominator))
        made.append(_("分子 {above}，分母 {below}").format(above=above, below=below))
    value, target = show_value(score, score.value) or "—", show_target(score) or "—"
    made.append(_("数值 {value}，目标 {target}").format(value=value, target=target))
    clause = score.target.clause or score.item.clause
    if score.target.valid_from is not None:
        day = score.target.valid_from.isoformat()
        said = _("依据 {clause}，自 {day} 起执行").format(clause=clause, day=day)
        if score.target.status:
            said += f"（{_(score.target.status)}）"
        made.append(said)
    elif clause:
        made.append(_("依据 {clause}").format(clause=clause))
    if score.item.note:
        made.append(_(score.item.note))
    return made


class ScorePart(QWidget):
    """The items and the card of the chosen one.

    Signals:
        keep_wanted: The cells to keep.
    """

    keep_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.score: SelfScore | None = None
        self._scores: Sequence[SelfScore] = ()
        self._rows: list[ItemScore | None] = []
        self.table = PlainTable(
            [
                PlainColumn(_("代码"), 2),
                PlainColumn(_("组别"), 3),
                PlainColumn(_("指标"), 8.6),
                PlainColumn(_("数值"), 3.8, numeric=True),
                PlainColumn(_("目标"), 4, numeric=True),
                PlainColumn(_("自评"), 4.2, numeric=True),
                PlainColumn(_("县评"), 2.8, numeric=True),
                PlainColumn(_("差距与说明"), 6),
            ],
            row_height=30,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        self.card = ItemCard()
        self.card.keep_wanted.connect(self.keep_wanted)
        self.table.activated.connect(lambda _index: self._go_to_fields())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        row.addWidget(self.table, 1)
        largest = theme.font_size() is theme.FontSize.LARGEST
        row.addWidget(scrolling(self.card, round(_SIDE * (0.86 if largest else 1))))

    def show_score(self, score: SelfScore) -> None:
        """Show a period's score, the chosen item still chosen."""
        chosen = self.chosen()
        code = chosen.item.code if chosen is not None else ""
        self.score, self._scores = score, ()
        rows: list[tuple[str, ...]] = [
            (" ", "", _("全部指标"), "", "", *_total(score), summary_of(score))
        ]
        self._rows = [None]
        tones = {(0, column): theme.ACCENT for column in range(8)}
        for group in score.scheme.group:
            for each in score.of_group(group.code):
                tones |= _tones(each, len(rows))
                rows.append(_cells(each, _(group.label)))
                self._rows.append(each)
        self.table.show_rows(rows, tones)
        at = next((n for n, each in enumerate(self._rows) if each and each.item.code == code), 0)
        self.table.selectRow(at)
        self._show_chosen()

    def chosen(self) -> ItemScore | None:
        """Return the chosen item; None for all of them."""
        at = self.table.currentIndex().row()
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def choose(self, code: str) -> None:
        """Choose an item."""
        for at, each in enumerate(self._rows):
            if each is not None and each.item.code == code:
                self.table.selectRow(at)

    def show_trend(self, scores: Sequence[SelfScore]) -> None:
        """Show the course of the twelve periods."""
        self._scores = scores
        self._show_chart()

    def _show_chosen(self) -> None:
        if self.score is not None:
            self.card.show_item(self.chosen(), self.score)
            self._show_chart()

    def _show_chart(self) -> None:
        chosen, scores = self.chosen(), self._scores
        if not scores:
            self.card.chart.show_chart(None)
        elif chosen is None:
            self.card.chart.show_chart(trend_chart(scores))
        else:
            self.card.chart.show_chart(item_chart(scores, chosen.item.code))

    def _go_to_fields(self) -> None:
        for edit in self.card.edits.values():
            edit.setFocus()
            edit.selectAll()
            return


def _total(score: SelfScore) -> tuple[str, str]:
    ours = "—" if score.points is None else f"{show_points(score.points)}/{score.weight}"
    return ours, show_number(score.county_total, 2)


def _cells(score: ItemScore, group: str) -> tuple[str, ...]:
    return (
        score.item.code,
        group,
        _(score.item.label),
        show_value(score, score.value),
        show_target(score),
        f"{show_points(score.points)}/{score.item.weight}",
        show_number(score.county, 2),
        remark_of(score),
    )


def _tones(score: ItemScore, row: int) -> dict[tuple[int, int], str]:
    if score.missing or score.target.value is None:
        return {(row, 7): theme.SOFT_INK}
    return {} if score.reached else {(row, 3): theme.AMBER, (row, 7): theme.AMBER}
