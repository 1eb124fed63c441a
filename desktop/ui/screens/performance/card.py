"""The card of one doctor: score, how the pay comes about, what cost points, what money there is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.models.kinds import show_amount
from desktop.services.performance.sheets import Sheet
from desktop.services.performance.statement import (
    DEDUCTION,
    WORK,
    BlockStatement,
    DoctorStatement,
    ItemStatement,
)
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Bar, Button, Card, Label, Pill, clear, row_of
from desktop.ui.screens.performance.charts import colour_of, in_scroll, short_clinic


class DoctorCard(Card):
    """One doctor's statement in short.

    Signals:
        basis_wanted: The person wants every line with its rows.
        notice_wanted: The person wants the doctor's notice on paper.
    """

    basis_wanted = Signal()
    notice_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(margin=16, spacing=8)
        self.doctor: DoctorStatement | None = None
        self.name = Label("", "heading")
        self.score = Pill()
        self.column.addLayout(row_of(self.name, self.score, QWidget(), stretch=2))
        inner = QWidget()
        self.lines = QVBoxLayout(inner)
        self.lines.setContentsMargins(0, 0, theme.px(6), 0)
        self.lines.setSpacing(theme.px(3))
        area = in_scroll(inner)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.addWidget(area, 1)
        self.basis = Button(
            _("查看依据"), clicked=self.basis_wanted.emit, tip=_("每一分、每一元的来源记录（回车）")
        )
        self.notice = Button(_("打印个人通知单"), clicked=self.notice_wanted.emit)
        self.column.addLayout(row_of(self.basis, self.notice, QWidget(), stretch=2))
        self.show_doctor(None)

    def show_doctor(
        self, doctor: DoctorStatement | None, supplements: tuple[Sheet, ...] = ()
    ) -> None:
        """Show a doctor with what supplements have added."""
        self.doctor = doctor
        clear(self.lines)
        for widget in (self.score, self.basis, self.notice):
            widget.setVisible(doctor is not None)
        if doctor is None:
            self.name.setText("")
            self._add(Label(_("选中一名村医，这里说明得分和金额怎么来的。"), "soft", wrap=True))
            self.lines.addStretch(1)
            return
        where = short_clinic(doctor.clinic)
        self.name.setText(f"{doctor.name} · {where}" if where else doctor.name)
        self._show_score(doctor)
        self._add(Label(doctor.sentence, "soft", wrap=True))
        for veto in doctor.vetoes:
            self._add(Label(_("一票否决：{veto}").format(veto=veto), "error", wrap=True))
        for block in doctor.blocks:
            self._add(_bar(block))
        self._show_losses(doctor)
        self._show_money(doctor, supplements)
        self.lines.addStretch(1)

    def _add(self, widget: QWidget) -> None:
        self.lines.addWidget(widget)

    def _show_score(self, doctor: DoctorStatement) -> None:
        if doctor.score is None:
            self.score.show_as(_("缺报，未得分"), "red")
        else:
            tones = {theme.ACCENT: "green", theme.AMBER: "amber", theme.RED: "red"}
            text = _("{score} 分").format(score=show_amount(doctor.score))
            self.score.show_as(text, tones[colour_of(doctor.score)])

    def _show_losses(self, doctor: DoctorStatement) -> None:
        lost = sorted(
            (item for item in doctor.items if item.lost), key=lambda each: (-each.lost, each.code)
        )
        self._head(_("扣分依据"))
        for item in lost:
            self._add(_loss(item))
        if not lost:
            self._add(Label(_("没有扣分。"), "soft"))

    def _show_money(self, doctor: DoctorStatement, supplements: tuple[Sheet, ...]) -> None:
        self._head(_("金额明细"))
        for line in doctor.money:
            amount = -line.amount if line.kind == DEDUCTION else line.amount
            label = _(line.label) if line.kind != WORK else line.label
            self._add(_two(label, show_amount(amount), line.sentence))
        if doctor.unrecovered:
            self._add(
                Label(
                    _("还有 {amount} 元未扣足。").format(amount=show_amount(doctor.unrecovered)),
                    "warning",
                    wrap=True,
                )
            )
        self._add(_two(_("应发合计"), show_amount(doctor.pay), "", bold=True))
        for sheet in supplements:
            adjustments = sheet.supplement.adjustments if sheet.supplement is not None else ()
            for each in adjustments:
                if each.doctor == doctor.id:
                    name = _("补充表 {number}").format(number=sheet.number)
                    self._add(_two(name, show_amount(each.amount), each.reason))

    def _head(self, text: str) -> None:
        self.lines.addSpacing(theme.px(6))
        self._add(Label(text, "heading"))


def _bar(block: BlockStatement) -> Bar:
    share = block.points * 10_000 // block.weight if block.weight else None
    figure = "—" if share is None else f"{share // 100}%"
    return Bar(
        block.label,
        (share or 0) / 10_000,
        figure,
        colour=colour_of(share),
        label_width=128,
        figure_width=44,
    )


def _loss(item: ItemStatement) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, theme.px(2), 0, theme.px(2))
    row.setSpacing(theme.px(8))
    said = Label(f"{item.label}：{item.sentence}", "paragraph", wrap=True)
    said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
    row.addWidget(said, 1)
    pill = Pill(f"−{show_amount(item.lost)}", "red")
    row.addWidget(pill, 0, Qt.AlignmentFlag.AlignTop)
    return made


def _two(label: str, figure: str, sentence: str, *, bold: bool = False) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, theme.px(2), 0, theme.px(2))
    column.setSpacing(0)
    role = "heading" if bold else "plain"
    name = Label(label, role, wrap=True)
    amount = Label(figure, role)
    amount.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    column.addLayout(row_of(name, amount, stretch=0))
    if sentence:
        column.addWidget(Label(sentence, "soft", wrap=True))
    return made
