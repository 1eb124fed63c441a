"""Two PCs that did the same work before they met end with one record of each, and lose nothing."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from county.storage import Hub
from desktop.errors import Frozen, UserError
from desktop.exchange.undoing import undo
from desktop.models.register import Values
from desktop.models.registers import all_registers, find_register
from desktop.models.store import remove
from desktop.services.returns import filing
from desktop.sync import conflicts, enrolling
from desktop.sync.engine import Engine
from tests.exchange.sheets_made import person
from tests.sync.meetings import (
    COUNT,
    FORM,
    MONTH,
    MakePC,
    assert_same,
    counts,
    import_all,
    join_all,
    settle,
    sums,
    told,
)
from tests.sync.parts import CODE, HubProcess, code_for


def test_the_same_workbooks_at_three_pcs_are_one(hub: Hub, make_pc: MakePC, tmp_path: Path) -> None:
    alone, *three = (make_pc() for _n in range(4))
    import_all(alone, tmp_path)
    join_all(hub, *three)
    for pc in three:
        import_all(pc, tmp_path / pc.home.name)
    settle(*three)
    assert_same(hub, *three)
    for pc in three:
        assert counts(pc) == counts(alone)
        assert sums(pc) == sums(alone) == {"stock_moves": [27, 40, 50], "supply_moves": [120]}
        assert told(pc) == []
        import_all(pc, tmp_path)
        assert pc.status().waiting == 0


def test_through_a_hub_in_a_process_of_its_own(
    hub_process: HubProcess, make_pc: MakePC, tmp_path: Path
) -> None:
    url = hub_process.start()
    pcs = make_pc(), make_pc()
    for pc in pcs:
        code = hub_process.command("enrol", CODE).splitlines()[0]
        enrolling.enrol(pc.store, url, code, "测试机", insecure=True)
        import_all(pc, tmp_path)
        with pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, {"M11": "3620"})
    for pc in (*pcs, *pcs):
        assert Engine(pc.store).exchange().refused == []
    assert pcs[0].rows() == pcs[1].rows()
    assert sums(pcs[0]) == {"stock_moves": [27, 40, 50], "supply_moves": [120]}
    assert (counts(pcs[0])["contracts"], counts(pcs[0])["returns"]) == (30, 1)


def test_edits_of_what_both_took_in_all_stay(hub: Hub, make_pc: MakePC, tmp_path: Path) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    join_all(hub, one, other)
    for pc in (one, other):
        import_all(pc, tmp_path)
    contract = min(one.rows()["contracts"])
    one.save("contracts", {"phone": "13800000001"}, contract)
    other.save("contracts", {"householder": "张大山", "phone": "13800000002"}, contract)
    other.sync()
    settle(one, other)
    assert_same(hub, one, other)
    assert one.load("contracts", contract)["householder"] == "张大山"
    assert one.load("contracts", contract)["phone"] == "13800000002"
    assert [each[:3] for each in told(one)] == [("联系电话", "138****0001", "138****0002")]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_same_person_typed_at_three_pcs_loses_no_value(
    order: tuple[int, ...], hub: Hub, make_pc: MakePC
) -> None:
    pcs = make_pc(), make_pc(), make_pc()
    join_all(hub, *pcs)
    more: list[Values] = [
        {"phone": "13800000001"},
        {"department": "内科", "phone": "13800000002"},
        {"note": "返聘"},
    ]
    for pc, values in zip(pcs, more, strict=True):
        pc.save("staff", {"name": "王小明", "id_number": person(1), **values})
    settle(*(pcs[at] for at in order))
    assert_same(hub, *pcs)
    (id,) = pcs[0].rows()["staff"]
    held = pcs[0].load("staff", id)
    assert (held["department"], held["note"]) == ("内科", "返聘")
    first = min((0, 1), key=order.index)
    assert held["phone"] == f"1380000000{first + 1}"
    loser = pcs[1 - first]
    assert told(loser) == [
        ("联系电话", f"138****000{2 - first}", f"138****000{first + 1}", "made_twice")
    ]
    with loser.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert issue.who == "测试机"
    with loser.store.writing() as session:
        conflicts.put_back(session, issue.id)
    settle(*pcs)
    assert pcs[2].load("staff", id)["phone"] == f"1380000000{2 - first}"
    assert sum(len(told(pc)) for pc in pcs) == 0


def test_of_a_value_that_came_with_its_record_no_time_is_told(hub: Hub, make_pc: MakePC) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    join_all(hub, one, other)
    known: Values = {"name": "王小明", "id_number": "11010519491231002X"}
    id = one.save("staff", known | {"note": "返聘"})
    assert other.save("staff", known) == id
    other.save("staff", {"note": "借调"}, id)
    settle(one, other)
    with other.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    assert (issue.mine, issue.theirs, issue.at) == ("借调", "返聘", None)


@pytest.mark.parametrize("deleter_first", [True, False])
def test_deleted_at_one_pc_and_made_at_the_other_stands(
    deleter_first: bool, hub: Hub, make_pc: MakePC
) -> None:
    deletes, keeps = make_pc(), make_pc()
    join_all(hub, deletes, keeps)
    values: Values = {"name": "王小明", "id_number": person(1)}
    id = deletes.save("staff", values)
    with deletes.store.writing() as session:
        remove(session, find_register("staff"), id)
    assert keeps.save("staff", values) == id
    for pc in (deletes, keeps) if deleter_first else (keeps, deletes):
        pc.sync()
    settle(deletes, keeps)
    assert_same(hub, deletes, keeps)
    assert keeps.load("staff", id)["name"] == "王小明"
    assert [each[:3] for each in told(deletes)] == [("删除", "已删除", "未删除")]
    with keeps.store.writing() as session:  # Having seen both, a deletion stands.
        remove(session, find_register("staff"), id)
    settle(keeps, deletes)
    assert_same(hub, deletes, keeps)
    with pytest.raises(UserError):
        deletes.load("staff", id)


def test_what_was_deleted_comes_back_under_its_key(make_pc: MakePC, tmp_path: Path) -> None:
    pc = make_pc()
    values: Values = {"name": "王小明", "id_number": person(1), "phone": "13800000001"}
    id = pc.save("staff", values)
    with pc.store.writing() as session:
        remove(session, find_register("staff"), id)
    assert pc.save("staff", {"name": "王小名", "id_number": person(1)}) == id
    assert (pc.load("staff", id)["name"], pc.load("staff", id)["phone"]) == ("王小名", None)
    pc.save("staff", {"id_number": person(2)}, id)  # Another key from now on: a new record.
    assert pc.save("staff", values) != id


def test_taken_back_and_taken_in_again_meets_the_other_pc(
    hub: Hub, make_pc: MakePC, tmp_path: Path
) -> None:
    alone, one, other = make_pc(), make_pc(), make_pc()
    join_all(hub, one, other)
    for pc in (alone, one, other):
        import_all(pc, tmp_path)
    undo(one.store)
    assert sums(one) == {"stock_moves": [0, 0, 0], "supply_moves": [0]}
    import_all(one, tmp_path)
    assert counts(one)["contracts"] == 30
    settle(other, one)
    assert_same(hub, one, other)
    assert sums(one) == sums(alone)
    known = ("contracts", "residents", "drug_stock", "supplies", "teams", "packages")
    assert {key: counts(one)[key] for key in known} == {key: counts(alone)[key] for key in known}
    undo(one.store)
    assert counts(one)["contracts"] == 0
    assert sums(one) == {"stock_moves": [0, 0, 0], "supply_moves": [0]}


def test_taken_back_at_both_pcs_is_taken_back_once(
    hub: Hub, make_pc: MakePC, tmp_path: Path
) -> None:
    one, other = make_pc(), make_pc()
    join_all(hub, one, other)
    for pc in (one, other):
        import_all(pc, tmp_path)
        undo(pc.store)
    settle(one, other)
    assert_same(hub, one, other)
    assert sums(one) == {"stock_moves": [0, 0, 0], "supply_moves": [0]}


def test_two_counts_of_one_day_are_one_and_the_difference_is_told(
    hub: Hub, make_pc: MakePC, tmp_path: Path
) -> None:
    one, other = make_pc(), make_pc()
    join_all(hub, one, other)
    import_all(one, tmp_path / "甲")
    COUNT[1][3] = 30
    try:
        import_all(other, tmp_path / "乙")
    finally:
        COUNT[1][3] = 27
    settle(one, other)
    assert_same(hub, one, other)
    assert sums(one) == sums(other) == {"stock_moves": [27, 40, 50], "supply_moves": [120]}
    assert told(other) == [("数量", "30", "27", "made_twice")]
    with other.store.reading() as session:
        (issue,) = conflicts.list_issues(session)
    with pytest.raises(Frozen), other.store.writing() as session:
        conflicts.put_back(session, issue.id)
    COUNT[1][3] = 30
    try:
        import_all(other, tmp_path / "乙")  # Having seen the other count, this one is a correction.
    finally:
        COUNT[1][3] = 27
    settle(other, one)
    assert_same(hub, one, other)
    assert sums(one)["stock_moves"] == [30, 40, 50]


def test_made_while_the_answer_was_on_its_way(hub: Hub, make_pc: MakePC) -> None:
    one, other = make_pc(), make_pc()
    join_all(hub, one, other)
    one.save("staff", {"name": "王小明", "id_number": person(1)})
    one.sync()
    assert other.client is not None
    made: list[bytes] = []

    def make() -> None:
        if not made:
            values: Values = {"name": "王小名", "id_number": person(1), "note": "返聘"}
            made.append(other.save("staff", values))

    other.client.meanwhile = make
    settle(other, one)
    assert_same(hub, one, other)
    assert one.load("staff", made[0])["note"] == "返聘"
    assert told(other) == [("姓名", "王小名", "王小明", "made_twice")]


def test_every_register_with_a_key_makes_the_same_id(make_pc: MakePC) -> None:
    """Ledgers, schemes, visits and what was found and paid stay two where two PCs made one each."""
    apart = {
        key
        for key, register in all_registers().items()
        if not register.key_values({field.key: 1 for field in register.stored})
    }
    signed = {"visits", "findings", "pay_sheets"}
    assert apart == {"stock_moves", "supply_moves", "schemes"} | signed


def test_a_policy_without_a_number_says_nothing_against_another_pcs(
    hub: Hub, make_pc: MakePC
) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    policies = one.rows()["policy"]
    table = find_register("policy").table
    with one.store.reading() as session:
        asked = select(table.c.id).where(table.c.value == "").order_by(table.c.id)
        early, late = session.scalars(asked).all()[:2]
    one.save("policy", {"value": "50"}, early)
    one.join(hub, code_for(hub))
    one.sync()
    other.save("policy", {"value": "3"}, late)
    other.join(hub, code_for(hub))
    report = other.sync()
    assert (report.conflicts, other.status().issues) == (0, 0)
    assert other.load("policy", early)["value"] == "50"
    one.sync()
    assert one.load("policy", late)["value"] == "3"
    assert one.status().issues == 0
    assert one.rows()["policy"].keys() == policies.keys()
