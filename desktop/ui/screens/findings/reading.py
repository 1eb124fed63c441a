"""What the findings page asks of the database; runs on the database thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from desktop.models.registers.findings import FAILED, PASSED, RECTIFIED
from desktop.models.store import Store
from desktop.services import findings
from desktop.services.findings import FindingLine
from desktop.text import _
from desktop.ui.worker import Changed, changed

KEY = "findings"


def read_findings(store: Store, today: date) -> list[FindingLine]:
    """Return every finding, the latest overdue first."""
    with store.reading() as session:
        return findings.findings_of(session, today)


def rectify(store: Store, evidence: Mapping[bytes, str], on: date) -> Changed[None]:
    """Record that clinics have put findings right, all in one transaction."""
    with store.writing() as session:
        for finding, said in evidence.items():
            findings.rectify(session, finding, said, on)
    return changed(None, KEY)


def recheck(
    store: Store,
    finding: bytes,
    *,
    passed: bool,
    on: date,
    by: bytes | None,
    due_on: date | None,
) -> Changed[None]:
    """Record a re-check."""
    with store.writing() as session:
        findings.recheck(session, finding, passed=passed, on=on, by=by, due_on=due_on)
    return changed(None, KEY)


def state_text(line: FindingLine) -> tuple[str, str]:
    """Return how a finding stands in a word, and its tone."""
    if line.overdue:
        return _("逾期 {days} 天").format(days=line.late), "red"
    if line.status == RECTIFIED:
        return _("待复查"), "amber"
    if line.status == PASSED:
        return _("复查合格"), "green"
    if line.status == FAILED:
        return _("复查不合格"), "red"
    return _(line.status), "amber" if line.open else "soft"
