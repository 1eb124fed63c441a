"""Requests that no honest PC would send, and honest ones delivered strangely."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from county import api, receive
from county.api import Signed
from county.centres import Refused
from county.storage import Hub
from county.tables import CHANGES, DEVICES, HUB, QUARANTINE, register_tables
from county.verifying import problems
from desktop.models.ids import new_id
from desktop.models.registers import all_registers, find_register
from desktop.sync import protocol
from desktop.sync.client import Declined
from desktop.sync.protocol import Edits, FieldEdits, Request, Rows, Status
from desktop.sync.wire import pack, pack_column, pack_ids, unpack_ids
from tests.sync.direct import DirectClient
from tests.sync.parts import PC, add_centre, code_for, everything, staff

STAFF = find_register("staff")
NAME = STAFF.by_key["name"].number
ID_NUMBER = STAFF.by_key["id_number"].number
NOW = api.now_ms() << protocol.COUNTER_BITS
Make = Callable[..., PC]


class Device:
    """A PC's credential with a hand for writing any request."""

    def __init__(self, hub: Hub, centre: str) -> None:
        from desktop.sync.account import new_secret, public_key

        secret = new_secret()
        self.client = DirectClient(hub)
        request = protocol.EnrolRequest(code_for(hub, centre), public_key(secret), centre, "手写")
        self.enrolled = self.client.enrol(request)
        self.client.sign_as(self.enrolled.device, secret)
        self.nonce = self.enrolled.nonce
        self.seq = 0

    def send(self, **given: Any) -> protocol.Reply:
        inserts, edits = given.pop("inserts", []), given.pop("edits", [])
        count = given.pop("count", len(inserts) + len(edits))
        request = Request(
            protocol=given.pop("protocol", protocol.PROTOCOL),
            schema=given.pop("schema", protocol.SCHEMA),
            device=given.pop("device", self.enrolled.device),
            generation=self.enrolled.generation,
            nonce=given.pop("nonce", self.nonce),
            first=given.pop("first", self.seq + 1),
            last=self.seq + count,
            cursor=given.pop("cursor", 0),
            want=given.pop("want", 1000),
            people=["某人"],
            inserts=inserts,
            edits=edits,
        )
        assert not given
        reply, _size = self.client.exchange(request)
        self.nonce = reply.nonce
        self.seq = reply.ack
        return reply


@pytest.fixture
def device(hub: Hub) -> Iterator[Device]:
    made = Device(hub, "330523100")
    yield made
    made.client.close()


@pytest.fixture
def stranger(hub: Hub) -> Iterator[Device]:
    add_centre(hub, "330523101", "乙镇卫生院")
    made = Device(hub, "330523101")
    yield made
    made.client.close()


def new_staff(id: bytes, name: Any = "王小明", number: Any = "11010519491231002X") -> Rows:
    return Rows(STAFF.number, pack_ids([id]), [NAME, ID_NUMBER], [[name], [number]])


def edit(id: bytes, field: int, value: Any, stamp: int = NOW) -> Edits:
    return Edits(
        STAFF.number, pack_ids([id]), [FieldEdits(field, None, pack_column([value]), [stamp], [0])]
    )


def rows_of(hub: Hub) -> list[Any]:
    with hub.reading() as connection:
        return list(connection.execute(select(register_tables()[STAFF.number][1])).all())


def test_a_replayed_insert_and_edit_change_nothing(hub: Hub, device: Device) -> None:
    id = new_id()
    device.send(inserts=[new_staff(id)], edits=[edit(id, NAME, "李四", NOW)])
    before = rows_of(hub)
    with hub.reading() as connection:
        logged = connection.execute(select(CHANGES)).all()
    device.send(inserts=[new_staff(id, "别的")], edits=[edit(id, NAME, "李四", NOW)], first=1)
    assert rows_of(hub) == before
    with hub.reading() as connection:
        assert connection.execute(select(CHANGES)).all() == logged
        assert problems(connection) == []


def test_records_tried_at_once_end_as_those_asked_for(
    hub: Hub, device: Device, stranger: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is there, another centre's or a wrong one among many new ones is met as ever."""
    monkeypatch.setattr(receive, "_WORTH_TRYING", 2)
    ids = [new_id() for _each in range(6)]

    def together(sender: Device, *chosen: bytes, name: str = "王小明") -> protocol.Reply:
        columns: Any = [[name] * len(chosen), ["11010519491231002X"] * len(chosen)]
        rows = Rows(STAFF.number, pack_ids(list(chosen)), [NAME, ID_NUMBER], columns)
        return sender.send(inserts=[rows], count=len(chosen))

    assert together(device, *ids[:3]).refused == []
    before = snapshot(hub, 1)
    assert together(device, *ids[:3], name="改名").refused == []
    assert snapshot(hub, 1) == before, "what this PC has sent before is no news"
    assert together(device, *ids[2:5]).refused == []
    assert [each.id for each in together(stranger, ids[5], *ids[:2]).refused] == ids[:2]
    assert {each.id for each in together(device, new_id(), ids[5]).refused} == {ids[5]}
    with hub.reading() as connection:
        held = everything(connection)["staff"]
        assert problems(connection) == []
    assert set(ids) <= set(held)
    assert len(held) == 7


def test_the_same_bytes_twice_are_one_and_leave_the_pc_in_step(hub: Hub, device: Device) -> None:
    device.send(inserts=[new_staff(new_id())])
    device.client.deliver(device.client.sent[-1])
    assert len(rows_of(hub)) == 1
    assert device.send().status == Status.TAKEN


def test_two_copies_of_a_disk_fall_out_of_step(hub: Hub, device: Device) -> None:
    shared = device.nonce
    device.send(inserts=[new_staff(new_id())])
    device.send(inserts=[new_staff(new_id())])
    with pytest.raises(Declined) as declined:
        device.send(nonce=shared)
    assert declined.value.code == protocol.FORKED


def test_a_bad_record_is_named_and_kept_and_the_others_go_in(hub: Hub, device: Device) -> None:
    good, bad, mended = new_id(), new_id(), new_id()
    reply = device.send(
        inserts=[
            new_staff(bad, number="110105194912310021"),
            new_staff(good),
            new_staff(mended, ""),
        ]
    )
    assert reply.ack == 3
    assert {each.id: each.reason for each in reply.refused} == {
        bad: "bad_id_number",
        mended: "missing_name",
    }
    assert [row.id for row in rows_of(hub)] == [good]
    device.send(inserts=[new_staff(mended, "好了")])
    with hub.reading() as connection:
        kept = connection.execute(select(QUARANTINE.c.row_id)).scalars().all()
    assert kept == [bad]


def test_values_of_another_type_are_refused(hub: Hub, device: Device) -> None:
    id = new_id()
    device.send(inserts=[new_staff(id)])
    for raw in (3, True, b"x" * 16, "a\x00b", ["list"], {"a": 1}, 1.5, "x" * 1_000_001):
        reply = device.send(edits=[edit(id, NAME, raw)])
        assert [each.reason for each in reply.refused] == ["bad_value"], raw
        assert rows_of(hub)[0].name == "王小明"


def test_unknown_fields_are_no_error(hub: Hub, device: Device) -> None:
    id = new_id()
    rows = Rows(
        STAFF.number, pack_ids([id]), [NAME, ID_NUMBER, 61], [["王"], ["11010519491231002X"], [7]]
    )
    assert device.send(inserts=[rows]).refused == []
    assert device.send(edits=[edit(id, 61, 8)]).refused == []
    assert device.send(edits=[Edits(999, pack_ids([id]), [])]).refused == []
    assert rows_of(hub)[0].name == "王"


def test_a_ledger_takes_no_edits(hub: Hub, device: Device) -> None:
    moves = find_register("stock_moves")
    id = new_id()
    fields = {
        "lot_id": pack_ids([new_id()]),
        "moved_on": ["2026-10-01"],
        "kind": ["入库"],
        "quantity": [5],
    }
    numbers = [moves.by_key[key].number for key in fields]
    device.send(inserts=[Rows(moves.number, pack_ids([id]), numbers, list(fields.values()))])
    quantity = moves.by_key["quantity"].number
    for field, value in ((quantity, 50), (0, "2026-10-02")):
        one = FieldEdits(field, None, [value], [NOW], [0])
        (refusal,) = device.send(edits=[Edits(moves.number, pack_ids([id]), [one])]).refused
        assert refusal.reason == "append_only"
        assert refusal.restore
    table = register_tables()[moves.number][1]
    with hub.reading() as connection:
        row = connection.execute(select(table)).one()
    assert (row.quantity, row.deleted_at) == (5, None)


def test_edits_too_far_ahead_are_not_taken(hub: Hub, device: Device) -> None:
    id = new_id()
    device.send(inserts=[new_staff(id)])
    ahead = (api.now_ms() + 10 * 60_000) << protocol.COUNTER_BITS
    reply = device.send(edits=[edit(id, NAME, "未来", ahead)])
    assert reply.status == Status.CLOCK
    assert reply.ack == 1
    assert rows_of(hub)[0].name == "王小明"


def test_a_gap_and_a_new_generation_send_the_pc_back(hub: Hub, device: Device) -> None:
    reply = device.send(first=5)
    assert (reply.status, reply.ack) == (Status.REWIND, 0)
    with hub.writing() as connection:
        connection.execute(update(HUB).values(generation=HUB.c.generation + 1))
        connection.execute(update(DEVICES).values(nonce=b"older", previous_nonce=None))
    assert device.send().status == Status.REWIND


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"schema": protocol.SCHEMA + 1}, protocol.TOO_NEW),
        ({"protocol": protocol.PROTOCOL + 1}, protocol.TOO_NEW),
        ({"schema": 0}, protocol.TOO_OLD),
        ({"device": 77}, protocol.UNKNOWN_DEVICE),
    ],
)
def test_versions_and_borrowed_numbers_are_refused(
    hub: Hub, device: Device, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(Declined) as declined:
        device.send(**more)
    assert declined.value.code == code


@pytest.mark.parametrize(
    "edits",
    [
        [Edits(STAFF.number, b"short", [])],
        [Edits(STAFF.number, pack_ids([new_id()]), [FieldEdits(1, [5], ["x"], [NOW], [0])])],
        [Edits(STAFF.number, pack_ids([new_id()]), [FieldEdits(1, None, ["x"], [], [])])],
        [Edits(STAFF.number, pack_ids([new_id()]), [FieldEdits(1, None, ["x"], [-5], [0])])],
        [Edits(STAFF.number, pack_ids([new_id()]), [FieldEdits(1, None, ["x"], [NOW], [4])])],
        [Edits(STAFF.number, pack_ids([new_id()]), [FieldEdits(1, None, ["x", "y"], [NOW], [0])])],
    ],
)
def test_messages_that_do_not_fit_are_refused_whole(sqlite_hub: Hub, edits: list[Edits]) -> None:
    device = Device(sqlite_hub, "330523100")
    with pytest.raises(Declined) as declined:
        device.send(edits=edits)
    assert declined.value.code == protocol.MALFORMED
    device.client.close()


@pytest.mark.parametrize(
    "given",
    [
        {"cursor": -1},
        {"cursor": 2**63},
        {"want": -5},
        {"first": -3},
        {"inserts": [Rows(2**40, pack_ids([new_id()]), [], [])]},
    ],
)
def test_numbers_out_of_range_are_refused(sqlite_hub: Hub, given: dict[str, Any]) -> None:
    device = Device(sqlite_hub, "330523100")
    with pytest.raises(Declined) as declined:
        device.send(**given)
    assert declined.value.code == protocol.MALFORMED
    device.client.close()


def test_unsigned_bytes_are_not_even_unpacked(sqlite_hub: Hub) -> None:
    for body in (b"", b"junk", pack(Request(1, 1, 1, 1, b"", 1, 0, 0, 1))):
        with pytest.raises(Refused) as refused:
            api.exchange(sqlite_hub, Signed(protocol.SYNC, {}, body))
        assert refused.value.http == 401


def snapshot(hub: Hub, centre_id: int) -> list[Any]:
    with hub.reading() as connection:
        found: list[Any] = []
        for _register, table in register_tables().values():
            owned = select(table).where(table.c.centre_id == centre_id).order_by(table.c.id)
            found.append(connection.execute(owned).all())
        logged = select(CHANGES).where(CHANGES.c.centre_id == centre_id).order_by(CHANGES.c.rev)
        return [*found, connection.execute(logged).all()]


def test_a_stranger_neither_reads_nor_writes(hub: Hub, device: Device, stranger: Device) -> None:
    id = new_id()
    device.send(inserts=[new_staff(id)], edits=[edit(id, NAME, "甲镇的人")])
    before = snapshot(hub, 1)
    known = stranger.send(inserts=[new_staff(id, "抢")])
    edited = stranger.send(
        edits=[edit(id, NAME, "抢", NOW + 1), edit(new_id(), NAME, "抢", NOW + 2)]
    )
    assert snapshot(hub, 1) == before
    assert [each.reason for each in known.refused] == ["refused"]
    assert {each.reason for each in edited.refused} == {"missing"}
    assert all(each.theirs is None for each in [*known.refused, *edited.refused])
    pulled = stranger.send()
    assert (pulled.inserts, pulled.edits, pulled.top) == ([], [], 0)


OTHERS = [register.number for register in all_registers().values()]


@pytest.fixture
def neighbours(sqlite_hub: Hub) -> Iterator[tuple[Hub, Device, Device]]:
    add_centre(sqlite_hub, "330523101", "乙镇卫生院")
    own, stranger = Device(sqlite_hub, "330523100"), Device(sqlite_hub, "330523101")
    yield sqlite_hub, own, stranger
    own.client.close()
    stranger.client.close()


@given(data=st.data())
def test_nothing_a_stranger_sends_touches_another_centre(
    data: st.DataObject, neighbours: tuple[Hub, Device, Device]
) -> None:
    hub, own, stranger = neighbours
    ids = [new_id() for _each in range(3)]
    own.send(inserts=[new_staff(id) for id in ids], edits=[edit(id, NAME, "我的") for id in ids])
    before = snapshot(hub, 1)
    for _each in range(data.draw(st.integers(1, 4))):
        chosen = data.draw(st.lists(st.sampled_from([*ids, new_id()]), min_size=1, unique=True))
        number = data.draw(st.one_of(st.just(STAFF.number), st.sampled_from(OTHERS)))
        field = data.draw(st.integers(0, 12))
        value = data.draw(st.sampled_from(["抢", None, 7, "2026-10-01", b"y" * 16]))
        values: Any = [value] * len(chosen)
        stamp = NOW + data.draw(st.integers(0, 9))
        one = FieldEdits(field, None, values, [stamp] * len(chosen), [0] * len(chosen))
        columns = [["抢"] * len(chosen), values]
        reply = stranger.send(
            inserts=[Rows(number, pack_ids(chosen), [NAME, field], columns)],
            edits=[Edits(number, pack_ids(chosen), [one])],
            cursor=data.draw(st.sampled_from([0, 0, 5, 10**6])),
        )
        assert {each.id for each in reply.refused} <= set(chosen)
        # Under the same id in another register the stranger may have a record of its own.
        about = [each for each in reply.refused if each.table == STAFF.number and each.id in ids]
        assert all(each.theirs is None for each in about)
        for rows in reply.inserts:
            assert not set(ids) & set(unpack_ids(rows.ids))
    assert snapshot(hub, 1) == before
    with hub.reading() as connection:
        assert problems(connection) == []


def test_a_row_the_hub_lost_is_sent_again_whole(hub: Hub, make_pc: Make) -> None:
    pc = make_pc()
    pc.join(hub, code_for(hub))
    id = pc.save("staff", staff("王小明"))
    pc.sync()
    table = register_tables()[STAFF.number][1]
    with hub.writing() as connection:
        connection.execute(delete(table))
    pc.save("staff", {"name": "李四"}, id)
    report = pc.sync()
    assert (report.waiting, report.refused) == (0, [])
    assert rows_of(hub)[0].name == "李四"
    with hub.reading() as connection:
        assert set(everything(connection)["staff"]) == {id}
