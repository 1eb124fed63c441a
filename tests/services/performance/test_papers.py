"""The papers say what was computed, to the fen, and never an ID number."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from decimal import Decimal

import pypdfium2 as pdfium

from desktop.printing.report import print_reports
from desktop.services.oversight import supervision_summary
from desktop.services.performance import papers, scheme_papers, sheets
from desktop.services.performance.schemes import scheme_for
from desktop.services.performance.simulating import simulate
from desktop.services.performance.statement import Statement, state
from desktop.services.performance.supplement_papers import supplement_paper
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.performance.conftest import Quarter

PERIOD = "2026-Q4"


def statement_of(quarter: Quarter) -> Statement:
    with quarter.centre.store.reading() as session:
        found = scheme_for(Records(session), parse_period(PERIOD))
        assert found is not None
        return state(
            simulate(session, PERIOD, found.scheme, scheme_id=found.id), "青禾镇中心卫生院"
        )


def words(*reports: papers.Paper) -> tuple[str, int]:
    """Print the papers and read the file as a person would copy from it."""
    target = io.BytesIO()
    printed = print_reports(target, reports)
    document = pdfium.PdfDocument(target.getvalue())
    try:
        assert len(document) == printed.pages
        text = "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()
    return text, printed.pages


def fen(text: str) -> int:
    return int(Decimal(text.replace(",", "")) * 100)


def test_the_pay_sheet_adds_up_and_has_room_to_sign(quarter: Quarter) -> None:
    statement = statement_of(quarter)
    paper = papers.pay_paper(statement)
    (table,) = paper.tables
    pays = [fen(row[-2]) for row in table.rows]
    assert sum(pays) == statement.totals.pay == fen(table.totals[-2])
    assert sum(pays) > 0
    assert table.columns[-1].label == "签名"
    assert all(row[-1] == "" for row in table.rows)
    text, _pages = words(paper)
    for doctor in statement.doctors:
        assert doctor.name in text
    assert "最大余数法" in text
    assert statement.check_code in text


def test_a_notice_tells_every_line_of_its_doctor(quarter: Quarter) -> None:
    statement = statement_of(quarter)
    doctor = statement.doctors[0]
    (paper,) = papers.notice_papers(statement, [doctor.id])
    scored, paid = paper.tables
    assert [row[0] for row in scored.rows] == [line.label for line in doctor.items]
    assert sum(fen(row[2]) for row in scored.rows) == doctor.score
    assert fen(paid.totals[-1]) == doctor.pay
    assert "申诉" in words(paper)[0]


def test_notices_begin_a_new_page_each(quarter: Quarter) -> None:
    notices = papers.notice_papers(statement_of(quarter))
    text, pages = words(*notices)
    assert pages >= len(notices) == 3
    assert f"第 {pages} 页 共 {pages} 页" in text


def test_no_paper_shows_an_id_number(quarter: Quarter) -> None:
    statement = statement_of(quarter)
    reports = [
        papers.pay_paper(statement),
        papers.clinic_paper(statement),
        papers.public_paper(statement, date(2027, 1, 8), 7, "0371-1234567"),
        *papers.notice_papers(statement),
    ]
    assert not re.search(r"\d{17}[\dX]", words(*reports)[0])


def test_the_summary_gives_each_clinic_its_doctors_money(quarter: Quarter) -> None:
    statement = statement_of(quarter)
    (table,) = papers.clinic_paper(statement).tables
    assert sum(fen(row[-1]) for row in table.rows) == statement.totals.pay
    assert [row[1] for row in table.rows] == [clinic.name for clinic in statement.clinics]


def test_the_scheme_sheet_has_the_weights_and_what_pay_never_rests_on(quarter: Quarter) -> None:
    statement = statement_of(quarter)
    paper = scheme_papers.scheme_paper(statement.scheme, statement.centre)
    assert paper.tables[0].totals[2] == "100.00"
    assert "S2-7b" in words(paper)[0]


def test_the_supervision_summary_names_the_clinics_not_visited(quarter: Quarter) -> None:
    with quarter.centre.store.reading() as session:
        summary = supervision_summary(session, PERIOD, date(2027, 1, 8))
    paper = scheme_papers.supervision_paper(summary, "青禾镇中心卫生院", date(2027, 1, 8))
    text, pages = words(paper)
    assert pages == 1
    assert "未督导：" in text
    assert summary.not_visited
    assert all(name in text for name in ("甲村卫生室", "乙村卫生室"))


def test_a_supplement_is_printed_with_before_difference_and_after(quarter: Quarter) -> None:
    store = quarter.centre.store
    with store.reading() as session:
        found = scheme_for(Records(session), parse_period(PERIOD))
        assert found is not None
        simulation = simulate(session, PERIOD, found.scheme, scheme_id=found.id)
    now = datetime(2027, 1, 8, 9, 30)
    main_id = sheets.approve(store, simulation, now, acknowledged=True)
    first, second = (each.hex() for each in quarter.doctors[:2])
    one = [sheets.Adjustment(first, "甲", 5000, "漏记两次随访")]
    two = [
        sheets.Adjustment(first, "甲", -1250, "多记一次", sheets.APPEAL),
        sheets.Adjustment(first, "甲", 250, "补记体检"),
        sheets.Adjustment(second, "乙", 100, "补记体检"),
    ]
    made = [
        sheets.supplement(store, main_id, adjustments, "更正十月随访", now)
        for adjustments in (one, two)
    ]
    with store.reading() as session:
        main = sheets.read_sheet(session, main_id)
        supplements = [sheets.read_sheet(session, each) for each in made]
    assert main.statement is not None
    owed = main.statement.doctor(first).pay
    papers_made = [supplement_paper(main.statement, each) for each in supplements]
    by_doctor, lines = papers_made[1].tables
    assert [fen(cell) for cell in by_doctor.rows[0][3:6]] == [
        owed + 5000,
        -1000,
        owed + 4000,
    ]
    assert by_doctor.columns[-1].label == "签名"
    assert by_doctor.rows[0][4] == "-10.00"
    assert by_doctor.rows[1][4] == "+1.00"
    sums = [sum(fen(row[at]) for row in by_doctor.rows) for at in (3, 4, 5)]
    assert [fen(each) for each in by_doctor.totals[3:6]] == sums
    assert [row[2:4] for row in lines.rows] == [
        ("申诉", "多记一次"),
        ("重算", "补记体检"),
        ("重算", "补记体检"),
    ]
    assert fen(lines.totals[-1]) == supplements[1].total == -900
    text, _pages = words(papers_made[1])
    for wanted in ("补充表 2　2027-01-08", "更正十月随访", main.statement.check_code):
        assert wanted in text.replace("\u2002", "　")
    # What a later supplement adds does not change what an earlier one says.
    assert fen(papers_made[0].tables[0].rows[0][3]) == owed
