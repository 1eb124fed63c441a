"""What the oversight page asks of the database; runs on the database thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desktop.models.kinds import show_amount
from desktop.models.store import Store
from desktop.services import oversight
from desktop.services.oversight import Checked, ClinicShares, DoctorWarning, UnifiedState
from desktop.services.performance.rounding import rounded_fraction
from desktop.text import _, in_a_row
from desktop.ui.worker import Changed, changed


@dataclass(frozen=True)
class View:
    """All clinics on a day."""

    domains: tuple[str, ...]
    unified: tuple[UnifiedState, ...]
    warnings: tuple[DoctorWarning, ...]
    shares: ClinicShares
    unassigned: tuple[str, ...]


def read_view(store: Store, day: date) -> View:
    """Return where the clinics and doctors stand on a day."""
    with store.reading() as session:
        return View(
            oversight.unified_domains(session, day),
            tuple(oversight.unified_state(session, day)),
            tuple(oversight.doctor_warnings(session, day)),
            oversight.clinic_shares(session, day),
            tuple(oversight.unassigned_clinics(session, day)),
        )


def keep_checks(store: Store, checked: Checked, on: date) -> Changed[int]:
    """Keep the checks of a day."""
    with store.writing() as session:
        return changed(oversight.record_unified(session, checked, on), "unified_checks")


def share_rows(view: View) -> list[tuple[str, str, str, str]]:
    """Return each share with its count, percentage and the clinics that are missing from it."""
    shares = view.shares
    whole = shares.clinics
    expiring = in_a_row(f"{name} {day.isoformat()}" for name, day in shares.expiring)
    not_yet = in_a_row(
        _("{name}（{reason}）").format(name=name, reason=reason) if reason else name
        for name, reason in shares.not_designated
    )
    unified = [each for each in view.unified if each.complete]
    partly = in_a_row(each.clinic for each in view.unified if not each.complete)
    assigned = whole - len(view.unassigned)

    def row(label: str, count: int, rest: str) -> tuple[str, str, str, str]:
        share = shares.percent(count)
        percent = "" if share is None else f"{show_amount(rounded_fraction(share * 100))}%"
        return label, f"{count}/{whole}", percent, rest

    return [
        row(_("各领域全部统一管理"), len(unified), partly),
        row(_("一体化管理"), shares.integrated, ""),
        row(_("纳入医共体管理"), shares.in_consortium, ""),
        row(_("医保定点"), shares.designated, not_yet),
        row(_("医保定点 60 天内到期"), len(shares.expiring), expiring),
        row(_("配备心电设备"), shares.with_ecg, in_a_row(shares.without_ecg)),
        row(_("有责任医生（划片包村）"), assigned, in_a_row(view.unassigned)),
    ]
