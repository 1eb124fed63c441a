"""The editor of a date, and the calendar it opens."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QFrame, QLineEdit, QVBoxLayout, QWidget

from desktop.models.kinds import BadValue, Value, parse_date
from desktop.models.register import Field
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.editors import Editor
from desktop.ui.parts import Button


class DateEditor(Editor):
    """A date typed in any of the usual ways, or picked from a calendar."""

    def __init__(self, field: Field) -> None:
        super().__init__(field)
        self.line = QLineEdit()
        self.line.setAccessibleName(_(field.label))
        self.line.setPlaceholderText("2026-03-01")
        self.line.textEdited.connect(lambda _text: self._tell())
        self.line.editingFinished.connect(self._tidy)
        self.pick = Button("", "fa6s.calendar-days", self.open_calendar, role="tool")
        self.pick.setToolTip(_("选日期"))
        self.row.addWidget(self.line, 1)
        self.row.addWidget(self.pick)
        self.calendar: CalendarPopup | None = None

    def main_widget(self) -> QWidget:
        return self.line

    def _put(self, value: Value, title: str) -> None:
        self.line.setText(value.isoformat() if isinstance(value, date) else "")

    def typed(self) -> object:
        return self.line.text().strip()

    def _tidy(self) -> None:
        """Write 20260301 and 2026年3月1日 as 2026-03-01 when the person leaves the field."""
        try:
            value = parse_date(self.typed())
        except BadValue:
            return
        if value is not None:
            self.line.setText(value.isoformat())

    def open_calendar(self) -> None:
        """Show a calendar below the field."""
        try:
            shown = parse_date(self.typed()) or date.today()
        except BadValue:
            shown = date.today()
        self.calendar = CalendarPopup(self, shown)
        self.calendar.picked.connect(self._take)
        self.calendar.move(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)))
        self.calendar.show()

    def _take(self, day: date) -> None:
        self.line.setText(day.isoformat())
        self._tell()
        self.line.setFocus()

    def lock(self, locked: bool) -> None:
        self.line.setReadOnly(locked)
        self.pick.setEnabled(not locked)


class CalendarPopup(QFrame):
    """A month to pick a day from; goes when a day is picked or one clicks elsewhere."""

    picked = Signal(object)

    def __init__(self, parent: QWidget, shown: date) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        self.days = QCalendarWidget()
        self.days.setLocale(QLocale("zh_CN" if language() == "zh" else "en_GB"))
        self.days.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self.days.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.days.setHorizontalHeaderFormat(
            QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames
        )
        plain = QTextCharFormat()
        plain.setForeground(QColor(theme.INK))
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.days.setWeekdayTextFormat(day, plain)
        self.days.setMinimumSize(theme.px(280), theme.px(230))
        self.days.setSelectedDate(QDate(shown.year, shown.month, shown.day))
        self.days.clicked.connect(self._pick)
        self.days.activated.connect(self._pick)
        column.addWidget(self.days)

    def _pick(self, day: QDate) -> None:
        self.picked.emit(date(day.year(), day.month(), day.day()))
        self.close()
