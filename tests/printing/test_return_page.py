"""The printed return: statutory order, print rules, draft mark, seal, check code, QR code."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.registers.centre import Centre as CentreRecord
from desktop.models.store import change_many, insert_many
from desktop.printing.pages import page_count, page_images
from desktop.printing.pen import A4, MM
from desktop.printing.return_page import SEAL, _qr_boxes, print_return
from desktop.services import filing
from desktop.services.returns import ComposedReturn
from desktop.services.sheet import ReturnSheet, sheet_of
from tests.printing.conftest import ReadPdf

MONTH, FORM, TODAY = "2026-10", "medical_services_monthly", date(2026, 11, 2)
CODE = "12411081417234567X"


@pytest.fixture
def submitted(fresh_centre: Centre) -> ComposedReturn:
    with fresh_centre.store.writing() as session:
        which = session.query(CentreRecord.id).scalar()
        change_many(
            session, find_register("centre"), [(which, {"uscc": CODE, "phone": "0374-8881234"})]
        )
        insert_many(session, find_register("clinics"), [{"name": "李䶮村卫生室"}])
        cells = {"M11": "3620", "M12": "0", "M31": "0", "M55": "2"}
        found = filing.set_typed(session, FORM, MONTH, cells).findings
        texts = {finding.key: "诊疗记录由朱㛃核对" for finding in found}
        filing.set_explanations(session, FORM, MONTH, texts)
        return filing.submit(session, FORM, MONTH, "院长")


@pytest.fixture
def sheet(submitted: ComposedReturn) -> ReturnSheet:
    return sheet_of(submitted, TODAY)


def test_the_sheet_says_what_the_form_asks(
    sheet: ReturnSheet, submitted: ComposedReturn, tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "return.pdf"
    done = print_return(file, sheet)
    texts = read_pdf(file)
    first, whole = texts[0], "".join(texts)
    for word in (
        "基层医疗卫生机构医疗服务月报表",
        "2026年10月",
        f"统一社会信用代码：{CODE}",
        "填报单位（盖章）：青禾镇中心卫生院",
        "表　　号：示例表",
        "制定机关：县医共体牵头医院",
        "有效期至：2027年12月",
    ):
        assert word in first
    foot = ["单位负责人：", "统计负责人：", "填表人：", "联系电话：0374-8881234", "报出日期："]
    places = [whole.index(word) for word in foot]
    assert places == sorted(places), "the foot keeps its order"
    assert "说明：诊疗记录由朱㛃核对" in whole
    assert "李䶮村卫生室" in whole
    for number, text in enumerate(texts, start=1):
        assert f"第 {number} 页 共 {done.pages} 页" in text
        assert submitted.check_code in text
        assert "草稿" not in text
    assert done.missing == ()


def test_zero_blank_and_not_applicable_differ(sheet: ReturnSheet) -> None:
    cells = {line.code: line.cells for line in sheet.lines}
    assert cells["M12"] == ("0", "", "", "", "0")
    assert cells["M13"] == ("", "", "", "", "")
    assert cells["F01"] == ("", "", "", "", "—")


def test_a_draft_is_marked_on_every_page(
    sheet: ReturnSheet, tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "draft.pdf"
    print_return(file, replace(sheet, draft=True))
    for text in read_pdf(file):
        assert text.count("草稿") >= 2, "across the page and by the check code"


def test_sections_stay_whole(sheet: ReturnSheet, tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "return.pdf"
    print_return(file, sheet)
    first, second = read_pdf(file)
    assert "二、家庭医生签约" in first
    assert "本月新签约数" in first
    assert "三、村卫生室" in second


def darkest(pdf: bytes, box: tuple[float, float, float, float], page: int) -> int:
    """Return the darkest pixel inside a box given in points from the lower left."""
    image = page_images(pdf, 2, first=page, last=page + 1)[0]
    left, foot, right, top = (int(edge * 2) for edge in box)
    dark = 255
    for row in range(image.height - top, image.height - foot):
        line = image.data[row * image.stride : row * image.stride + image.width * 4]
        dark = min(dark, *line[left * 4 : right * 4 : 4])
    return dark


def test_the_place_of_the_seal_is_clear(sheet: ReturnSheet) -> None:
    target = io.BytesIO()
    print_return(target, sheet)
    pdf = target.getvalue()
    last = page_count(pdf) - 1
    document = pypdfium2.PdfDocument(pdf)
    page = document[last]
    text = page.get_textpage()
    searcher = text.search("（单位公章）")
    found = searcher.get_next()
    assert found is not None
    left, label, right, _above = text.get_charbox(found[0])
    searcher.close()
    text.close()
    page.close()
    document.close()
    assert right <= A4[0]
    seal_left, seal_foot = A4[0] - 14 * MM - SEAL, label + 1.5 * MM + 6
    inside = (seal_left + 4, seal_foot + 4, seal_left + SEAL - 4, seal_foot + SEAL - 8)
    assert left > seal_left
    assert darkest(pdf, inside, last) == 255


def test_the_qr_code_names_the_return_and_its_figures(
    sheet: ReturnSheet, submitted: ComposedReturn
) -> None:
    assert sheet.qr_text == (
        f"THD1:MEDICAL.SERVICES.MONTHLY:{CODE}:202610:R1:{submitted.checksum[:32].upper()}"
    )
    side, boxes = _qr_boxes(sheet.qr_text)
    assert side % 4 == 1, "a QR code has 4n+17 modules"
    assert sum(wide for _x, _y, wide in boxes) > side * side / 3
    assert (0, side - 1, 7) in boxes, "the finder pattern's upper edge, upper left"


def test_pages_as_pictures_have_their_pixels(sheet: ReturnSheet) -> None:
    target = io.BytesIO()
    done = print_return(target, sheet)
    images = page_images(target.getvalue(), 1)
    assert len(images) == done.pages
    for image in images:
        assert (image.width, image.height) == (596, 842)
        assert len(image.data) == image.stride * image.height
        assert (min(image.data) < 80, max(image.data)) == (True, 255)
