"""The papers of a period as PDF: pay sheet, summary by clinic, notices and the public notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from desktop.services.performance.paper import Paper
from desktop.services.performance.sheets import Sheet
from desktop.services.performance.statement import Statement


def pdf(papers: Sequence[Paper]) -> bytes:
    """Return papers as one PDF."""
    from desktop.printing.report import print_reports

    target = BytesIO()
    print_reports(target, papers)
    return target.getvalue()


def pay_sheet(statement: Statement) -> bytes:
    """Return the pay sheet with its column for signatures."""
    from desktop.services.performance.papers import pay_paper

    return pdf([pay_paper(statement)])


def clinic_summary(statement: Statement) -> bytes:
    """Return the summary by clinic."""
    from desktop.services.performance.papers import clinic_paper

    return pdf([clinic_paper(statement)])


def notices(statement: Statement, doctors: Sequence[str] | None = None) -> bytes:
    """Return the notices of all doctors, or of these."""
    from desktop.services.performance.papers import notice_papers

    return pdf(notice_papers(statement, doctors or ()))


def public_notice(statement: Statement, days: int | None = None) -> bytes:
    """Return what is put up for everybody for so many days; there is no ID number in it."""
    from desktop.services.performance.papers import public_paper

    return pdf([public_paper(statement, date.today(), days)])


def supplement(statement: Statement, sheet: Sheet) -> bytes:
    """Return a supplementary sheet with what each doctor was owed before and after it."""
    from desktop.services.performance.supplement_papers import supplement_paper

    return pdf([supplement_paper(statement, sheet)])
