"""What the page asks of the database thread."""

from __future__ import annotations

from desktop.models.registers.clinic_months import REGISTER
from desktop.models.store import Store
from desktop.services import monthly_sheet
from desktop.services.monthly_sheet import MonthSheet
from desktop.ui.worker import Changed, changed


def read_sheet(store: Store, month: str) -> MonthSheet:
    """Read a month's sheet; runs on the database thread."""
    with store.reading() as session:
        return monthly_sheet.read_sheet(session, month)


def save_sheet(store: Store, month: str, typed: dict[bytes, dict[str, int | None]]) -> Changed[int]:
    """Save what was typed in one transaction."""
    with store.writing() as session:
        return changed(monthly_sheet.save_sheet(session, month, typed), REGISTER.key)
