"""Every sheet's own paper is the same; any one cell changed is found and named."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from desktop.models.return_text import ReturnSheet, SheetBlock, SheetPart, SheetRow
from desktop.printing.fonts import SHIPPED
from desktop.printing.return_page import print_return
from desktop.services.returns.comparing import Difference, compare_paper
from desktop.services.returns.paper_text import Paper, read_papers
from tests.helpers import return_sheets
from tests.helpers.return_sheets import clinics, lines, sheet


def paper_of(given_sheet: ReturnSheet) -> Paper:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "paper.pdf"
        print_return(file, given_sheet, faces=SHIPPED)
        (paper,) = read_papers(file)
    return paper


def long_names() -> ReturnSheet:
    """Return a sheet with names broken over lines, spaces in them and figures in the notes."""
    names = (
        "复方氨酚烷胺片（12片×2板／盒，某某省某某市某某制药有限责任公司第二分公司）",
        "六味地黄丸 200丸（瓶） 断供",
        "65岁及以上 2 型糖尿病",
        "120",
    )
    rows = tuple(SheetRow(name, ("12", "0", "", "3.0", "—", "120")) for name in names)
    block = replace(clinics("五、短缺药品 2", 0), rows=rows)
    notes = tuple(
        f"{number} 条中第 {number} 项为 {number}.0，说明见 120 页。" for number in range(60)
    )
    return replace(sheet(block, lines("一、诊疗服务")), notes=notes)


SHEETS: dict[str, Callable[[], ReturnSheet]] = {
    "month": return_sheets.month,
    "each clinic": return_sheets.each_clinic,
    "three hundred rows": lambda: sheet(clinics("一、村卫生室", 300)),
    "long names": long_names,
    "characters of no face": lambda: replace(
        sheet(lines("一、诊疗服务")),
        signatures=("单位负责人：\U0003134f明", *return_sheets.month().signatures[1:]),
    ),
    "no rows": lambda: sheet(replace(clinics("一、村卫生室", 0), rows=())),
    "lying": lambda: replace(return_sheets.lying(), draft=False, check_code="8F3A-61C2"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_s_own_paper_says_the_same(name: str) -> None:
    made = SHEETS[name]()
    assert compare_paper(paper_of(made), made) == []


def with_cell(made: ReturnSheet, row: int, column: int, text: str) -> ReturnSheet:
    """Return the sheet with another text in a cell of its first block's row."""
    part = made.parts[0]
    block: SheetBlock = part.blocks[-1]
    old = block.rows[row]
    cells = (*old.cells[:column], text, *old.cells[column + 1 :])
    rows = (*block.rows[:row], replace(old, cells=cells), *block.rows[row + 1 :])
    blocks = (*part.blocks[:-1], replace(block, rows=rows))
    return replace(made, parts=(SheetPart(part.subject, blocks), *made.parts[1:]))


@given(
    row=st.integers(0, 30),
    column=st.integers(0, 5),
    text=st.from_regex(r"(−?[1-9][0-9]{0,2}(\.[0-9])?|0|—)?", fullmatch=True),
)
def test_any_one_changed_cell_is_found_and_named(row: int, column: int, text: str) -> None:
    true = sheet(clinics("一、村卫生室", 30))
    was = true.parts[0].blocks[0].rows[row].cells[column]
    found = compare_paper(paper_of(with_cell(true, row, column, text)), true)
    if text == was:
        assert found == []
        return
    assert [(each.found, each.submitted) for each in found] == [(text, was)]
    (difference,) = found
    name = "合计" if row == 30 else f"第{row + 1}村卫生室"
    if was:
        assert difference.where.startswith(f"{name} · ")
        assert difference.where.endswith(return_sheets.CLINIC[column + 1].label)
    else:
        assert name in difference.where or f"第{row}村卫生室" in difference.where


def test_figures_that_changed_places_are_found() -> None:
    true = sheet(clinics("一、村卫生室", 3))
    other = with_cell(with_cell(true, 1, 0, "0"), 1, 1, "101")
    found = compare_paper(paper_of(other), true)
    assert found
    assert all("第2村卫生室" in each.where for each in found)


def test_a_row_left_out_a_row_added_and_a_name_changed_are_found() -> None:
    true = sheet(clinics("一、村卫生室", 4))
    block = true.parts[0].blocks[0]
    added = SheetRow("假村卫生室", ("9", "9", "9.9", "", "—", "9"))

    def changed(*rows: SheetRow) -> list[Difference]:
        blocks = (replace(block, rows=rows),)
        other = replace(true, parts=(SheetPart("", blocks),))
        return compare_paper(paper_of(other), true)

    missing = changed(*block.rows[:1], *block.rows[2:])
    assert {each.submitted for each in missing} >= {"101", "1.5"}
    more = changed(*block.rows[:2], added, *block.rows[2:])
    assert {each.found for each in more} == {"9", "9.9", "—"}
    renamed = replace(block.rows[2], label="别的村卫生室")
    (name,) = changed(*block.rows[:2], renamed, *block.rows[3:])
    assert (name.found, name.submitted) == ("别的村卫生室", "第3村卫生室")


def test_what_is_laid_over_a_page_is_told(tmp_path: Path) -> None:
    from io import BytesIO

    from reportlab.lib.utils import ImageReader

    from desktop.printing import return_page
    from desktop.printing.pen import Pen

    true = sheet(clinics("一、村卫生室", 60))
    assert paper_of(true).covered == []
    picture = BytesIO()
    Image.new("RGB", (4, 4), "white").save(picture, "PNG")

    def patched(pen: Pen) -> None:
        pen.shade(300, 500, 40, 12, grey=1.0)

    def pictured(pen: Pen) -> None:
        pen._canvas.drawImage(ImageReader(BytesIO(picture.getvalue())), 300, 500, 40, 12)

    for lay in (patched, pictured):
        file = tmp_path / "paper.pdf"
        pen = Pen(file, return_page.paper_size(true), "", "")
        return_page.ReturnPaper(pen, true, SHIPPED).draw()
        lay(pen)
        pen.close()
        (paper,) = read_papers(file)
        assert paper.covered == [paper.pages]
        (difference,) = compare_paper(paper, true)
        assert "盖着" in difference.found
