from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many
from desktop.services.checklists import Answer, checklist_on
from desktop.services.oversight import (
    clinic_shares,
    doctor_warnings,
    supervision_summary,
    unassigned_clinics,
    unified_domains,
    unified_state,
)
from desktop.services.visit_entry import Sampled, VisitEntry, record_visit
from tests.helpers.samples import id_number

TODAY = date(2026, 12, 1)


@pytest.fixture
def clinics(fresh_centre: Centre) -> list[bytes]:
    with fresh_centre.store.writing() as session:
        return insert_many(
            session,
            find_register("clinics"),
            [
                {"name": "甲", "integrated": True, "insurance": "已定点",
                 "insurance_expires_on": date(2026, 12, 20)},
                {"name": "乙", "insurance": "未定点", "insurance_reason": "房屋不达标"},
            ],
        )  # fmt: skip


def test_unified_management_by_an_editable_list(fresh_centre: Centre, clinics: list[bytes]) -> None:
    with fresh_centre.store.writing() as session:
        assert unified_domains(session, TODAY) == ("人员", "业务", "药械", "财务", "绩效考核")
        rows = [
            {"clinic_id": clinics[0], "domain": domain, "passed": True, "checked_on": TODAY}
            for domain in unified_domains(session, TODAY)
        ]
        rows.append({"clinic_id": clinics[0], "domain": "财务", "passed": False,
                     "checked_on": date(2026, 1, 1)})  # fmt: skip
        insert_many(session, find_register("unified_checks"), rows)
        states = {each.clinic: each for each in unified_state(session, TODAY)}
        assert states["甲"].complete
        assert not states["乙"].complete
        assert set(states["乙"].passed.values()) == {None}
        policy = find_register("policy")
        row = session.execute(
            select(policy.table.c.id).where(policy.table.c.code == "clinic.unified_domains")
        ).scalar_one()
        change_many(session, policy, [(row, {"value": "行政、人员、业务、药品、财务、绩效"})])
        assert len(unified_domains(session, TODAY)) == 6
        assert not unified_state(session, TODAY)[1].complete


def test_shares_and_gaps(fresh_centre: Centre, clinics: list[bytes]) -> None:
    with fresh_centre.store.writing() as session:
        shares = clinic_shares(session, TODAY)
        assert shares.percent(shares.integrated) == 50
        assert shares.not_designated == (("乙", "房屋不达标"),)
        assert shares.expiring == (("甲", date(2026, 12, 20)),)
        assert unassigned_clinics(session, TODAY) == ["乙", "甲"]
        (staff,) = insert_many(session, find_register("staff"), [{"name": "王医生"}])
        insert_many(
            session,
            find_register("assignments"),
            [{"staff_id": staff, "clinic_id": clinics[0], "starts_on": date(2026, 1, 1)}],
        )
        assert unassigned_clinics(session, TODAY) == ["乙"]


def test_doctors_to_look_at(fresh_centre: Centre, clinics: list[bytes]) -> None:
    with fresh_centre.store.writing() as session:
        insert_many(
            session,
            find_register("village_doctors"),
            [
                {"name": "甲医", "id_number": id_number(1, date(1960, 1, 1)),
                 "clinic_id": clinics[0], "licence_expires_on": date(2026, 11, 1)},
                {"name": "乙医", "id_number": id_number(2, date(1980, 1, 1)),
                 "licence_expires_on": date(2027, 1, 1), "contract_expires_on": date(2026, 12, 31)},
                {"name": "丙医", "id_number": id_number(3, date(1950, 1, 1)), "status": "离岗",
                 "licence_expires_on": date(2020, 1, 1)},
            ],
        )  # fmt: skip
        codes = {(each.name, each.code) for each in doctor_warnings(session, TODAY)}
        assert codes == {
            ("甲医", "licence_expired"),
            ("乙医", "licence_expiring"),
            ("乙医", "contract_expiring"),
        }
        insert_many(
            session,
            find_register("policy"),
            [{"code": "village_doctor.leaving_age", "name": "x", "value": "65",
              "valid_from": date(2026, 1, 1)}],
        )  # fmt: skip
        aged = [each for each in doctor_warnings(session, TODAY) if each.code == "leaving_age"]
        assert [each.name for each in aged] == ["甲医"]


def test_the_quarters_summary(fresh_centre: Centre, clinics: list[bytes]) -> None:
    answers = {item.code: Answer("合格") for item in checklist_on(TODAY).items}
    for at, failed in ((5, ("C02", "D03")), (25, ("C02",))):
        given = answers | {code: Answer("不合格") for code in failed}
        entry = VisitEntry(
            clinics[0], date(2026, 10, at), given, samples=(Sampled("处方", "甲", genuine=at > 9),)
        )
        record_visit(fresh_centre.store, entry, TODAY)
    with fresh_centre.store.reading() as session:
        made = supervision_summary(session, "2026-Q4", TODAY)
        before = supervision_summary(session, "2026-Q3", TODAY)
    assert (made.visits, made.clinics_visited, made.not_visited) == (2, 1, ("乙",))
    assert made.mean_score == (9091 + 9545) // 2
    assert made.grades == {"A": 1, "B": 1}
    assert (made.samples, made.samples_untrue) == (2, 1)
    assert (made.findings, made.overdue, made.repeated, made.settled) == (3, 3, 1, 0)
    assert made.by_section == (("业务", 2), ("药械", 1))
    assert made.most[0][2] == 2
    assert before.visits == 0
    assert before.mean_score is None
