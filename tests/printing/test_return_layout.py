"""Where things stand on a return's pages: heads repeated, nothing orphaned, nothing cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.return_text import ReturnSheet, SheetBlock, SheetPart, SheetRow
from desktop.printing.fonts import SHIPPED
from desktop.printing.pages import page_images
from desktop.printing.pen import A4, MM
from desktop.printing.return_page import FOOT, LEFT, SEAL, print_return
from tests.helpers import return_sheets
from tests.helpers.return_sheets import clinics, lines, sheet

HUGE, NEGATIVE = "2,500,000,000", "−2,500,000,000.00"


@dataclass(frozen=True)
class Word:
    """A word on a page and the box around it, in points from the lower left."""

    text: str
    left: float
    foot: float
    right: float
    top: float


@dataclass(frozen=True)
class Page:
    """A page read back: its size, its lines of text, and any text's place."""

    width: float
    height: float
    text: str
    places: dict[str, list[Word]]

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


def pages_of(given: ReturnSheet, find: Sequence[str] = ()) -> list[Page]:
    """Print a sheet and read its pages back, with the places of some texts."""
    target = BytesIO()
    print_return(target, given, faces=SHIPPED)
    document = pypdfium2.PdfDocument(target.getvalue())
    made = []
    for page in document:
        text = page.get_textpage()
        places = {}
        for wanted in find:
            searcher = text.search(wanted, match_case=True)
            places[wanted] = []
            while (found := searcher.get_next()) is not None:
                boxes = [text.get_charbox(found[0] + at) for at in range(found[1])]
                left, foot = min(box[0] for box in boxes), min(box[1] for box in boxes)
                right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
                places[wanted].append(Word(wanted, left, foot, right, top))
            searcher.close()
        made.append(Page(*page.get_size(), text.get_text_range().replace("\r", ""), places))
        text.close()
        page.close()
    document.close()
    return made


def rows_on(page: Page) -> list[str]:
    """Return the clinics' rows on a page by their first word, the totals among them."""
    return [
        line.split()[0]
        for line in page.lines
        if line.startswith("合计 ") or (line.startswith("第") and "村卫生室" in line)
    ]


def test_three_hundred_rows_run_over_many_pages_under_one_head() -> None:
    pages = pages_of(sheet(clinics("一、村卫生室", 300)))
    assert len(pages) >= 8
    printed = [row for page in pages for row in rows_on(page)]
    assert printed == [*(f"第{number}村卫生室" for number in range(1, 301)), "合计"]
    for number, page in enumerate(pages, start=1):
        assert "收入情况" in page.text, "the groups are repeated"
        assert "（千元）" in page.text, "and the units"
        assert f"第 {number} 页 共 {len(pages)} 页" in page.text
        assert "8F3A-61C2" in page.text
        assert ("（续）" in page.text) == (number > 1)


@given(before=st.integers(0, 40), rows=st.integers(1, 45), lying=st.booleans())
def test_a_heading_keeps_two_rows_and_the_signatures_keep_two(
    before: int, rows: int, lying: bool
) -> None:
    blocks = [lines("一、诊疗服务", before)] if before else []
    given_sheet = replace(sheet(*blocks, clinics("二、村卫生室", rows)), landscape=lying)
    pages = pages_of(given_sheet)
    first = next(page for page in pages if "二、村卫生室" in page.text)
    assert len(rows_on(first)) >= 2, "a heading and at least two rows"
    signed = [page for page in pages if "单位负责人" in page.text]
    assert len(signed) == 1
    assert rows_on(signed[0])[-1] == "合计"
    assert len(rows_on(signed[0])) >= 2, "totals and signatures never stand alone"
    assert "（单位公章）" in signed[0].text


@given(count=st.integers(1, 60), second=st.integers(14, 30))
def test_a_band_never_ends_a_page(count: int, second: int) -> None:
    for page in pages_of(sheet(lines("一、诊疗服务", count), lines("二、签约", second, 61))):
        at = [number for number, line in enumerate(page.lines) if line.startswith("二、签约")]
        for number in at:
            below = page.lines[number + 1 : number + 3]
            assert sum(" M" in line for line in below) == min(2, second), page.text


def test_a_section_that_fits_is_not_torn() -> None:
    pages = pages_of(sheet(lines("一、诊疗服务", 22), lines("二、签约", 8, 31)))
    assert "二、签约" not in pages[0].text
    assert all(f"M{number}" in pages[1].text for number in range(31, 39))


def test_the_paper_lies_where_the_form_says_so() -> None:
    upright, lying = (
        pages_of(replace(sheet(lines("一、诊疗服务")), landscape=lies))[0] for lies in (False, True)
    )
    assert upright.width == pytest.approx(A4[0], abs=0.5)
    assert lying.width == pytest.approx(A4[1], abs=0.5)


def test_every_clinic_begins_a_page_and_is_named_on_it() -> None:
    given_sheet = return_sheets.each_clinic()
    pages = pages_of(given_sheet)
    names = [part.subject for part in given_sheet.parts]
    assert len(pages) == len(names)
    for page, name in zip(pages, names, strict=True):
        assert f"机构名称：{name}" in page.text
        assert "单位负责人" in page.text
        assert "（单位公章）" in page.text
    assert "审核关系" in pages[-1].text
    assert "审核关系" not in pages[0].text


def test_a_clinic_longer_than_a_page_is_named_on_the_next() -> None:
    part = SheetPart("上河村卫生室", (clinics("一、明细", 60),))
    pages = pages_of(replace(sheet(), parts=(part,)))
    assert len(pages) == 3
    assert all("上河村卫生室" in page.text for page in pages)


def test_the_money_has_its_unit_on_each_page_only_where_there_is_money() -> None:
    long = sheet(clinics("一、村卫生室", 60))
    assert all("计量单位：千元" in page.text for page in pages_of(long))
    assert not any("计量单位" in page.text for page in pages_of(replace(long, money="")))


def with_figures(text: str) -> ReturnSheet:
    """Return a sheet in which one cell of each table says something else."""

    def block(given_block: SheetBlock, column: int) -> SheetBlock:
        row = given_block.rows[1]
        cells = (*row.cells[:column], text, *row.cells[column + 1 :])
        rows = (given_block.rows[0], replace(row, cells=cells), *given_block.rows[2:])
        return replace(given_block, rows=rows)

    return sheet(block(lines("一、诊疗服务"), 4), block(clinics("二、村卫生室", 3), 2))


@pytest.mark.parametrize("text", [HUGE, NEGATIVE, "−3", "+" + NEGATIVE[1:]])
def test_a_long_figure_is_set_smaller_and_stays_in_its_cell(text: str) -> None:
    (page,) = pages_of(with_figures(text), [text])
    for word in page.places[text]:
        assert word.left > LEFT
        assert word.right < page.width - LEFT
        inside = [edge for edge in edges_of(page, word) if word.left < edge < word.right]
        assert not inside, "a rule crosses the figure"
    assert len(page.places[text]) == 2


def edges_of(page: Page, word: Word) -> list[float]:
    """Return where upright rules stand at a word's height: dark from above it to below it."""
    target = BytesIO()
    print_return(target, with_figures(word.text), faces=SHIPPED)
    scale = 4
    image = page_images(target.getvalue(), scale)[0]
    rows = [
        round((page.height - height) * scale)
        for height in (word.top + 3, (word.top + word.foot) / 2, word.foot - 3)
    ]
    return [
        column / scale
        for column in range(image.width)
        if all(image.data[row * image.stride + column * 4] < 160 for row in rows)
    ]


def test_rare_characters_are_drawn_and_those_of_no_face_are_named() -> None:
    rows = tuple(SheetRow(f"{name}村卫生室", ("0",) * 6) for name in "㛃𠅤䶮")
    block = replace(clinics("一、村卫生室", 0), rows=rows)
    (page,) = pages_of(sheet(block))
    for name in "㛃𠅤䶮":
        assert f"{name}村卫生室" in page.text
    assert "〓" not in page.text
    unknown = replace(block, rows=(SheetRow("\U0003134f村", ("0",) * 6),))
    (page,) = pages_of(sheet(unknown))
    assert "〓村" in page.text
    assert "U+3134F" in page.text


def test_a_long_name_is_broken_and_its_row_grows() -> None:
    name = "复方氨酚烷胺片（12片×2板／盒，某某省某某市某某制药有限责任公司第二分公司）"
    block = clinics("一、药品", 1)
    block = replace(block, rows=(replace(block.rows[0], label=name), *block.rows[1:]))
    (page,) = pages_of(sheet(block), ["复方氨酚烷胺片"])
    assert name in page.text.replace("\n", "")
    assert page.places["复方氨酚烷胺片"][0].right < page.width / 2


def test_a_table_without_rows_says_so() -> None:
    (page,) = pages_of(sheet(replace(clinics("一、村卫生室", 0), rows=())))
    assert "（本期无记录）" in page.text


def test_many_notes_go_on_on_the_next_page_and_keep_clear_of_the_seal() -> None:
    notes = tuple(
        f"第{number}条说明：" + "本月发热患者增多，已登记补货。" * 4 for number in range(40)
    )
    pages = pages_of(replace(sheet(lines("一、诊疗服务")), notes=notes), ["（单位公章）"])
    whole = "".join(page.text.replace("\n", "") for page in pages)
    assert all(f"第{number}条说明" in whole for number in range(40))
    assert len(pages) == 2
    assert "（续）" in pages[1].text


@given(rows=st.integers(1, 70), notes=st.integers(0, 12))
def test_the_square_for_the_seal_stays_clear(rows: int, notes: int) -> None:
    given_sheet = replace(
        sheet(clinics("一、村卫生室", rows)), notes=("说明：" + "字" * 120,) * notes
    )
    target = BytesIO()
    print_return(target, given_sheet, faces=SHIPPED)
    pages = pages_of(given_sheet, ["（单位公章）"])
    number = next(at for at, page in enumerate(pages) if page.places["（单位公章）"])
    label = pages[number].places["（单位公章）"][0]
    seal_foot = label.foot + 3.5 * MM
    assert seal_foot > FOOT - 4 * MM
    box = (A4[0] - LEFT - SEAL + 4, seal_foot + 4, A4[0] - LEFT - 4, seal_foot + SEAL - 8)
    assert darkest(target.getvalue(), box, number) == 255


def darkest(pdf: bytes, box: tuple[float, float, float, float], page: int) -> int:
    """Return the darkest pixel inside a box given in points from the lower left."""
    image = page_images(pdf, 2, first=page, last=page + 1)[0]
    left, foot, right, top = (int(edge * 2) for edge in box)
    dark = 255
    for row in range(image.height - top, image.height - foot):
        line = image.data[row * image.stride : row * image.stride + image.width * 4]
        dark = min(dark, *line[left * 4 : right * 4 : 4])
    return dark
