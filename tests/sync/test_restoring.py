"""A restored PC and a restored hub lose nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from county import centres
from county.storage import Hub, renew_generation
from county.verifying import problems
from tests.sync.parts import PC, add_centre, code_for, everything, settle, staff

MakePC = Callable[..., PC]


def test_a_restored_pc_gets_its_own_number_and_everything_back(
    hub: Hub, two: tuple[PC, PC], tmp_path: Path
) -> None:
    one, other = two
    shared = one.save("staff", staff("王小明"))
    lot = one.save("drug_stock", {"drug_id": one.save("drugs", {"name": "阿司匹林"})})
    settle(one, other)
    waiting = one.save("staff", staff("备份时还没送"))
    copy = tmp_path / "备份"
    one.reopen(lambda: void(shutil.copytree(one.home, copy)))
    move = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": 3}
    lost_here = [one.save("staff", staff("备份之后")), one.save("stock_moves", move)]
    one.save("staff", {"name": "备份之后改的"}, shared)
    one.sync()
    one.sync()

    def restore() -> None:
        shutil.rmtree(one.home)
        shutil.copytree(copy, one.home)

    one.reopen(restore)
    again = one.save("staff", staff("恢复之后"))
    report = one.sync()
    assert report.copied
    assert (report.waiting, report.refused) == (0, [])
    settle(other, one)
    assert one.rows() == other.rows()
    assert {shared, waiting, again, lost_here[0]} <= set(one.rows()["staff"])
    assert lost_here[1] in one.rows()["stock_moves"]
    assert one.load("staff", shared)["name"] == "备份之后改的"
    with hub.reading() as connection:
        assert len(centres.devices(connection)) == 3
        assert problems(connection) == []


def void(_result: object) -> None:
    """Take a result and give none."""


def test_a_restored_hub_is_filled_again(tmp_path: Path, make_pc: MakePC) -> None:
    path = tmp_path / "hub.db"
    hub = Hub(f"sqlite:///{path}")
    hub.create()
    add_centre(hub)
    one, other = make_pc(), make_pc()
    for pc in (one, other):
        pc.join(hub, code_for(hub))
    shared = one.save("staff", staff("王小明"))
    settle(one, other)
    hub.close()
    shutil.copy(path, tmp_path / "backup.db")
    for pc in (one, other):
        pc.save("staff", staff(f"备份之后{pc.home.name}"))
    one.save("staff", {"name": "备份之后改的"}, shared)
    settle(one, other)
    before = one.rows()
    hub.close()
    for piece in tmp_path.glob("hub.db*"):
        piece.unlink()
    shutil.copy(tmp_path / "backup.db", path)
    with hub.writing() as connection:
        renew_generation(connection)
    other.save("staff", {"phone": "13800000001"}, shared)
    settle(one, other)
    assert one.rows() == other.rows()
    assert set(before["staff"]) == set(one.rows()["staff"])
    assert one.load("staff", shared)["name"] == "备份之后改的"
    with hub.reading() as connection:
        assert problems(connection) == []
        assert set(everything(connection)["staff"]) == set(before["staff"])
    hub.close()
