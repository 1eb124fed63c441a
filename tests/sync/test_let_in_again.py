"""A PC that its hub no longer knows is let in again with a new code; others are not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from county import centres
from county.storage import Hub
from county.tables import DEVICES
from desktop.errors import UserError
from desktop.sync import account, enrolling
from desktop.sync.client import Declined
from desktop.sync.engine import Engine
from tests.sync.meetings import told
from tests.sync.parts import PC, HubProcess, code_for, enrol_at, settle, staff

MakePC = Callable[..., PC]


def test_a_forgotten_pc_is_let_in_again(hub_process: HubProcess, make_pc: MakePC) -> None:
    hub_process.start()
    url = f"http://127.0.0.1:{hub_process.port}"
    pc = make_pc()
    with contextlib.closing(Hub(hub_process.url)) as hub:
        enrolling.enrol(pc.store, url, code_for(hub), "测试机")
        pc.save("staff", staff("王小明"))
        Engine(pc.store).exchange()
        with pytest.raises(UserError, match="已在"):
            enrolling.enrol(pc.store, url, code_for(hub), "测试机")
        with hub.writing() as connection:
            connection.execute(delete(DEVICES))
        with pytest.raises(UserError, match="不认识"):
            Engine(pc.store).exchange()
        enrolling.enrol(pc.store, url, code_for(hub), "测试机")
    pc.save("staff", staff("李芳"))
    assert Engine(pc.store).exchange().waiting == 0


def test_of_what_it_had_sent_itself_nobody_is_asked(hub: Hub, two: tuple[PC, PC]) -> None:
    """It has another number now, and sends what it has as if nobody knew of it."""
    one, other = two
    id = one.save("staff", staff("王小明", phone="13800000001"))
    settle(one, other)
    other.save("staff", {"phone": "13800000002"}, id)
    other.sync()
    let_in_again(hub, one)
    settle(one, other)
    assert [pc.load("staff", id)["phone"] for pc in two] == ["13800000002"] * 2
    assert [told(pc) for pc in two] == [[], []]
    assert one.rows() == other.rows()


def test_what_it_writes_unseen_when_it_is_in_again_is_told(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    id = one.save("staff", staff("王小明", note="原来的"))
    settle(one, other)
    other.save("staff", {"note": "旁人写的"}, id)
    other.sync()
    one.save("staff", {"note": "没有看过就改的"}, id)
    let_in_again(hub, one)
    settle(one, other)
    assert [pc.load("staff", id)["note"] for pc in two] == ["没有看过就改的"] * 2
    assert told(one) == [("备注", "没有看过就改的", "旁人写的", "")]


def let_in_again(hub: Hub, pc: PC) -> None:
    """Revoke a PC, and let it in with a new code."""
    assert pc.client is not None
    with pc.store.reading() as session:
        before = account.read_account(session).device
    with hub.writing() as connection:
        centres.revoke(connection, before)
    with pytest.raises(Declined):
        pc.sync()
    enrol_at(pc.store, pc.client, code_for(hub), again=True)
    with pc.store.reading() as session:
        after = account.read_account(session)
    assert after.device != before
    pc.client.sign_as(after.device, after.secret)
