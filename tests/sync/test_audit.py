"""Everybody's edits of a record, as the hub has logged them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from county import audit as hub_audit
from county.storage import Hub
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.sync import account, audit, protocol
from desktop.sync.client import Declined, Unreachable
from desktop.sync.wire import unpack
from tests.sync.direct import DirectClient
from tests.sync.parts import PC, add_centre, code_for, settle, staff

MakePC = Callable[..., PC]

STAFF = find_register("staff")


def ask(pc: PC, hub: Hub, record: bytes, key: str = "staff") -> audit.CountyHistory:
    return audit.ask(pc.store, find_register(key), record, client=HistoryClient(hub))


class HistoryClient(DirectClient):
    def history(self, table: int, id: bytes) -> protocol.History:

        body = msgspec.msgpack.encode(protocol.HistoryAsked(table, id))
        return unpack(self._call(hub_audit.history, protocol.HISTORY, body), protocol.History)


def test_every_pcs_edits_are_told_with_who_when_and_what_gave_way(
    hub: Hub, two: tuple[PC, PC]
) -> None:
    one, other = two
    person = one.save("staff", staff("王小明", phone="13800000000"))
    assert ask(one, hub, person).made_on is None
    settle(one, other)
    one.save("staff", {"name": "先改的"}, person)
    other.save("staff", {"name": "后改的"}, person)
    other.sync()
    settle(one, other)
    one.save("staff", {"phone": "13700000007"}, person)
    settle(one, other)
    for pc in two:
        found = ask(pc, hub, person)
        assert found.made_on == "测试机"
        assert [(each.who, each.label, each.value, each.stands) for each in found.edits] == [
            ("院长", "联系电话", "137****0007", True),
            ("张会计", "姓名", "后改的", True),
            ("院长", "姓名", "先改的", False),
        ]
        assert found.edits[0].at > found.edits[1].at


def test_what_the_county_did_is_told_as_the_countys(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    values: Values = {"form": "f1", "month": "2026-10", "revision": 1, "status": "已上报"}
    record = one.save("returns", values | {"submitted_by": "院长"})
    one.sync()
    found = ask(one, hub, record, "returns")
    assert {each.who for each in found.edits if not each.device} == {"县级"}


def test_another_centre_is_told_nothing(hub: Hub, two: tuple[PC, PC], make_pc: MakePC) -> None:
    one, _other = two
    person = one.save("staff", staff("王小明"))
    one.sync()
    one.save("staff", {"name": "改过"}, person)
    one.sync()
    add_centre(hub, "330523101", "乙镇卫生院")
    stranger = make_pc(name="乙镇卫生院", code="330523101")
    stranger.join(hub, code_for(hub, "330523101"))
    assert ask(stranger, hub, person) == audit.CountyHistory(None, ())
    assert len(ask(one, hub, person).edits) == 1


@pytest.mark.parametrize(("table", "id"), [(-1, bytes(16)), (2**40, bytes(16)), (4, b"short")])
def test_what_is_no_record_is_refused(hub: Hub, two: tuple[PC, PC], table: int, id: bytes) -> None:
    client = HistoryClient(hub)
    with two[0].store.reading() as session:
        own = account.read_account(session)
    client.sign_as(own.device, own.secret)
    with client, pytest.raises(Declined):
        client.history(table, id)


def test_without_a_link_it_says_so(two: tuple[PC, PC]) -> None:
    one, _other = two
    with pytest.raises(Unreachable):
        audit.ask(one.store, STAFF, bytes(16))
