"""The demonstration centre's photos: drawn pictures at a visit and a finding that was put right."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from desktop.models.registers import find_register
from desktop.models.registers.findings import OPEN
from desktop.models.store import Store
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject

_WASTE = "G01"
"""The item about medical waste, which the drawn pictures show."""


def fill(store: Store) -> None:
    """Add photos to a visit and to one of its findings."""
    # Pictures are drawn by the window's library, which the other commands do without.
    from desktop.ui.photos.samples import sample_photos

    front, before, after = sample_photos()
    visit, finding = find_register("visits").table.c, find_register("findings").table.c
    with store.reading() as session:
        found = session.execute(
            select(finding.id, finding.visit_id, visit.visited_on)
            .join(visit.id.table, visit.id == finding.visit_id)
            .where(finding.status == OPEN)
            .order_by((finding.item_code == _WASTE).desc(), visit.visited_on.desc(), finding.id)
            .limit(1)
        ).one()
    day: date = found.visited_on
    scene = [NewPhoto(front, "卫生室外观"), NewPhoto(before, "治疗室锐器盒未加盖")]
    photos.add(store, Subject(visit_id=found.visit_id), scene, day)
    mended = [NewPhoto(after, "锐器盒已加盖、已贴标识")]
    photos.add(store, Subject(found.visit_id, found.id), mended, day)
