"""Filling an office's own template: nothing else of it changes, and what did not fit is told."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import msgspec
import openpyxl
import pytest

from desktop.errors import UserError
from desktop.exchange.office_marks import (
    Mark,
    Marks,
    carried_over,
    read_marks,
    signature_of,
    with_anchors,
)
from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.exchange.return_template import Filled, fill, proposed, refuse_formula
from desktop.models.return_text import (
    SheetRow,
)
from tests.exchange.offices_templates import (
    CLINICS,
    a_return,
    by_clinic,
    lines_block,
    loaded,
    monthly,
    opened,
    saved,
    table_block,
)


def filled(book: OfficeWorkbook, marks: Marks | None = None) -> Filled:
    given_return = a_return()
    chosen = marks or proposed(book, given_return)
    return fill(book, chosen, given_return, given_return.sheet.parts[0])


def part_texts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


# The guess


def test_lines_columns_and_words_are_found_by_their_texts() -> None:
    marks = proposed(opened(monthly()), a_return())
    found = {mark.where: (mark.take, mark.compared) for mark in marks.cells}
    assert found["月报!D5"] == ("M10", "this")
    assert found["月报!E6"] == ("M11", "last")
    assert found["月报!F7"] == ("M12", "change")
    assert found["月报!G10"] == ("M51", "to_date")
    assert found["月报!A2"] == ("@centre", "this")
    assert found["月报!D2"] == ("@period", "this")
    assert found["月报!E12"] == ("@filler", "this")
    assert not any(mark.where == "月报!D11" for mark in marks.cells), "a formula is left alone"


def test_what_is_only_like_a_label_is_unsure() -> None:
    marks = proposed(opened(monthly()), a_return())
    sure = {mark.take: mark.sure for mark in marks.cells}
    assert sure["M10"]
    assert not sure["M31"], "上转人次（双向转诊） is only like 双向转诊上转人次"


def test_without_heads_the_first_free_cell_is_this_period() -> None:
    book = openpyxl.Workbook()
    page: Any = book.worksheets[0]
    for row, texts in enumerate((("总诊疗人次", "M10", "人次"), ("其中：门诊", "M11", "人次")), 3):
        for at, text in enumerate(texts, 2):
            page.cell(row, at, text)
    page["E4"] = 12
    marks = proposed(opened(book), a_return())
    assert [(mark.where, mark.take) for mark in marks.cells] == [
        ("Sheet!E3", "M10"),
        ("Sheet!E4", "M11"),
    ]


def test_of_two_lines_of_one_name_the_code_beside_decides() -> None:
    book = monthly([("门诊", 12, "人次"), ("门诊", 11, "人次")])
    marks = proposed(opened(book), a_return())
    places = {mark.take: mark.where for mark in marks.cells if mark.compared == "this"}
    assert places["M11"] == "月报!D6"


def test_the_rows_of_a_table_are_found_under_two_rows_of_heads() -> None:
    (table,) = proposed(opened(by_clinic(["清河村", "柳林村卫生室"])), a_return()).tables
    assert (table.names, table.first, table.last) == (1, 5, 7)
    assert table.columns == {"V1": 2, "V2": 3, "V3": 4}
    assert table.sure


def test_an_empty_workbook_is_no_template() -> None:
    with pytest.raises(UserError, match="不能作为模板"):
        proposed(opened(openpyxl.Workbook()), a_return())


def test_of_two_tables_with_the_same_heads_each_finds_its_own() -> None:
    first = table_block()
    second = replace(
        first,
        title="三、其他卫生室",
        heads=tuple(replace(head, code=head.code.replace("V", "U")) for head in first.heads),
        rows=(SheetRow("东岗村卫生室", ("",) * 3, ("U1@d4", "U2@d4", "U3@d4")),),
    )
    book = by_clinic(["清河村", "柳林村"])
    copy = by_clinic(["东岗村"])["村卫生室"]
    for row in copy.iter_rows(min_row=3, max_row=8):
        for cell in row:
            book["村卫生室"].cell(cell.row + 10, cell.column, cell.value)
    for area in ("A13:A14", "B13:B14", "C13:D13", "E13:E14"):
        book["村卫生室"].merge_cells(area)
    tables = {
        table.section: table for table in proposed(opened(book), a_return(first, second)).tables
    }
    assert (tables["二、村卫生室"].first, tables["三、其他卫生室"].first) == (5, 15)


# Filling in


def test_figures_go_into_their_cells_and_blank_is_not_zero() -> None:
    page = loaded(filled(opened(monthly())).content)["月报"]
    assert [page.cell(5, at).value for at in (4, 5, 7)] == [4812, 4655, 51207]
    assert page["D7"].value == 0
    assert page["E7"].value is None
    assert page["D10"].value == 204.93
    assert page["G9"].value == "—"
    assert page["A2"].value == "填报单位（盖章）：青禾镇中心卫生院"
    assert page["D2"].value == "2026年10月"
    assert page["E12"].value == "王芳"


def test_a_share_is_written_as_the_cell_shows_it() -> None:
    page = loaded(filled(opened(monthly())).content)["月报"]
    assert page["D9"].value == 0.473, "the cell shows percent"
    assert page["E9"].value == 46.5, "this one shows a plain number"
    assert page["F5"].value == 0.0337


def test_labels_side_by_side_in_one_cell_get_their_words() -> None:
    book = monthly()
    book["月报"]["A14"] = "统计负责人：        填表人：      审核：    联系电话："
    book["月报"]["A13"] = "填报日期：2025年1月2日"
    page = loaded(filled(opened(book)).content)["月报"]
    assert page["A14"].value == "统计负责人：李会计  填表人：王芳  审核：    联系电话：0371-1"
    assert page["A13"].value == "填报日期：2026年11月2日", "an example's word is replaced"


def test_formats_formulas_merged_cells_and_print_setup_stay() -> None:
    book = monthly()
    before, after = loaded(saved(book))["月报"], loaded(filled(opened(book)).content)["月报"]
    assert after["D11"].value == "=D6+D7"
    assert {str(area) for area in after.merged_cells.ranges} == {
        str(area) for area in before.merged_cells.ranges
    }
    for name in ("A1", "D5", "F5", "A12"):
        for look in ("font", "fill", "border", "number_format", "alignment"):
            assert repr(getattr(after[name], look)) == repr(getattr(before[name], look)), name
    assert after.print_area == before.print_area
    assert after.print_title_rows == "$4:$4"
    assert after.page_setup.orientation == "landscape"
    assert after.column_dimensions["A"].width == before.column_dimensions["A"].width


def test_only_the_sheets_and_the_order_to_recalculate_change() -> None:
    content = saved(monthly())
    before, after = part_texts(content), part_texts(filled(OfficeWorkbook(content, "a")).content)
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/workbook.xml"}


def test_no_reader_sees_what_a_formula_came_to_before() -> None:
    """The sum of last month's figures must not stand beside this month's."""
    parts = part_texts(saved(monthly()))
    sheet = parts["xl/worksheets/sheet1.xml"]
    kept = re.sub(rb"<f>D6\+D7</f><v\s*/>|<f>D6\+D7</f><v></v>", b"<f>D6+D7</f><v>99</v>", sheet)
    assert b"<v>99</v>" in kept
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, kept if text is sheet else text)
    content = filled(OfficeWorkbook(made.getvalue(), "a")).content
    assert b"<f>D6+D7</f></c>" in part_texts(content)["xl/worksheets/sheet1.xml"]
    assert loaded(content).calculation.fullCalcOnLoad


def test_the_order_to_recalculate_is_added_where_there_is_none() -> None:
    parts = part_texts(saved(monthly()))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, re.sub(rb"<calcPr[^>]*/>", b"", text))
    assert b"calcPr" not in part_texts(made.getvalue())["xl/workbook.xml"]
    assert loaded(filled(OfficeWorkbook(made.getvalue(), "a")).content).calculation.fullCalcOnLoad


def test_a_merged_cell_is_written_at_its_first_cell() -> None:
    book = monthly()
    page = book["月报"]
    page.merge_cells("D5:E5")
    template = opened(book)
    mark = Mark(sheet="月报", row=4, column=4, take="M10")
    marks = Marks(signature=signature_of(template.sheets), cells=(mark,))
    page = loaded(filled(template, marks).content)["月报"]
    assert page["D5"].value == 4812
    assert "D5:E5" in {str(area) for area in page.merged_cells.ranges}


def test_a_formula_is_never_overwritten_and_told() -> None:
    template = opened(monthly())
    mark = Mark(sheet="月报", row=10, column=3, take="M10")
    with pytest.raises(UserError, match="月报!D11 是公式"):
        refuse_formula(template.sheets["月报"], mark)
    result = filled(template, Marks(signature=signature_of(template.sheets), cells=(mark,)))
    assert loaded(result.content)["月报"]["D11"].value == "=D6+D7"
    assert result.told == ("月报!D11 在模板里是公式，没有填入。",)


def test_a_code_that_the_form_has_no_more_is_told() -> None:
    template = opened(monthly())
    mark = Mark(sheet="月报", row=4, column=3, take="M99")
    result = filled(template, Marks(signature=signature_of(template.sheets), cells=(mark,)))
    assert result.cells == 0
    assert "M99" in result.told[0]


def test_pictures_and_unknown_parts_stay() -> None:
    """Charts, stamps and macros are parts that nobody here reads."""
    parts = part_texts(saved(monthly())) | {
        "xl/media/章.png": b"\x89PNG",
        "xl/vbaProject.bin": b"x",
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text)
    after = part_texts(filled(OfficeWorkbook(made.getvalue(), "a")).content)
    assert after["xl/media/章.png"] == b"\x89PNG"
    assert after["xl/vbaProject.bin"] == b"x"


# Tables


def test_each_clinic_goes_into_its_row_and_the_template_adds_up_itself() -> None:
    result = filled(opened(by_clinic(["柳林村", "清河村卫生室", "石桥村"])))
    page = loaded(result.content)["村卫生室"]
    assert [page.cell(row, 3).value for row in range(6, 10)] == [102, 101, 103, "=SUM(C6:C8)"]
    assert page["D9"].value == 204, "a total without a formula is filled in"
    assert result.told == ()


def test_a_clinic_missing_from_the_template_is_told() -> None:
    result = filled(opened(by_clinic(["清河村", "东岗村"])))
    assert result.told == (
        "模板里没有 柳林村卫生室、石桥村卫生室 的行，2 行没有填入。",
        "模板里的 东岗村 在报表中没有，这些行留空。",
    )


def test_rare_characters_and_names_like_formulas_stay_names() -> None:
    names = ("𠅤家坡村卫生室", "=1+1", "㛃<&>庄")
    first = table_block()
    rows = tuple(
        SheetRow(name, ("",) * 3, tuple(f"V{at}@{key}" for at in (1, 2, 3)))
        for name, (key, _old) in zip(names, CLINICS, strict=True)
    )
    given_return = a_return(replace(first, rows=rows))
    template = opened(by_clinic(["", "", ""]))
    marks = proposed(template, given_return)
    result = fill(template, marks, given_return, given_return.sheet.parts[0])
    sheet = OfficeWorkbook(result.content, "a.xlsx").sheets["村卫生室"]
    assert [sheet.texts[row, 1] for row in (5, 6, 7)] == list(names)
    assert (6, 1) not in sheet.formulas
    again = opened(by_clinic(["𠅤家坡", "㛃<&>庄村卫生室"]))
    page = loaded(
        fill(
            again, proposed(again, given_return), given_return, given_return.sheet.parts[0]
        ).content
    )
    assert [page["村卫生室"].cell(row, 3).value for row in (6, 7)] == [101, 103]


def test_last_months_figures_of_an_unknown_row_are_cleared() -> None:
    book = by_clinic(["清河村", "东岗村"])
    book["村卫生室"]["C7"] = 999
    page = loaded(filled(opened(book)).content)["村卫生室"]
    assert (page["C6"].value, page["C7"].value) == (101, None)


def test_a_table_with_empty_rows_is_given_the_names_too() -> None:
    result = filled(opened(by_clinic(["", ""])))
    page = loaded(result.content)["村卫生室"]
    assert [page.cell(row, 2).value for row in (6, 7)] == [name for _key, name in CLINICS[:2]]
    assert page["C7"].value == 102
    assert "石桥村卫生室" in result.told[0]


def test_a_form_without_that_table_is_told() -> None:
    template = opened(by_clinic(["清河村"]))
    marks = proposed(template, a_return(table_block()))
    other = a_return(lines_block())
    result = fill(template, marks, other, other.sheet.parts[0])
    assert "没有“二、村卫生室”" in result.told[0]


# A newer edition of the template


def test_marks_of_another_edition_are_refused() -> None:
    marks = proposed(opened(monthly()), a_return())
    book = monthly()
    book["月报"]["A5"] = "诊疗总人次"
    with pytest.raises(UserError, match="不是同一版"):
        filled(opened(book), marks)


def test_example_figures_are_no_other_edition() -> None:
    marks = proposed(opened(monthly()), a_return())
    book = monthly()
    book["月报"]["D5"] = 123
    assert loaded(filled(opened(book), marks).content)["月报"]["D5"].value == 4812


def test_marks_move_along_with_their_rows_and_columns() -> None:
    old = opened(monthly())
    marks = proposed(old, a_return())
    book = monthly()
    book["月报"].insert_rows(6)
    book["月报"]["A6"] = "其中：中医"
    result = carried_over(marks, opened(book).sheets)
    places = {(mark.take, mark.compared): mark.where for mark in result.marks.cells}
    assert places["M10", "this"] == "月报!D5"
    assert places["M11", "this"] == "月报!D7"
    assert places["M51", "to_date"] == "月报!G11"
    assert {new.take for _old, new in result.moved} >= {"M11", "M12", "M31"}
    assert "M10" not in {new.take for _old, new in result.moved}


def test_marks_whose_texts_are_gone_are_told() -> None:
    marks = proposed(opened(monthly()), a_return())
    book = monthly([("总诊疗人次", 1, "人次"), ("总收入（千元）", 6, "千元")])
    result = carried_over(marks, opened(book).sheets)
    assert {mark.take for mark in result.lost} == {"M11", "M12", "M31", "M45"}
    assert result.changed
    places = {mark.take: mark.where for mark in result.marks.cells if mark.compared == "this"}
    assert places["M51"] == "月报!D6"


def test_a_moved_table_is_found_again_and_a_lost_one_told() -> None:
    marks = proposed(opened(by_clinic(["清河村", "柳林村"])), a_return())
    book = by_clinic(["清河村", "柳林村"], total="")
    page = book["村卫生室"]
    areas = list(page.merged_cells.ranges)
    for area in areas:
        page.unmerge_cells(str(area))
    page.insert_rows(2, 2)
    for area in areas:
        area.shift(row_shift=2)
        page.merge_cells(str(area))
    (table,) = carried_over(marks, opened(book).sheets).marks.tables
    assert (table.head_row, table.first) == (5, 7)
    lost = carried_over(marks, opened(monthly()).sheets)
    assert (lost.marks.tables, len(lost.lost_tables)) == ((), 1)


def test_marks_come_back_as_they_were_written() -> None:
    marks = proposed(opened(monthly()), a_return())
    assert read_marks(marks.written()) == marks
    with pytest.raises(msgspec.MsgspecError):
        read_marks("[1]")


def test_the_mark_of_a_cell_knows_its_texts() -> None:
    sheet = opened(monthly()).sheets["月报"]
    mark = with_anchors(Mark(sheet="月报", row=6, column=3, take="M12"), sheet)
    assert (mark.label, mark.head) == ("急诊/人次", "本月")
