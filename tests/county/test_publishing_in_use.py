"""What a centre put to use before it knew that the county has withdrawn it: it stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from county.storage import Hub
from desktop.models.registers import find_register
from desktop.models.store import remove
from tests.county.published_files import drugs
from tests.county.publishing_parts import ASPIRIN, DRUGS, Make, rows, send, sound, take_back
from tests.sync.parts import PC, code_for, settle

IBUPROFEN = "布洛芬片,0.2g,盒,8,在用"


@pytest.fixture
def pc(hub: Hub, make_pc: Make, database_url: str) -> Iterator[PC]:
    """Give a PC of a hub that sees no centre but the PC's own, as the one that serves them."""
    with closing(Hub(database_url, county=False)) as serving:
        made = make_pc()
        made.join(serving, code_for(hub))
        made.sync()
        yield made


def test_a_drug_put_in_stock_before_its_withdrawal_was_known_comes_back_as_the_centres_own(
    hub: Hub, pc: PC, make_pc: Make, tmp_path: Path
) -> None:
    other = make_pc(person="会计")
    other.join(hub, code_for(hub))
    send(hub, "drugs", drugs(tmp_path, ASPIRIN, IBUPROFEN))
    settle(pc, other)
    drug = next(row.id for row in rows(pc, "drugs") if row.name == "阿司匹林肠溶片")
    lot = pc.save("drug_stock", {"drug_id": drug})
    take_back(hub, "drugs")
    other.sync()
    assert rows(other, "drugs") == []
    settle(pc, other)
    for each in (pc, other):
        assert [row.id for row in rows(each, "drugs")] == [drug]
        assert each.load("drug_stock", lot)["drug_id"] == drug
    other.save("drugs", {"retail_price": 1}, drug)
    assert other.sync().refused == []
    pc.sync()
    sound(hub, pc, other)


def test_a_lot_that_is_moved_to_a_withdrawn_drug_brings_it_back(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    lot = pc.save("drug_stock", {"drug_id": pc.save("drugs", {"name": "仅本院有"})})
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.sync()
    drug = next(row.id for row in rows(pc, "drugs") if row.name == "阿司匹林肠溶片")
    pc.save("drug_stock", {"drug_id": drug}, lot)
    take_back(hub, "drugs")
    settle(pc)
    assert drug in {row.id for row in rows(pc, "drugs")}
    sound(hub, pc)


def test_what_nobody_uses_by_now_or_the_centre_deleted_itself_does_not_come_back(
    hub: Hub, pc: PC, make_pc: Make, tmp_path: Path
) -> None:
    other = make_pc(person="会计")
    other.join(hub, code_for(hub))
    own = pc.save("drugs", {"name": "仅本院有"})
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    settle(pc, other)
    drug = next(row.id for row in rows(pc, "drugs") if row.name == "阿司匹林肠溶片")
    gone = pc.save("drug_stock", {"drug_id": drug})
    kept = pc.save("drug_stock", {"drug_id": own})
    with pc.store.writing() as session:
        remove(session, find_register("drug_stock"), gone)
    with other.store.writing() as session:
        remove(session, DRUGS, own)
    take_back(hub, "drugs")
    other.sync()
    settle(pc, other)
    assert rows(pc, "drugs") == rows(other, "drugs") == []
    assert [row.id for row in rows(other, "drug_stock")] == [kept]
    sound(hub, pc, other)
