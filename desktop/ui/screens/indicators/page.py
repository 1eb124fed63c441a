"""The indicators page: the self-score, a measure over time, the clinics side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from desktop.errors import UserError
from desktop.services.indicators.dashboard import Entry, dashboard_cells, dashboard_paper
from desktop.services.indicators.papers import score_cells, score_paper, summary_of
from desktop.services.indicators.scoring import SelfScore
from desktop.services.performance.paper import Paper
from desktop.services.periods import parse_period
from desktop.services.returns import lookback_papers
from desktop.services.returns.lookback import Comparison, Series
from desktop.services.returns.lookback_papers import Cells
from desktop.services.returns.measures import Choice, Measure
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Action, Button, NoticeBar, Pill, row_of
from desktop.ui.screens.indicators import output, reading
from desktop.ui.screens.indicators.dashboard_part import DashboardPart
from desktop.ui.screens.indicators.look_part import ComparisonPart, SeriesPart
from desktop.ui.screens.indicators.reading import View
from desktop.ui.screens.indicators.score_part import ScorePart
from desktop.ui.screens.performance.header import MONTH, PeriodPicker

SCORE, BOARD, TREND, CLINICS = range(4)
_PARTS = (N_("自评"), N_("运行看板"), N_("走势"), N_("各室对比"))

REGISTERS = frozenset(
    {
        "returns",
        "return_cells",
        "return_forms",
        "policy",
        "clinic_months",
        "contracts",
        "stationings",
        "workloads",
        "stock_moves",
        "clinics",
    }
)


class IndicatorsPage(Page):
    """How the centre stands, against targets, over time and clinic by clinic."""

    registers = REGISTERS
    help_topic = "indicators"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.column.setSpacing(theme.px(8))
        self.view: View | None = None
        self.choices: list[Choice] = []
        self._centre = ""
        self.scheme = Button(_("换方案"), "fa6s.file-import", self.ask_scheme)
        self.excel = Button(_("导出 Excel"), "fa6s.file-excel", self.export)
        self.print = Button(_("打印"), "fa6s.print", self.print_out, role="primary", tip="Ctrl+P")
        self.header = PageHeader(_("指标与自评"), "", (self.scheme, self.excel, self.print))
        self.column.addWidget(self.header)
        self._make_tabs()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        self.score, self.series, self.clinics = ScorePart(), SeriesPart(), ComparisonPart()
        self.board = DashboardPart()
        self.stack = QStackedWidget()
        for part in (self.score, self.board, self.series, self.clinics):
            self.stack.addWidget(part)
        self.column.addWidget(self.stack, 1)
        self.score.keep_wanted.connect(self.keep)
        self.board.wanted.connect(self.show_course)
        self.series.wanted.connect(self._read_series)
        self.clinics.wanted.connect(self._read_clinics)
        QShortcut(QKeySequence("Ctrl+P"), self).activated.connect(self.print_out)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self._keep_typed)
        self.show_part(SCORE)

    def _make_tabs(self) -> None:
        self.period = PeriodPicker(date.today().replace(day=1))
        self.period.choose(MONTH)
        self.period.step(-1)  # The month that has ended is the one to look at.
        self.period.chosen.connect(lambda _key: self._period_changed())
        self.state = Pill()
        tabs = FlowRow()
        self.chips: list[Button] = []
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            chip.setShortcut(f"Alt+{part + 1}")
            chip.setToolTip(f"Alt+{part + 1}")
            self.chips.append(chip)
            tabs.add(chip)
        self.column.addLayout(row_of(self.period, QWidget(), self.state, spacing=12, stretch=1))
        self.column.addWidget(tabs)

    # Reading

    def reload(self, registers: frozenset[str]) -> None:
        period, today = parse_period(self.period.key), date.today()
        self.worker.run(
            lambda store: reading.read_score(store, period, today),
            self._show_score,
            self._refused,
            owner=self,
        )
        self.worker.run(reading.read_choices, self._show_choices, owner=self)

    def _period_changed(self) -> None:
        self.reload(self.registers)

    def _show_score(self, view: View) -> None:
        if view.score.period.key != self.period.key:  # The person has gone on in the meantime.
            return
        self.view, self._centre = view, view.centre
        self.header.remark.setText(_(view.score.scheme.title))
        self.state.show_as(summary_of(view.score), "soft" if view.score.points is None else "green")
        self._show_notice()
        self.score.show_score(view.score)
        if self.stack.currentIndex() == SCORE:
            self._read_trend()

    def _show_notice(self) -> None:
        """Say what should be known of the scheme; only where it is looked at."""
        view = self.view
        if view is None or self.stack.currentIndex() != SCORE:
            self.notice.hide()
        elif view.broken:
            self.notice.say("\n".join(view.broken), tone="red")
        elif view.score.scheme.certainty == "proposed":
            self.notice.say(
                _("这是程序提出的自评方案，项目和权重未经县级核定；收到县级方案后请点“换方案”。"),
                Action(_("政策参数"), lambda: self.desk.go_to("policy")),
                tone="soft",
            )
        else:
            self.notice.hide()

    def _read_trend(self) -> None:
        view = self.view
        if view is None:
            return
        scheme, period, today = view.score.scheme, view.score.period, date.today()

        def show(scores: tuple[SelfScore, ...]) -> None:
            if self.view is view:
                self.score.show_trend(scores)

        self.worker.run(
            lambda store: reading.read_trend(store, scheme, period, today), show, owner=self
        )

    def _refused(self, error: UserError) -> None:
        self.notice.say(str(error), tone="red")

    def _show_choices(self, choices: list[Choice]) -> None:
        self.choices = choices
        for part in (self.series, self.clinics):
            part.box.show_choices(choices, parse_period(self.period.key).kind)
        self._fill_part(self.stack.currentIndex())

    def show_part(self, part: int) -> None:
        """Show the self-score, the course or the clinics."""
        self.stack.setCurrentIndex(part)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)
        self.scheme.setVisible(part == SCORE)
        self._show_notice()
        self._fill_part(part)

    def _fill_part(self, part: int) -> None:
        if part == BOARD:
            self._read_board()
        elif self.choices and part != SCORE:
            (self.series if part == TREND else self.clinics).ask()

    def _read_board(self) -> None:
        period, today = parse_period(self.period.key), date.today()

        def show(found: tuple[tuple[Entry, ...], str]) -> None:
            self._centre = found[1]
            self.board.show_entries(found[0])

        self.worker.run(
            lambda store: reading.read_dashboard(store, period, today), show, owner=self
        )

    def show_course(self, key: str) -> None:
        """Show a measure over twelve periods."""
        self.show_part(TREND)
        self.series.box.choose(key)

    def _read_series(self, measure: Measure) -> None:
        today = date.today()
        period = self.series.box.period_of(measure, parse_period(self.period.key), today)

        def show(found: tuple[Series, str]) -> None:
            self._centre = found[1]
            self.series.show_series(found[0])

        self.worker.run(
            lambda store: reading.read_series(store, measure, period, today),
            show,
            self.series.refuse,
            owner=self,
        )

    def _read_clinics(self, measure: Measure) -> None:
        today = date.today()
        period = self.clinics.box.period_of(measure, parse_period(self.period.key), today)

        def show(found: tuple[Comparison, str]) -> None:
            self._centre = found[1]
            self.clinics.show_comparison(found[0])

        self.worker.run(
            lambda store: reading.read_comparison(store, measure, period, today),
            show,
            self.clinics.refuse,
            owner=self,
        )

    # Keeping

    def _keep_typed(self) -> None:
        if self.score.card.typed:
            self.keep(self.score.card.typed)

    def keep(self, cells: dict[str, str], then: Callable[[], object] | None = None) -> None:
        """Keep what was filled in for the shown period."""
        view = self.view
        if view is None:
            return

        def done(_none: None) -> None:
            self.desk.tell(_("已保存。"))
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.keep_cells(store, view.score.scheme, view.score.period, cells),
            done,
            lambda error: self.score.card.notice.say(str(error), tone="red"),
            owner=self,
        )

    def has_unsaved(self) -> bool:
        return bool(self.score.card.typed)

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.keep(self.score.card.typed, then)

    def drop_unsaved(self) -> None:
        if self.view is not None:
            self.score.show_score(self.view.score)

    def ask_scheme(self) -> None:
        """Take in a scheme from a file, as the county sent it."""
        dialog = QFileDialog(self, _("换方案"), "", _("自评方案 (*.toml)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.take_scheme(Path(name)))
        dialog.open()

    def take_scheme(self, path: Path) -> None:
        """Keep the scheme of a file from the shown period on."""
        first = parse_period(self.period.key).first
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = _("读不了“{file}”：{reason}。").format(file=path.name, reason=error)
            self.desk.warn(UserError(said, _("请另存为 UTF-8 的文本文件。")))
            return
        self.worker.run(
            lambda store: reading.keep_scheme(store, text, path.name, first),
            lambda _id: self.desk.tell(_("自 {day} 起执行。").format(day=first.isoformat())),
            self._refused,
            owner=self,
        )

    # Paper and workbook

    def _made(self) -> tuple[Paper, Cells] | None:
        """Return what is shown as a paper and as a workbook's cells."""
        part, today = self.stack.currentIndex(), date.today()
        if part == SCORE and self.view is not None:
            score = self.view.score
            return score_paper(score, self._centre, today), score_cells(score)
        if part == BOARD:
            entries, period = self.board.entries, parse_period(self.period.key)
            paper = dashboard_paper(entries, period, self._centre, today)
            return paper, dashboard_cells(entries, period)
        if part == TREND and self.series.shown is not None:
            series = self.series.shown
            return (
                lookback_papers.series_paper(series, self._centre, today),
                lookback_papers.series_cells(series),
            )
        if part == CLINICS and self.clinics.shown is not None:
            found = self.clinics.shown
            return (
                lookback_papers.comparison_paper(found, self._centre, today),
                lookback_papers.comparison_cells(found),
            )
        return None

    def print_out(self) -> None:
        """Show what is shown on paper."""
        made = self._made()
        if made is not None:
            output.show_paper(self, made[0], f"{made[1].title} {self.period.key}")

    def export(self) -> None:
        """Ask where and write what is shown as a workbook."""
        made = self._made()
        if made is not None:
            output.ask_workbook(self, made[1], f"{made[1].title} {self.period.key}")

    def show_wish(self, wish: Wish) -> None:
        """Show a period, or the course of a measure by its key."""
        if wish.text:
            self.period.show_key(wish.text)
            self.reload(self.registers)
        if wish.chip:
            self.show_course(wish.chip)
