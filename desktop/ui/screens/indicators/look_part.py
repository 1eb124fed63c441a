"""A measure over twelve periods or across the clinics: what to look at, the chart, the table."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.services.periods import MONTH, WEEK, Period, period_of
from desktop.services.returns.lookback import Comparison, Series
from desktop.services.returns.lookback_papers import comparison_chart, series_chart
from desktop.services.returns.measures import Choice, Measure
from desktop.services.returns.sheet import unit_of
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Card, Label, NoticeBar, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.indicators.chart import BarsChart, LineChart
from desktop.ui.screens.performance.charts import in_scroll

_TABLE = 400
_CLINIC = "clinic"


class MeasureBox(QWidget):
    """Chooses a form or the catalogue, and then a line or figure of it; typing filters.

    Signals:
        chosen: Another measure was chosen.
    """

    chosen = Signal()

    def __init__(self, *, by_clinic: bool) -> None:
        super().__init__()
        self._by_clinic = by_clinic
        self._choices: list[Choice] = []
        self.source, self.line = ChoiceBox(), ChoiceBox()
        self.source.setAccessibleName(_("报表或指标目录"))
        self.source.setMinimumWidth(theme.px(190))
        self.line.setAccessibleName(_("指标"))
        self.line.setMinimumWidth(theme.px(320))
        self.line.setEditable(True)
        self.line.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self.line.completer()
        assert completer is not None  # An editable box has one of its own.
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        for box in (self.source, self.line):
            quiet_wheel(box)
        self.source.activated.connect(lambda _at: self._fill_lines())
        self.line.activated.connect(lambda _at: self.chosen.emit())
        self.setLayout(row_of(self.source, self.line, spacing=8, stretch=1))

    def show_choices(self, choices: list[Choice], period: str) -> None:
        """Show what there is for a kind of period, the measure chosen before still chosen.

        The weekly returns stand with the months: the last week that a month holds is looked at.
        """
        before = self.measure()
        kinds = ("", period, WEEK) if period == MONTH else ("", period)
        self._choices = [
            each
            for each in choices
            if each.period in kinds and (not self._by_clinic or _CLINIC in each.told_by)
        ]
        self.source.clear()
        headings = dict.fromkeys((each.measure.form, each.heading) for each in self._choices)
        for form, heading in headings:
            self.source.addItem(heading or _("指标目录"), form)
        chosen = before.form if before is not None else None
        self.source.setCurrentIndex(max(0, self.source.findData(chosen)))
        self._fill_lines(before, tell=False)

    def _fill_lines(self, before: Measure | None = None, *, tell: bool = True) -> None:
        form = self.source.currentData()
        self.line.clear()
        for each in self._choices:
            if each.measure.form == form:
                self.line.addItem(each.label, each.measure.key)
        at = self.line.findData(before.key) if before is not None else 0
        self.line.setCurrentIndex(max(0, at))
        if tell:
            self.chosen.emit()

    def measure(self) -> Measure | None:
        """Return what is chosen."""
        key = self.line.currentData()
        return next((each.measure for each in self._choices if each.measure.key == key), None)

    def period_of(self, measure: Measure, period: Period, today: date) -> Period:
        """Return the period to look at: of a weekly return, the last week the month holds."""
        found = next((each for each in self._choices if each.measure == measure), None)
        if found is None or found.period != WEEK or period.kind == WEEK:
            return period
        return period_of(WEEK, min(period.last, today))

    def choose(self, key: str) -> None:
        """Choose a measure by its key."""
        form = key.partition(":")[0] if ":" in key else ""
        self.source.setCurrentIndex(max(0, self.source.findData(form)))
        self._fill_lines(tell=False)
        self.line.setCurrentIndex(max(0, self.line.findData(key)))
        self.chosen.emit()


class LookPart(QWidget):
    """What both kinds of looking share.

    Signals:
        wanted: A measure to be read.
    """

    wanted = Signal(object)

    def __init__(self, columns: list[PlainColumn], *, by_clinic: bool) -> None:
        super().__init__()
        self.box = MeasureBox(by_clinic=by_clinic)
        self.box.chosen.connect(self.ask)
        self.notice = NoticeBar()
        self.card = Card(margin=16)
        self.title = Label("", "heading", wrap=True)
        self.remark = Label("", "soft", wrap=True)
        self.card.add(self.title, self.remark)
        self.table = PlainTable(columns, row_height=28)
        largest = theme.font_size() is theme.FontSize.LARGEST
        self.table.setFixedWidth(theme.px(_TABLE * (0.86 if largest else 1)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.box)
        column.addWidget(self.notice)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.card, 1)
        row.addWidget(self.table)
        column.addLayout(row, 1)

    def ask(self) -> None:
        """Ask for the chosen measure."""
        measure = self.box.measure()
        if measure is not None:
            self.wanted.emit(measure)

    def refuse(self, error: UserError) -> None:
        """Say why there is nothing to see."""
        self.notice.say(str(error))
        self.table.show_rows([])


class SeriesPart(LookPart):
    """A measure over twelve periods beside the year before."""

    def __init__(self) -> None:
        columns = [
            PlainColumn(_("期别"), 6),
            PlainColumn(_("本期"), 5, numeric=True),
            PlainColumn(_("上年同期"), 5, numeric=True),
            PlainColumn(_("同比"), 4, numeric=True),
        ]
        super().__init__(columns, by_clinic=False)
        self.shown: Series | None = None
        self.chart = LineChart(280)
        self.card.column.addWidget(self.chart, 1)

    def show_series(self, series: Series) -> None:
        """Show a measure."""
        self.shown = series
        self.notice.hide()
        self.title.setText(series.title)
        self.remark.setText(
            _("单位：{unit}　空白的期别没有数，不是零").format(unit=unit_of(series.line))
        )
        self.chart.show_chart(series_chart(series))
        self.table.show_rows(
            [
                (
                    point.period.key,
                    series.shown(point.value),
                    series.shown(point.year_ago),
                    series.change(point),
                )
                for point in series.points
            ]
        )


class ComparisonPart(LookPart):
    """A measure across the clinics, the greatest first."""

    def __init__(self) -> None:
        columns = [
            PlainColumn(_("序号"), 2.6, numeric=True),
            PlainColumn(_("村卫生室"), 9),
            PlainColumn(_("数值"), 5, numeric=True),
        ]
        super().__init__(columns, by_clinic=True)
        self.shown: Comparison | None = None
        self.chart = BarsChart()
        self.card.column.addWidget(in_scroll(self.chart), 1)

    def show_comparison(self, found: Comparison) -> None:
        """Show a measure."""
        self.shown = found
        self.notice.hide()
        self.title.setText(f"{found.title}　{found.period.label}")
        said = _("{count} 个有数，平均 {mean}；{blank} 个没有数")
        self.remark.setText(
            said.format(
                count=len(found.rows), mean=found.shown(found.mean) or "—", blank=len(found.blank)
            )
        )
        self.chart.show_chart(comparison_chart(found))
        rows = [
            (str(at), name, found.shown(value))
            for at, (name, value) in enumerate(found.rows, start=1)
        ]
        blank = [("", name, "") for name in found.blank]
        tones = {(len(rows) + at, 1): theme.SOFT_INK for at in range(len(blank))}
        self.table.show_rows([*rows, *blank], tones)
