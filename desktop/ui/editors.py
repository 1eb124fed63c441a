"""One editor for every field kind: shows a stored value, gives back what was typed, never saves."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.models.id_numbers import age_on, birth_date_of, sex_of
from desktop.models.kinds import NUMERIC, BadValue, Kind, Value, show
from desktop.models.register import Field
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.elided_line import ElidedLine
from desktop.ui.parts import Button, Label, restyle

_LONG_TEXT_LINES = 3


class Editor(QWidget):
    """An editor of one field: a row of widgets with room for a problem below.

    Signals:
        edited: A person changed what is typed; never emitted by :meth:`show_value`.
    """

    edited = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(2))
        self.row = QHBoxLayout()
        self.row.setSpacing(theme.px(6))
        self._column.addLayout(self.row)
        self.problem = Label("", "error", wrap=True)
        self.problem.hide()
        self._column.addWidget(self.problem)
        self.loading = False

    def main_widget(self) -> QWidget:
        """Return the widget that takes the keyboard."""
        raise NotImplementedError

    def show_value(self, value: Value, title: str = "") -> None:
        """Show a stored value; ``title`` names the record of a reference."""
        self.loading = True
        try:
            self._put(value, title)
        finally:
            self.loading = False
        self.show_problem("")

    def _put(self, value: Value, title: str) -> None:
        raise NotImplementedError

    def typed(self) -> object:
        """Return what is typed, for comparing."""
        raise NotImplementedError

    def read(self) -> Value:
        """Return what is typed as a stored value.

        Raises:
            BadValue: It is not of the field's kind.
        """
        return self.field.parse(self.typed())

    def show_problem(self, message: str) -> None:
        """Show what is wrong beside the field; nothing where the message is empty."""
        self.problem.setText(message)
        self.problem.setVisible(bool(message))
        widget = self.main_widget()
        if bool(widget.property("wrong")) != bool(message):
            widget.setProperty("wrong", bool(message))
            restyle(widget)

    def lock(self, locked: bool) -> None:
        """Let nothing be typed."""
        self.setEnabled(not locked)

    def _tell(self) -> None:
        if not self.loading:
            self.edited.emit()


class LineEditor(Editor):
    """Text, numbers, amounts and months in one line; numbers at the right with their unit."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.line = ElidedLine()
        self.line.setAccessibleName(_(field.label))
        if field.kind in NUMERIC:
            self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        if field.kind is Kind.MONTH:
            self.line.setPlaceholderText("2026-10")
        self.line.textEdited.connect(lambda _text: self._tell())
        self.row.addWidget(self.line, 1)
        if field.unit:
            self.row.addWidget(Label(_(field.unit), "soft"))

    def main_widget(self) -> QWidget:
        return self.line

    def _put(self, value: Value, title: str) -> None:
        self.line.setText(show(self.field.kind, value, masked=False))
        self.line.setCursorPosition(0)

    def typed(self) -> object:
        return self.line.text().strip()

    def lock(self, locked: bool) -> None:
        self.line.setReadOnly(locked)


class LongTextEditor(Editor):
    """Text of several lines; Tab leaves it."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(_(field.label))
        self.text.setTabChangesFocus(True)
        line = self.text.fontMetrics().lineSpacing()
        self.text.setFixedHeight(line * _LONG_TEXT_LINES + theme.px(22))
        self.text.textChanged.connect(self._tell)
        self.row.addWidget(self.text, 1)

    def main_widget(self) -> QWidget:
        return self.text

    def _put(self, value: Value, title: str) -> None:
        self.text.setPlainText(str(value or ""))

    def typed(self) -> object:
        return self.text.toPlainText().strip()

    def lock(self, locked: bool) -> None:
        self.text.setReadOnly(locked)


class YesNoEditor(Editor):
    """Two buttons; neither pressed is blank, pressing again takes the answer back."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.buttons: dict[bool, QPushButton] = {}
        self.group = QButtonGroup(self)
        self.group.setExclusive(False)
        for value, text in ((True, _("是")), (False, _("否"))):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "chip")
            button.setAccessibleName(f"{_(field.label)} {text}")
            button.clicked.connect(lambda _on=False, value=value: self._press(value))
            self.buttons[value] = button
            self.row.addWidget(button)
        self.row.addStretch(1)

    def main_widget(self) -> QWidget:
        return self.buttons[True]

    def _press(self, value: bool) -> None:
        self.buttons[not value].setChecked(False)
        self._tell()

    def _put(self, value: Value, title: str) -> None:
        for answer, button in self.buttons.items():
            button.setChecked(value is not None and bool(value) is answer)

    def typed(self) -> object:
        return next((answer for answer, button in self.buttons.items() if button.isChecked()), None)


class ChoiceEditor(Editor):
    """The terms of a choice, with a blank; an open choice takes other words too."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.combo = ChoiceBox()
        self.combo.setAccessibleName(_(field.label))
        self.combo.setEditable(field.open_choice)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.setMinimumContentsLength(4)
        self.combo.addItem("", "")
        for choice in field.choices:
            self.combo.addItem(_(choice.value), choice.value)
        self.combo.currentTextChanged.connect(lambda _text: self._tell())
        quiet_wheel(self.combo)
        self.row.addWidget(self.combo, 1)

    def main_widget(self) -> QWidget:
        return self.combo

    def _put(self, value: Value, title: str) -> None:
        text = str(value or "")
        at = self.combo.findData(text)
        if at < 0 and not self.field.open_choice:
            # A term from a newer version is kept, not lost.
            self.combo.addItem(text, text)
            at = self.combo.findData(text)
        self.combo.setCurrentIndex(at)
        if at < 0:
            self.combo.setEditText(text)
        line = self.combo.lineEdit()
        if line is not None:  # A term wider than the box is read from its beginning.
            line.setCursorPosition(0)

    def typed(self) -> object:
        at = self.combo.findText(self.combo.currentText())
        return self.combo.itemData(at) if at >= 0 else self.combo.currentText().strip()


class MaskedEditor(Editor):
    """An ID number or phone: hidden in its middle until the person asks to see it.

    Signals:
        reveal_wanted: The person asks to see the number; :meth:`reveal` shows it.
    """

    reveal_wanted = Signal()

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self._value: Value = None
        self._hidden = False
        self._locked = False
        self.line = ElidedLine()
        self.line.setAccessibleName(_(field.label))
        self.line.textEdited.connect(lambda _text: self._edited())
        self.eye = Button("", "fa6s.eye", self.reveal_wanted.emit, role="tool")
        self.eye.setToolTip(_("显示完整号码（留下记录）"))
        self.eye.setAccessibleName(_("显示"))
        self.row.addWidget(self.line, 1)
        self.row.addWidget(self.eye)
        self.derived = Label("", "help", wrap=True)
        self._column.insertWidget(1, self.derived)
        self.derived.setVisible(field.kind is Kind.ID_NUMBER)

    def main_widget(self) -> QWidget:
        return self.line

    @property
    def is_hidden(self) -> bool:
        """Whether the middle of the number is hidden."""
        return self._hidden

    def _put(self, value: Value, title: str) -> None:
        self._value = value
        self._hidden = value is not None
        self._refresh()

    def reveal(self) -> None:
        """Show the whole number, and let it be changed."""
        self._hidden = False
        self.loading = True
        self._refresh()
        self.loading = False

    def _refresh(self) -> None:
        self.line.setText(show(self.field.kind, self._value, masked=self._hidden))
        self.line.setReadOnly(self._hidden or self._locked)
        self.eye.setVisible(self._hidden)
        self._show_derived(str(self._value or ""))

    def _edited(self) -> None:
        self._show_derived(self.line.text())
        self._tell()

    def _show_derived(self, text: str) -> None:
        """Say what the number tells: sex, age, birth date (GB 11643)."""
        if self.field.kind is not Kind.ID_NUMBER:
            return
        try:
            number = self.field.parse(text)
        except BadValue:
            number = None
        self.derived.setVisible(number is not None)
        if number is not None:
            born = birth_date_of(str(number))
            self.derived.setText(
                _("{sex} · {age}岁 · {born} 出生").format(
                    sex=_(sex_of(str(number))),
                    age=age_on(born, date.today()),
                    born=born.isoformat(),
                )
            )

    def typed(self) -> object:
        return str(self._value or "") if self._hidden else self.line.text().strip()

    def lock(self, locked: bool) -> None:
        self._locked = locked
        self.line.setReadOnly(self._hidden or locked)


class _QuietWheel(QObject):
    """Keeps the wheel from changing a combo box that a person only scrolls past."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QWheelEvent):
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def quiet_wheel(widget: QComboBox) -> None:
    """Let the wheel scroll the page, not the choice."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_QuietWheel(widget))
