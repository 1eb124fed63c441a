"""The performance page driven by hand: why, what if, approve, appeal, supplement."""

from __future__ import annotations

import re
from datetime import date

import pypdfium2 as pdfium
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import insert, select, update

from desktop.models.kinds import show_amount
from desktop.models.local import SyncState
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many, save
from desktop.services.performance.schemes import put_in_force, save_scheme
from desktop.ui.main_window import MainWindow
from desktop.ui.page import EVERYTHING, Wish
from desktop.ui.parts import Label
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.performance import papers
from desktop.ui.screens.performance.appeals import SupplementForm
from desktop.ui.screens.performance.page import (
    APPEALS,
    HEAT,
    LIST,
    RANKING,
    TREND,
    WHAT_IF,
    PerformancePage,
)
from desktop.ui.screens.performance.what_if import PRICE, WEIGHT
from tests.helpers.samples import id_number
from tests.services.performance.building import MONTHS, QUARTER, scheme


def fill(centre: Centre, *, months: tuple[str, ...] = MONTHS) -> list[bytes]:
    """Put two clinics, three doctors and their months into a centre; returns the months' ids."""

    def add(register: str, *rows: Values) -> list[bytes]:
        return insert_many(session, find_register(register), list(rows))

    with centre.store.writing() as session:
        villages = add("divisions", {"name": "甲村"}, {"name": "乙村"})
        clinics = add(
            "clinics",
            *(
                {"name": f"{name}村卫生室", "village_id": village, "population": 1000}
                for name, village in zip("甲乙", villages, strict=True)
            ),
        )
        people = (("赵淑珍", 0), ("钱大海", 0), ("孙玉梅", 1))
        add(
            "village_doctors",
            *(
                {"name": name, "id_number": id_number(n), "clinic_id": clinics[at],
                 "licence_expires_on": date(2029, 1, 1)}
                for n, (name, at) in enumerate(people)
            ),
        )  # fmt: skip
        made = add(
            "clinic_months",
            *(
                {"clinic_id": clinic, "month": month, "visits": 100 + at, "tcm_visits": 33,
                 "hypertension_followups": 40 - 10 * at, "diabetes_followups": 20}
                for at, clinic in enumerate(clinics)
                for month in months
            ),
        )  # fmt: skip
        add(
            "targets",
            {"figure": "高血压随访人次", "period": "2026", "value": 480, "clinic_id": None},
            {"figure": "糖尿病随访人次", "period": "2026", "value": 240, "clinic_id": None},
        )
        kept = save_scheme(session, scheme(), date(2026, 1, 1))
        put_in_force(session, kept, date(2026, 1, 1))
    return made


@pytest.fixture
def page(centre: Centre, window: MainWindow) -> PerformancePage:
    fill(centre)
    window.open_page("performance", Wish(text=QUARTER))
    assert isinstance(window.page, PerformancePage)
    return window.page


def texts(page: PerformancePage) -> str:
    return "\n".join(label.text() for label in page.card.findChildren(Label))


def words_of(dialog: PrintDialog) -> str:
    """Return what stands on the shown paper, and put it away."""
    document = pdfium.PdfDocument(dialog.preview.pdf)
    try:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    dialog.reject()
    return text


def test_the_public_notice_says_the_days_of_the_policy_row(
    centre: Centre, page: PerformancePage
) -> None:
    shown = []
    for days in ("7", ""):
        with centre.store.writing() as session:
            policy = find_register("policy")
            row = session.execute(
                select(policy.table.c.id).where(policy.table.c.code == "performance.notice_days")
            ).scalar_one()
            change_many(session, policy, [(row, {"value": days or None})])
        page.reload(EVERYTHING)
        page.printer.show_public()
        shown.append(words_of(page.findChildren(PrintDialog)[-1]))
    assert "公示期 7 天" in shown[0]
    assert "公示期 ＿＿ 天" in shown[1]


def approve(page: PerformancePage, qtbot: QtBot) -> None:
    page.ask_approval()
    page.question.checked.setChecked(True)
    qtbot.mouseClick(page.question.yes, Qt.MouseButton.LeftButton)


def test_the_card_says_why_points_are_lost_and_leads_to_the_rows(
    page: PerformancePage, window: MainWindow
) -> None:
    view = page.view
    assert view is not None
    page.table.choose(next(each.id for each in view.statement.doctors if each.name == "孙玉梅"))
    said = texts(page)
    assert "应 120 人次，实 90 人次" in said
    assert (
        view.statement.doctor(page.table.shown[page.table.currentIndex().row()].id).sentence in said
    )
    dialog = page.show_basis()
    assert dialog is not None
    rows = dialog.table.plain.rows
    at = next(row for row, source in enumerate(dialog.sources) if source is not None)
    assert rows[at][3].startswith("乙村卫生室 2026-")
    dialog.table.doubleClicked.emit(dialog.table.plain.index(at, 0))
    assert window.page is not page
    QApplication.processEvents()


def test_charts_show_the_same_statement(page: PerformancePage) -> None:
    for part in (RANKING, HEAT, TREND):
        page.show_part(part)
        assert not page.grab().isNull()
    assert [clinic.name for clinic in page.heat.map.clinics] == ["乙村卫生室", "甲村卫生室"]
    assert len(page.trend.line.months) == 12


def test_every_paper_is_shown_before_it_is_printed(page: PerformancePage) -> None:
    page.card.notice_wanted.emit()
    for make in (papers.pay_sheet, papers.clinic_summary, papers.notices, papers.public_notice):
        page.printer.show("表", make)
    dialogs = page.findChildren(PrintDialog)
    assert len(dialogs) == 5
    for dialog in dialogs:
        assert dialog.preview.pages > 0
        dialog.reject()


def test_nothing_is_approved_before_the_warnings_are_acknowledged(
    page: PerformancePage, centre: Centre, qtbot: QtBot
) -> None:
    page.ask_approval()
    question = page.question
    assert question.warnings is not None
    assert any("没有接入" in row[0] or "未接入" in row[0] for row in question.warnings.plain.rows)
    assert not question.yes.isEnabled()
    question.reject()
    assert page.view is not None
    assert page.view.sheet is None
    approve(page, qtbot)
    assert page.view.sheet is not None
    assert "已核定" in page.state.text()
    assert not page.approve.isEnabled()
    # A frozen sheet stays as it is whatever the registers say later.
    before = page.view.statement
    with centre.store.writing() as session:
        register = find_register("clinic_months")
        table = register.table
        row = session.execute(table.select().where(table.c.month == MONTHS[0])).first()
        assert row is not None
        change_many(session, register, [(row.id, {"hypertension_followups": 1})])
    page.worker.broadcast({"clinic_months"})
    assert page.view.statement == before


def test_rows_that_the_county_has_not_got_are_listed_before_approving(
    page: PerformancePage, centre: Centre
) -> None:
    with centre.store.writing() as session:
        session.execute(insert(SyncState).values(one=1, url="https://hub", acked_seq=0))
    page.ask_approval()
    listed = page.question.unsent
    assert listed is not None
    assert ("村卫生室月报", "甲村卫生室 2026-10") in [tuple(row) for row in listed.plain.rows]
    page.question.reject()
    assert page.view is not None
    assert page.view.sheet is None


def assert_printed_alike(page: PerformancePage, qtbot: QtBot) -> None:
    """Print the only supplement by its button and from the menu."""
    part = page.appeals
    qtbot.mouseClick(part.print_button, Qt.MouseButton.LeftButton)
    page.printer.fill_menu()
    named = {action.text(): action for action in page.printer.menu.actions()}
    named["绩效补充表 1"].trigger()
    dialogs: list[PrintDialog] = page.findChildren(PrintDialog)
    by_button, by_menu = map(words_of, dialogs)
    assert by_button == by_menu
    assert "+25.50" in by_button


def test_an_appeal_leads_to_a_visible_supplement(page: PerformancePage, qtbot: QtBot) -> None:
    approve(page, qtbot)
    page.show_part(APPEALS)
    part = page.appeals
    assert page.view is not None
    doctor = page.view.statement.doctors[0]
    form = part.ask_appeal(doctor.id)
    assert form is not None
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    assert form.notice.isVisibleTo(form)  # No reason was given.
    form.reason.setPlainText("十月随访少计五人")
    qtbot.mouseClick(form.yes, Qt.MouseButton.LeftButton)
    assert part.appeals.plain.rows[0][0] == doctor.name
    decision = part.ask_decision()
    assert decision is not None
    decision.outcome.setCurrentIndex(decision.outcome.findData("调整"))
    decision.amount.setText("25.50")
    decision.decision.setPlainText("核对属实，补发")
    qtbot.mouseClick(decision.yes, Qt.MouseButton.LeftButton)
    assert part.appeals.plain.rows[0][5] == "25.50"
    part.ask_supplement()
    supplement = part.form
    assert isinstance(supplement, SupplementForm)
    assert [row[1] for row in supplement.table.plain.rows] == ["25.50"]
    supplement.reason.setText("申诉处理")
    qtbot.mouseClick(supplement.yes, Qt.MouseButton.LeftButton)
    assert any(row[4] == "25.50" for row in part.sheets.plain.rows)
    assert_printed_alike(page, qtbot)
    part.sheets.selectRow(0)
    assert not part.print_button.isEnabled()
    assert not part.decide_button.isEnabled()
    page.show_part(LIST)
    page.table.choose(doctor.id)
    assert "核对属实" in texts(page)
    assert page.view.statement.doctor(doctor.id).pay == doctor.pay


def test_what_if_shows_money_before_and_after(page: PerformancePage) -> None:
    page.show_part(WHAT_IF)
    trial = page.trial
    assert page.view is not None
    assert all(row[5] == "0.00" for row in trial.table.plain.rows)
    items = page.view.scheme.items
    paid = next(at for at, item in enumerate(items) if item.price)
    price = items[paid].price
    assert price is not None
    cell = trial.inputs.item(paid, PRICE)
    assert cell is not None
    cell.setText(show_amount(price * 2))
    trial.take()
    assert any(row[5].startswith("+") for row in trial.table.plain.rows[:-1])
    weight = trial.inputs.item(0, WEIGHT)
    assert weight is not None
    weight.setText(show_amount(items[0].weight + 500))
    trial.take()
    assert "105" in trial.sum.text()
    assert "105" in trial.notice.text.text()


def test_a_period_without_a_scheme_is_computed_by_the_proposal(
    page: PerformancePage,
) -> None:
    page.show_wish(Wish(text="2025"))
    assert page.view is not None
    assert page.view.version is None
    assert "提案" in page.notice.text.text()
    page.period.choose("month")
    page.period.step(1)
    assert page.view.period.key == page.period.key


def test_a_period_approved_on_two_pcs_is_told(
    page: PerformancePage, centre: Centre, qtbot: QtBot
) -> None:
    approve(page, qtbot)
    assert not page.notice.isVisibleTo(page)
    register = find_register("pay_sheets")
    with centre.store.writing() as session:
        (row,) = session.execute(select(register.table)).mappings()
        twin = {key: row[key] for key in register.by_key} | {"approved_by": "张会计"}
        insert_many(session, register, [twin])
    page.reload(EVERYTHING)
    assert "另一台电脑也核定过本期" in page.notice.text.text()


def test_the_countys_receipt_is_shown_once_it_is_here(
    page: PerformancePage, centre: Centre, qtbot: QtBot
) -> None:
    approve(page, qtbot)
    assert "县级已接收" not in page.state.text()
    register = find_register("pay_sheets")
    with centre.store.writing() as session:
        (row,) = session.execute(select(register.table.c.id)).scalars()
        change_many(session, register, [(row, {"received_at": "2026-11-22T09:30:00+08:00"})])
    page.reload(EVERYTHING)
    assert "县级已接收" in page.state.text()
    assert "2026-11-22 09:30" in page.state.toolTip()


def test_papers_of_the_year_are_shown(page: PerformancePage) -> None:
    page.printer.fill_menu()
    named = {action.text(): action for action in page.printer.menu.actions()}
    named["专项资金"].trigger()  # Nothing was booked.
    assert page.findChildren(PrintDialog) == []
    named["目标任务书"].trigger()
    (dialog,) = page.findChildren(PrintDialog)
    text = words_of(dialog)
    assert "甲村卫生室" in text
    assert "高血压随访人次" in text


def test_the_supervision_of_the_period_is_shown(page: PerformancePage, centre: Centre) -> None:
    def trigger() -> None:
        page.printer.fill_menu()
        named = {action.text(): action for action in page.printer.menu.actions()}
        named["督导汇总"].trigger()

    assert page.view is not None
    with centre.store.writing() as session:
        session.execute(update(find_register("visits").table).values(deleted_at="2026-11-01"))
    trigger()
    assert page.findChildren(PrintDialog) == []
    with centre.store.writing() as session:
        clinic = session.scalar(select(find_register("clinics").table.c.id))
        visited = {"clinic_id": clinic, "visited_on": page.view.period.first, "kind": "日常督导"}
        save(session, find_register("visits"), visited)
    trigger()
    (dialog,) = page.findChildren(PrintDialog)
    assert "督导" in words_of(dialog)


def test_scores_have_two_decimals_one_below_the_other(page: PerformancePage) -> None:
    assert page.view is not None
    columns = range(2, len(page.view.scheme.blocks) + 3)
    cells = [row[at] for row in page.table.plain.rows for at in columns]
    assert any(cell.endswith("0") for cell in cells)
    assert all(re.fullmatch(r"\d+\.\d\d|—|缺报", cell) for cell in cells), cells
    lines = [item.sentence for item in page.view.statement.doctors[0].items]
    assert any(re.search(r"得 \d+\.\d\d 分，扣 \d+\.\d\d 分", line) for line in lines)
