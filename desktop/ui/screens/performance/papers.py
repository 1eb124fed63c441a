"""The papers of a period: pay sheet, summary by clinic, notices and the public notice."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from desktop.services.performance.statement import Statement

PUBLIC_DAYS = 7
"""For how long the public notice hangs, unless the centre says otherwise."""


def pay_sheet(statement: Statement) -> bytes:
    """Return the pay sheet with its column for signatures."""
    from desktop.printing.pay_sheet import print_pay_sheet

    target = BytesIO()
    print_pay_sheet(target, statement)
    return target.getvalue()


def clinic_summary(statement: Statement) -> bytes:
    """Return the summary by clinic."""
    from desktop.printing.pay_sheet import print_clinic_summary

    target = BytesIO()
    print_clinic_summary(target, statement)
    return target.getvalue()


def notices(statement: Statement, doctors: Sequence[str] | None = None) -> bytes:
    """Return the notices of all doctors, or of these."""
    from desktop.printing.pay_sheet import print_doctor_notices

    target = BytesIO()
    print_doctor_notices(target, statement, doctors)
    return target.getvalue()


def public_notice(statement: Statement) -> bytes:
    """Return what is put up for everybody; there is no ID number in it."""
    from desktop.printing.pay_sheet import print_public_notice

    target = BytesIO()
    print_public_notice(target, statement, PUBLIC_DAYS)
    return target.getvalue()
