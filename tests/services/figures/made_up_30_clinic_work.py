"""The clinics' months, visits, findings, checks and doctors: doubled, blank, of closed clinics."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.helpers.samples import id_number
from tests.services.figures.independent import MadeUp, fills

FIELDS = (
    "visits",
    "tcm_visits",
    "outpatient_income",
    "drug_income",
    "referrals_up",
    "hypertension_followups",
    "diabetes_followups",
    "elderly_checkups",
    "education_sessions",
    "new_files",
    "contracts_performed",
)
MONTHS = (
    *(f"2025-{n:02d}" for n in range(1, 13)),
    *(f"2026-{n:02d}" for n in range(1, 12)),
)
DOMAINS = ("人员", "业务", "药械", "财务", "绩效考核")


def day(made: MadeUp) -> date:
    edge = made.chance.choice((date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31)))
    spread = date(2025, 6, 1) + timedelta(days=made.chance.randrange(520))
    return made.chance.choice((edge, spread, spread))


@fills
def months(made: MadeUp) -> None:
    chance = made.chance
    rows: list[dict[str, Any]] = []
    for month in MONTHS:
        for number, clinic in enumerate(made.ids["clinics"]):
            if chance.random() < (0.0 if month == "2026-09" and number not in (2, 3, 7) else 0.2):
                continue
            figures = {name: chance.choice((None, 0, chance.randrange(900))) for name in FIELDS}
            rows.append({"clinic_id": clinic, "month": month, **figures})
    rows.append({"clinic_id": None, "month": "2026-10", "visits": 9999})
    ids = made.add("clinic_months", *rows)
    made.remove("clinic_months", *ids[5::23])
    # A month put right to one that was reported already: two reports of a clinic and month.
    made.add("clinic_months", {**rows[-3], "month": "2031-01", "visits": 77})
    change_month(made, made.ids["clinic_months"][-1], "2026-10")


def change_month(made: MadeUp, record: bytes, month: str) -> None:
    from desktop.models.registers import find_register
    from desktop.models.store import change_many

    change_many(made.session, find_register("clinic_months"), [(record, {"month": month})])


@fills
def supervision(made: MadeUp) -> None:
    chance = made.chance
    places = (*made.ids["clinics"], None)
    ids = made.add(
        "visits",
        *[
            {
                "clinic_id": chance.choice(places),
                "visited_on": day(made),
                "kind": "日常督导",
                "score": chance.choice((None, 0, 8850, 9367)),
            }
            for _each in range(60)
        ],
    )
    made.remove("visits", *ids[::13])
    ids = made.add(
        "findings",
        *[
            {
                "clinic_id": chance.choice(places),
                "problem": f"问题{n}",
                "found_on": (found := day(made)),
                "due_on": chance.choice((None, found + timedelta(days=15))),
                "status": chance.choice(
                    (None, "待整改", "已整改", "复查合格", "复查合格", "复查不合格")
                ),
                "rectified_on": chance.choice((None, found + timedelta(days=20))),
                "rechecked_on": chance.choice((None, found + timedelta(days=30))),
            }
            for n in range(120)
        ],
    )
    made.remove("findings", *ids[::11])


@fills
def unified(made: MadeUp) -> None:
    chance = made.chance
    made.add(
        "unified_checks",
        *[
            {
                "clinic_id": clinic,
                "domain": domain,
                "passed": chance.choice((True, True, True, True, False, None)),
                "checked_on": on,
            }
            for clinic in made.ids["clinics"][:9]
            for domain in DOMAINS
            for on in (date(2025, 12, 1), date(2026, 9, 30), date(2026, 11, 1))
            if chance.random() < 0.9
        ],
    )


@fills
def doctors(made: MadeUp) -> None:
    chance = made.chance
    ids = made.add(
        "village_doctors",
        *[
            {
                "name": f"村医{n}",
                "id_number": id_number(500 + n),
                "clinic_id": chance.choice((*made.ids["clinics"], None)),
                "qualification": chance.choice(("乡村医生", "执业医师", "执业助理医师", None)),
                "status": chance.choice((None, "在岗", "休假", "离岗")),
                "hired_on": chance.choice((None, date(2020, 1, 1), date(2026, 10, 15))),
                "left_on": chance.choice((None, None, date(2026, 9, 30), date(2026, 10, 31))),
            }
            for n in range(40)
        ],
    )
    made.remove("village_doctors", *ids[::9])
