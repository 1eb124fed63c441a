"""Printed lists: rare names, pages, masking, and work that grows with the rows and no faster."""

from __future__ import annotations

import cProfile
import io
import pstats
from datetime import date
from pathlib import Path

import pytest

from desktop.models.listing import Query
from desktop.models.opening import Centre
from desktop.models.registers import all_registers, find_register
from desktop.models.store import insert_many
from desktop.printing.fonts import STAND_IN, Face, runs, width
from desktop.printing.pen import Align, wrap
from desktop.printing.register_list import (
    Column,
    Heading,
    print_list,
    print_register,
)
from tests.helpers.samples import id_number, sample_values
from tests.printing.conftest import ReadPdf

HEADING = Heading("家庭医生签约", "青禾镇中心卫生院", date(2026, 11, 21), "行政村=陈寨村")
NAMES = (Column("序号", 3, Align.RIGHT), Column("姓名", 6), Column("金额", 5, Align.RIGHT))
RARE = ("朱㛃", "王𠅤", "李䶮", "𰻝面")


def printed_rows(count: int) -> list[list[str]]:
    return [[str(number), f"居民{number % 50}", f"{number:,}"] for number in range(count)]


def test_rare_names_print_as_themselves(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "list.pdf"
    done = print_list(file, HEADING, NAMES, [["1", name, ""] for name in RARE])
    (text,) = read_pdf(file)
    for name in RARE:
        assert name in text
    assert done.missing == ()


def test_a_character_of_no_face_is_marked_and_named(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "list.pdf"
    done = print_list(file, HEADING, NAMES, [["1", "张𠮷", ""]])
    (text,) = read_pdf(file)
    assert f"张{STAND_IN}" in text
    assert "U+20BB7" in text
    assert done.missing == ("𠮷",)


@pytest.mark.parametrize("face", [Face.SERIF, Face.SANS, Face.BOLD])
def test_no_face_draws_a_box(face: Face) -> None:
    text = "".join(RARE) + "𠮷ABC１２３—〓"
    pieces, missing = runs(text, face)
    assert "".join(piece for _font, piece in pieces) == text.replace("𠮷", STAND_IN)
    assert missing == {"𠮷"}


def test_heading_footer_and_page_numbers(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "list.pdf"
    done = print_list(file, HEADING, NAMES, printed_rows(120))
    texts = read_pdf(file)
    assert len(texts) == done.pages == 3
    for number, text in enumerate(texts, start=1):
        assert f"第 {number} 页 共 3 页" in text
        assert "姓名" in text, "the head row is repeated"
        assert "青禾镇中心卫生院" in text
    assert "家庭医生签约" in texts[0]
    assert "范围：行政村=陈寨村" in texts[0]
    assert "打印日期：2026年11月21日" in texts[0]
    assert "共 120 条" in texts[-1]
    assert "负责人（盖章）：" in texts[-1]
    assert "1,234" not in texts[0]


def test_every_row_is_printed_once(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "list.pdf"
    rows = [[str(number), f"甲{number:04d}乙", ""] for number in range(500)]
    print_list(file, HEADING, NAMES, iter(rows))
    text = "".join(read_pdf(file))
    assert all(text.count(row[1]) == 1 for row in rows)


def test_an_empty_list_is_a_page(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "list.pdf"
    assert print_list(file, HEADING, NAMES, []).pages == 1
    assert "共 0 条" in read_pdf(file)[0]


def calls(rows: int) -> int:
    profile = cProfile.Profile()
    profile.enable()
    done = print_list(io.BytesIO(), HEADING, NAMES, printed_rows(rows))
    profile.disable()
    assert done.rows == rows
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


def test_work_grows_with_the_rows_and_no_faster() -> None:
    calls(100)
    few, many = calls(500), calls(4_000)
    assert many / 4_000 <= few / 500, "a row of a long list costs no more calls"


def test_pages_grow_with_the_rows() -> None:
    pages = [print_list(io.BytesIO(), HEADING, NAMES, printed_rows(n)).pages for n in (1000, 4000)]
    assert pages[1] <= 4 * pages[0]


def test_a_wide_list_lies_down_and_wraps(tmp_path: Path, read_pdf: ReadPdf) -> None:
    import pypdfium2

    columns = [Column(f"栏目名称很长{number}", 6) for number in range(20)]
    file = tmp_path / "wide.pdf"
    words = "服务包内容很多很多很多"
    print_list(file, HEADING, columns, [[words] * 20])
    assert read_pdf(file)[0].count("服务包") == 20
    document = pypdfium2.PdfDocument(file)
    wide, high = document.get_page_size(0)
    document.close()
    assert wide > high


def test_wrapping_loses_nothing_and_keeps_to_the_room() -> None:
    text = "基础包+高血压包，每年4次面对面随访（411081196008261360）、abcdefghijklmnopqrstuvwxyz"
    lines = wrap(text, Face.SANS, 9, 60)
    assert "".join(lines).replace(" ", "") == text
    assert all(width(line, Face.SANS, 9) <= 60 for line in lines)


def test_id_numbers_are_masked_unless_asked(
    fresh_centre: Centre, tmp_path: Path, read_pdf: ReadPdf
) -> None:
    register = find_register("residents")
    number = id_number(7)
    with fresh_centre.store.writing() as session:
        insert_many(session, register, [{"name": "朱㛃", "id_number": number}])
    for masked in (True, False):
        file = tmp_path / f"{masked}.pdf"
        with fresh_centre.store.reading() as session:
            print_register(session, Query(register), file, HEADING, masked=masked)
        text = "".join(read_pdf(file))
        assert "朱㛃" in text
        assert (number in text) is not masked
        assert (f"{number[:6]}********{number[-4:]}" in text) is masked


@pytest.mark.parametrize("key", all_registers())
def test_every_register_prints(key: str, fresh_centre: Centre, tmp_path: Path) -> None:
    register = find_register(key)
    with fresh_centre.store.writing() as session:
        insert_many(session, register, [sample_values(register, order) for order in range(3)])
    with fresh_centre.store.reading() as session:
        done = print_register(session, Query(register), tmp_path / "list.pdf", HEADING)
    assert done.rows >= 3
