"""The demonstration centre's supervision and pay: made-up visits, targets, prices, one approval."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from desktop.commands.demo_history import ids_of
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import Store, insert_many, save
from desktop.services.checklists import FAILED, PASSED, Answer, ChecklistItem, checklist_on
from desktop.services.findings import findings_of, recheck, rectify
from desktop.services.oversight import record_unified, unified_domains
from desktop.services.performance.scheme import Scheme, shipped
from desktop.services.performance.schemes import put_in_force, save_scheme, scheme_for
from desktop.services.performance.sheets import approve
from desktop.services.performance.simulating import simulate
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.visit_entry import Sampled, VisitEntry, record_visit

_BEGIN = date(2026, 1, 1)
_TODAY = date(2026, 11, 20)
_APPROVED = "2026-Q3"
_PRICES = {"人次": 500, "人": 1_000, "份": 800, "次": 5_000}
"""Made-up unit prices in 分 by the unit of the work."""

_SUBSIDIES = {"基本药物补助": 60_000, "一般诊疗费补助": 30_000, "运行补助": 20_000}
_TARGETS = {
    "诊疗人次": 2_400,
    "高血压随访人次": 420,
    "糖尿病随访人次": 180,
    "老年人体检人数": 150,
    "健康教育活动次数": 12,
    "新建健康档案份数": 24,
    "签约履约服务人次": 300,
}
_WORK = {"高血压患者健康管理": 2_800, "糖尿病患者健康管理": 950, "老年人健康管理": 900}
"""Public-health work of centre and villages in a month; the villages' part is what they report."""

_POLICIES = {"clinic.report_due_day": "5", "village_doctor.leaving_age": "60"}
"""What this centre has set where the policies give no number."""

_FAILURE = 0.08
_MENDED = 0.85
_CHECKED = 0.7
_FAULT = "未做到：{wording}"
_EVIDENCE = "已整改，照片存档。"
_UNTRUE = 0.04
_UNFIT = 0.1
_VISITED = 21
"""So many of the clinics have been visited this quarter."""
_UNIFIED = 24
"""So many have been checked for unified management."""


def supervise(store: Store) -> None:
    """Book a quarter's visits with their samples and findings, and the round before."""
    chance = Random("visits")  # noqa: S311 - made-up answers
    with store.reading() as session:
        clinics = ids_of(session, find_register("clinics"))
        staff = ids_of(session, find_register("staff"))[:4]
    _assign(store, clinics, staff)
    _unify(store, clinics[:_UNIFIED])
    for back, some in ((75, clinics), (14, clinics[:_VISITED])):
        for at, clinic in enumerate(some):
            day = _TODAY - timedelta(days=back + at % 9)
            entry = VisitEntry(
                clinic_id=clinic,
                visited_on=day,
                answers=dict(_answers(chance, checklist_on(day).items)),
                staff_id=staff[at % len(staff)],
                samples=_samples(chance, at),
            )
            record_visit(store, entry, _TODAY)
    _put_right(store, chance)


def _assign(store: Store, clinics: list[bytes], staff: list[bytes]) -> None:
    """Give every clinic the backbone doctor who guides it (S3-5.2c)."""
    rows: list[Values] = [
        {"staff_id": staff[at % len(staff)], "clinic_id": clinic, "starts_on": _BEGIN}
        for at, clinic in enumerate(clinics)
    ]
    with store.writing() as session:
        insert_many(session, find_register("assignments"), rows)


def _unify(store: Store, clinics: list[bytes]) -> None:
    """Check how far the centre manages the clinics, but for the last few (S3-5.2a)."""
    chance = Random("unified")  # noqa: S311 - made-up answers
    with store.writing() as session:
        checked = {
            (clinic, domain): chance.random() >= _FAILURE
            for clinic in clinics
            for domain in unified_domains(session, _TODAY)
        }
        record_unified(session, checked, _TODAY - timedelta(days=30))


def _put_right(store: Store, chance: Random) -> None:
    """Let the clinics mend most of what the first round found; some of it is checked again."""
    with store.writing() as session:
        found = [each for each in findings_of(session, _TODAY) if each.open]
        for each in found:
            if each.found_on is None or each.found_on > _TODAY - timedelta(days=40):
                continue
            if chance.random() < _MENDED:
                on = each.found_on + timedelta(days=10)
                rectify(session, each.id, _EVIDENCE, on)
                if chance.random() < _CHECKED:
                    recheck(session, each.id, passed=True, on=on + timedelta(days=7))


def _answers(chance: Random, items: Iterable[ChecklistItem]) -> Iterable[tuple[str, Answer]]:
    for item in items:
        if item.by_points:
            yield item.code, Answer("计分", item.points * chance.randrange(70, 101, 5) // 100)
        elif not item.veto and chance.random() < _FAILURE:
            yield item.code, Answer(FAILED, note=_FAULT.format(wording=item.wording))
        else:
            yield item.code, Answer(PASSED)


def _samples(chance: Random, at: int) -> tuple[Sampled, ...]:
    return tuple(
        Sampled(
            "高血压随访",
            f"居民{at + 1:02d}-{n}",
            chance.random() > _UNTRUE,
            chance.random() > _UNFIT,
        )
        for n in range(5)
    )


def pay(store: Store) -> None:
    """Set targets and prices, put the scheme in force and approve the quarter that has ended."""
    with store.writing() as session:
        rows: list[Values] = [
            {"figure": figure, "period": "2026", "value": value, "clinic_id": None}
            for figure, value in _TARGETS.items()
        ]
        insert_many(session, find_register("targets"), rows)
        work: list[Values] = [
            {"period": period, "item": item, "total": total * times, "unit": "人次"}
            for period, times in (("2026-Q3", 3), ("2026-Q4", 1))
            for item, total in _WORK.items()
        ]
        insert_many(session, find_register("workloads"), work)
        policy = find_register("policy")
        for code, value in _POLICIES.items():
            row = ids_of(session, policy, policy.table.c.code == code)
            save(session, policy, {"value": value}, row[0])
        scheme_id = save_scheme(session, _priced(shipped()), _BEGIN)
        put_in_force(session, scheme_id, _BEGIN)
    with store.reading() as session:
        found = scheme_for(Records(session), parse_period(_APPROVED))
        assert found is not None
        simulation = simulate(session, _APPROVED, found.scheme, scheme_id=found.id)
    approve(store, simulation, datetime(2026, 10, 12, 9, 30), acknowledged=True)  # noqa: DTZ001


def _priced(scheme: Scheme) -> Scheme:
    """Return the shipped scheme with made-up prices and subsidies."""
    items = tuple(
        replace(item, price=_PRICES.get(item.measured.unit, 1_000)) if item.paid else item
        for item in scheme.items
    )
    subsidies = tuple(
        replace(each, monthly=_SUBSIDIES.get(each.kind, each.monthly)) for each in scheme.subsidies
    )
    return replace(scheme, items=items, subsidies=subsidies)


def fill(store: Store) -> None:
    """Book supervision and pay."""
    supervise(store)
    pay(store)
