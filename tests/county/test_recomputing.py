from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from county import receipts
from county.recomputing import differences
from county.storage import Hub
from county.tables import register_tables
from desktop.models.registers.returns import SUBMITTED
from desktop.services.returns import DEFAULT_FORM, filing
from tests.sync.parts import PC, add_centre, code_for

MONTH = "2026-10"


def test_the_hub_reaches_the_same_figures_from_its_own_rows(
    hub: Hub, make_pc: Callable[..., PC]
) -> None:
    pc, neighbour = make_pc(), make_pc(name="乙镇卫生院", code="330523101")
    add_centre(hub, "330523101", "乙镇卫生院")
    pc.join(hub, code_for(hub))
    neighbour.join(hub, code_for(hub, "330523101"))
    months = [fill(each) for each in (pc, neighbour)]
    with pc.store.writing() as session:
        made = filing.save_draft(session, DEFAULT_FORM, MONTH)
    assert made.record_id is not None
    assert any(columns[0] for columns in made.figures.values())
    pc.save("returns", {"status": SUBMITTED, "submitted_by": "院长"}, made.record_id)
    pc.sync()
    neighbour.sync()
    with hub.reading() as connection:
        (listed,) = receipts.listing(connection)
        assert bytes.fromhex(listed.id) == made.record_id
        assert differences(connection, made.record_id) == []
    pc.save("clinic_months", {"visits": 777}, months[0])
    pc.sync()
    with hub.reading() as connection:
        assert differences(connection, made.record_id)
        table = register_tables()[receipts.NUMBER][1]
        assert connection.execute(select(table.c.status)).scalar() == "县级已接收"


def fill(pc: PC) -> bytes:
    clinic = pc.save("clinics", {"name": "东村卫生室"})
    return pc.save("clinic_months", {"clinic_id": clinic, "month": MONTH, "visits": 120})
