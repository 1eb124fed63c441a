"""The month on paper: a list of the clinics with the totals below."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from desktop.models.kinds import Kind, show
from desktop.services.monthly_sheet import FIGURES, MonthSheet
from desktop.services.returns.sheet import period_in_words
from desktop.text import _
from desktop.ui.screens.clinic_months.model import FIRST, SheetModel


def title(month: str) -> str:
    """Return the heading, which names the file too."""
    return _("村卫生室月报汇总表（{month}）").format(month=period_in_words(month))


def rows(model: SheetModel) -> list[list[str]]:
    """Return the stored figures of every clinic and the sums."""
    lines = [
        [row.name, *(show(each.kind, row.value(each.key)) for each in FIGURES)]
        for row in model.sheet.rows
    ]
    sums = [model.total(at + FIRST)[0] for at in range(len(FIGURES))]
    return [*lines, [_("合计"), *sums]]


def remark(sheet: MonthSheet) -> str:
    """Say how many clinics have not reported."""
    missing = len(sheet.missing)
    return _("缺报 {count} 个").format(count=missing) if missing else ""


def list_pdf(heading: str, centre: str, today: date, note: str, lines: list[list[str]]) -> bytes:
    """Write the list; runs beside the window, so ReportLab is loaded there."""
    from desktop.printing.pen import Align
    from desktop.printing.register_list import Column, Heading, print_list

    columns = [Column(_("村卫生室"), 8)] + [
        Column(_(each.label), 6 if each.kind is Kind.AMOUNT else 4.5, Align.RIGHT)
        for each in FIGURES
    ]
    target = BytesIO()
    print_list(target, Heading(heading, centre, today, note), columns, lines)
    return target.getvalue()
