"""The same 分 on two PCs that worked apart and at the county, on both kinds of hub database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import select

from county.recomputing import records_of
from county.storage import Hub
from county.tables import register_tables
from desktop.models.registers import find_register
from desktop.services.performance.schemes import put_in_force, save_scheme, scheme_for
from desktop.services.performance.sheets import (
    Adjustment,
    approve,
    is_true,
    read_sheet,
    sheet_of,
    supplement,
    supplements_of,
)
from desktop.services.performance.simulating import simulate
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.performance.building import MONTHS, QUARTER, scheme
from tests.sync.fixtures import database_url, hub, make_pc, postgres  # noqa: F401 - fixtures
from tests.sync.parts import PC, code_for, staff


def test_two_pcs_and_the_county_reach_the_same_fen(
    hub: Hub,  # noqa: F811
    make_pc: Callable[..., PC],  # noqa: F811
) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(hub, code_for(hub))
        pc.sync()
    clinics = [one.save("clinics", {"name": name, "population": 900}) for name in ("甲", "乙")]
    doctors = [
        one.save("village_doctors", staff(f"村医{n}", clinic_id=clinics[n % 2])) for n in range(3)
    ]
    one.save("targets", {"figure": "高血压随访人次", "period": "2026", "value": 480})
    with one.store.writing() as session:
        put_in_force(session, save_scheme(session, scheme(), date(2026, 1, 1)), date(2026, 1, 1))
    settle(one, other)
    for pc, clinic in ((one, clinics[0]), (other, clinics[1])):
        for at, month in enumerate(MONTHS):
            figures = {"visits": 90 + at, "tcm_visits": 20, "hypertension_followups": 37 + at}
            pc.save("clinic_months", {"clinic_id": clinic, "month": month, **figures})
        # Both visit the same clinic on the same day while apart: both visits are kept.
        pc.save("visits", {"clinic_id": clinics[0], "visited_on": date(2026, 11, 6), "score": 88})
    other.save(
        "appraisal_events",
        {"doctor_id": doctors[2], "kind": "扣分", "item": "G01", "points": 150, "reason": "迟报",
         "happened_on": date(2026, 12, 1)},
    )  # fmt: skip
    settle(one, other)
    results = []
    for pc in (one, other):
        with pc.store.reading() as session:
            found = scheme_for(Records(session), parse_period(QUARTER))
            assert found is not None
            results.append(simulate(session, QUARTER, found.scheme, scheme_id=found.id))
    assert results[0].numbers == results[1].numbers
    assert results[0].total > 0
    assert len(results[0].held.facts.visits) == 2
    sheet_id = approve(one.store, results[0], datetime(2027, 1, 8, 9), acknowledged=True)
    settle(one, other)
    table = register_tables()[find_register("pay_sheets").number][1]
    with hub.reading() as connection:
        row = connection.execute(select(table).where(table.c.id == sheet_id)).one()
        sheet = sheet_of(row)
        assert sheet.total == results[0].total
        assert is_true(records_of(connection, row.centre_id), sheet)


def test_supplements_made_apart_are_both_paid(
    hub: Hub,  # noqa: F811
    make_pc: Callable[..., PC],  # noqa: F811
) -> None:
    one, other = make_pc(), make_pc(person="张会计")
    for pc in (one, other):
        pc.join(hub, code_for(hub))
        pc.sync()
    clinic = one.save("clinics", {"name": "甲", "population": 900})
    doctor = one.save("village_doctors", staff("村医", clinic_id=clinic))
    with one.store.writing() as session:
        put_in_force(session, save_scheme(session, scheme(), date(2026, 1, 1)), date(2026, 1, 1))
    now = datetime(2027, 1, 8, 9)
    with one.store.reading() as session:
        found = scheme_for(Records(session), parse_period(QUARTER))
        assert found is not None
        simulation = simulate(session, QUARTER, found.scheme, scheme_id=found.id)
    main = approve(one.store, simulation, now, acknowledged=True)
    settle(one, other)
    for pc, amount in ((one, 100), (other, 700)):
        supplement(pc.store, main, [Adjustment(doctor.hex(), "村医", amount, "更正")], "更正", now)
    settle(one, other)
    for pc in (one, other):
        with pc.store.reading() as session:
            paid = [each.total for each in supplements_of(session, read_sheet(session, main))]
        assert sorted(paid) == [100, 700]


def settle(*pcs: PC) -> None:
    for _round in range(2):
        for each in pcs:
            each.sync()
