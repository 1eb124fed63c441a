"""Which period and which version of a scheme: month, quarter or year, one back and one on."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.services.performance.schemes import SchemeVersion
from desktop.services.periods import parse_period
from desktop.text import N_, _, language
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.parts import Button, Label, row_of

MONTH, QUARTER, YEAR = "month", "quarter", "year"
_KINDS = ((MONTH, N_("月")), (QUARTER, N_("季")), (YEAR, N_("年")))
_STEPS = {MONTH: 1, QUARTER: 3, YEAR: 12}
_WIDEST = date(2000, 12, 1)


def period_key(kind: str, day: date) -> str:
    """Return the key of the month, quarter or year of a day."""
    if kind == YEAR:
        return str(day.year)
    if kind == QUARTER:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return f"{day.year}-{day.month:02d}"


class PeriodPicker(QWidget):
    """Chooses a period.

    Signals:
        chosen: The key of another period.
    """

    chosen = Signal(str)

    def __init__(self, today: date) -> None:
        super().__init__()
        self.kind = QUARTER
        self.day = today
        self.chips: dict[str, Button] = {}
        for kind, label in _KINDS:
            chip = Button(_(label), clicked=partial(self.choose, kind), role="chip")
            chip.setCheckable(True)
            self.chips[kind] = chip
        back = Button("", "fa6s.chevron-left", lambda: self.step(-1), role="tool")
        forth = Button("", "fa6s.chevron-right", lambda: self.step(1), role="tool")
        for button, keys, name in (
            (back, "Alt+Left", _("上一期")),
            (forth, "Alt+Right", _("下一期")),
        ):
            button.setShortcut(keys)
            button.setToolTip(f"{name} ({keys})")
            button.setAccessibleName(name)
        self.label = Label("", "heading")
        self.label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.ensurePolished()  # So that it is the heading's own letters that are measured.
        letters = self.label.fontMetrics()
        every = (parse_period(period_key(kind, _WIDEST)).label for kind in _STEPS)
        self.label.setMinimumWidth(max(map(letters.horizontalAdvance, every)))
        self.setLayout(row_of(*self.chips.values(), back, self.label, forth, spacing=6))
        self._show()

    @property
    def key(self) -> str:
        """Return the key of the chosen period."""
        return period_key(self.kind, self.day)

    def choose(self, kind: str) -> None:
        """Show the month, quarter or year of the day."""
        self.kind = kind
        self._show()
        self.chosen.emit(self.key)

    def step(self, by: int) -> None:
        """Go a period back or on."""
        month = self.day.year * 12 + self.day.month - 1 + by * _STEPS[self.kind]
        self.day = date(month // 12, month % 12 + 1, 1)
        self._show()
        self.chosen.emit(self.key)

    def show_key(self, key: str) -> None:
        """Show a period without telling."""
        period = parse_period(key)
        self.kind = {1: MONTH, 3: QUARTER, 12: YEAR}[len(period.months)]
        self.day = period.first
        self._show()

    def _show(self) -> None:
        for kind, chip in self.chips.items():
            chip.setChecked(kind == self.kind)
        self.label.setText(parse_period(self.key).label)


class VersionPicker(ChoiceBox):
    """Chooses the version of a scheme; the first entry is the one that holds."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("考核方案版本"))
        largest = theme.font_size() is theme.FontSize.LARGEST
        self.setMinimumContentsLength((18 if language() == "zh" else 7) if largest else 22)
        self.setMaximumWidth(theme.px(360))
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToContents)

    def show_versions(
        self, versions: tuple[SchemeVersion, ...], chosen: SchemeVersion | None
    ) -> None:
        """Show the versions kept."""
        self.clear()
        if chosen is None:
            self.addItem(_("附带方案（提案）"), None)
        for version in versions:
            self.addItem(version_text(version), version.id)
        at = self.findData(chosen.id) if chosen is not None else 0
        self.setCurrentIndex(max(0, at))
        self.setToolTip(self.currentText())


def version_text(version: SchemeVersion) -> str:
    """Return a version as a person speaks of it."""
    return _("{name} 第{version}版（{status}）").format(
        name=version.scheme.name, version=version.scheme.version, status=_(version.status)
    )
