"""The import wizard: files in, preview, correction, writing, refused rows, taking back."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from desktop.models.listing import Query, count
from desktop.models.registers import find_register
from desktop.ui.dialogs import Question
from desktop.ui.import_dialog import ImportDialog
from desktop.ui.page import Desk

GOOD = ("411081196601010010", "411081197002020025")


def number(body: str) -> str:
    from stdnum.iso7064 import mod_11_2

    return body + str(mod_11_2.calc_check_digit(body))


def workbook(file: Path, headings: list[str], rows: list[list[str]]) -> Path:
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("人员")
        sheet.write(0, 0, "青禾镇中心卫生院人员花名册")
        for at, heading in enumerate(headings):
            sheet.write_string(1, at, heading)
        for line, row in enumerate(rows, 2):
            for at, cell in enumerate(row):
                sheet.write_string(line, at, cell)
    return file


HEADINGS = ["序号", "姓名", "身份证号", "科室", "联系电话", "奇怪的列"]


@pytest.fixture
def staff_file(tmp_path: Path) -> Path:
    good = number("41108119660101001")
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    return workbook(
        tmp_path / "人员花名册.xlsx",
        HEADINGS,
        [
            ["1", "王秀兰", number("41108119700202002"), "全科", "13800000001", "中级"],
            ["2", "李建国", wrong, "全科", "13800000002", ""],
            ["3", "张桂英", good, "药房", "13800000003", "初级"],
        ],
    )


@pytest.fixture
def dialog(desk: Desk, qtbot: QtBot) -> ImportDialog:
    made = ImportDialog(None, desk)
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    return made


def staff(desk: Desk) -> int:
    with desk.worker.centre.store.reading() as session:
        return count(session, Query(find_register("staff")))


def counts(dialog: ImportDialog, row: int = 0) -> list[str]:
    return list(dialog.review.files.plain.rows[row][2:])


def test_dropped_files_are_previewed_and_nothing_is_written(
    dialog: ImportDialog, desk: Desk, staff_file: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(staff_file))])
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    dialog.drop.dropEvent(drop)
    assert dialog.stack.currentWidget() is dialog.review
    assert counts(dialog) == ["2", "0", "0", "1"]
    assert staff(desk) == 0
    assert dialog.go.isEnabled()


def test_refused_rows_say_why(dialog: ImportDialog, staff_file: Path) -> None:
    dialog.take_paths([staff_file])
    part = dialog.previews[0].parts[0]
    row, reason, cells = part.refused.rows[0]
    assert row == "4"
    assert "最后一位应为" in reason
    assert "李建国" in cells


def test_samples_of_numbers_are_masked(dialog: ImportDialog, staff_file: Path) -> None:
    from desktop.ui.parts import ElidedLabel

    dialog.take_paths([staff_file])
    shown = " ".join(each.whole_text() for each in dialog.findChildren(ElidedLabel))
    assert "如：王秀兰" in shown
    assert "4110811970" not in shown


def test_writing_leaves_a_receipt_and_can_be_taken_back(
    dialog: ImportDialog, desk: Desk, staff_file: Path, qtbot: QtBot
) -> None:
    dialog.take_paths([staff_file])
    with qtbot.waitSignal(desk.worker.changed) as told:
        dialog.go.click()
    assert "staff" in told.args[0]
    assert staff(desk) == 2
    assert dialog.stack.currentWidget() is dialog.receipt
    assert "拒收 1 行" in dialog.receipt.sentence.text()
    dialog.receipt.take_back.click()
    question = dialog.receipt.findChild(Question)
    assert question is not None
    question.by_key["yes"].click()
    assert staff(desk) == 0


def test_refused_rows_become_a_workbook(
    dialog: ImportDialog, staff_file: Path, tmp_path: Path
) -> None:
    from desktop.exchange.sheets import read

    dialog.take_paths([staff_file])
    dialog.write()
    target = tmp_path / "拒收.xlsx"
    dialog.receipt.write_refused(target)
    rows = read(target)[0].rows
    assert any("李建国" in map(str, row) for row in rows)
    assert any("最后一位应为" in str(cell) for row in rows for cell in row)


def test_the_same_file_twice_has_nothing_to_do(
    dialog: ImportDialog, desk: Desk, staff_file: Path
) -> None:
    dialog.take_paths([staff_file])
    dialog.write()
    dialog.take_paths([staff_file])
    assert counts(dialog) == ["0", "0", "2", "1"]
    assert not dialog.go.isEnabled()


def test_a_corrected_column_is_previewed_again_and_remembered(
    dialog: ImportDialog, desk: Desk, staff_file: Path, qtbot: QtBot
) -> None:
    dialog.take_paths([staff_file])
    combo = dialog.review.columns.combos["staff", "奇怪的列"]
    assert combo.currentText() == "（不导入）"
    combo.setCurrentIndex(combo.findData("note"))
    combo.activated.emit(combo.currentIndex())
    assert not dialog.go.isEnabled()
    dialog.again.click()
    assert dialog.go.isEnabled()
    dialog.write()
    again = ImportDialog(None, desk)
    qtbot.addWidget(again)
    again.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    again.take_paths([staff_file])
    assert again.review.columns.combos["staff", "奇怪的列"].currentData() == "note"


def pick(combo: QComboBox, key: object) -> None:
    """Choose an entry as a person does."""
    at = combo.findData(key)
    assert at >= 0
    combo.setCurrentIndex(at)
    combo.activated.emit(at)


def field_over(dialog: ImportDialog, heading: str) -> QComboBox:
    fields = dialog.review.reading.fields
    assert fields is not None
    register = dialog.review.reading.register.currentData()
    return fields.combos[register, heading]


def another(desk: Desk, qtbot: QtBot) -> ImportDialog:
    made = ImportDialog(None, desk)
    qtbot.addWidget(made)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    made.show()
    return made


STRANGE = ["序号", "谁", "国民号码", "哪个部门", "手机号"]


def strange(file: Path, name: str = "王秀兰", order: str = "02") -> Path:
    row = ["1", name, number(f"411081197002020{order}"), "全科", "13800000001"]
    return workbook(file, STRANGE, [row])


def test_a_file_of_no_register_asks_what_it_is(dialog: ImportDialog, tmp_path: Path) -> None:
    file = workbook(tmp_path / "菜单.xlsx", ["菜名", "味道"], [["豆腐", "淡"]])
    dialog.take_paths([file])
    reading = dialog.review.reading
    assert dialog.stack.currentWidget() is dialog.review
    assert dialog.review.stack.currentWidget() is reading
    assert "看不出" in reading.complaint.text()
    assert "请先选择" in reading.notice.text.text()
    assert not reading.go.isEnabled()
    assert not dialog.go.isEnabled()


def test_unknown_headings_are_given_their_fields_once(
    dialog: ImportDialog, desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog.take_paths([strange(tmp_path / "甲.xlsx")])
    reading = dialog.review.reading
    pick(reading.register, "staff")
    assert field_over(dialog, "手机号").currentData() == "phone"
    assert "姓名" in reading.notice.text.text()
    assert not reading.go.isEnabled()
    pick(field_over(dialog, "谁"), "name")
    pick(field_over(dialog, "国民号码"), "id_number")
    assert "姓名" not in reading.notice.text.text()
    pick(field_over(dialog, "哪个部门"), "department")
    assert reading.go.isEnabled()
    reading.go.click()
    assert counts(dialog) == ["1", "0", "0", "0"]
    dialog.write()
    assert staff(desk) == 1
    again = another(desk, qtbot)
    again.take_paths([strange(tmp_path / "乙.xlsx", "李建国", "03")])
    assert counts(again) == ["1", "0", "0", "0"]


def test_a_field_is_given_to_one_heading(dialog: ImportDialog, tmp_path: Path) -> None:
    dialog.take_paths([strange(tmp_path / "甲.xlsx")])
    pick(dialog.review.reading.register, "staff")
    pick(field_over(dialog, "谁"), "phone")
    assert field_over(dialog, "手机号").currentText() == "（不导入）"
    pick(field_over(dialog, "谁"), "name")
    assert field_over(dialog, "手机号").currentData() == "phone"


def test_a_header_found_wrongly_is_chosen(
    dialog: ImportDialog, desk: Desk, staff_file: Path
) -> None:
    dialog.take_paths([staff_file])
    dialog.review.ask.click()
    reading = dialog.review.reading
    assert reading.top.currentText().startswith("第 2 行：序号")
    pick(reading.top, 3)
    assert not reading.go.isEnabled()
    assert field_over(dialog, "李建国").currentText() == "（不导入）"
    pick(field_over(dialog, "李建国"), "name")
    assert "姓名" not in reading.notice.text.text()
    pick(reading.top, 1)
    assert field_over(dialog, "姓名").currentData() == "name"
    assert reading.go.isEnabled()
    reading.go.click()
    assert counts(dialog) == ["2", "0", "0", "1"]
    assert staff(desk) == 0


def test_the_way_to_a_sheets_fields_needs_no_mouse(
    dialog: ImportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog.take_paths([strange(tmp_path / "甲.xlsx")])
    reading = dialog.review.reading
    pick(reading.register, "staff")
    fields = reading.fields
    assert fields is not None
    qtbot.waitUntil(lambda: all(each.isVisible() for each in fields.combos.values()))
    reading.register.setFocus()
    met = []
    for _step in range(9):
        met.append(dialog.focusWidget())
        qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
    assert [each for each in met if each in fields.combos.values()] == list(fields.combos.values())
    assert reading.top in met


def test_shown_cells_stand_side_by_side_before_a_register_is_chosen(
    dialog: ImportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    from desktop.ui.parts import ElidedLabel

    dialog.take_paths([strange(tmp_path / "甲.xlsx")])
    shown = {each.whole_text(): each for each in dialog.review.reading.findChildren(ElidedLabel)}
    first, second = (shown[heading] for heading in STRANGE[:2])
    qtbot.waitUntil(lambda: first.isVisible() and second.isVisible())
    assert first.geometry().right() < second.geometry().left()


def test_shown_rows_hide_numbers_of_people(dialog: ImportDialog, tmp_path: Path) -> None:
    from desktop.ui.parts import ElidedLabel

    dialog.take_paths([strange(tmp_path / "甲.xlsx")])
    shown = [each.whole_text() for each in dialog.review.reading.findChildren(ElidedLabel)]
    assert "王秀兰" in shown
    assert not any(text.startswith(("4110", "1380")) for text in shown)


def test_an_empty_folder_is_refused_in_place(dialog: ImportDialog, tmp_path: Path) -> None:
    empty = tmp_path / "空"
    empty.mkdir()
    dialog.take_paths([empty])
    assert dialog.stack.currentWidget() is dialog.picking
    assert "没有表格文件" in dialog.notice.text.text()
