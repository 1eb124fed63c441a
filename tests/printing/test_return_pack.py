"""The month's pack: a cover that lists what follows, each return numbered by itself, duplex."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from desktop.models.return_text import ReturnSheet
from desktop.printing.fonts import SHIPPED
from desktop.printing.pages import page_images
from desktop.printing.return_pack import PrintedPack, print_pack
from desktop.printing.return_page import print_return
from tests.helpers.return_sheets import clinics, cover, each_clinic, lying, month, sheet
from tests.printing.conftest import ReadPdf


@pytest.fixture
def sheets() -> list[ReturnSheet]:
    short = replace(
        sheet(clinics("一、物资", 3)), title="发热诊室物资月报表", check_code="AAAA-0001"
    )
    return [month(), short, lying(), each_clinic()]


def printed(file: Path, sheets: list[ReturnSheet], *, duplex: bool = False) -> PrintedPack:
    return print_pack(file, sheets, cover(*sheets), duplex=duplex, faces=SHIPPED)


def outline(file: Path) -> list[tuple[str, int]]:
    document = pypdfium2.PdfDocument(file)
    made = [(each.get_title(), each.get_dest().get_index()) for each in document.get_toc()]
    document.close()
    return made


def test_the_cover_lists_the_returns_with_their_pages_and_codes(
    sheets: list[ReturnSheet], tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "pack.pdf"
    done = printed(file, sheets)
    texts = read_pdf(file)
    assert done.pages == len(texts) == 1 + sum(done.counts)
    assert done.rows == sum(each.rows for each in sheets)
    first = texts[0].replace(" ", "")
    for number, (each, count) in enumerate(zip(sheets, done.counts, strict=True), start=1):
        state = "草稿" if each.draft else "已上报"
        assert f"{number}{each.title}{each.month}{state}{each.check_code}{count}" in first
    assert f"合计4份{sum(done.counts)}" in first
    assert "青禾镇中心卫生院" in first
    places = [first.index(each.partition("：")[0]) for each in sheets[0].signatures]
    assert places == sorted(places)
    assert "（单位公章）" in first
    assert "页共" not in first, "the cover is no page of a return"


def test_each_return_is_the_one_that_is_printed_alone(
    sheets: list[ReturnSheet], tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file, alone = tmp_path / "pack.pdf", tmp_path / "alone.pdf"
    done = printed(file, sheets)
    texts, start = read_pdf(file), 1
    for each, count in zip(sheets, done.counts, strict=True):
        print_return(alone, each, faces=SHIPPED)
        assert read_pdf(alone) == texts[start : start + count]
        start += count
    pictures = [page_images(file, 1, first=3, last=4), page_images(alone, 1, first=0, last=1)]
    assert all(each[0].width for each in pictures)


def test_each_return_names_only_the_characters_it_lacks_itself(
    tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "pack.pdf"
    lacking = replace(month(), notes=("\U0003134f",))
    done = printed(file, [lacking, month()])
    texts = read_pdf(file)
    assert done.missing == ("\U0003134f",)
    assert "U+3134F" in "".join(texts[1 : 1 + done.counts[0]])
    assert "U+3134F" not in "".join(texts[1 + done.counts[0] :])


def test_the_outline_leads_to_each_return(sheets: list[ReturnSheet], tmp_path: Path) -> None:
    file = tmp_path / "pack.pdf"
    done = printed(file, sheets)
    starts = [1 + sum(done.counts[:number]) for number in range(len(sheets))]
    titles = [f"{each.title} {each.month}" for each in sheets]
    assert outline(file) == [("报表汇总", 0), *zip(titles, starts, strict=True)]


def test_on_both_sides_every_return_begins_a_leaf(
    sheets: list[ReturnSheet], tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "pack.pdf"
    done = printed(file, sheets, duplex=True)
    starts = [page for _title, page in outline(file)]
    assert all(page % 2 == 0 for page in starts), "an odd page is an even index"
    texts = read_pdf(file)
    assert texts[1] == "", "the cover's back is empty"
    blank = sum(not text for text in texts)
    assert done.pages == len(texts) == 1 + sum(done.counts) + blank
    assert blank == 1 + sum(count % 2 for count in done.counts)
    for page, count in zip(starts[1:], done.counts, strict=True):
        assert f"第 1 页 共 {count} 页" in texts[page]


def test_a_long_cover_goes_on_before_the_returns(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "pack.pdf"
    sheets = [sheet(clinics(f"第{number}表", 1)) for number in range(30)]
    for duplex, covers in ((False, 2), (True, 2)):
        printed(file, sheets, duplex=duplex)
        texts = read_pdf(file)
        assert "报表汇总" in texts[0]
        assert "单位负责人" in texts[1]
        assert "第 1 页 共 1 页" in texts[covers]


def test_a_pack_of_nothing_and_a_cover_of_others_are_refused(tmp_path: Path) -> None:
    one = [month()]
    with pytest.raises(ValueError, match="没有要打印的内容"):
        print_pack(tmp_path / "pack.pdf", [], cover(*one))
    with pytest.raises(ValueError, match="没有要打印的内容"):
        print_pack(tmp_path / "pack.pdf", [month(), month()], cover(*one))
