"""What PCs that meet have both done, and what is looked at when they have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from county.storage import Hub
from county.verifying import problems
from desktop.exchange.importing import Options, take_in
from desktop.models.ledger import balances
from desktop.sync import conflicts
from tests.exchange.sheets_made import person, workbook
from tests.sync.parts import PC, code_for, everything

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
