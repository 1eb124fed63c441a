"""A disk that got another number is told what it replaced under the number before."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from county.storage import Hub
from county.verifying import problems
from tests.sync.direct import Lost
from tests.sync.meetings import told
from tests.sync.parts import PC, settle, staff

BY_OTHER = "旁人写的"


def keep(pc: PC) -> Callable[[], None]:
    """Keep a PC's disk as it is; returns what puts that disk back."""
    number = len(list(pc.home.parent.glob("盘*")))
    copy = pc.home.with_name(f"盘{number}")

    def put_back() -> None:
        shutil.rmtree(pc.home)
        shutil.copytree(copy, pc.home)

    pc.reopen(lambda: void(shutil.copytree(pc.home, copy)))
    return lambda: pc.reopen(put_back)


def void(_result: object) -> None:
    """Take a result and give none."""


def sync_with(pc: PC, *fates: str) -> None:
    """Exchange until a message is lost."""
    left = iter(fates)
    assert pc.client is not None
    pc.client._fate = lambda: next(left, "pass")
    with pytest.raises(Lost):
        pc.sync()


def test_what_its_lost_edit_had_replaced_is_told_to_a_disk_that_was_put_back(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    id = one.save("staff", staff("王小明"))
    settle(one, other)
    put_back = keep(one)
    other.save("staff", {"note": BY_OTHER}, id)
    other.sync()
    one.save("staff", {"note": "没有看过就改的"}, id)
    sync_with(one, "unanswered")
    put_back()
    one.save("staff", {"note": "又改的"}, id)
    assert one.sync().copied
    held(hub, one, other, id)
    assert ("备注", "又改的", "没有看过就改的", "") in told(one)


def test_so_it_is_after_several_numbers(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    id = one.save("staff", staff("王小明"))
    settle(one, other)
    put_back = keep(one)
    other.save("staff", {"note": BY_OTHER}, id)
    other.sync()
    one.save("staff", {"note": "没有看过就改的"}, id)
    sync_with(one, "unanswered")
    put_back()
    one.save("staff", {"note": "第二个编号"}, id)
    sync_with(one, "pass", "lost")
    put_back = keep(one)
    sync_with(one, "unanswered")
    put_back()
    one.save("staff", {"note": "又改的"}, id)
    assert one.sync().copied
    held(hub, one, other, id)


def held(hub: Hub, one: PC, other: PC, id: bytes) -> None:
    """The last value stands at both, and the one who wrote it knows of the other's."""
    settle(one, other)
    assert ("备注", "又改的", BY_OTHER, "") in told(one)
    assert [pc.load("staff", id)["note"] for pc in (one, other)] == ["又改的"] * 2
    assert one.rows() == other.rows()
    with hub.reading() as connection:
        assert problems(connection) == []
