"""Two PCs that did the same work before they met end with one record of each, and lose nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from county.storage import Hub
from county.verifying import problems
from desktop.errors import Frozen, UserError
from desktop.exchange.importing import Options, take_in
from desktop.exchange.undoing import undo
from desktop.models.ledger import balances
from desktop.models.register import Values
from desktop.models.registers import all_registers, find_register
from desktop.models.store import remove
from desktop.services.returns import filing
from desktop.sync import conflicts, enrolling
from desktop.sync.engine import Engine
from tests.exchange.sheets_made import person, workbook
from tests.sync.parts import CODE, PC, HubProcess, code_for, everything

MakePC = Callable[..., PC]
FORM, MONTH = "medical_services_monthly", "2026-10"
DRUGS: list[list[Any]] = [
    ["药品名称", "规格", "零售价"],
    ["阿莫西林胶囊", "0.25g×24粒", 12.5],
    ["布洛芬片", "0.1g×20片", 8],
]
COUNT: list[list[Any]] = [
    ["药品名称", "规格", "批号", "实盘数量", "有效期至"],
    ["阿莫西林胶囊", "0.25g×24粒", "A1", 27, "2027/3/28"],
    ["布洛芬片", "0.1g×20片", "", 40, "2027/4/30"],
    ["布洛芬片", "0.1g×20片", "", 50, "2027/9/30"],
]
SUPPLIES: list[list[Any]] = [
    ["物资名称", "单位", "期初库存", "本月入库", "本月消耗", "期末库存"],
    ["一次性注射器", "支", 100, 50, 30, 120],
]
CONTRACTS: list[list[Any]] = [
    ["姓名", "身份证号", "签约日期", "到期日期", "联系电话", "签约团队", "服务包"],
    *(
        [f"村民{n}", person(n), date(2026, 1, 5), date(2026, 12, 31), "", "第一团队", "基础包"]
        for n in range(30)
    ),
]


def files(folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    return [
        workbook(folder / "药品目录.xlsx", DRUGS),
        workbook(folder / "药品盘点表2026年10月31日.xlsx", COUNT),
        workbook(folder / "物资月报表2026年10月.xlsx", SUPPLIES),
        workbook(folder / "家庭医生签约.xlsx", CONTRACTS),
    ]


def import_all(pc: PC, folder: Path) -> None:
    outcomes, _receipt = take_in(pc.store, files(folder), Options(period=MONTH))
    assert [each.error for each in outcomes] == [None] * len(outcomes)
    assert all(not part.refused for each in outcomes if each.plan for part in each.plan.parts)


def settle(*pcs: PC) -> None:
    for _round in range(2):
        for each in pcs:
            assert each.sync().refused == []


def sums(pc: PC) -> dict[str, list[int]]:
    with pc.store.reading() as session:
        return {
            key: sorted(balances(session, key).values()) for key in ("stock_moves", "supply_moves")
        }


def counts(pc: PC) -> dict[str, int]:
    return {key: sum(row[0] is None for row in rows.values()) for key, rows in pc.rows().items()}


def assert_same(hub: Hub, *pcs: PC) -> None:
    """Every PC holds what the hub holds, and no two standing records have one natural key."""
    with hub.reading() as connection:
        held = everything(connection)
        assert problems(connection) == []
    for pc in pcs:
        assert pc.status().waiting == 0
        with pc.store.reading() as session:
            assert everything(session) == held


def told(pc: PC) -> list[tuple[str, str, str, str]]:
    with pc.store.reading() as session:
        found = conflicts.list_issues(session)
    return sorted((each.label, each.mine, each.theirs, each.reason) for each in found)


def join_all(hub: Hub, *pcs: PC) -> None:
    for pc in pcs:
        pc.join(hub, code_for(hub))


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


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_the_same_month_begun_twice_is_one_return(
    order: tuple[int, ...], hub: Hub, make_pc: MakePC
) -> None:
    pcs = make_pc(), make_pc(person="张会计")
    join_all(hub, *pcs)
    for pc, cells in zip(pcs, ({"M11": "3620"}, {"M12": "134"}), strict=True):
        with pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, cells)
            filing.set_explanations(session, FORM, MONTH, {"Q1": "说明"})
    settle(*(pcs[at] for at in order))
    assert_same(hub, *pcs)
    (held,) = pcs[0].rows()["returns"].values()
    assert held[0] is None
    # Each cell is a record of its own: what the two filled in stays side by side.
    assert [told(pc) for pc in pcs] == [[], []]
    with pcs[0].store.reading() as session:
        filled = find_register("return_cells").table.c
        found = session.execute(
            select(filled.cell, filled.value).where(filled.kind == "填报")
        ).all()
    assert {tuple(each) for each in found} == {("M11", "3620"), ("M12", "134")}


@pytest.mark.parametrize("first_submits", [True, False])
def test_a_return_submitted_at_one_pc_is_what_the_county_has(
    first_submits: bool, hub: Hub, make_pc: MakePC
) -> None:
    submits, drafts = make_pc(), make_pc(person="张会计")
    join_all(hub, submits, drafts)
    with drafts.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "9", "M12": "9"})
    with submits.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "3620", "M12": "134"})
        sent = filing.submit_all_steps(session, FORM, MONTH, "院长")
    with drafts.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M12": "10"})
    for pc in (submits, drafts) if first_submits else (drafts, submits):
        pc.sync()
    settle(submits, drafts)
    assert_same(hub, submits, drafts)
    (id,) = submits.rows()["returns"]
    for pc in (submits, drafts):
        held = pc.load("returns", id)
        assert (held["status"], held["submitted_by"]) == ("县级已接收", "院长")
        assert held["received_at"]
        assert held["checksum"] == sent.checksum
        assert held["typed"] == '{"M11": 3620, "M12": 134}'
        with pytest.raises(Frozen), pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, {"M12": "11"})
    if first_submits:
        assert ("填报数据", '{"M11": 9, "M12": 10}') in {each[:2] for each in told(drafts)}


def test_a_return_submitted_at_both_pcs_keeps_the_first_receipt(hub: Hub, make_pc: MakePC) -> None:
    pcs = make_pc(), make_pc(person="张会计")
    join_all(hub, *pcs)
    for pc, cells, person_name in zip(pcs, ("1", "2"), ("院长", "张会计"), strict=True):
        with pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, {"M11": cells, "M12": cells})
            filing.submit_all_steps(session, FORM, MONTH, person_name)
    pcs[0].sync()
    (id,) = pcs[0].rows()["returns"]
    received = pcs[0].load("returns", id)
    pcs[1].sync()
    settle(*pcs)
    assert_same(hub, *pcs)
    assert pcs[1].load("returns", id) == received
    assert ("上报人", "张会计", "院长") in {each[:3] for each in told(pcs[1])}


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
