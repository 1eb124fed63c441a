"""Route lists, blank checklists and rectification notices, read back from their PDFs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from desktop.printing.fonts import Face, width
from desktop.printing.pen import A4, MM
from desktop.printing.rectification_notice import Notice, NoticeItem, print_notice, wrap_body
from desktop.printing.route_list import Route, RouteLine, print_routes
from desktop.printing.visit_checklist import BlankChecklist, ChecklistLine, print_checklists
from desktop.services.checklists import checklist_on
from tests.printing.conftest import ReadPdf

DAY = date(2026, 11, 22)
CENTRE = "青禾镇中心卫生院"
ITEMS = tuple(
    ChecklistLine(
        item.section,
        item.code,
        item.wording,
        str(item.points // 100),
        item.by_points,
        item.critical,
        item.veto,
    )
    for item in checklist_on(DAY).items
)
SHEET = BlankChecklist(
    "村卫生室督导检查表", CENTRE, "上河村卫生室", ITEMS, "王建国", "上次督导 2026-08-12，86.5 分"
)
NOTICE = Notice(
    CENTRE,
    "上河村卫生室",
    date(2026, 11, 20),
    (
        NoticeItem("药品过期 3 种", "S4-4d", "李建国", date(2026, 11, 23), 2),
        NoticeItem("门诊日志登记不完整"),
    ),
    DAY,
    date(2026, 12, 6),
    "78.5",
    "C",
    "王建国",
)


def test_a_usual_checklist_is_one_page_with_every_item(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "checklist.pdf"
    findings = tuple(f"D0{number} 未整改" for number in range(1, 6))
    done = print_checklists(file, [replace(SHEET, findings=findings)])
    assert (done.pages, done.missing) == (1, ())
    (text,) = read_pdf(file)
    assert all(item.code in text and item.wording in text for item in ITEMS)
    assert "上河村卫生室" in text
    assert "待整改 5" in text
    assert "被督导人签名" in text


def test_a_long_checklist_goes_on_with_its_heading(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "long.pdf"
    lines = tuple(
        replace(ITEMS[at % len(ITEMS)], code=f"X{at:02d}", section=f"第{at // 20}部分")
        for at in range(90)
    )
    done = print_checklists(file, [replace(SHEET, lines=lines)])
    texts = read_pdf(file)
    assert done.pages == len(texts) > 2
    assert all(f"X{at:02d}" in "".join(texts) for at in range(90))
    assert all("检查内容" in text for text in texts[:2])
    assert f"第 2 页 共 {len(texts)} 页" in texts[1]


@pytest.mark.parametrize("count", [1, 40])
def test_routes_name_their_clinics_and_bring_checklists(
    tmp_path: Path, read_pdf: ReadPdf, count: int
) -> None:
    file = tmp_path / "routes.pdf"
    lines = tuple(
        RouteLine(
            f"第{at}村卫生室", f"第{at}村", "138****1234", "2026-08-12", "86.5 / B", "今日", "2"
        )
        for at in range(count)
    )
    routes = [Route("王建国", lines, (SHEET,)), Route("", lines)]
    done = print_routes(file, CENTRE, DAY, routes)
    assert done.rows == 2 * count
    whole = "".join(read_pdf(file))
    assert whole.count("第0村卫生室") == 2
    assert whole.count(f"第{count - 1}村卫生室") == 2
    assert "责任医生：王建国" in whole
    assert "未指定责任医生" in whole
    assert whole.count("抽查真实性") == 1


def test_a_notice_says_what_who_and_until_when(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "notice.pdf"
    assert print_notice(file, NOTICE).pages == 1
    (text,) = read_pdf(file)
    assert text.startswith("整改通知书")
    for words in (
        "得分 78.5分，评为 C 级",
        "以下 2 个问题",
        "（依据 S4-4d）",
        "重复出现的问题（第 2 次）",
        "责任人：李建国",
        "2026年11月23日",
        "2. 门诊日志登记不完整。",
        "最迟于 2026年12月6日前",
        "签收人",
    ):
        assert words.replace(" ", "") in text.replace(" ", "")  # A line's end has no space.


def test_a_notice_keeps_the_margins_of_the_standard(tmp_path: Path) -> None:
    """GB/T 9704: 28 mm at the left, 26 mm at the right, 37 mm above."""
    file = tmp_path / "notice.pdf"
    print_notice(file, NOTICE)
    document = pypdfium2.PdfDocument(file)
    page = document[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(at) for at in range(text.count_chars())]
    held = [box for box in boxes if box[2] > box[0]]
    assert min(box[0] for box in held) >= 28 * MM - 1
    assert max(box[2] for box in held) <= A4[0] - 26 * MM + 1
    assert max(box[3] for box in held) <= A4[1] - 37 * MM + 1
    text.close()
    page.close()
    document.close()


def test_sender_and_date_are_never_parted(tmp_path: Path, read_pdf: ReadPdf) -> None:
    for count in range(1, 14):
        file = tmp_path / f"{count}.pdf"
        print_notice(file, replace(NOTICE, items=NOTICE.items[:1] * count))
        texts = read_pdf(file)
        last = texts[-1]
        assert CENTRE in last
        assert "2026年11月22日" in last
        assert "签收人" in last


def test_a_body_line_neither_overflows_nor_ends_with_an_opening_mark() -> None:
    text = "　　1. " + "药品过期（阿莫西林）三种，近效期药品无标识（依据条款），" * 6
    lines = wrap_body(text, Face.SERIF)
    room = A4[0] - 54 * MM
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, Face.SERIF, 16) <= room + 0.1 for line in lines)
    assert not any(line.endswith("（") for line in lines)
