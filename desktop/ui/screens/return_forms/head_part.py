"""The head of a form: title, block at the top right, period, deadline, paper, notes."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from desktop.services.returns.forms import Due, Form
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.parts import Card, Label, form_grid
from desktop.ui.screens.return_forms.line_form import choice_box

_PERIODS = (
    ("week", N_("周报")),
    ("month", N_("月报")),
    ("quarter", N_("季报")),
    ("year", N_("年报")),
)
_PAPERS = (("portrait", N_("A4 纵向")), ("landscape", N_("A4 横向")))
_TWO_WEEKS = 14
"""A weekly return may be due in the week after: 8 is its Monday."""

_MONEY = (("千元", N_("千元")), ("元", N_("元")), ("万元", N_("万元")))
_TEXTS = (
    ("title", N_("标题")),
    ("short", N_("简称")),
    ("number", N_("表号")),
    ("issuer", N_("制定机关")),
    ("approver", N_("批准机关")),
    ("approval", N_("批准文号")),
    ("valid_until", N_("有效期至")),
    ("basis", N_("依据")),
)


class HeadPart(Card):
    """Edits the head of a form.

    Signals:
        edited: The form with its head as typed.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__(margin=14)
        self.form: Form | None = None
        self._showing = False
        self.texts = {name: QLineEdit() for name, _label in _TEXTS}
        self.period = choice_box(_PERIODS, _("期别"))
        self.paper = choice_box(_PAPERS, _("纸张"))
        self.money = choice_box(_MONEY, _("金额单位"))
        self.day, self.weekday, self.month = QSpinBox(), QSpinBox(), QSpinBox()
        for box, most in ((self.day, 31), (self.weekday, _TWO_WEEKS), (self.month, 12)):
            box.setRange(1, most)
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.valueChanged.connect(lambda _value: self._typed())
        self.notes = QPlainTextEdit()
        self.notes.setFixedHeight(theme.px(110))
        left = form_grid([(_(label), self.texts[name]) for name, label in _TEXTS])
        right = form_grid(
            [
                (_("期别"), self.period),
                (_("报出：次月（年报为几月）"), self.month),
                (_("报出：几日前"), self.day),
                (_("周报：周几前（8 为次周一）"), self.weekday),
                (_("纸张"), self.paper),
                (_("金额单位"), self.money),
            ]
        )
        row = QHBoxLayout()
        row.setSpacing(theme.px(24))
        for grid in (left, right):
            holder = QWidget()
            holder.setLayout(grid)
            row.addWidget(holder, 1)
        self.column.addLayout(row)
        self.add(Label(_("表后说明（每行一条）"), "soft"), self.notes)
        self.column.addStretch(1)
        for edit in self.texts.values():
            edit.textEdited.connect(lambda _text: self._typed())
        for choice in (self.period, self.paper, self.money):
            choice.activated.connect(lambda _at: self._typed())
        self.notes.textChanged.connect(self._typed)

    def show_form(self, form: Form) -> None:
        """Show a form's head."""
        self._showing = True
        self.form = form
        for name, edit in self.texts.items():
            edit.setText(getattr(form, name))
        for box, value in (
            (self.period, form.period),
            (self.paper, form.orientation),
            (self.money, form.money),
        ):
            box.setCurrentIndex(box.findData(value))
        self.day.setValue(form.due.day or 1)
        self.weekday.setValue(form.due.weekday or 1)
        self.month.setValue(form.due.month or 1)
        self.notes.setPlainText("\n".join(form.notes))
        self._follow()
        self._showing = False

    def _follow(self) -> None:
        period = self.period.currentData()
        self.weekday.setEnabled(period == "week")
        self.day.setEnabled(period != "week")
        self.month.setEnabled(period == "year")

    def _typed(self) -> None:
        if self._showing or self.form is None:
            return
        self._follow()
        texts = {name: edit.text().strip() for name, edit in self.texts.items()}
        period = self.period.currentData()
        due = Due(
            day=self.day.value() if period != "week" else 0,
            weekday=self.weekday.value() if period == "week" else 0,
            month=self.month.value() if period == "year" else 0,
        )
        notes = tuple(line for line in self.notes.toPlainText().splitlines() if line.strip())
        self.form = msgspec.structs.replace(
            self.form,
            **texts,
            period=period,
            orientation=self.paper.currentData(),
            money=self.money.currentData(),
            due=due,
            notes=notes,
        )
        self.edited.emit(self.form)
