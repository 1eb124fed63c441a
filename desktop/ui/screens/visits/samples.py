"""Sampled records of a visit: whose, true or not, as it should be or not."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.models.registers.visit_samples import FIELDS
from desktop.services.visit_entry import Sampled
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Button, Label, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable

_GENUINE = ((N_("真实"), True), (N_("不真实"), False), (N_("未查真实"), None))
_COMPLIANT = ((N_("规范"), True), (N_("不规范"), False), (N_("未查规范"), None))
_MARKS = {True: N_("是"), False: N_("否")}
_HEIGHT = 118


class Samples(QWidget):
    """A line to type a sample and the list of those typed; Delete takes one away.

    Signals:
        changed: A sample was added or taken away.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.samples: list[Sampled] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(5))
        self._make_line()
        self._make_table()
        column.addWidget(Label(_("抽查真实性"), "heading"))
        column.addLayout(row_of(self.kind, self.subject, spacing=4, stretch=1))
        answers = row_of(self.genuine, self.compliant, self.more, spacing=4, stretch=0)
        answers.setStretch(1, 1)
        column.addLayout(answers)
        column.addWidget(self.table)

    def _make_line(self) -> None:
        self.kind = ChoiceBox()
        self.kind.setAccessibleName(_("抽查类别"))
        field = next(each for each in FIELDS if each.key == "kind")
        for choice in field.choices:
            self.kind.addItem(_(choice.value), choice.value)
        self.subject = QLineEdit()
        self.subject.setAccessibleName(_("抽查对象"))
        self.subject.setPlaceholderText(_("姓名"))
        self.subject.returnPressed.connect(self.add)
        self.genuine, self.compliant = (
            _answer(_("是否真实"), _GENUINE),
            _answer(_("是否规范"), _COMPLIANT),
        )
        self.more = Button("", "fa6s.plus", self.add, role="tool", tip=_("添加（Enter）"))
        self.more.setAccessibleName(_("添加"))
        for combo in (self.kind, self.genuine, self.compliant):
            quiet_wheel(combo)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(4)

    def _make_table(self) -> None:
        self.table = PlainTable(
            [
                PlainColumn(_("类别"), 4.5),
                PlainColumn(_("姓名"), 3.5),
                PlainColumn(_("真实"), 1.6),
                PlainColumn(_("规范"), 1.6),
            ],
            row_height=24,
        )
        self.table.setMinimumHeight(theme.px(70))
        self.table.setMaximumHeight(theme.px(_HEIGHT))
        self.table.horizontalHeader().setMinimumHeight(theme.px(26))
        self.table.horizontalHeader().setStyleSheet("QHeaderView::section { padding: 2px 6px; }")
        self.table.installEventFilter(self)
        self.table.hide()

    def typing(self) -> bool:
        """Tell whether a name stands in the line and was not added."""
        return bool(self.subject.text().strip())

    def add(self) -> None:
        """Add what is typed; Enter in the empty line does nothing."""
        subject = self.subject.text().strip()
        if not subject:
            return
        self.samples.append(
            Sampled(
                self.kind.currentData(),
                subject,
                self.genuine.currentData(),
                self.compliant.currentData(),
            )
        )
        self.subject.clear()
        self.subject.setFocus()
        self._show()

    def clear(self) -> None:
        """Forget all samples."""
        self.samples = []
        self.subject.clear()
        self.genuine.setCurrentIndex(0)
        self.compliant.setCurrentIndex(0)
        self._show()

    def _show(self) -> None:
        rows = [
            (_(each.kind), each.subject, _mark(each.genuine), _mark(each.compliant))
            for each in self.samples
        ]
        tones = {
            (row, column): theme.RED
            for row, each in enumerate(self.samples)
            for column, answer in ((2, each.genuine), (3, each.compliant))
            if answer is False
        }
        self.table.show_rows(rows, tones)
        self.table.setVisible(bool(rows))  # The photos below need the room more.
        self.table.scrollToBottom()
        self.changed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the chosen samples away with Delete."""
        pressed = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if pressed and event.key() == Qt.Key.Key_Delete:  # type: ignore[attr-defined] # narrowed
            gone = {index.row() for index in self.table.selectionModel().selectedRows()}
            self.samples = [each for at, each in enumerate(self.samples) if at not in gone]
            self._show()
            return True
        return super().eventFilter(watched, event)


def _mark(answer: bool | None) -> str:
    return "" if answer is None else _(_MARKS[answer])


def _answer(name: str, answers: tuple[tuple[str, bool | None], ...]) -> QComboBox:
    combo = ChoiceBox()
    combo.setAccessibleName(name)
    for text, answer in answers:
        combo.addItem(_(text), answer)
    return combo
