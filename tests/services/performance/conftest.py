"""A real centre with two clinics, three doctors and a quarter's records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest

from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.performance.schemes import put_in_force, save_scheme
from tests.helpers.samples import id_number
from tests.services.performance.building import MONTHS, scheme

Adding = Callable[..., list[bytes]]


@dataclass
class Quarter:
    """The centre and the ids of what it holds."""

    centre: Centre
    clinics: list[bytes]
    doctors: list[bytes]
    villages: list[bytes]
    scheme: bytes

    def add(self, register: str, *rows: Values) -> list[bytes]:
        with self.centre.store.writing() as session:
            return insert_many(session, find_register(register), list(rows))


@pytest.fixture
def quarter(fresh_centre: Centre) -> Quarter:
    made = Quarter(fresh_centre, [], [], [], b"")
    made.villages = made.add("divisions", {"name": "甲村"}, {"name": "乙村"})
    made.clinics = made.add(
        "clinics",
        {"name": "甲村卫生室", "village_id": made.villages[0], "population": 1200},
        {"name": "乙村卫生室", "village_id": made.villages[1], "population": 800},
    )
    made.doctors = made.add(
        "village_doctors",
        *(
            {"name": name, "id_number": id_number(n), "clinic_id": made.clinics[at],
             "licence_expires_on": date(2029, 1, 1)}
            for n, (name, at) in enumerate([("赵淑珍", 0), ("钱大海", 0), ("孙玉梅", 1)])
        ),
    )  # fmt: skip
    made.add(
        "clinic_months",
        *(
            {"clinic_id": clinic, "month": month, "visits": 100 + at, "tcm_visits": 33,
             "hypertension_followups": 40 - 10 * at, "diabetes_followups": 20,
             "outpatient_income": 500_000, "drug_income": 300_000}
            for at, clinic in enumerate(made.clinics)
            for month in MONTHS
        ),
    )  # fmt: skip
    made.add(
        "targets",
        {"figure": "高血压随访人次", "period": "2026", "value": 480, "clinic_id": None},
        {"figure": "糖尿病随访人次", "period": "2026", "value": 240, "clinic_id": None},
    )
    with fresh_centre.store.writing() as session:
        made.scheme = save_scheme(session, scheme(), date(2026, 1, 1))
        put_in_force(session, made.scheme, date(2026, 1, 1))
    return made
