"""What a person has seen and then changes or deletes is no conflict, wherever its cursor begins.

The cursor begins anew for a disk that was put back, at a restored hub and in a first download.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from county.storage import Hub, renew_generation
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.sync.engine import Engine
from tests.sync.parts import PC, code_for, settle, staff
from tests.sync.test_snapshots import build

MakePC = Callable[..., PC]
STAFF = find_register("staff")


def change(pc: PC, id: bytes, *, delete: bool) -> None:
    pc.save("staff", {"phone": "13800000002"}, id)
    if delete:
        with pc.store.writing() as session:
            remove(session, STAFF, id)


def held(pcs: tuple[PC, PC], id: bytes, *, delete: bool) -> None:
    """The change stands at both, and nobody is asked about it."""
    for pc in pcs:
        assert (pc.rows()["staff"][id][0] is not None) is delete
        assert delete or pc.load("staff", id)["phone"] == "13800000002"
        assert pc.status().issues == 0


@pytest.mark.parametrize("delete", [False, True])
def test_on_a_disk_that_was_put_back(
    hub: Hub, two: tuple[PC, PC], tmp_path: Path, *, delete: bool
) -> None:
    one, other = two
    ids = [pc.save("staff", staff(pc.home.name, phone="13800000001")) for pc in two]
    settle(one, other)
    copy = tmp_path / "备份"

    def keep() -> None:
        shutil.copytree(other.home, copy)

    def put_back() -> None:
        shutil.rmtree(other.home)
        shutil.copytree(copy, other.home)

    other.reopen(keep)
    other.save("staff", staff("备份之后"))
    settle(other)
    other.reopen(put_back)
    for id in ids:
        change(other, id, delete=delete)
    assert other.sync().copied
    settle(other, one)
    for id in ids:
        held(two, id, delete=delete)


@pytest.mark.parametrize("delete", [False, True])
def test_at_a_restored_hub(
    sqlite_hub: Hub, make_pc: MakePC, tmp_path: Path, *, delete: bool
) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(sqlite_hub, code_for(sqlite_hub))
    id = one.save("staff", staff("王小明", phone="13800000001"))
    settle(one, other)
    sqlite_hub.close()
    shutil.copy(tmp_path / "hub.db", tmp_path / "backup.db")
    change(other, id, delete=delete)
    settle(one, other)
    sqlite_hub.close()
    for piece in tmp_path.glob("hub.db*"):
        piece.unlink()
    shutil.copy(tmp_path / "backup.db", tmp_path / "hub.db")
    with sqlite_hub.writing() as connection:
        renew_generation(connection)
    settle(other, one)
    held((one, other), id, delete=delete)


@pytest.mark.parametrize("delete", [False, True])
def test_while_the_first_download_runs(hub: Hub, make_pc: MakePC, *, delete: bool) -> None:
    one, new = make_pc(), make_pc(person="张会计")
    one.join(hub, code_for(hub))
    id = one.save("staff", staff("王小明", phone="13800000001"))
    settle(one)
    build(hub)
    new.join(hub, code_for(hub))
    done: list[bytes] = []

    def arrived(_progress: object) -> None:
        if not done and id in new.rows()["staff"]:
            done.append(id)
            change(new, id, delete=delete)

    Engine(new.store, new.client).exchange(arrived)
    assert done
    settle(new, one)
    held((one, new), id, delete=delete)
