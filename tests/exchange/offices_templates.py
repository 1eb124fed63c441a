"""Offices' templates as the county sends them, and a return to fill them with."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
from openpyxl.styles import Border, Font, PatternFill, Side

from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.models.return_text import (
    Number,
    Place,
    ReturnBook,
    ReturnSheet,
    SheetBlock,
    SheetHead,
    SheetPart,
    SheetRow,
)


def a_sheet(parts: tuple[SheetPart, ...], **other: Any) -> ReturnSheet:
    """Return a return's texts; what a test does not say is as a centre's own."""
    usual: dict[str, Any] = {
        "title": "基层医疗卫生机构医疗服务月报表",
        "month": "2026年10月",
        "centre": "青禾镇中心卫生院",
        "head_left": ("统一社会信用代码：12411081X", "填报单位（盖章）：青禾镇中心卫生院"),
        "head_right": ("表　　号：基卫月1表",),
        "signatures": (
            *("单位负责人：张院长", "统计负责人：李会计", "填表人：王芳"),
            *("联系电话：0371-1", "报出日期：2026年11月2日"),
        ),
        "notes": ("审核关系：1≥2。",),
        "landscape": False,
        "draft": False,
        "check_code": "8F3A-61C2",
        "qr_text": "THD1:X",
        "money": "千元",
    }
    return ReturnSheet(parts=parts, **usual | other)


def a_book(
    name: str, sheet: ReturnSheet, numbers: Mapping[Place, Number], status: str = ""
) -> ReturnBook:
    """Return a return as workbooks take it."""
    return ReturnBook(name, sheet, numbers, status)


def a_number(
    value: float | None, face: str = "count", text: str = "", *, per_cent: bool = False
) -> Number:
    """Return a number of a cell, a count where nothing else is said."""
    return Number(value, face, text, per_cent)


COMPARED = (("this", "本月"), ("last", "上月"), ("change", "环比"), ("to_date", "本年累计"))

LINES = (
    ("M10", "总诊疗人次", "人次"),
    ("M11", "其中：门诊", "人次"),
    ("M12", "其中：急诊", "人次"),
    ("M31", "双向转诊上转人次", "人次"),
    ("M45", "签约覆盖率", "%"),
    ("M51", "总收入", "千元"),
)

FIGURES: Mapping[str, tuple[Number, Number, Number, Number]] = {
    "M10": (a_number(4812), a_number(4655), a_number(0.0337, "percent_change"), a_number(51207)),
    "M11": (a_number(3620), a_number(3548), a_number(0.0203, "percent_change"), a_number(38644)),
    "M12": (a_number(0), a_number(None), a_number(None, "percent_change"), a_number(12)),
    "M31": (a_number(64), a_number(71), a_number(-0.0986, "percent_change"), a_number(722)),
    "M45": (
        *(a_number(47.3, "tenths", per_cent=True), a_number(46.5, "tenths", per_cent=True)),
        *(a_number(0.8, "tenths_change"), a_number(None, "tenths", "—")),
    ),
    "M51": (
        a_number(204.93, "tenths"),
        a_number(198, "tenths"),
        a_number(0.035, "percent_change"),
        a_number(2049),
    ),
}

CLINICS = (("a1", "清河村卫生室"), ("b2", "柳林村卫生室"), ("c3", "石桥村卫生室"))
COLUMNS = (("V1", "门诊人次", "诊疗"), ("V2", "出诊人次", "诊疗"), ("V3", "收入", ""))


def lines_block() -> SheetBlock:
    heads = (SheetHead("指标名称"), SheetHead("代码"), SheetHead("单位"))
    return SheetBlock(
        "一、诊疗服务",
        (*heads, *(SheetHead(label, name=name) for name, label in COMPARED)),
        tuple(
            SheetRow(label, (code, unit, *[""] * len(COMPARED)), (code,))
            for code, label, unit in LINES
        ),
    )


def table_block() -> SheetBlock:
    rows = [
        SheetRow(name, ("",) * 3, tuple(f"{code}@{key}" for code, _label, _group in COLUMNS))
        for key, name in CLINICS
    ]
    total = SheetRow("合计", ("",) * 3, tuple(f"{code}@*" for code, _l, _g in COLUMNS), total=True)
    heads = tuple(SheetHead(label, group, code=code) for code, label, group in COLUMNS)
    return SheetBlock("二、村卫生室", (SheetHead("村卫生室"), *heads), (*rows, total), table=True)


def table_figures() -> dict[tuple[str, str], Number]:
    made = {}
    for at, (key, _name) in enumerate((*CLINICS, ("*", "合计")), start=1):
        for code, _label, _group in COLUMNS:
            made[f"{code}@{key}", "this"] = a_number(int(code[1]) * 100 + at)
    return made


def a_return(*blocks: SheetBlock) -> ReturnBook:
    """Return a return with these sections; without any, with lines and a table."""
    sheet = a_sheet((SheetPart("", blocks or (lines_block(), table_block())),))
    numbers = {
        (code, name): number
        for code, figures in FIGURES.items()
        for (name, _label), number in zip(COMPARED, figures, strict=True)
    }
    return a_book("月报", sheet, {**numbers, **table_figures()})


THIN = Side(style="thin")


def monthly(rows: Sequence[Sequence[object]] = ()) -> Any:
    """Return the county's monthly form: merged title, formats, formulas, print set-up."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "月报"
    page["A1"] = "××县医疗服务月报"
    page.merge_cells("A1:G1")
    page["A1"].font = Font(name="方正小标宋简体", size=18)
    page["A2"] = "填报单位（盖章）："
    page.merge_cells("A2:C2")
    page["D2"] = "    年   月"
    page.merge_cells("D2:G2")
    for at, head in enumerate(("指标", "序号", "计量单位", "本月", "上月", "增减%", "本年累计"), 1):
        page.cell(4, at, head)
    lines = rows or (
        ("1.总诊疗人次", 1, "人次"),
        ("  其中：门诊", 2, "人次"),
        ("急诊", 3, "人次"),
        ("上转人次（双向转诊）", 4, "人次"),
        ("签约覆盖率", 5, "%"),
        ("总收入（千元）", 6, "千元"),
    )
    for row, texts in enumerate(lines, start=5):
        for at, text in enumerate(texts, start=1):
            page.cell(row, at, text)
        for at in range(1, 8):
            page.cell(row, at).border = Border(top=THIN, bottom=THIN, left=THIN, right=THIN)
        page.cell(row, 4).fill = PatternFill("solid", fgColor="FFFF00")
        page.cell(row, 6).number_format = "0.0%"
    page["D9"].number_format = "0.0%"
    end = 5 + len(lines)
    page.cell(end, 1, "门急诊合计")
    page.cell(end, 4, "=D6+D7")
    page.cell(end + 1, 1, "单位负责人：")
    page.cell(end + 1, 4, "填表人")
    page.print_area = f"A1:G{end + 1}"
    page.print_title_rows = "4:4"
    page.page_setup.orientation = "landscape"
    page.column_dimensions["A"].width = 33
    return book


def by_clinic(names: Sequence[str], *, total: object = "=SUM(C6:C8)") -> Any:
    """Return the county's table of clinics: two rows of heads, a row of numbers, names, a total."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = "村卫生室"
    page["A1"] = "村卫生室工作汇总表"
    page.merge_cells("A1:E1")
    page["A3"], page["B3"], page["C3"], page["E3"] = "序号", "机构名称", "诊疗", "收入（千元）"
    for area in ("A3:A4", "B3:B4", "C3:D3", "E3:E4"):
        page.merge_cells(area)
    page["C4"], page["D4"] = "门诊人次", "出诊人次"
    for at, text in enumerate(("甲", "乙", 1, 2, 3), start=1):
        page.cell(5, at, text)
    for row, name in enumerate(names, start=6):
        page.cell(row, 1, row - 5)
        page.cell(row, 2, name or None)
        for at in range(1, 6):
            page.cell(row, at).border = Border(top=THIN, bottom=THIN, left=THIN, right=THIN)
    end = 6 + len(names)
    page.cell(end, 2, "合计")
    page.cell(end, 3, total)
    page.cell(end + 1, 2, "填表人：")
    return book


def saved(book: Any) -> bytes:
    """Return a workbook's bytes."""
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def opened(book: Any, name: str = "模板.xlsx") -> OfficeWorkbook:
    """Return a workbook as the program reads it."""
    return OfficeWorkbook(saved(book), name)


def loaded(content: bytes) -> Any:
    """Return a filled workbook as Excel has it, formulas as formulas."""
    return openpyxl.load_workbook(io.BytesIO(content))
