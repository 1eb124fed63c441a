"""The printed return of a real month: statutory order, print rules, draft mark, codes, faces."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pypdfium2
import pytest
from fontTools import subset
from fontTools.ttLib import TTFont

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.registers.centre import Centre as CentreRecord
from desktop.models.return_text import ReturnSheet
from desktop.models.store import change_many, insert_many
from desktop.paths import resource
from desktop.printing.fonts import SHIPPED, Face, PaperFaces, use_faces
from desktop.printing.office_faces import OfficeFaces, find_faces
from desktop.printing.pages import page_images
from desktop.printing.return_page import print_return
from desktop.printing.return_qr import qr_boxes
from desktop.services.returns import ComposedReturn, filing
from desktop.services.returns.sheet import sheet_of
from tests.helpers import return_sheets
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
        return filing.submit_all_steps(session, FORM, MONTH, "院长")


@pytest.fixture
def sheet(submitted: ComposedReturn) -> ReturnSheet:
    return sheet_of(submitted, TODAY)


def test_the_sheet_says_what_the_form_asks(
    sheet: ReturnSheet, submitted: ComposedReturn, tmp_path: Path, read_pdf: ReadPdf
) -> None:
    file = tmp_path / "return.pdf"
    done = print_return(file, sheet, faces=SHIPPED)
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
        "计量单位：千元",
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
    assert done.rows == sheet.rows


def test_zero_blank_and_not_applicable_differ(sheet: ReturnSheet) -> None:
    blocks = sheet.parts[0].blocks
    cells = {
        row.cells[0]: row.cells[2:] for block in blocks if not block.table for row in block.rows
    }
    assert cells["M12"] == ("0", "", "", "", "0")
    assert cells["M13"] == ("", "", "", "", "")
    assert cells["F01"] == ("", "", "", "", "—")


def test_a_draft_is_marked_on_every_page(tmp_path: Path, read_pdf: ReadPdf) -> None:
    file = tmp_path / "draft.pdf"
    print_return(file, return_sheets.lying(), faces=SHIPPED)
    texts = read_pdf(file)
    assert len(texts) > 1
    for text in texts:
        assert text.count("草稿") >= 2, "across the page and by the check code"
        assert "D-8F3A-61C2" in text


def test_the_qr_code_names_the_return_and_its_figures(
    sheet: ReturnSheet, submitted: ComposedReturn
) -> None:
    assert sheet.qr_text == (
        f"THD1:MEDICAL.SERVICES.MONTHLY:{CODE}:202610:R1:{submitted.checksum[:32].upper()}"
    )
    side, boxes = qr_boxes(sheet.qr_text)
    assert side % 4 == 1, "a QR code has 4n+17 modules"
    assert sum(wide for _x, _y, wide in boxes) > side * side / 3
    assert (0, side - 1, 7) in boxes, "the finder pattern's upper edge, upper left"


def test_the_file_says_which_return_it_is(sheet: ReturnSheet, tmp_path: Path) -> None:
    file = tmp_path / "return.pdf"
    print_return(file, sheet, faces=SHIPPED)
    document = pypdfium2.PdfDocument(file)
    assert document.get_metadata_value("Keywords") == sheet.qr_text
    assert document.get_metadata_value("Title") == "基层医疗卫生机构医疗服务月报表 2026年10月"
    document.close()


def test_pages_as_pictures_have_their_pixels(sheet: ReturnSheet) -> None:
    target = io.BytesIO()
    done = print_return(target, sheet, faces=SHIPPED)
    images = page_images(target.getvalue(), 1)
    assert len(images) == done.pages
    for image in images:
        assert (image.width, image.height) == (596, 842)
        assert len(image.data) == image.stride * image.height
        assert (min(image.data) < 80, max(image.data)) == (True, 255)


# The office's own faces


@pytest.fixture(autouse=True)
def no_faces_left() -> Iterator[None]:
    yield
    use_faces(OfficeFaces())


@cache
def small_face() -> bytes:
    """Return a part of a face: enough to pass for a Chinese one."""
    font = TTFont(resource("fonts", "NotoSansSC-Regular.ttf"))
    cut = subset.Subsetter(subset.Options(drop_tables=["GSUB", "GPOS"], name_IDs=["*"]))
    cut.populate(text="卫院通月报表单位人次基层医疗生机构服务汇总0123456789,.年")
    cut.subset(font)
    target = io.BytesIO()
    font.save(target)
    font.close()
    return target.getvalue()


def office_face(folder: Path, file: str, family: str, allowed: int = 0) -> Path:
    """Make a TrueType face of that name; ``allowed`` is its embedding permission."""
    font = TTFont(io.BytesIO(small_face()))
    font["OS/2"].fsType = allowed
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = family
        if record.nameID == 6:
            record.string = Path(file).stem
    path = folder / file
    font.save(path)
    font.close()
    return path


def fonts_of(pdf: bytes) -> str:
    """Return the names of the faces that a PDF embeds."""
    from pypdfium2 import raw

    document = pypdfium2.PdfDocument(pdf)
    names = set()
    for page in document:
        for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
            font = raw.FPDFTextObj_GetFont(thing.raw)
            size = raw.FPDFFont_GetBaseFontName(font, None, 0)
            buffer = (raw.ctypes.c_char * size)()
            raw.FPDFFont_GetBaseFontName(font, buffer, size)
            names.add(buffer.value.decode())
        page.close()
    document.close()
    return " ".join(sorted(names))


def test_the_office_s_faces_are_found_by_their_names_where_they_may_be_embedded(
    tmp_path: Path,
) -> None:
    below = tmp_path / "truetype"
    below.mkdir()
    text = office_face(below, "simfang.ttf", "仿宋_GB2312", 0x0008)
    title = office_face(below, "FZXBSJW.TTF", "方正小标宋简体")
    assert find_faces([tmp_path, tmp_path / "none"]) == OfficeFaces(text, title)


@pytest.mark.parametrize("allowed", [0x0002, 0x0100, 0x0200])
def test_a_face_that_may_not_be_embedded_is_left_aside(tmp_path: Path, allowed: int) -> None:
    office_face(tmp_path, "simfang.ttf", "仿宋", allowed)
    assert find_faces([tmp_path]) == OfficeFaces()


def test_broken_and_other_faces_are_left_aside(tmp_path: Path) -> None:
    (tmp_path / "simfang.ttf").write_bytes(b"no face")
    office_face(tmp_path, "fangsong-like.ttf", "另一种字体")
    assert find_faces([tmp_path]) == OfficeFaces()
    assert use_faces(OfficeFaces(tmp_path / "simfang.ttf")) == PaperFaces(Face.SERIF, None)


def test_a_paper_is_set_in_the_office_s_faces_and_rare_characters_in_ours(
    tmp_path: Path,
) -> None:
    found = OfficeFaces(
        office_face(tmp_path, "simfang.ttf", "仿宋_GB2312"),
        office_face(tmp_path, "fzxbsjw.ttf", "方正小标宋简体"),
    )
    faces = use_faces(found)
    assert faces == PaperFaces(Face.OFFICE, Face.TITLE)
    sheet = replace(return_sheets.month(), head_left=("填报单位（盖章）：㛃𠅤䶮",))
    ours, theirs = io.BytesIO(), io.BytesIO()
    print_return(ours, sheet, faces=SHIPPED)
    done = print_return(theirs, sheet, faces=faces)
    assert done.missing == ()
    assert "simfang" not in fonts_of(ours.getvalue())
    names = fonts_of(theirs.getvalue())
    assert "simfang" in names
    assert "fzxbsjw" in names
    assert "NotoSerifSC" in names, "characters that 仿宋 lacks come from the shipped face"
