from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.ids import id_space, keyed_id, new_id
from desktop.models.kinds import BadValue, Kind
from desktop.models.register import Field
from desktop.models.registers import all_registers
from desktop.sync import protocol
from desktop.sync.protocol import Edits, FieldEdits, Reply, Request, Rows
from desktop.sync.wire import (
    BadMessage,
    check_column,
    check_value,
    pack,
    pack_column,
    pack_ids,
    read_column,
    read_value,
    unpack,
    unpack_column,
    unpack_ids,
    write_value,
)

ids = st.binary(min_size=16, max_size=16)


@given(st.lists(ids))
def test_ids_come_back_from_their_planes(some: list[bytes]) -> None:
    assert unpack_ids(pack_ids(some)) == some


@given(st.lists(st.one_of(st.none(), ids.filter(lambda id: id != bytes(16)))))
def test_references_come_back_with_their_gaps(some: list[bytes | None]) -> None:
    assert unpack_column(pack_column(some)) == some


@given(st.lists(st.one_of(st.none(), st.dates(), st.booleans(), st.text(), st.integers())))
def test_columns_travel_as_plain_values(some: list[Any]) -> None:
    assert unpack_column(pack_column(some)) == [write_value(each) for each in some]


def test_planes_of_ids_made_together_are_small() -> None:
    made = [new_id() for _each in range(2000)]
    rows = len(zstandard.compress(b"".join(made), 6))
    planes = len(zstandard.compress(pack_ids(made), 6))
    assert planes < rows / 3


def test_the_same_few_ids_travel_whole_and_small() -> None:
    teams = [keyed_id(id_space("330523100", "teams"), name) for name in ("一", "二", "三", "四")]
    some: list[bytes | None] = [
        None if at % 50 == 0 else teams[at * at % 7 % 4] for at in range(4000)
    ]
    column = pack_column(some)
    assert unpack_column(column) == some
    planes = pack_ids([each or bytes(16) for each in some])
    whole = zstandard.compress(msgspec.msgpack.encode(column), 6)
    assert len(whole) < len(zstandard.compress(planes, 6)) / 2


def request(**more: Any) -> Request:
    return Request(1, 1, 7, 3, b"nonce", 1, 2, 0, 10, **more)


def test_messages_come_back() -> None:
    rows = Rows(4, pack_ids([new_id()]), [0, 1], [[None], ["王"]])
    edits = Edits(4, pack_ids([new_id()]), [FieldEdits(1, None, ["李"], [5], [0])])
    sent = request(base=100, people=["院长"], inserts=[rows], edits=[edits])
    assert unpack(pack(sent), Request) == sent


def test_an_older_side_ignores_what_a_newer_one_appends() -> None:
    whole = msgspec.msgpack.decode(msgspec.msgpack.encode(request()))
    plain = msgspec.msgpack.encode([*whole, "of the future", 99])
    assert unpack(zstandard.compress(plain), Request) == request()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no zstd",
        zstandard.compress(b"\xc1"),
        zstandard.compress(msgspec.msgpack.encode([1, 2])),
        zstandard.ZstdCompressor(write_content_size=False).compress(b"x"),
    ],
)
def test_other_bytes_are_no_message(data: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack(data, Reply)


def test_a_small_bomb_is_not_unpacked() -> None:
    bomb = zstandard.compress(bytes(protocol.LARGEST_MESSAGE + 1))
    assert len(bomb) < 100_000
    with pytest.raises(BadMessage):
        unpack(bomb, Request)


@pytest.mark.parametrize("planes", [b"x" * 17, b"x"])
def test_ids_that_end_in_the_middle_are_refused(planes: bytes) -> None:
    with pytest.raises(BadMessage):
        unpack_ids(planes)


SAMPLES: dict[Kind, list[Any]] = {
    Kind.TEXT: ["王", ""],
    Kind.LONG_TEXT: ["两\n行"],
    Kind.WHOLE: [0, -3, 2**62],
    Kind.AMOUNT: [123_45],
    Kind.DATE: [date(2026, 2, 28)],
    Kind.MONTH: ["2026-10"],
    Kind.YES_NO: [True, False],
    Kind.REFERENCE: [new_id()],
    Kind.ID_NUMBER: ["11010519491231002X"],
    Kind.PHONE: ["13800000001"],
    Kind.ATTACHMENT: ["0123456789abcdef" * 4],
}
FOREIGN: dict[Kind, list[Any]] = {
    Kind.TEXT: [3, b"x", True, "a\x00b"],
    Kind.LONG_TEXT: [3.5, "x" * 1_000_001],
    Kind.WHOLE: [True, "3", 2**63, 1.0],
    Kind.AMOUNT: [12.5, "1"],
    Kind.DATE: ["2026-02-30", 20260101, "昨天"],
    Kind.MONTH: ["2026-13", "2026-1", 202610],
    Kind.YES_NO: [1, 0, "是"],
    Kind.REFERENCE: [b"short", "text", 0],
    Kind.ID_NUMBER: [11010519491231002],
    Kind.PHONE: [13800000001],
    Kind.ATTACHMENT: ["照片", "ABCD" * 16, "ab" * 31, b"x" * 32, 7],
    Kind.CHOICE: [1],
}
FIELDS = [field for register in all_registers().values() for field in register.stored]


@pytest.mark.parametrize(
    "field", FIELDS, ids=lambda field: f"{field.column.class_.__name__}.{field.key}"
)
def test_stored_values_come_back_and_foreign_ones_are_refused(field: Field) -> None:
    samples = SAMPLES.get(field.kind, [choice.value for choice in field.choices])
    for value in [None, *samples]:
        assert read_value(field, write_value(value)) == value
        assert type(read_value(field, write_value(value))) is type(value)
        if not (isinstance(value, int) and field.minimum is not None and value < field.minimum):
            check_value(field, value)
    for raw in FOREIGN[field.kind]:
        with pytest.raises(BadValue):
            read_value(field, raw)


@given(st.sampled_from(FIELDS), st.data())
def test_a_column_is_read_as_its_values_are(field: Field, data: st.DataObject) -> None:
    samples = SAMPLES.get(field.kind, [choice.value for choice in field.choices])
    good = [write_value(value) for value in (None, *samples)]
    raws = data.draw(st.lists(st.sampled_from([*good, *FOREIGN[field.kind], -1, "x", [], b""])))
    assert outcome(lambda: read_column(field, raws)) == outcome(
        lambda: [read_value(field, raw) for raw in raws]
    )


@given(st.sampled_from(FIELDS), st.data())
def test_a_column_is_checked_as_its_values_are(field: Field, data: st.DataObject) -> None:
    samples = SAMPLES.get(field.kind, [choice.value for choice in field.choices])
    wrong = {
        Kind.ID_NUMBER: ["110105194912310021", "11010519491231002x"],
        Kind.PHONE: ["不知道", "138 00000001"],
        Kind.CHOICE: ["没有的词"],
        Kind.WHOLE: [-7],
        Kind.AMOUNT: [-7],
    }.get(field.kind, [])
    values = data.draw(st.lists(st.sampled_from([None, *samples, *wrong])))
    assert outcome(lambda: check_column(field, values)) == outcome(
        lambda: [check_value(field, value) for value in values][:0] or None
    )


def outcome(work: Callable[[], Any]) -> Any:
    """Return what a piece of work returns, or that it refuses a value."""
    try:
        return work()
    except BadValue:
        return BadValue


def test_the_hub_refuses_what_the_rules_would_not_make() -> None:
    contracts = all_registers()["contracts"]
    with pytest.raises(BadValue):
        check_value(contracts.by_key["id_number"], "110105194912310021")
    with pytest.raises(BadValue):
        check_value(all_registers()["returns"].by_key["status"], "已作废")
    with pytest.raises(BadValue):
        check_value(all_registers()["divisions"].by_key["population"], -1)
