"""What a disk or a program has spoilt past the exchange is found by comparing, and mended."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from county import digesting
from county.centres import find_centre
from county.storage import Hub
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.sync import account, comparing, conflicts
from desktop.sync.client import Declined
from desktop.sync.digests import (
    CHECK_DAYS,
    CHECK_FETCH,
    CHECK_RECORDS,
    FetchAnswer,
    FetchAsked,
    bucket_of,
)
from desktop.sync.engine import ExchangeReport
from desktop.sync.mending import Found
from desktop.sync.wire import pack_ids, unpack_ids
from tests.sync.parts import CODE, NAME, PC, add_centre, code_for, run_hub, settle, staff
from tests.sync.restored import assert_same, move, table_of, unseen
from tests.sync.test_faults import thdesk

MakePC = Callable[..., PC]


def compared(pc: PC) -> ExchangeReport:
    """Exchange with what both sides hold compared at its end."""
    with pc.store.writing() as session:
        account.write(session, checked_at="")
    return pc.sync()


def test_where_nothing_is_wrong_nothing_is_done(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    move(other)
    settle(one, other)
    one.save("staff", {"phone": "13800000001"}, ids[3])
    report = compared(one)
    assert report.compared
    assert not report.found
    assert report.waiting == 0
    assert_same(hub, one)


def test_a_spoilt_record_is_fetched_again_and_its_value_told(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    booked = move(other)
    settle(one, other)
    with unseen(one) as session:
        for id, name in ((ids[1], "坏了"), (ids[2], None)):
            table = find_register("staff").table
            session.execute(update(table).where(table.c.id == id).values(name=name))
        session.execute(delete(table).where(table.c.id == ids[5]))
        session.connection().exec_driver_sql("DROP TRIGGER append_only_delete_stock_move")
        session.execute(delete(find_register("stock_moves").table))
    report = compared(one)
    assert report.found == Found(fetched=4, told=2)
    assert report.changed == {"staff", "stock_moves"}
    assert_same(hub, one, other)
    assert booked in one.rows()["stock_moves"]
    with one.store.reading() as session:
        first, second = conflicts.list_issues(session)
    assert {(each.mine, each.theirs) for each in (first, second)} == {
        ("坏了", "职工1"),
        ("", "职工2"),
    }
    assert {each.who for each in (first, second)} == {"县级平台"}
    spoilt = next(each for each in (first, second) if each.mine)
    with one.store.writing() as session:
        conflicts.put_back(session, spoilt.id)
    settle(one, other)
    assert other.load("staff", ids[1])["name"] == "坏了"


def test_of_a_locked_record_nobody_is_asked(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    values: Values = {"form": "f", "month": "2026-10", "revision": 1, "status": "草稿"}
    handed = one.save("returns", values)
    one.save("returns", {"status": "已上报", "submitted_by": "院长"}, handed)
    one.sync()
    with unseen(one) as session:
        returns = find_register("returns").table
        session.execute(update(returns).values(answered_by="没有答复过的人"))
    assert compared(one).found == Found(fetched=1)
    assert one.load("returns", handed)["answered_by"] is None
    assert one.status().issues == 0
    assert_same(hub, one)


def test_records_the_hub_lacks_are_offered_by_any_pc(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    ids = [one.save("staff", staff(f"职工{number}")) for number in range(40)]
    booked = move(one)
    settle(one, other)
    with hub.writing() as connection:
        connection.execute(delete(table_of("staff")).where(table_of("staff").c.id == ids[7]))
        connection.execute(delete(table_of("stock_moves")))
        table = table_of("staff")
        connection.execute(update(table).where(table.c.id == ids[8]).values(name="县里坏了"))
    report = compared(other)
    assert report.found == Found(fetched=1, offered=2, told=1)
    assert (report.waiting, report.refused) == (0, [])
    with hub.reading() as connection:
        digests = digesting.digests(connection, find_centre(connection, CODE).id)
        assert connection.execute(table_of("stock_moves").select()).one().id == booked
    with other.store.reading() as session:
        assert comparing.digests(session) == digests
    compared(one)
    assert one.rows() == other.rows()


def test_what_waits_or_was_refused_is_no_difference(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    kept = one.save("staff", staff("职工"))
    settle(one, other)
    with one.store.writing() as session:
        one.save_raw(session, "staff", name="身份证错", id_number="110105194912310021")
    assert len(one.sync().refused) == 1
    report = compared(one)
    assert report.compared
    assert report.found == Found()
    assert one.client is not None
    one.client.meanwhile = lambda: void(one.save("staff", {"name": "正在改"}, kept))
    other.save("staff", {"phone": "13800000001"}, kept)
    other.sync()
    report = compared(one)
    one.client.meanwhile = lambda: None
    assert report.found == Found()
    assert one.load("staff", kept)["name"] == "正在改"


def void(_result: object) -> None:
    """Take a result and give none."""


def test_what_the_county_alone_writes_is_kept_and_reported(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    settle(*two)
    with unseen(one) as session:
        one.save_raw(session, "publications", kind="通知", number="1", title="来历不明")
    before = one.rows()["publications"]
    report = compared(one)
    assert report.found == Found(kept=1)
    assert one.rows()["publications"] == before
    assert report.waiting == 0


def test_it_is_done_once_a_week_and_after_a_disk_was_put_back(hub: Hub, two: tuple[PC, PC]) -> None:
    one, _other = two
    assert not one.sync().compared
    assert not one.sync().compared
    with one.store.writing() as session:
        account.write(session, checked_at="2026-01-01T08:00:00+08:00")
    assert one.sync().compared
    assert not one.sync().compared
    assert CHECK_DAYS == 7


def test_a_field_only_the_newer_hub_has_is_no_difference(
    hub: Hub, two: tuple[PC, PC], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    id = one.save("staff", staff("职工", phone="13800000001"))
    settle(one, other)
    from desktop.models import changes
    from desktop.sync import apart

    def older(register: Any) -> dict[int, str]:
        named = changes.columns_by_number(register)
        return {number: name for number, name in named.items() if name != "phone"}

    with unseen(one) as session:
        table = find_register("staff").table
        session.execute(update(table).where(table.c.id == id).values(phone=None))
    monkeypatch.setattr(apart, "columns_by_number", older)
    monkeypatch.setattr(comparing, "columns_by_number", older)
    assert compared(one).found == Found()
    monkeypatch.undo()
    assert compared(one).found == Found(fetched=1, told=1)


@pytest.mark.parametrize("newly_made", [False, True])
def test_what_is_being_typed_meanwhile_is_not_counted(
    sqlite_hub: Hub, make_pc: MakePC, *, newly_made: bool
) -> None:
    one = make_pc()
    one.join(sqlite_hub, code_for(sqlite_hub))
    spoilt = one.save("staff", staff("职工"))
    typed = made_beside(one, spoilt)
    settle(one)
    with unseen(one) as session:
        table = find_register("staff").table
        session.execute(update(table).where(table.c.id == spoilt).values(phone="139"))
    assert one.client is not None
    ask = one.client.check

    def check(path: str, question: Any, kind: type[Any]) -> Any:
        answer = ask(path, question, kind)
        if path == CHECK_RECORDS and newly_made:
            made_beside(one, spoilt)
        elif path == CHECK_RECORDS:
            one.save("staff", {"phone": "13800000001"}, typed)
        return answer

    one.client.check = check  # type: ignore[method-assign]
    assert compared(one).found == Found(fetched=1, told=1)
    settle(one)
    assert_same(sqlite_hub, one)


def made_beside(pc: PC, id: bytes) -> bytes:
    """Make people until one of them is compared together with a record."""
    while True:
        made = pc.save("staff", staff("职工"))
        if bucket_of(made) == bucket_of(id):
            return made


def test_where_the_hub_does_not_compare_it_is_not_said_to_be_done(
    sqlite_hub: Hub, make_pc: MakePC
) -> None:
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    settle(pc)
    assert pc.client is not None

    def older(_path: str, _question: Any, _kind: type[Any]) -> Any:
        raise Declined("http", "404")

    pc.client.check = older  # type: ignore[method-assign, assignment]
    report = compared(pc)
    assert (report.compared, report.found, report.waiting) == (False, Found(), 0)
    del pc.client.check
    assert pc.sync().compared


def test_of_what_is_not_the_centres_nothing_is_fetched(hub: Hub, make_pc: MakePC) -> None:
    other = "330523101"
    add_centre(hub, other, "乙镇卫生院")
    pcs = [make_pc(name=name, code=code) for name, code in ((NAME, CODE), ("乙镇卫生院", other))]
    for pc, code in zip(pcs, (CODE, other), strict=True):
        pc.join(hub, code_for(hub, code))
    mine, theirs = (pc.save("staff", staff("职工")) for pc in pcs)
    settle(*pcs)
    client, number = pcs[0].client, find_register("staff").number
    assert client is not None

    def fetched(*ids: bytes) -> list[bytes]:
        question = FetchAsked(number, pack_ids(ids))
        return unpack_ids(client.check(CHECK_FETCH, question, FetchAnswer).rows.ids)

    assert fetched(theirs) == fetched(b"x" * 16) == fetched() == []
    assert fetched(theirs, mine) == [mine]


def test_the_command_compares_and_says_what_it_found(sqlite_hub: Hub, make_pc: MakePC) -> None:
    pc = make_pc()
    code = code_for(sqlite_hub)
    with run_hub(str(sqlite_hub.url)) as process:
        assert run(pc, "enrol", process.start(), code)
        id = pc.save("staff", staff("职工"))
        assert "核对" not in run(pc, "sync")
        with unseen(pc) as session:
            table = find_register("staff").table
            session.execute(update(table).where(table.c.id == id).values(name="坏了"))
        said = run(pc, "sync", "--check")
        assert "本机有 1 条不一致，已从县级补齐" in said
        assert "1 处值留在“需要核对”里" in said
        assert "本机有 1 条不一致" in run(pc, "sync", "--status")
        found = json.loads(run(pc, "sync", "--check", "--json"))
        assert found["compared"] is True
        assert found["mended"] == {"fetched": 0, "offered": 0, "told": 0, "kept": 0}
        assert "两边一致" in run(pc, "sync", "--status")


def run(pc: PC, *words: str) -> str:
    """Run a command at a PC and return what it says."""
    out, error = thdesk(pc, *words).communicate()
    assert not error, error
    return out
