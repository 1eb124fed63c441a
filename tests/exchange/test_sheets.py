"""Reading files: kinds, encodings, separators, and clear refusals of what cannot be read."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from desktop.errors import NotFound, UserError
from desktop.exchange.sheets import Span, files_in, read
from tests.exchange.sheets_made import OFFICE, workbook, workbooks

TEXT = "药品名称,规格,批号\n阿莫西林胶囊,0.25g,A1\n"


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_text_table_is_read_whatever_its_encoding_and_separator(
    tmp_path: Path, encoding: str, named: str, separator: str
) -> None:
    file = tmp_path / "盘点.csv"
    file.write_bytes(TEXT.replace(",", separator).encode(encoding))
    (sheet,) = read(file)
    assert sheet.rows == [["药品名称", "规格", "批号"], ["阿莫西林胶囊", "0.25g", "A1"]]
    assert sheet.encoding == named


def test_a_text_row_has_the_number_that_excel_shows(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('姓名,备注\n\n张三,"两\n行"\n李四,\n', encoding="utf-8")
    (sheet,) = read(file)
    assert dict(zip(sheet.numbers, sheet.rows, strict=True))[3] == ["张三", "两\n行"]
    assert dict(zip(sheet.numbers, sheet.rows, strict=True))[4] == ["李四", ""]


def test_ragged_lines_are_filled_up(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("标题\n姓名,电话\n张三\n", encoding="utf-8")
    (sheet,) = read(file)
    assert [len(row) for row in sheet.rows] == [2, 2, 2]


def test_a_workbook_keeps_row_numbers_merges_and_hidden_sheets(tmp_path: Path) -> None:
    file = workbooks(
        tmp_path / "a.xlsx",
        {
            "看得见": ([[None, None], [None, "姓名"], ["x", date(2026, 3, 1)]], ["A3:A4"]),
            "看不见": ([["选项"]], []),
        },
        hidden=["看不见"],
    )
    first, second = read(file)
    assert first.rows[2][1] == date(2026, 3, 1)
    assert first.merged == (Span(2, 0, 3, 0),)
    assert (first.visible, second.visible) == (True, False)


def test_an_old_workbook_keeps_its_merges() -> None:
    (sheet,) = read(OFFICE / "村卫生室及乡村医生名册.xls")
    assert len(sheet.rows) == 53
    assert sheet.merged


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("空.xlsx", b"", "空文件"),
        ("名册.et", b"anything", "另存为 xlsx"),
        ("名册.wps", b"anything", "另存为 xlsx"),
        ("坏.xlsx", b"PK\x03\x04 cut off", "可能已损坏"),
        ("网页.xls", b"<html><p>x</p></html>", "不是真正的 Excel"),
        ("图片.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\x00\x81", "不是表格文件"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UserError, match=word):
        read(file)


def test_a_workbook_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    file = tmp_path / "加密.xlsx"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
    file.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 512)
    with pytest.raises(UserError, match="密码"):
        read(file)


def test_a_workbook_without_a_cell_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有数据"):
        read(workbook(tmp_path / "a.xlsx", []))


def test_a_damaged_part_of_a_workbook_is_refused(tmp_path: Path) -> None:
    good = workbook(tmp_path / "good.xlsx", [["姓名"]])
    bad = tmp_path / "bad.xlsx"
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for item in source.namelist():
            text = source.read(item)
            target.writestr(item, text[:40] if "sheet1" in item else text)
    with pytest.raises(UserError, match="可能已损坏"):
        read(bad)


def test_a_folder_gives_its_tables_without_lock_files(tmp_path: Path) -> None:
    workbook(tmp_path / "b.xlsx", [["姓名"]])
    (tmp_path / "~$b.xlsx").write_bytes(b"lock")
    (tmp_path / "说明.docx").write_bytes(b"PK")
    inner = tmp_path / "内"
    inner.mkdir()
    workbook(inner / "a.xlsx", [["姓名"]])
    assert [file.name for file in files_in(tmp_path)] == ["b.xlsx", "a.xlsx"]


def test_nothing_to_take_in_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        files_in(tmp_path / "没有")
    with pytest.raises(UserError, match="没有表格文件"):
        files_in(tmp_path)


PAGE = """<html><head><meta charset="{charset}"></head><body>
<table border=1><tr><th colspan=2>职工花名册</th></tr>
<tr><td>姓名</td><td>科<br>室</td></tr><tr><td rowspan="2"> 张三&nbsp;</td><td>内科</td></tr>
<tr><td>药房</td></tr></table></body></html>"""


@pytest.mark.parametrize("charset", ["gb2312", "utf-8", "utf-16"])
def test_a_web_page_named_xls_is_read_with_its_merged_cells(tmp_path: Path, charset: str) -> None:
    file = tmp_path / "职工.xls"
    file.write_bytes(PAGE.format(charset=charset).encode(charset))
    (sheet,) = read(file)
    assert sheet.rows == [["职工花名册", ""], ["姓名", "科\n室"], ["张三", "内科"], ["", "药房"]]
    assert {(span.top, span.left, span.bottom, span.right) for span in sheet.merged} == {
        (0, 0, 0, 1),
        (2, 0, 3, 0),
    }


def test_the_xml_of_excel_2003_is_read(tmp_path: Path) -> None:
    file = tmp_path / "职工.xls"
    file.write_text(
        '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="表"><Table><Row><Cell ss:MergeAcross="1"><Data>花名册</Data></Cell>'
        '</Row><Row><Cell ss:Index="2"><Data>张三</Data></Cell></Row></Table></Worksheet>'
        "</Workbook>",
        encoding="utf-8",
    )
    (sheet,) = read(file)
    assert sheet.rows == [["花名册", ""], ["", "张三"]]


def test_text_that_excel_is_to_keep_as_text_loses_its_sign(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('姓名,编号\n张三,="007"\n', encoding="utf-8")
    assert read(file)[0].rows[1] == ["张三", "007"]
