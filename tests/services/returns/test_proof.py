"""Is a paper what was submitted: codes, PDFs and workbooks; each kind of fault in its own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.exchange.return_workbook import read_return_workbook, write_return_workbook
from desktop.models.registers import find_register
from desktop.models.registers.returns import RETURNED
from desktop.models.return_text import ReturnSheet, SheetBlock
from desktop.models.store import change_many, insert_many
from desktop.printing.fonts import SHIPPED
from desktop.printing.return_pack import print_pack
from desktop.printing.return_page import print_return
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, filing, open_return
from desktop.services.returns.numbers import book_of
from desktop.services.returns.pack import pack_of
from desktop.services.returns.paper_text import read_papers
from desktop.services.returns.proof import Proof, Verdict, in_words, prove
from desktop.services.returns.sheet import sheet_of
from desktop.text import set_language

FORM, OTHER = "medical_services_monthly", "staffing_monthly"
MONTH, TODAY = "2026-10", date(2026, 11, 2)


def submit(session: Session, outpatients: str = "3620", form: str = FORM) -> ComposedReturn:
    if form == FORM:
        filing.set_typed(session, form, MONTH, {"M11": outpatients, "M12": "0"})
    opened = filing.save_draft(session, form, MONTH)
    if opened.to_fill and form != FORM:
        opened = filing.set_typed(session, form, MONTH, dict.fromkeys(opened.to_fill, "0"))
    texts = {finding.key: "由朱㛃核对，共 14 项" for finding in opened.findings}
    filing.set_explanations(session, form, MONTH, texts)
    return filing.submit_all_steps(session, form, MONTH, "院长")


@pytest.fixture
def submitted(session: Session) -> ComposedReturn:
    insert_many(session, find_register("clinics"), [{"name": "李䶮村卫生室"}])
    return submit(session)


def judged(session: Session, paper: str | Path) -> list[Proof]:
    return prove(Records(session), str(paper), read_return_workbook)


def one(session: Session, paper: str | Path) -> Proof:
    (proof,) = judged(session, paper)
    return proof


def printed(tmp_path: Path, sheet: ReturnSheet, name: str = "paper") -> Path:
    file = tmp_path / f"{name}.pdf"
    print_return(file, sheet, faces=SHIPPED)
    return file


def altered(sheet: ReturnSheet, code: str, column: int, text: str) -> ReturnSheet:
    """Return the sheet with another text in a column of a line: the first column is 本月."""

    def block(given: SheetBlock) -> SheetBlock:
        rows = tuple(
            replace(row, cells=(*row.cells[: column + 2], text, *row.cells[column + 3 :]))
            if row.keys == (code,)
            else row
            for row in given.rows
        )
        return replace(given, rows=rows)

    parts = (
        replace(part, blocks=tuple(map(block, part.blocks))) if number == 0 else part
        for number, part in enumerate(sheet.parts)
    )
    return replace(sheet, parts=tuple(parts))


# Codes


def test_a_code_finds_what_was_submitted(session: Session, submitted: ComposedReturn) -> None:
    sheet = sheet_of(submitted, TODAY)
    for code in (sheet.check_code, sheet.check_code.lower().replace("-", ""), sheet.qr_text):
        proof = one(session, code)
        assert proof.sound
        assert "相符：青禾镇中心卫生院2026年10月" in proof.sentence
        assert "第 1 版" in proof.sentence


def test_a_code_of_nothing_is_told(session: Session, submitted: ComposedReturn) -> None:
    proof = one(session, "0000-0001")
    assert proof.verdict is Verdict.UNKNOWN
    assert "可能被改动过" in proof.sentence
    forged = sheet_of(submitted, TODAY).qr_text[:-32] + "0" * 32
    proof = one(session, forged)
    assert proof.verdict is Verdict.UNKNOWN
    assert f"已上报的是第 1 版，校验码 {submitted.check_code}" in proof.sentence


@pytest.mark.parametrize("code", ["8F3A", "8F3A-61CX", "THD1:A:B", "THD1:A:B:202610:X1:00"])
def test_what_is_no_code_is_refused(session: Session, code: str) -> None:
    with pytest.raises(UserError, match=r"不是校验码|不是本程序"):
        judged(session, code)


def test_a_draft_has_a_code_of_its_own(session: Session) -> None:
    filing.set_typed(session, FORM, MONTH, {"M11": "3620", "M12": "0"})
    sheet = sheet_of(open_return(session, FORM, MONTH), TODAY)
    assert sheet.check_code.startswith("D-")
    for code in (sheet.check_code, sheet.check_code[2:], sheet.qr_text):
        proof = one(session, code)
        assert proof.verdict is Verdict.DRAFT
        assert "还没有上报" in proof.sentence
    submit(session)
    proof = one(session, sheet.check_code)
    assert proof.verdict is Verdict.DRAFT
    assert "已上报的第 1 版数据与它一致" in proof.sentence


def test_an_older_revision_names_the_one_that_replaces_it(
    session: Session, submitted: ComposedReturn
) -> None:
    filing.revise(session, FORM, MONTH)
    second = submit(session, "3621")
    proof = one(session, submitted.check_code)
    assert proof.verdict is Verdict.REPLACED
    assert f"已由第 2 版（校验码 {second.check_code}）更正" in proof.sentence
    assert one(session, second.check_code).sound


def test_what_the_county_sent_back_no_longer_holds(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    file = printed(tmp_path, sheet_of(submitted, TODAY))
    assert submitted.record_id is not None
    with_county = [(submitted.record_id, {"status": RETURNED})]
    change_many(session, find_register("returns"), with_county)
    assert one(session, submitted.check_code).verdict is Verdict.SENT_BACK
    assert one(session, file).verdict is Verdict.SENT_BACK
    sheet = sheet_of(open_return(session, FORM, MONTH), TODAY)
    assert sheet.sent_back
    assert not sheet.draft
    again = printed(tmp_path, sheet, "again")
    assert one(session, again).verdict is Verdict.SENT_BACK
    (paper,) = read_papers(again)
    assert sum("已退回" in line for line in paper.lines) == paper.pages


def test_a_damaged_record_is_told(session: Session, submitted: ComposedReturn) -> None:
    assert submitted.record_id is not None
    table = find_register("returns").table
    row = session.execute(table.select().where(table.c.id == submitted.record_id)).one()
    figures = row.figures.replace("3620", "3629", 1)
    session.execute(table.update().where(table.c.id == row.id).values(figures=figures))
    assert one(session, submitted.check_code).verdict is Verdict.DAMAGED


# Printed papers


def test_the_paper_as_printed_matches(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    proof = one(session, printed(tmp_path, sheet_of(submitted, TODAY)))
    assert proof.sound, list(in_words(proof))


def test_a_paper_in_english_matches_too(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    set_language("en")
    try:
        file = printed(tmp_path, sheet_of(submitted, TODAY))
    finally:
        set_language("zh")
    proof = one(session, file)
    assert proof.sound, list(in_words(proof))


@pytest.mark.parametrize(
    ("code", "column", "text", "found", "wanted"),
    [
        ("M11", 0, "3,621", "3,621", "3,620"),
        ("M12", 0, "", "", "0"),
        ("M13", 0, "7", "7", ""),
        ("M10", 4, "3,260", "3,260", "3,620"),
    ],
)
def test_a_changed_digit_is_caught_and_its_cell_named(
    session: Session,
    submitted: ComposedReturn,
    tmp_path: Path,
    code: str,
    column: int,
    text: str,
    found: str,
    wanted: str,
) -> None:
    file = printed(tmp_path, altered(sheet_of(submitted, TODAY), code, column, text))
    proof = one(session, file)
    assert proof.verdict is Verdict.CHANGED
    assert "被改动过" in proof.sentence
    (difference,) = proof.differences
    assert (difference.found, difference.submitted) == (found, wanted)
    if wanted:
        assert difference.key == code
        assert f"（{code}）" in difference.where
    said = list(in_words(proof))
    assert f"纸上是“{found or '空白'}”，上报的是“{wanted or '空白'}”" in said[1]


def test_a_changed_name_head_or_note_is_caught(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    sheet = sheet_of(submitted, TODAY)
    others = (
        replace(sheet, head_left=(sheet.head_left[0], "填报单位（盖章）：别的卫生院")),
        replace(sheet, signatures=(*sheet.signatures[:-1], "报出日期：2026年11月1日")),
        replace(sheet, notes=(*sheet.notes[:-1], "没有说明。")),
        replace(sheet, month="2026年9月"),
    )
    for number, other in enumerate(others):
        proof = one(session, printed(tmp_path, other, str(number)))
        assert proof.verdict is Verdict.CHANGED, number
        assert proof.differences


def test_a_changed_code_is_caught_by_what_the_file_says_of_itself(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    sheet = replace(sheet_of(submitted, TODAY), check_code="ABCD-0123")
    proof = one(session, printed(tmp_path, sheet))
    assert proof.verdict is Verdict.CHANGED
    assert "校验码被改动过" in proof.sentence
    forged = altered(replace(sheet, qr_text=sheet.qr_text[:-32] + "AB" * 16), "M11", 0, "9,999")
    proof = one(session, printed(tmp_path, forged, "forged"))
    assert "校验码不属于任何已上报的版次" in proof.sentence
    assert [each.found for each in proof.differences] == ["9,999"]


def test_the_paper_of_a_draft_is_no_proof(session: Session, tmp_path: Path) -> None:
    filing.set_typed(session, FORM, MONTH, {"M11": "3600", "M12": "0"})
    file = printed(tmp_path, sheet_of(open_return(session, FORM, MONTH), TODAY))
    assert "还没有上报" in one(session, file).sentence
    submit(session)
    proof = one(session, file)
    assert proof.verdict is Verdict.DRAFT
    assert {each.key for each in proof.differences} == {"M10", "M11"}
    assert "处不同" in proof.sentence


def test_every_return_of_a_pack_is_judged(session: Session, tmp_path: Path) -> None:
    returns = [submit(session), submit(session, form=OTHER)]
    sheets, cover = pack_of(returns, MONTH, TODAY)
    sheets[1] = replace(sheets[1], signatures=("单位负责人：别人", *sheets[1].signatures[1:]))
    file = tmp_path / "pack.pdf"
    print_pack(file, sheets, cover, duplex=True, faces=SHIPPED)
    verdicts = [proof.verdict for proof in judged(session, file)]
    assert verdicts == [Verdict.MATCHES, Verdict.CHANGED]


def test_files_that_cannot_be_judged_are_refused_in_words(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    from reportlab.pdfgen.canvas import Canvas

    broken, blank, other = (tmp_path / f"{name}.pdf" for name in ("broken", "blank", "other"))
    broken.write_bytes(b"not a PDF")
    for file, text in ((blank, ""), (other, "a letter")):
        canvas = Canvas(str(file))
        canvas.drawString(100, 100, text)
        canvas.showPage()
        canvas.save()
    picture = tmp_path / "scan.jpg"
    picture.write_bytes(b"")
    faults = {broken: "已损坏", blank: "扫描件", other: "不是本程序打印", picture: "图片"}
    for file, words in faults.items():
        with pytest.raises(UserError, match=words):
            judged(session, file)
    with pytest.raises(NotFound):
        judged(session, tmp_path / "none.pdf")


# Workbooks


def workbook(tmp_path: Path, returns: Sequence[ComposedReturn]) -> Path:
    file = tmp_path / "return.xlsx"
    write_return_workbook(file, [book_of(each, TODAY) for each in returns])
    return file


def test_a_saved_workbook_matches_and_a_changed_cell_is_named(
    session: Session, submitted: ComposedReturn, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    file = workbook(tmp_path, [submitted])
    assert one(session, file).sound
    book = load_workbook(file)
    page = book.worksheets[0]
    for row in page.iter_rows():
        for cell in row:
            if cell.value == 3620:
                cell.value = 3621
                break
    book.save(file)
    book.close()
    proof = one(session, file)
    assert proof.verdict is Verdict.CHANGED
    assert {each.found for each in proof.differences} == {"3621"}
    assert "M1" in proof.differences[0].where
