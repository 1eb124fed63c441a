"""The findings page: what is open and overdue, closing it, the notice on paper."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.registers.findings import FAILED, PASSED, RECTIFIED
from desktop.models.store import insert_many, load, save
from desktop.ui.page import Desk, Wish
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.findings.page import FindingsPage

FINDINGS = find_register("findings")
CTRL = Qt.KeyboardModifier.ControlModifier


def days_ago(count: int) -> date:
    return date.today() - timedelta(days=count)


@pytest.fixture
def records(desk: Desk) -> list[bytes]:
    """An overdue finding found twice, an open one and one that waits for its re-check."""
    with desk.worker.centre.store.writing() as session:
        clinics = insert_many(
            session, find_register("clinics"), [{"name": "上河村卫生室"}, {"name": "下河村卫生室"}]
        )
        visit = save(
            session, find_register("visits"), {"clinic_id": clinics[0], "visited_on": days_ago(20)}
        )
        return insert_many(
            session,
            FINDINGS,
            [
                {
                    "clinic_id": clinic,
                    "visit_id": visit if clinic == clinics[0] else None,
                    "problem": problem,
                    "found_on": found,
                    "item_code": code,
                    "due_on": due,
                    "status": status,
                    "rectified_on": done,
                }
                for clinic, problem, found, code, due, status, done in (
                    (clinics[0], "过期药品", days_ago(20), "D03", days_ago(5), "待整改", None),
                    (
                        clinics[0],
                        "过期药品",
                        days_ago(90),
                        "D03",
                        days_ago(80),
                        "复查合格",
                        days_ago(81),
                    ),
                    (clinics[1], "医废未登记", days_ago(3), "G01", date.today(), "待整改", None),
                    (
                        clinics[1],
                        "价格未公示",
                        days_ago(30),
                        "D02",
                        days_ago(10),
                        "已整改",
                        days_ago(12),
                    ),
                )
            ],
        )


@pytest.fixture
def page(desk: Desk, records: list[bytes], qtbot: QtBot) -> FindingsPage:
    made = FindingsPage(desk)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    desk.worker.changed.connect(made.reload)
    made.load()
    return made


def status(desk: Desk, record: bytes) -> object:
    with desk.worker.centre.store.reading() as session:
        return load(session, FINDINGS, record)["status"]


def choose(page: FindingsPage, problem: str) -> None:
    row = next(at for at, line in enumerate(page.shown) if line.problem == problem)
    page.choose_row(row)


def test_findings_stand_by_what_they_wait_for(page: FindingsPage) -> None:
    texts = {key: chip.text() for key, chip in page.chips.items()}
    assert texts == {
        "open": "待整改 2",
        "overdue": "逾期 1",
        "to_recheck": "待复查 1",
        "repeated": "重复 1",
        "every": "全部 4",
    }
    assert page.table.plain.rows[0][0] == "逾期 5 天"
    choose(page, "过期药品")
    assert page.card.repeated.isVisible()
    assert "第 2 次" in page.card.repeated.text()


def test_a_rectification_needs_its_evidence(
    page: FindingsPage, desk: Desk, records: list[bytes], qtbot: QtBot
) -> None:
    choose(page, "医废未登记")
    qtbot.keyClick(page.table, Qt.Key.Key_S, CTRL)
    assert "整改情况" in page.card.evidence.problem.text()
    page.card.evidence.text.setPlainText("登记本已补齐，有照片")
    assert page.has_unsaved()
    qtbot.keyClick(page.card.evidence.text, Qt.Key.Key_S, CTRL)
    assert status(desk, records[2]) == RECTIFIED
    assert not page.has_unsaved()
    assert page.chips["open"].text() == "待整改 1"


def test_evidence_typed_stays_with_its_finding(
    page: FindingsPage, desk: Desk, records: list[bytes]
) -> None:
    choose(page, "医废未登记")
    page.card.evidence.text.setPlainText("已补")
    choose(page, "过期药品")
    assert page.card.evidence.text.toPlainText() == ""
    desk.worker.broadcast({"findings"})
    choose(page, "医废未登记")
    assert page.card.evidence.text.toPlainText() == "已补"
    done: list[bool] = []
    page.save_unsaved(lambda: done.append(True))
    assert done == [True]
    assert status(desk, records[2]) == RECTIFIED


def test_a_recheck_closes_or_opens_again(
    page: FindingsPage, desk: Desk, records: list[bytes]
) -> None:
    page.show_which("to_recheck")
    choose(page, "价格未公示")
    page.card.failed.click()
    assert "缺少" in page.card.due_on.problem.text()
    page.card.due_on.line.setText((date.today() + timedelta(days=10)).isoformat())
    page.card.failed.click()
    assert status(desk, records[3]) == FAILED
    page.show_which("open")
    choose(page, "价格未公示")
    page.card.evidence.text.setPlainText("重新公示")
    page.card.rectify.click()
    page.show_which("to_recheck")
    choose(page, "价格未公示")
    page.card.passed.click()
    assert status(desk, records[3]) == PASSED


def test_a_day_before_the_finding_is_refused_in_words(page: FindingsPage, desk: Desk) -> None:
    choose(page, "医废未登记")
    page.card.evidence.text.setPlainText("已补")
    page.card.rectified_on.line.setText(days_ago(30).isoformat())
    page.card.rectify.click()
    assert "不能早于发现日期" in page.card.notice.text.text()


def test_the_notice_prints_what_is_open_of_the_visit(page: FindingsPage) -> None:
    choose(page, "过期药品")
    assert page.notice.isEnabled()
    page.print_notice()
    dialog = page.findChildren(PrintDialog)[0]
    assert dialog.preview.pages == 1
    dialog.reject()
    choose(page, "医废未登记")
    assert not page.notice.isEnabled()  # Not found on a visit.


def test_a_wish_shows_its_finding(page: FindingsPage, records: list[bytes]) -> None:
    page.show_wish(Wish(record=records[1]))
    chosen = page.chosen()
    assert chosen is not None
    assert chosen.id == records[1]
    page.show_wish(Wish(chip="overdue"))
    assert [line.problem for line in page.shown] == ["过期药品"]
    page.list_tab.click()
    assert page.plain_list is not None
    assert page.plain_list.model.rowCount() == 4


def test_a_clinic_may_be_chosen(page: FindingsPage) -> None:
    page.clinic.setCurrentIndex(page.clinic.findData("下河村卫生室"))
    page.clinic.activated.emit(page.clinic.currentIndex())
    assert [line.problem for line in page.shown] == ["医废未登记"]
