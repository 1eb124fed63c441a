"""The demonstration centre's helpers from the county, moves of staff and drugs in short supply."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from desktop.commands.demo_history import ids_of
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import Store, insert_many, save

_LEAD_HOSPITAL = "禹州市人民医院"

_STATIONED = (
    ("张明远", "牵头医院", "西医", "主治医师", "驻扎", (2026, 3, 2), (2026, 9, 1), (2026, 9, 1)),
    ("何静", "牵头医院", "西医", "副主任医师", "驻扎", (2026, 8, 28), (2027, 2, 27), None),
    ("胡志强", "市中医院", "中医", "主治医师", "驻扎", (2026, 4, 20), (2026, 12, 19), None),
    ("孙丽", "牵头医院", "护理", "主管护师", "驻扎", (2026, 9, 14), (2027, 3, 13), None),
    ("马超", "牵头医院", "质控", "医师", "驻扎", (2026, 6, 15), (2026, 12, 14), (2026, 10, 10)),
    ("冯雪", "牵头医院", "院感", "主管护师", "巡回", (2026, 7, 1), (2026, 12, 31), None),
    ("郭伟", "疾控", "疾控", None, "巡回", (2026, 1, 5), (2026, 12, 31), None),
)
"""Name, unit, role, title, mode, first day, planned and real last day: one left too early."""

_PRESENT = {"张明远": 131, "马超": 82}

_MOVES = (
    ("流入", "招聘", (2026, 7, 1), "应届毕业生", "青禾镇中心卫生院"),
    ("流入", "调入", (2026, 9, 1), "方山镇卫生院", "青禾镇中心卫生院"),
    ("院内", "转岗", (2026, 10, 9), "门诊部", "公共卫生科"),
    ("流出", "借调", (2026, 6, 1), "青禾镇中心卫生院", _LEAD_HOSPITAL),
)
_SECONDED = "借调"

_SHORT = (
    ("缺货", (2026, 8, 12), (2026, 8, 13), "县级配送", (2026, 8, 19), 60, None),
    ("不足", (2026, 9, 3), (2026, 9, 3), "调剂", (2026, 9, 5), 30, 0),
    ("断供", (2026, 9, 21), (2026, 9, 22), "替代药品", (2026, 10, 9), 100, None),
    ("缺货", (2026, 10, 8), (2026, 10, 9), "县级配送", (2026, 10, 14), 40, 3),
    ("缺货", (2026, 10, 19), (2026, 10, 20), "县级配送", (2026, 10, 28), 80, None),
    ("不足", (2026, 10, 26), (2026, 10, 27), None, None, 50, 7),
    ("断供", (2026, 10, 29), None, None, None, 20, None),
)
"""Kind, days of report, passing on and solution, outcome, quantity, and which clinic asked."""


def fill(store: Store) -> None:
    """Book the helpers, the moves and the shortages."""
    with store.writing() as session:
        stationings: list[Values] = [
            {
                "name": name,
                "source_unit": unit,
                "role": role,
                "title": title,
                "mode": mode,
                "starts_on": date(*starts),
                "planned_end": date(*planned),
                "ends_on": None if ends is None else date(*ends),
                "days_present": _PRESENT.get(name),
            }
            for name, unit, role, title, mode, starts, planned, ends in _STATIONED
        ]
        insert_many(session, find_register("stationings"), stationings)
    _move_staff(store)
    _run_short(store)


def _move_staff(store: Store) -> None:
    staff = find_register("staff")
    with store.writing() as session:
        people = session.execute(select(staff.table.c.id).order_by(staff.table.c.name)).scalars()
        moved: list[Values] = [
            {
                "staff_id": person,
                "moved_on": date(*day),
                "direction": direction,
                "kind": kind,
                "from_unit": before,
                "to_unit": after,
            }
            for person, (direction, kind, day, before, after) in zip(people, _MOVES, strict=False)
        ]
        insert_many(session, find_register("staff_moves"), moved)
        for each in moved:
            if each["kind"] == _SECONDED:
                person = each["staff_id"]
                assert isinstance(person, bytes)
                save(session, staff, {"status": _SECONDED}, person)


def _run_short(store: Store) -> None:
    drugs, clinics = find_register("drugs"), find_register("clinics")
    with store.writing() as session:
        found = select(drugs.table.c.id).order_by(drugs.table.c.name).limit(len(_SHORT))
        wanted = list(session.execute(found).scalars())
        asking = ids_of(session, clinics)
        rows: list[Values] = [
            {
                "drug_id": drug,
                "clinic_id": None if clinic is None else asking[clinic],
                "reported_on": date(*reported),
                "needed": needed,
                "kind": kind,
                "reported_to_county_on": None if told is None else date(*told),
                "outcome": outcome,
                "resolved_on": None if resolved is None else date(*resolved),
            }
            for drug, (kind, reported, told, outcome, resolved, needed, clinic) in zip(
                wanted, _SHORT, strict=True
            )
        ]
        insert_many(session, find_register("shortages"), rows)
