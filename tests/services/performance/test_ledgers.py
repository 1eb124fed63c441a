from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from desktop.models.kinds import show_amount
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.performance.charts import heat_map, ranking, trend
from desktop.services.performance.ledger import fund_balances, yearly_pay
from desktop.services.performance.schemes import scheme_for
from desktop.services.performance.sheets import Adjustment, approve, supplement
from desktop.services.performance.simulating import simulate
from desktop.services.performance.village_share import village_share
from desktop.services.performance.yearly import LETTERS, PAID, papers_of_year
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.performance.building import MONTHS, QUARTER, scheme
from tests.services.performance.conftest import Quarter

NOW = datetime(2027, 1, 8, 9, 30)


def test_the_villages_share_beside_its_dated_line(quarter: Quarter) -> None:
    quarter.add(
        "workloads",
        {"period": "2026", "item": "高血压患者健康管理", "total": 420, "weight": 200},
        {"period": "2026", "item": "预防接种", "total": 1000, "village": 100},
        {"period": "2026", "item": "肺结核患者健康管理", "total": 5},
        {"period": "2020", "item": "预防接种", "total": 100, "village": 45},
    )
    with quarter.centre.store.reading() as session:
        made = village_share(session, "2026")
        old = village_share(session, "2020")
        none = village_share(session, "2021")
    items = {each.item: each for each in made.items}
    assert items["高血压患者健康管理"].village == 210
    assert items["高血压患者健康管理"].computed
    assert items["高血压患者健康管理"].percent == 50
    assert len(items["高血压患者健康管理"].clinics) == 2
    assert items["肺结核患者健康管理"].percent is None
    assert made.percent == Fraction((210 * 2 + 100) * 100, 420 * 2 + 1000)
    assert (made.line, made.reached) == (Decimal(50), False)
    assert (old.percent, old.line, old.reached) == (45, Decimal(45), True)
    assert (none.percent, none.reached) == (None, None)


def test_a_year_of_a_doctor_by_channel(quarter: Quarter) -> None:
    store = quarter.centre.store
    with store.reading() as session:
        found = scheme_for(Records(session), parse_period(QUARTER))
        assert found is not None
        made = simulate(session, QUARTER, found.scheme, scheme_id=found.id)
    sheet = approve(store, made, NOW, acknowledged=True)
    doctor = quarter.doctors[2].hex()
    supplement(store, sheet, [Adjustment(doctor, "孙玉梅", 500, "漏记")], "漏记", NOW)
    with store.reading() as session:
        lines = {line.id: line for line in yearly_pay(session, "2026")}
        assert yearly_pay(session, "2025") == []
        papers = papers_of_year(session, "2026", date(2027, 1, 9))
    assert lines[doctor].channels == {"绩效": 63_000, "基本药物补助": 90_000, "补充": 500}
    assert sum(line.total for line in lines.values()) == made.total + 500
    with store.writing() as session:
        register = find_register("pay_sheets")
        found_rows = session.execute(select(register.table).where(register.table.c.id == sheet))
        (row,) = found_rows.mappings()
        insert_many(session, register, [{key: row[key] for key in register.by_key}])
        # The same quarter approved on another PC as well is paid once.
        assert {line.id: line for line in yearly_pay(session, "2026")} == lines
    (paid,) = papers[PAID]
    (table,) = paid.tables
    assert [column.label for column in table.columns][3:] == [
        "绩效（元）", "基本药物补助（元）", "补充（元）", "合计（元）",
    ]  # fmt: skip
    assert ("孙玉梅", "630.00", "900.00", "5.00", "1,535.00") in [row[2:] for row in table.rows]
    assert table.totals[-1] == show_amount(made.total + 500)
    letter = papers[LETTERS][0].tables[0].rows
    assert ("高血压随访人次", "人次", "480", "90", "18.75%") in [row[:5] for row in letter]


def test_funds_on_a_day(quarter: Quarter) -> None:
    fund = {"fund": "基本公卫补助"}
    quarter.add(
        "fund_moves",
        fund | {"kind": "收到", "moved_on": date(2026, 3, 1), "amount": 1_000_000},
        fund | {"kind": "拨付卫生室", "moved_on": date(2026, 4, 1), "amount": 300_000},
        fund | {"kind": "本院支出", "moved_on": date(2026, 5, 1), "amount": 200_000},
        fund | {"kind": "收到", "moved_on": date(2026, 9, 1), "amount": 1},
    )
    with quarter.centre.store.reading() as session:
        (made,) = fund_balances(session, date(2026, 6, 30))
    assert (made.received, made.balance) == (1_000_000, 500_000)
    assert made.days_held(date(2026, 6, 30)) == 121


def test_charts(quarter: Quarter) -> None:
    with quarter.centre.store.reading() as session:
        made = simulate(session, QUARTER, scheme())
        lines = trend(session, ("2026-09", *MONTHS), scheme())
    places = [(each.place, each.result.name) for each in ranking(made)]
    assert places == [(1, "赵淑珍"), (1, "钱大海"), (3, "孙玉梅")]
    heat = heat_map(made)
    assert heat.blocks == ("公卫", "其他")
    assert heat.cells[heat.clinics.index("乙村卫生室")][0] == 8333
    assert lines[quarter.clinics[0]][1:] == [10_000] * 3
    assert lines[quarter.clinics[0]][0] is not None
