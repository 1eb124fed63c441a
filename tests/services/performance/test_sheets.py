from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Subquery, insert, select, update

from desktop.errors import Frozen, RecordRefused, UserError
from desktop.models.local import Change, SyncState
from desktop.models.registers import find_register
from desktop.models.store import change_many, load, remove, save
from desktop.services.performance.appeals import (
    appeal_adjustments,
    appeals_of,
    decide_appeal,
    raise_appeal,
)
from desktop.services.performance.pending import exchange_of
from desktop.services.performance.reading import facts_from_rows, read_facts
from desktop.services.performance.scheme import shipped
from desktop.services.performance.schemes import (
    scheme_for,
)
from desktop.services.performance.sheets import (
    ApprovalWarned,
    approve,
    is_true,
    read_sheet,
    recomputed,
    sheets,
    supplement,
    supplements_of,
)
from desktop.services.performance.simulating import simulate, simulate_facts
from desktop.services.performance.statement import decode_statement, state
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.report_days import reports_due
from tests.helpers.samples import sample_values, with_references
from tests.services.performance.approving import NOW, TODAY, approved, simulated
from tests.services.performance.building import QUARTER, scheme
from tests.services.performance.conftest import Quarter


def test_a_real_centre_is_scored_and_paid(quarter: Quarter) -> None:
    made = simulated(quarter)
    names = [result.name for result in made.doctors]
    assert names == ["孙玉梅", "赵淑珍", "钱大海"]
    two = made.by_doctor[quarter.doctors[0]]
    assert two.work == (60 * 500 + 30 * 300)  # half of the clinic's
    third = made.by_doctor[quarter.doctors[2]]
    assert third.line("G01").lost == 1000
    assert third.score == 9000
    said = state(made, "青禾镇中心卫生院")
    assert decode_statement(said.encode()) == said
    assert said.doctor(third.id.hex()).sentence == (
        "应发 1,530.00 元 = 工作量 630.00 × 系数 1 + 定补 900.00"
    )
    rows = said.doctor(third.id.hex()).items[0].rows
    assert [key for key, _row in rows] == ["clinic_months"] * 3


def test_exported_rows_give_the_same_late_reports(quarter: Quarter) -> None:
    with quarter.centre.store.writing() as session:
        policy = find_register("policy")
        code = policy.table.c.code == "clinic.report_due_day"
        (row,) = session.execute(select(policy.table.c.id).where(code)).scalars()
        change_many(session, policy, [(row, {"value": "5"})])
        table = find_register("clinic_months").table.c
        (late,) = session.execute(
            select(table.id).where(table.clinic_id == quarter.clinics[0], table.month == "2026-11")
        ).scalars()
        everybody = session.execute(select(table.id)).scalars().all()
        came = [(each, {"received_on": date(2026, 10, 31)}) for each in everybody]
        change_many(session, find_register("clinic_months"), list[Any](came))
        change_many(
            session, find_register("clinic_months"), [(late, {"received_on": date(2026, 12, 6)})]
        )
    by_day = replace(scheme().items[3], source="reports.late")
    judged = scheme(items=(*scheme().items[:3], by_day))
    with quarter.centre.store.reading() as session:
        mine = simulate(session, QUARTER, judged)
        due = reports_due(Records(session), parse_period(QUARTER).months)
    theirs = simulate_facts(facts_from_rows(exported(quarter), QUARTER, due=due), judged)
    assert mine.numbers == theirs.numbers
    lost = {result.name: result.line("H02").lost for result in mine.doctors}
    assert lost == {"孙玉梅": 0, "赵淑珍": 500, "钱大海": 500}


def exported(quarter: Quarter) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every register with its id, as an export gives them, in any order."""
    made: dict[str, list[dict[str, Any]]] = {}
    with quarter.centre.store.reading() as session:
        for key in ("clinics", "village_doctors", "postings", "clinic_months", "visits",
                    "visit_items", "visit_samples", "findings", "appraisal_events", "trainings",
                    "targets", "unified_checks", "subsidies", "contracts"):  # fmt: skip
            table = find_register(key).table
            made[key] = [dict(row._mapping) for row in session.execute(select(table))]
            random.Random(key).shuffle(made[key])
    return made


def fill(quarter: Quarter) -> None:
    """Add a row to every register an appraisal reads, and contracts that end and are renewed."""
    visits = quarter.add(
        "visits",
        {"clinic_id": quarter.clinics[0], "visited_on": date(2026, 11, 6), "score": 8800},
        {"clinic_id": quarter.clinics[1], "visited_on": date(2026, 9, 6), "score": 100},
    )
    for at, visit in enumerate(visits):
        quarter.add(
            "visit_items",
            {"visit_id": visit, "code": "C01", "section": "业务", "result": "不合格",
             "earned": at * 100, "possible": 500, "wording": "处方", "veto": False},
        )  # fmt: skip
        quarter.add("visit_samples", {"visit_id": visit, "kind": "处方", "subject": "甲",
                                      "genuine": True, "compliant": at == 1})  # fmt: skip
    quarter.add(
        "findings",
        {"clinic_id": quarter.clinics[0], "problem": "缺签名", "found_on": date(2026, 10, 6),
         "item_code": "C01", "due_on": date(2026, 10, 20), "status": "待整改"},
    )  # fmt: skip
    quarter.add("trainings", {"doctor_id": quarter.doctors[0], "topic": "例会",
                              "starts_on": date(2026, 10, 8), "attended": False})  # fmt: skip
    quarter.add("subsidies", {"doctor_id": quarter.doctors[0], "kind": "养老补助",
                              "monthly": 20_000, "starts_on": date(2026, 1, 1)})  # fmt: skip
    quarter.add("postings", {"doctor_id": quarter.doctors[1], "clinic_id": quarter.clinics[1],
                             "kind": "任职", "starts_on": date(2026, 11, 11)})  # fmt: skip
    quarter.add("appraisal_events", {"doctor_id": quarter.doctors[2], "kind": "扣分",
                                     "item": "H02", "happened_on": date(2026, 12, 1),
                                     "reason": "迟报 2 天", "points": 100})  # fmt: skip
    rows = []
    for n in range(40):
        start = date(2025, 1, 1) + timedelta(days=20 * n)
        rows.append({"name": f"居民{n}", "id_number": f"4110811960010{n % 30:05d}",
                     "village_id": quarter.villages[n % 2], "signed_on": start,
                     "expires_on": start + timedelta(days=364)})  # fmt: skip
    quarter.add("contracts", *rows)


def test_exported_rows_give_the_same_result_to_the_fen(quarter: Quarter) -> None:
    fill(quarter)
    everything = shipped()
    priced = replace(
        everything,
        items=tuple(replace(i, price=300) if i.paid else i for i in everything.items),
    )
    for period in (QUARTER, "2026-11", "2026"):
        with quarter.centre.store.reading() as session:
            here = read_facts(Records(session), parse_period(period))
            mine = simulate(session, period, priced)
        assert here == facts_from_rows(exported(quarter), period)
        assert here.contracts[0].active
        theirs = simulate_facts(facts_from_rows(exported(quarter), period), priced)
        assert mine.numbers == theirs.numbers
        assert mine.notices == theirs.notices
    assert sum(count.renewed for count in here.contracts) > 0


def test_deleted_rows_do_not_count(quarter: Quarter) -> None:
    fill(quarter)
    before = simulated(quarter)
    made = quarter.add("appraisal_events", {"doctor_id": quarter.doctors[2], "kind": "扣分",
                                            "item": "H02", "happened_on": date(2026, 12, 1),
                                            "reason": "x", "points": 100})  # fmt: skip
    assert simulated(quarter).numbers != before.numbers
    with quarter.centre.store.writing() as session:
        remove(session, find_register("appraisal_events"), made[0])
    assert simulated(quarter).numbers == before.numbers


def test_approving_asks_first_and_then_freezes(quarter: Quarter) -> None:
    made = simulated(quarter)
    with pytest.raises(ApprovalWarned, match="未接入县级平台"):
        approve(quarter.centre.store, made, NOW)
    sheet_id = approve(quarter.centre.store, made, NOW, acknowledged=True)
    with quarter.centre.store.reading() as session:
        sheet = read_sheet(session, sheet_id)
        assert is_true(session, sheet)
    assert sheet.total == made.total
    assert sheet.approved_by == "院长"
    assert sheet.approved_at == "2027-01-08T09:30:00"
    assert sheet.statement is not None
    assert sheet.statement.doctors[0].items[0].sentence
    with quarter.centre.store.writing() as session:
        with pytest.raises(Frozen):
            save(session, find_register("pay_sheets"), {"total": 1}, sheet_id)
        with pytest.raises(Frozen):
            remove(session, find_register("pay_sheets"), sheet_id)


@pytest.mark.parametrize("period", [QUARTER, "2026-11", "2026"])
def test_an_approved_period_is_not_paid_again(quarter: Quarter, period: str) -> None:
    approved(quarter)
    with pytest.raises(Frozen, match="2026年第4季度已核定锁定"):
        approve(quarter.centre.store, simulated(quarter, period), NOW, acknowledged=True)


def test_what_changed_since_the_simulation_is_noticed(quarter: Quarter) -> None:
    made = simulated(quarter)
    quarter.add("appraisal_events", {"doctor_id": quarter.doctors[0], "kind": "扣款",
                                     "item": "M", "happened_on": date(2026, 12, 1),
                                     "reason": "x", "amount": 100})  # fmt: skip
    with pytest.raises(UserError, match="重新测算"):
        approve(quarter.centre.store, made, NOW, acknowledged=True)


def test_a_proposal_that_nobody_put_in_force_is_not_approved(quarter: Quarter) -> None:
    with quarter.centre.store.reading() as session:
        made = simulate(session, QUARTER)
    assert made.scheme.status == "试行"
    with pytest.raises(UserError, match="没有在执行"):
        approve(quarter.centre.store, made, NOW, acknowledged=True)


def test_unsent_rows_of_the_period_are_listed(quarter: Quarter) -> None:
    fill(quarter)
    with quarter.centre.store.writing() as session:
        session.execute(insert(SyncState).values(one=1, url="https://hub", acked_seq=0))
    with quarter.centre.store.reading() as session:
        found = exchange_of(session, parse_period(QUARTER))
        months = [row for row in found.unsent if row.register == "clinic_months"]
        assert {row.title for row in months} == {
            f"{name} {month}"
            for name in ("甲村卫生室", "乙村卫生室")
            for month in ("2026-10", "2026-11", "2026-12")
        }
        assert len([row for row in found.unsent if row.register == "visits"]) == 1
        assert "还没有同步成功过" in found.warnings[0]
    with pytest.raises(ApprovalWarned) as warned:
        approve(quarter.centre.store, simulated(quarter), NOW)
    assert len(warned.value.unsent) == len(found.unsent)
    with quarter.centre.store.writing() as session:
        newest = session.execute(select(Change.seq).order_by(Change.seq.desc())).scalars().first()
        session.execute(update(SyncState).values(acked_seq=newest, last_success="2027-01-07 08:12"))
    with quarter.centre.store.reading() as session:
        found = exchange_of(session, parse_period(QUARTER))
        assert found.unsent == ()
        assert "2027-01-07 08:12" in found.warnings[0]


def test_a_correction_is_a_dated_supplement(quarter: Quarter) -> None:
    sheet_id = approved(quarter)
    with quarter.centre.store.writing() as session:
        months = find_register("clinic_months")
        row = session.execute(
            select(months.table.c.id).where(
                months.table.c.clinic_id == quarter.clinics[1], months.table.c.month == "2026-10"
            )
        ).scalar_one()
        change_many(session, months, [(row, {"hypertension_followups": 40})])
    with quarter.centre.store.reading() as session:
        sheet = read_sheet(session, sheet_id)
        assert not is_true(session, sheet)
        found = recomputed(session, sheet)
    assert [(each.name, each.amount) for each in found] == [("孙玉梅", 5000)]
    with pytest.raises(UserError, match="事由"):
        supplement(quarter.centre.store, sheet_id, found, " ", NOW)
    made = supplement(quarter.centre.store, sheet_id, found, "10 月高血压随访漏报 10 人次", NOW)
    with quarter.centre.store.reading() as session:
        assert recomputed(session, sheet) == []
        assert read_sheet(session, sheet_id) == sheet
        extra = read_sheet(session, made)
        assert [each.id for each in supplements_of(session, sheet)] == [made]
        assert [each.kind for each in sheets(session, QUARTER)] == ["正表", "补充"]
    assert (extra.kind, extra.number, extra.total) == ("补充", 1, 5000)
    with pytest.raises(UserError, match="没有需要"):
        supplement(quarter.centre.store, sheet_id, [], "x", NOW)


def test_an_appeal_leads_to_a_visible_line_once(quarter: Quarter) -> None:
    sheet_id = approved(quarter)
    doctor = quarter.doctors[2].hex()
    store = quarter.centre.store
    with store.writing() as session:
        with pytest.raises(UserError, match="没有项目 X9"):
            raise_appeal(session, sheet_id, doctor, "X9", "漏记", TODAY)
        with pytest.raises(UserError, match="没有这名村医"):
            raise_appeal(session, sheet_id, "00" * 16, "G01", "漏记", TODAY)
        with pytest.raises(RecordRefused):
            raise_appeal(session, sheet_id, doctor, "G01", " ", TODAY)
        appeal = raise_appeal(session, sheet_id, doctor, "G01", "有两次随访漏记", TODAY)
        with pytest.raises(UserError, match="调整金额"):
            decide_appeal(session, appeal, "调整", "属实", by="院长", on=TODAY)
        assert appeal_adjustments(session, sheet_id) == []
        decide_appeal(session, appeal, "调整", "属实", by="院长", on=TODAY, adjustment=1000)
        found = appeal_adjustments(session, sheet_id)
    assert [(each.name, each.amount, each.kind) for each in found] == [("孙玉梅", 1000, "appeal")]
    supplement(store, sheet_id, found, "申诉处理", NOW)
    with pytest.raises(UserError, match="处理过"):
        supplement(store, sheet_id, found, "申诉处理", NOW)
    with store.writing() as session:
        assert appeal_adjustments(session, sheet_id) == []
        assert [each.settled for each in appeals_of(session, sheet_id)] == [True]
        assert recomputed(session, read_sheet(session, sheet_id)) == []
        with pytest.raises(UserError, match="不能再改"):
            decide_appeal(session, appeal, "维持", "不属实", by="院长", on=TODAY)


def test_references_of_the_new_registers_lead_somewhere(quarter: Quarter) -> None:
    with quarter.centre.store.writing() as session:
        for key in ("postings", "visits", "findings", "appeals", "appraisal_events"):
            register = find_register(key)
            values = with_references(session, register, sample_values(register, 1))
            assert load(session, register, save(session, register, values))


def test_the_hubs_way_to_the_rows_gives_the_same(quarter: Quarter) -> None:
    """The hub reads selections of one centre's rows, not tables."""
    fill(quarter)

    def selection(key: str) -> Subquery:
        return select(find_register(key).table).subquery(f"of_centre_{key}")

    with quarter.centre.store.reading() as session:
        hub = Records(session, selection)
        period = parse_period(QUARTER)
        assert read_facts(hub, period) == read_facts(Records(session), period)
        assert (
            simulate(hub, period, scheme()).checksum == simulate(session, period, scheme()).checksum
        )
        assert scheme_for(hub, period) == scheme_for(Records(session), period)
