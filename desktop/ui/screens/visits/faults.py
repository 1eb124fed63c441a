"""Who puts a failed item right and by when: usual ones unless the person gives others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.services.checklists import JudgedItem
from desktop.services.visit_entry import Fault
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.date_editor import DateEditor
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Label, row_of

_DAY_WIDTH, _NAME_WIDTH = 156, 96


@dataclass
class _Given:
    """What the person gave for an item; None where the usual holds."""

    due: str | None = None
    doctor: bytes | None = None
    has_doctor: bool = False


class FaultBar(QWidget):
    """Due day and responsible doctor of the item with the cursor, shown where it failed.

    Signals:
        edited: The person gave something else than the usual.
        left: Enter was pressed: back to the items.
    """

    edited = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[str, _Given] = {}
        self._code = ""
        self.due = DateEditor(find_register("findings").by_key["due_on"])
        self.due.setMinimumWidth(theme.px(_DAY_WIDTH))
        # With the largest letters there is only room to type the day and choose the name.
        self.due.pick.setVisible(theme.font_size() is not theme.FontSize.LARGEST)
        self.due.edited.connect(self._day_typed)
        self.doctor = ChoiceBox()
        self.doctor.setAccessibleName(_("本条责任人"))
        self.doctor.setFixedWidth(theme.px(_NAME_WIDTH))
        quiet_wheel(self.doctor)
        self.doctor.activated.connect(lambda _at: self._doctor_chosen())
        whose = Label(_("责任人"), "soft")
        whose.setVisible(theme.font_size() is not theme.FontSize.LARGEST)
        row = row_of(
            Label(_("整改期限 F4"), "soft"),
            self.due,
            whose,
            self.doctor,
            stretch=-1,
        )
        row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(row)
        for widget in (self.due.line, self.doctor):
            widget.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go back to the items with Enter."""
        key = event.key() if isinstance(event, QKeyEvent) else 0
        down = event.type() is QEvent.Type.KeyPress
        if down and key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.left.emit()
            return True
        return super().eventFilter(watched, event)

    # Showing

    def clear(self) -> None:
        """Forget what was given for another visit."""
        self._given = {}
        self.show_item(None, None, None)

    def show_doctors(self, doctors: Sequence[tuple[bytes | None, str]]) -> None:
        """Offer other doctors; what was given for one who is not among them is forgotten."""
        known = {doctor for doctor, _name in doctors}
        for given in self._given.values():
            if given.has_doctor and given.doctor not in known:
                given.has_doctor = False
        self.doctor.clear()
        for doctor, name in doctors:
            self.doctor.addItem(name, doctor)

    def show_item(self, code: str | None, due: date | None, doctor: bytes | None) -> None:
        """Show the usual day and doctor of an item that failed, or what was given; None hides."""
        self._code = code or ""
        self.setVisible(code is not None)
        if code is None:
            return
        given = self._given.get(code, _Given())
        if given.due is None:
            self.due.show_value(due)
        else:
            self.due.show_value(None)
            self.due.line.setText(given.due)
        shown = given.doctor if given.has_doctor else doctor
        self.doctor.setCurrentIndex(max(0, self.doctor.findData(shown)))

    def begin(self) -> None:
        """Put the cursor on the due day."""
        if self.isVisible():
            self.due.line.setFocus()
            self.due.line.selectAll()

    # What was given

    def _day_typed(self) -> None:
        if self._code:
            self._given.setdefault(self._code, _Given()).due = str(self.due.typed()) or None
            self.edited.emit()

    def _doctor_chosen(self) -> None:
        if self._code:
            given = self._given.setdefault(self._code, _Given())
            given.doctor, given.has_doctor = self.doctor.currentData(), True
            self.edited.emit()

    def wrong(self, codes: Sequence[str], since: date) -> tuple[str, str] | None:
        """Return the first of these items whose due day is none or lies before the visit."""
        for code in codes:
            try:
                day = self._day(code)
            except BadValue as error:
                return code, error.message
            if day is not None and day < since:
                return code, _("整改期限 {day} 早于督导日期。").format(day=day.isoformat())
        return None

    def _day(self, code: str) -> date | None:
        given = self._given.get(code, _Given())
        day = self.due.field.parse(given.due) if given.due is not None else None
        return day if isinstance(day, date) else None

    def fault(self, judged: JudgedItem, doctor: bytes | None) -> Fault:
        """Return what is told of a failed item; without a due day the usual one is taken."""
        code = judged.item.code
        given = self._given.get(code, _Given())
        return Fault(
            # Without a remark the item's wording, which says how it ought to be.
            ""
            if judged.answer.note
            else _("未做到：{wording}").format(wording=judged.item.wording),
            given.doctor if given.has_doctor else doctor,
            self._day(code),
        )
