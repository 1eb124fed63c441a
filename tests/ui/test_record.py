"""What a form shows beside a record: the records that refer to it, the newest first."""

from __future__ import annotations

from pathlib import Path

from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.ui.record import read_record
from tests.helpers.centres import make_centre


def test_the_newest_of_the_related_records_come_first(tmp_path: Path) -> None:
    months = ["2026-03", "2026-09", "2025-12", "2026-06", "2026-01", "2026-08", "2026-07"]
    clinics, reports = find_register("clinics"), find_register("clinic_months")
    with make_centre(tmp_path / "home") as centre:
        with centre.store.writing() as session:
            clinic = save(session, clinics, {"name": "下河村卫生室"})
            for month in months:
                save(session, reports, {"clinic_id": clinic, "month": month, "visits": 1})
        loaded = read_record(centre.store, clinics, clinic)
    (related,) = [each for each in loaded.related if each.register is reports]
    assert related.count == len(months)
    shown = [title.split()[-1] for _id, title in related.first]
    assert shown == sorted(months, reverse=True)[:5]
