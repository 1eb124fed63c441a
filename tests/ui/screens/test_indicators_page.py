"""The indicators page driven by hand: score, fill in, look back, compare, print, export."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot
from python_calamine import CalamineWorkbook

from desktop.models.opening import Centre
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Wish
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.indicators import output
from desktop.ui.screens.indicators import page as indicators_page
from desktop.ui.screens.indicators.page import BOARD, CLINICS, SCORE, TREND, IndicatorsPage


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


class Calendar(dt.date):
    """The day on which these tests look at the page."""

    @classmethod
    def today(cls) -> dt.date:
        return dt.date(2026, 11, 21)


@pytest.fixture
def page(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> IndicatorsPage:
    monkeypatch.setattr(indicators_page, "date", Calendar)
    window.open_page("indicators")
    assert isinstance(window.page, IndicatorsPage)
    return window.page


def row(page: IndicatorsPage, code: str) -> list[str]:
    return next(list(each) for each in page.score.table.plain.rows if each[0] == code)


def fill(page: IndicatorsPage, qtbot: QtBot, cell: str, text: str) -> None:
    edit = page.score.card.edits[cell]
    edit.clear()
    qtbot.keyClicks(edit, text)


def test_last_month_is_shown_first_with_every_item_of_five_groups(page: IndicatorsPage) -> None:
    assert page.period.key == "2026-10"
    QAbstractItemModelTester(page.score.table.plain)
    assert len(page.score.table.plain.rows) == 1 + 18
    groups = {each[1] for each in page.score.table.plain.rows[1:]}
    assert groups == {"紧密型", "同质化", "控费用", "促分工", "保健康"}
    assert "提出的自评方案" in page.notice.text.text()
    assert row(page, "E1")[3].endswith("%")
    assert "缺“专家号总数（个）”" in row(page, "D2")[7]
    assert row(page, "D2")[5] == "—/8", "what is not known is not scored as zero"


def test_received_numbers_are_filled_in_and_scored(page: IndicatorsPage, qtbot: QtBot) -> None:
    page.score.choose("D2")
    card = page.score.card
    assert set(card.edits) == {"D2.n", "D2.d", "D2.county"}
    fill(page, qtbot, "D2.n", "36")
    fill(page, qtbot, "D2.d", "100")
    assert page.has_unsaved()
    qtbot.keyClick(card.edits["D2.d"], Qt.Key.Key_Return)
    assert row(page, "D2")[3:6] == ["36%", "≥ 40%", "7.20/8"]
    assert row(page, "D2")[7] == "再下放 4 个专家号即达 40%。"
    chosen = page.score.chosen()
    assert chosen is not None
    assert chosen.item.code == "D2"
    assert not page.has_unsaved()
    assert page.score.card.state.text() == "未达标"
    chart = page.score.card.chart.chart
    assert chart is not None
    assert chart.lines[0].values[-1] == 36
    assert chart.lines[0].values[0] is None
    assert set(chart.lines[1].values) == {40}


def test_wrong_input_is_refused_beside_the_field(page: IndicatorsPage, qtbot: QtBot) -> None:
    page.score.choose("D2")
    fill(page, qtbot, "D2.county", "9")
    page.score.card.keep.click()
    assert "不能大于 8 分" in page.score.card.notice.text.text()
    assert page.has_unsaved()
    page.drop_unsaved()
    assert not page.has_unsaved()


def test_the_countys_total_stands_beside_ours(page: IndicatorsPage, qtbot: QtBot) -> None:
    page.score.table.selectRow(0)
    fill(page, qtbot, "county", "81.5")
    page.score.card.keep.click()
    assert page.score.table.plain.rows[0][6] == "81.50"
    assert "县级评定 81.50 分" in page.state.text()


def test_a_line_is_looked_back_on_with_gaps(page: IndicatorsPage) -> None:
    page.show_part(TREND)
    page.series.box.choose("medical_services_monthly:M80")
    shown = page.series.shown
    assert shown is not None
    assert [point.value is None for point in shown.points] == [True] * 11 + [False]
    chart = page.series.chart.chart
    assert chart is not None
    assert chart.lines[0].runs == ((11,),), "blank months are no zeros"
    assert page.series.table.plain.rows[0][1] == ""
    page.series.chart.repaint()


def test_clinics_are_compared_sorted_with_their_mean(page: IndicatorsPage) -> None:
    page.show_part(CLINICS)
    page.clinics.box.choose("clinic.visits")
    shown = page.clinics.shown
    assert shown is not None
    values = [value for _name, value in shown.rows]
    assert len(values) == 27
    assert values == sorted(values, reverse=True)
    assert shown.mean is not None
    assert abs(shown.mean - sum(values) / 27) <= 0.5
    assert page.clinics.table.plain.rows[0][2] == f"{values[0]:,}"


def test_only_what_clinics_have_is_offered_for_comparing(page: IndicatorsPage) -> None:
    box = page.clinics.box
    offered = [each.measure.key for each in box._choices]
    assert "clinic.visits" in offered
    assert "contracts.paid" not in offered
    assert "medical_services_monthly:M11" not in offered


@pytest.mark.parametrize("part", [SCORE, BOARD, TREND, CLINICS])
def test_each_part_is_printed_and_exported(page: IndicatorsPage, tmp_path: Path, part: int) -> None:
    page.show_part(part)
    page.print_out()
    (shown,) = page.findChildren(PrintDialog)
    assert shown.preview.pages >= 1
    shown.reject()
    made = page._made()
    assert made is not None
    output.write_workbook(page, made[1], tmp_path / "out.xlsx")
    rows = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[0][0] == made[1].title
    assert list(made[1].heads) == rows[2][: len(made[1].heads)]
    assert len(rows) == 3 + len(made[1].rows)


def test_a_broken_scheme_is_refused_and_a_sound_one_taken_in(
    page: IndicatorsPage, tmp_path: Path
) -> None:
    bad = tmp_path / "方案.toml"
    bad.write_text("key = 'own'\ntitle = '县方案'\ngroup = []\nitem = []\n", "utf-8")
    page.take_scheme(bad)
    assert "权重合计 0 分" in page.notice.text.text()
    good = (
        'key = "own"\ntitle = "县方案"\ncertainty = "verified"\n'
        '[[group]]\ncode = "A"\nlabel = "紧密型"\n'
        '[[item]]\ncode = "A1"\ngroup = "A"\nlabel = "签约"\nweight = 100\n'
        'value = [{ figure = "contracts.in_force" }]\n'
    )
    bad.write_text(good, "utf-8")
    page.take_scheme(bad)
    assert page.header.remark.whole_text() == "县方案"
    assert len(page.score.table.plain.rows) == 2
    page.period.step(-1)
    assert page.header.remark.whole_text() == "县域医共体运行评价自评表", "it holds from October on"


def test_quarters_and_years_are_scored(page: IndicatorsPage) -> None:
    page.period.choose("quarter")
    assert page.view is not None
    assert page.view.score.period.key == "2026-Q4"
    page.show_wish(Wish(text="2026"))
    assert page.view.score.period.key == "2026"


def test_a_weekly_return_is_looked_back_on_week_by_week(page: IndicatorsPage) -> None:
    page.show_part(TREND)
    page.series.box.choose("fever_supplies_weekly:S20")
    shown = page.series.shown
    assert shown is not None
    assert [point.period.key for point in shown.points[-2:]] == ["2026-W43", "2026-W44"]


def test_the_dashboard_has_five_blocks_and_leads_to_the_course(page: IndicatorsPage) -> None:
    page.show_part(BOARD)
    rows = page.board.table.plain.rows
    named = [row[0] for row in rows if row[0]]
    assert named == ["资源调配", "业务经营", "质量评价", "财务分析", "效率监测"]
    at = next(
        n for n, each in enumerate(page.board.entries) if each.measure.figure == "clinic.visits"
    )
    entry = page.board.entries[at]
    assert rows[at][3] == f"{entry.this:,}"
    assert rows[at][4] == "", "the month before is not known, which is no zero"
    page.board.table.activated.emit(page.board.table.plain.index(at, 0))
    assert page.stack.currentIndex() == TREND
    assert page.series.shown is not None
    assert page.series.shown.points[-1].value == entry.this
    page.show_part(BOARD)
    page.period.choose("year")
    assert not [each for each in page.board.entries if each.measure.form]
