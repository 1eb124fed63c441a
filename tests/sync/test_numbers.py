"""Two PCs give one number while they are apart: both are taken, told, and one is renumbered."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from county import numbering
from county.centres import find_centre
from county.storage import Hub
from desktop.errors import RecordRefused, UserError
from desktop.models.changes import history
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import remove
from desktop.services.numbers import (
    SharedNumber,
    count_shared,
    find_shared,
    next_free,
    renumber,
    take_back,
)
from tests.sync.parts import CODE, PC, HubProcess, id_number, run_hub, settle, staff
from tests.sync.test_mending import run

CONTRACTS = find_register("contracts")
NUMBER = CONTRACTS.by_key["agreement_no"]


def contract(name: str, number: str | None) -> Values:
    return {
        "name": name,
        "id_number": id_number(),
        "signed_on": date(2026, 1, 1),
        "expires_on": date(2026, 12, 31),
        "agreement_no": number,
    }


def shared_at(pc: PC) -> list[SharedNumber]:
    with pc.store.reading() as session:
        return find_shared(session)


def at_hub(hub: Hub) -> list[tuple[str, list[bytes]]]:
    with hub.reading() as connection:
        own = find_centre(connection, CODE).id
        return [(each.number, each.ids) for each in numbering.find_shared(connection, own)]


def test_the_second_claimant_is_taken_and_renumbered(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    first = one.save("contracts", contract("王小明", "青2026-0099"))
    second = other.save("contracts", contract("李小红", "青2026-0099"))
    third = other.save("contracts", contract("张小刚", "青2026-0100"))
    one.sync()
    assert other.sync().refused == []
    settle(one, other)
    assert at_hub(hub) == [("青2026-0099", [first, second])]
    for pc in two:
        (shared,) = shared_at(pc)
        assert (shared.number, shared.free) == ("青2026-0099", "青2026-0101")
        assert {each.id for each in shared.holders} == {first, second}
        assert {each.title for each in shared.holders} == {"王小明", "李小红"}
        with pc.store.reading() as session:
            assert count_shared(session, {"contracts"}) == {"contracts": 1}
    # Another field of a record whose number is shared can be edited all the same.
    one.save("contracts", {"note": "备注"}, second)
    with one.store.writing() as session:
        assert renumber(session, CONTRACTS, NUMBER, second, shared.free) == "青2026-0099"
    assert one.sync().refused == []
    other.sync()
    assert at_hub(hub) == []
    assert other.load("contracts", second)["agreement_no"] == "青2026-0101"
    assert other.load("contracts", third)["agreement_no"] == "青2026-0100"
    assert shared_at(one) == shared_at(other) == []
    with one.store.reading() as session:
        entry = history(session, CONTRACTS, second)[0]
    assert entry.before == {"agreement_no": "青2026-0099"}
    with one.store.writing() as session:
        take_back(session, CONTRACTS, NUMBER, second, "青2026-0099")
    settle(one, other)
    assert len(shared_at(other)) == 1
    assert one.rows() == other.rows()


def test_one_pc_refuses_a_number_that_it_knows(two: tuple[PC, PC]) -> None:
    one, other = two
    first = one.save("contracts", contract("王小明", "A-1"))
    with pytest.raises(RecordRefused, match="协议编号"):
        one.save("contracts", contract("李小红", "A-1"))
    second = one.save("contracts", contract("李小红", None))
    one.save("contracts", contract("张小刚", None))
    with pytest.raises(RecordRefused, match="协议编号"), one.store.writing() as session:
        renumber(session, CONTRACTS, NUMBER, second, "A-1")
    for wrong in ("", "  "):
        with pytest.raises(UserError, match="新的协议编号"), one.store.writing() as session:
            renumber(session, CONTRACTS, NUMBER, first, wrong)
    with one.store.writing() as session:
        remove(session, CONTRACTS, first)
    one.save("contracts", {"agreement_no": "A-1"}, second)
    settle(one, other)
    assert shared_at(other) == []
    one.save("staff", staff("甲", licence_no="110"))
    with pytest.raises(RecordRefused, match="执业证书编号"):
        one.save("staff", staff("乙", licence_no="110"))


def test_one_households_paper_has_one_number(hub: Hub, two: tuple[PC, PC]) -> None:
    one, other = two
    for name in ("王大明", "王小明"):
        one.save("contracts", contract(name, "B-1") | {"householder": "王大明"})
    other.save("contracts", contract("王小花", "B-1") | {"householder": "王大明"})
    settle(one, other)
    assert shared_at(one) == shared_at(other) == []
    assert at_hub(hub) == []
    with pytest.raises(RecordRefused, match="协议编号"):
        one.save("contracts", contract("李小红", "B-1") | {"householder": "李大红"})
    with pytest.raises(RecordRefused, match="协议编号"):
        one.save("contracts", contract("没写户主", "B-1"))
    apart = other.load("contracts", other.save("contracts", contract("没写户主", "B-2")))
    assert apart["householder"] is None
    one.save("contracts", contract("也没写", "B-2"))
    settle(one, other)
    assert [each.number for each in shared_at(one)] == ["B-2"]
    assert [number for number, _ids in at_hub(hub)] == ["B-2"]


@pytest.mark.parametrize(
    ("number", "free"),
    [
        ("青2026-0099", "青2026-0100"),
        ("999", "1000"),
        ("7号", "8号"),
        ("甲", "甲-2"),
        ("2026-%", "2027-%"),
    ],
)
def test_the_next_number_looks_like_the_last(
    make_pc: Callable[..., PC], number: str, free: str
) -> None:
    pc = make_pc()
    pc.save("contracts", contract("王小明", number))
    with pc.store.reading() as session:
        assert next_free(session, CONTRACTS, NUMBER, number) == free
    pc.save("contracts", contract("李小红", free))
    with pc.store.reading() as session:
        assert next_free(session, CONTRACTS, NUMBER, number) not in {number, free}


def test_the_commands_list_and_renumber(sqlite_hub: Hub, make_pc: Callable[..., PC]) -> None:
    pc, apart = make_pc(), make_pc()
    with run_hub(str(sqlite_hub.url)) as process:
        for each in (pc, apart):
            run(each, "enrol", started(process), process.command("enrol", CODE).split()[0])
        pc.save("contracts", contract("王小明", "A-1"))
        second = apart.save("contracts", contract("李小红", "A-1"))
        for each in (pc, apart, pc):
            run(each, "sync")
        assert "A-1 有 2 条，下一个空号 A-2" in run(pc, "numbers", "list")
        assert "有 1 组重复的记录或编号" in run(pc, "sync", "--status")
        assert json.loads(run(pc, "sync", "--status", "--json"))["doubles"] == 1
        (found,) = json.loads(run(pc, "numbers", "list", "--json"))
        assert (found["number"], found["free"]) == ("A-1", "A-2")
        assert "A-1" in process.command("numbers", CODE)
        (held,) = json.loads(process.command("numbers", CODE, "--json"))
        assert held["records"][1] == second.hex()
        said = run(pc, "numbers", "change", "contracts", second.hex())
        assert "协议编号已由 A-1 改为 A-2" in said
        assert "没有重复的编号" in run(pc, "numbers", "list")
        assert "重复" not in run(pc, "sync", "--status")
        run(pc, "sync")
        assert "没有重复的编号" in process.command("numbers", CODE)


def started(process: HubProcess) -> str:
    return f"http://127.0.0.1:{process.port}" if process.port else process.start()
