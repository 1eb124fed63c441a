"""Looking at returns: what is due, what the checks found, where a cell comes from, the pack."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Wish
from desktop.ui.pdf_pages import page_sizes
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.returns.behind import RecordsList
from desktop.ui.screens.returns.explaining import StoryDialog
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.screens.returns.papers import PackDialog
from tests.helpers import office
from tests.ui.screens.returns.conftest import Calendar
from tests.ui.screens.returns.filling_returns import MEDICAL, explain, fill, hand_in, put, shown

CONTRACTS = ("contract_progress_monthly", office.MONTH)
DRUGS = ("drugs_monthly", office.MONTH)
WEEK = ("fever_supplies_weekly", "2026-W44")


def dialog(page: ReturnsPage) -> StoryDialog:
    found = [each for each in page.findChildren(StoryDialog) if each.isVisible()]
    assert len(found) == 1
    return found[0]


# What is due


def test_the_list_holds_the_months_returns_with_their_day_and_how_they_stand(
    page: ReturnsPage,
) -> None:
    assert page.due.heading is not None
    assert page.due.heading.text() == f"本月应报 {len(page.due.rows)} 张"
    row = page.due.rows[MEDICAL]
    assert row.pill.text().startswith("缺错")
    assert row.when.whole_text() == "还有 1 天 · 11月3日前"
    assert all(each.pill.text() for each in page.due.rows.values()), "each was checked"


def test_what_is_overdue_says_so(page: ReturnsPage) -> None:
    page.show_period("2026-09")
    row = page.due.rows[MEDICAL[0], "2026-09"]
    assert row.when.whole_text() == "逾期 30 天 · 10月3日前"
    assert row.when.property("role") == "late"


def test_another_return_is_opened_by_its_row(page: ReturnsPage, qtbot: QtBot) -> None:
    qtbot.mouseClick(page.due.rows[CONTRACTS], Qt.MouseButton.LeftButton)
    assert page.flow.opened.place == CONTRACTS
    assert page.due.rows[CONTRACTS].property("chosen") == "true"
    assert page.due.rows[MEDICAL].property("chosen") == "false"


def test_months_stand_first_in_the_box_then_years_and_weeks(page: ReturnsPage) -> None:
    box = page.due.period
    keys = [box.itemData(at) for at in range(box.count()) if box.itemData(at)]
    assert keys[:2] == ["2026-11", "2026-10"]
    assert keys.index("2025") > keys.index("2025-12")
    assert "2026-W44" in keys


def test_a_week_and_a_year_are_chosen_in_the_same_box(page: ReturnsPage) -> None:
    page.show_period("2026-W44")
    assert list(page.due.rows) == [WEEK]
    assert "第44周" in page.due.rows[WEEK].name.whole_text()
    page.show_period("2025")
    assert list(page.due.rows) == [("village_clinic_yearly", "2025")]


def test_a_wish_for_a_weekly_return_shows_the_month_in_which_it_is_due(
    window: MainWindow, page: ReturnsPage
) -> None:
    window.open_page("returns", Wish(chip=WEEK[0], text=WEEK[1]))
    assert page.flow.opened.place == WEEK
    assert MEDICAL[0] in {form for form, _period in page.due.rows}


def test_a_period_that_nothing_is_due_in_says_so(page: ReturnsPage) -> None:
    page.show_period("2026-W50")
    assert page.middle.currentWidget() is page.nothing
    assert not page.submit.isEnabled()
    page.show_period(office.MONTH)
    assert page.middle.currentWidget() is page.body
    assert page.submit.isEnabled()


def test_a_broken_form_is_told_and_takes_nothing_down(page: ReturnsPage) -> None:
    with page.worker.centre.store.writing() as session:
        values = {"code": "own_1", "title": "坏表", "version": 1, "body": 'key = "own_1"\ntitel'}
        save(session, find_register("return_forms"), {**values, "valid_from": Calendar(2020, 1, 1)})
    page.worker.broadcast({"return_forms"})
    assert page.flow.opened.place == MEDICAL
    assert page.view is not None
    assert any("own_1" in text for text in page.view.broken)


# What the checks found


def test_findings_stand_errors_first_and_lead_to_their_cell(page: ReturnsPage) -> None:
    put(page, "M11", "10")
    put(page, "M12", "1")
    put(page, "M17", "12")
    page.save()
    rows = page.side.findings.rows
    assert [row.finding.level for row in rows] == sorted(row.finding.level for row in rows)
    wrong = next(row for row in rows if row.finding.rule == "C02")
    wrong.go.click()
    assert page.body.grid.key == "M17"


def test_all_returns_findings_stand_in_one_list_and_lead_there(page: ReturnsPage) -> None:
    own = len(page.side.findings.rows)
    page.side.findings.show_all(True)
    rows = page.side.findings.rows
    assert len(rows) > own
    other = next(row for row in rows if row.found.place != MEDICAL)
    other.go.click()
    assert page.flow.opened.place == other.found.place
    if other.finding.code:
        assert page.body.grid.key == other.finding.code


def test_an_explanation_typed_is_saved_and_marked_as_given(page: ReturnsPage) -> None:
    page.show_place(DRUGS)
    assert page.due.rows[DRUGS].pill.text().startswith("待说明")
    explain(page)
    asked = [row for row in page.side.findings.rows if row.finding.level == "Q"]
    assert asked
    assert all(row.pill.text() == "已说明" for row in asked)
    assert set(page.opened.explanations.values()) == {"本月情况属实。"}
    assert page.due.rows[DRUGS].pill.text() == "可审核"


# Where a cell comes from


def test_a_computed_cell_opens_its_records_which_sum_to_it(page: ReturnsPage, qtbot: QtBot) -> None:
    page.body.go_to_cell("M80")
    qtbot.keyClick(page.body.grid, Qt.Key.Key_Return)
    [records] = dialog(page).lists
    visits = [int(row[2]) for row in records.rows]
    assert len(visits) == len(office.clinic_months())
    assert f"{sum(visits):,}" == shown(page, "M80")
    assert "与本格一致" in records.sum.text()


def test_of_a_submitted_return_it_is_told_that_the_register_has_changed_since(
    page: ReturnsPage,
) -> None:
    fill(page)
    hand_in(page)
    with page.worker.centre.store.writing() as session:
        register = find_register("clinic_months")
        record = session.execute(register.table.select().where(register.table.c.visits > 0)).first()
        assert record is not None
        save(session, register, {"visits": record.visits + 1}, record.id)
    page.worker.broadcast({"clinic_months"})
    page.explain("M80")
    [records] = dialog(page).lists
    assert "上报以后台账有改动" in records.sum.text()


def test_a_record_behind_a_figure_opens_in_its_register(
    page: ReturnsPage, window: MainWindow
) -> None:
    page.explain("F01")
    [records, *_more] = dialog(page).lists
    assert records.table is not None
    records.table.doubleClicked.emit(records.table.plain.index(0, 0))
    assert window.key == "contracts"
    assert isinstance(window.page, RegisterPage)


def test_the_part_of_a_formula_leads_on_to_its_own_story(page: ReturnsPage) -> None:
    page.explain("M10")
    first = dialog(page)
    keys = [part.key for part in first.story.parts]
    first.parts.doubleClicked.emit(first.parts.plain.index(keys.index("M80"), 0))
    assert dialog(page).story.key == "M80"


def test_a_rate_shows_numerator_and_denominator_in_two_tabs(page: ReturnsPage) -> None:
    page.show_place(("village_clinics_monthly", office.MONTH))
    page.explain("W04")
    shown_dialog = dialog(page)
    assert len(shown_dialog.lists) == 2
    inner = [each for each in shown_dialog.findChildren(QTabWidget) if each.count() == 2]
    assert any(isinstance(each.widget(0), RecordsList) for each in inner)


def test_a_typed_cell_tells_who_typed_it_and_what_it_replaced(page: ReturnsPage) -> None:
    for text in ("100", "134"):
        put(page, "M12", text)
        page.save()
    page.explain("M12")
    rows = dialog(page).edits.plain.rows
    assert [tuple(row[1:]) for row in rows] == [("院长", "100", "134"), ("院长", "空白", "100")]
    assert dialog(page).tabs.tabText(2) == "填报记录"


def test_the_last_twelve_periods_are_told_with_blanks(page: ReturnsPage) -> None:
    page.explain("M80")
    rows = dialog(page).earlier.plain.rows
    assert len(rows) == 13
    assert rows[-1][0] == office.MONTH
    assert rows[0][1] == "空白"


def test_the_line_below_tells_of_the_cell_one_is_at(page: ReturnsPage) -> None:
    page.body.go_to_cell("M12")
    assert page.body.about.whole_text().startswith("M12")
    assert "M12" in page.body.matter.whole_text(), "it has to be filled in"


# Paper and room


def test_the_pack_has_a_cover_and_every_return_of_the_month(page: ReturnsPage) -> None:
    page.print_pack()
    [pack] = page.findChildren(PackDialog)
    single = len(page_sizes(pack.preview.pdf))
    assert single > len(page.due.rows)
    pack.duplex.setChecked(True)
    assert len(page_sizes(pack.preview.pdf)) >= single
    pack.reject()


def test_a_wide_table_takes_the_room_of_the_preview(page: ReturnsPage) -> None:
    assert page.side.isVisible()
    page.body.show_part(1)
    assert not page.side.isVisible()
    page.body.show_part(0)
    assert page.side.isVisible()
    page.sides.click()
    page.body.show_part(1)
    page.body.show_part(0)
    assert not page.side.isVisible(), "what the person chose holds"


@pytest.mark.parametrize("place", [MEDICAL, CONTRACTS])
def test_names_stay_in_sight_where_a_table_scrolls(
    page: ReturnsPage, place: tuple[str, str]
) -> None:
    page.show_place(place)
    grid = page.body.grid
    for number, block in enumerate(page.body.blocks):
        page.body.show_part(number)
        scrolls = grid.horizontalScrollBar().maximum() > 0
        banded = any(row.band for row in block.rows)
        assert grid.names.isVisible() == (scrolls and not banded)
