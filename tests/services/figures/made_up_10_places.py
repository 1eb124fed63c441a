"""Villages, clinics and teams of the made-up centre: closed ones, deleted ones, blanks."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.services.figures.independent import MadeUp, fills


@fills
def places(made: MadeUp) -> None:
    made.add(
        "divisions",
        *[
            {"name": f"村{n:02d}", "population": made.chance.choice((None, 800, 1500 + n))}
            for n in range(9)
        ],
    )
    made.remove("divisions", made.ids["divisions"][8])
    clinics: list[dict[str, Any]] = []
    for number in range(12):
        clinics.append(  # noqa: PERF401 - a record reads better by itself
            {
                "name": f"村{number:02d}卫生室",
                "village_id": made.ids["divisions"][number % 9] if number != 5 else None,
                "population": made.chance.choice((None, 0, 600, 1200 + number)),
                "status": ("运行", None, "合并", "撤销", "撤销")[number % 5],
                "closed_on": date(2026, 9, 15)
                if number == 3
                else date(2026, 10, 1)
                if number == 8
                else None,
                "integrated": made.chance.choice((True, True, False, None)),
                "in_consortium": made.chance.choice((True, False, None)),
                "insurance": made.chance.choice(("已定点", "未定点", "申请中", None)),
                "ecg_device": made.chance.choice((True, False, None)),
                "up_to_standard": made.chance.choice((True, False, None)),
                "zero_markup": made.chance.choice((True, False, None)),
                "tcm_clinic": made.chance.choice((True, False, None)),
                "sponsor": made.chance.choice(("村办", "乡卫生院设点", "其他", None, "自拟")),
                "practice_mode": made.chance.choice(("西医为主", "中西医结合", None)),
                "head_kind": made.chance.choice(("乡村医生", "其他", None)),
                "floor_area": made.chance.choice((None, 6000, 8550)),
                "essential_drugs": made.chance.choice((None, 0, 120)),
                "off_list_drugs": made.chance.choice((None, 0, 7)),
            }
        )
    made.add("clinics", *clinics)
    made.remove("clinics", made.ids["clinics"][11])
    made.add("teams", *[{"name": f"第{n}团队", "leader": None} for n in range(4)])
    made.remove("teams", made.ids["teams"][3])
