"""The oversight page: ticking unified management, doctors to look at, where clinics stand."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many
from desktop.ui.main_window import MainWindow
from desktop.ui.page import EVERYTHING, Wish
from desktop.ui.screens.oversight.page import CLINICS, DOCTORS, OversightPage


@pytest.fixture
def page(centre: Centre, window: MainWindow) -> OversightPage:
    with centre.store.writing() as session:
        clinics = insert_many(
            session,
            find_register("clinics"),
            [
                {"name": "上河村卫生室", "ecg_device": True, "insurance": "已定点"},
                {"name": "下河村卫生室", "ecg_device": False, "insurance": "未定点"},
            ],
        )
        insert_many(
            session,
            find_register("village_doctors"),
            [{"name": "李建国", "id_number": "41108119400101001X", "clinic_id": clinics[0]}],
        )
        policy = find_register("policy")
        code = policy.table.c.code == "village_doctor.leaving_age"
        (row,) = session.execute(select(policy.table.c.id).where(code)).scalars()
        change_many(session, policy, [(row, {"value": "60"})])
    window.open_page("oversight", Wish())
    assert isinstance(window.page, OversightPage)
    return window.page


def test_a_domain_is_ticked_with_one_key_and_kept_for_the_day(
    page: OversightPage, centre: Centre, qtbot: QtBot
) -> None:
    matrix = page.matrix
    assert [column.label for column in matrix.plain.columns][1:] == list(matrix.domains)
    assert len(matrix.domains) == 5
    matrix.setCurrentIndex(matrix.plain.index(0, 1))
    for key in "12":
        qtbot.keyClick(matrix, key)
    assert [matrix.plain.rows[0][at] for at in (1, 2, 3)] == ["是 *", "否 *", "—"]
    assert page.has_unsaved()
    page.save()
    assert not page.has_unsaved()
    assert [matrix.plain.rows[0][at] for at in (1, 2, 3)] == ["是", "否", "—"]
    matrix.put(0, 2, passed=True)
    page.save()
    with centre.store.reading() as session:
        table = find_register("unified_checks").table.c
        rows = session.execute(select(table.domain, table.passed, table.checked_on)).all()
    # The second answer of the day puts the first right and makes no second check.
    assert sorted(tuple(row) for row in rows) == sorted(
        (domain, True, date.today()) for domain in matrix.domains[:2]
    )


def test_the_domains_are_the_centres_own(page: OversightPage, centre: Centre) -> None:
    with centre.store.writing() as session:
        policy = find_register("policy")
        code = policy.table.c.code == "clinic.unified_domains"
        (row,) = session.execute(select(policy.table.c.id).where(code)).scalars()
        change_many(session, policy, [(row, {"value": "行政、人员、业务、药械、财务、绩效"})])
    page.reload(EVERYTHING)
    assert list(page.matrix.domains) == ["行政", "人员", "业务", "药械", "财务", "绩效"]


def test_doctors_and_clinics_to_look_at_are_named(page: OversightPage, window: MainWindow) -> None:
    page.show_wish(Wish(chip="doctors"))
    assert page.stack.currentIndex() == DOCTORS
    (line,) = page.doctors.plain.rows
    assert line[0] == "李建国"
    assert "离岗年龄 60 岁" in line[2]
    page.show_part(CLINICS)
    rows = {row[0]: row[1:] for row in page.clinics.plain.rows}
    assert rows["配备心电设备"] == ("1/2", "50.00%", "下河村卫生室")
    assert rows["医保定点"][2] == "下河村卫生室"
    assert rows["有责任医生（划片包村）"] == ("0/2", "0.00%", "上河村卫生室、下河村卫生室")
    page.doctors.doubleClicked.emit(page.doctors.plain.index(0, 0))
    assert window.page is not page


def test_what_was_ticked_can_be_taken_back(page: OversightPage, qtbot: QtBot) -> None:
    matrix = page.matrix
    matrix.setCurrentIndex(matrix.plain.index(1, 2))
    qtbot.keyClick(matrix, Qt.Key.Key_Space)
    qtbot.keyClick(matrix, Qt.Key.Key_Space)
    assert matrix.plain.rows[1][2] == "否 *"
    qtbot.keyClick(matrix, Qt.Key.Key_Delete)
    assert not page.has_unsaved()
