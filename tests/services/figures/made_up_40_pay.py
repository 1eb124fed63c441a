"""Pay sheets, subsidies, funds and public-health work: approved twice, corrected, blank."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from tests.services.figures.independent import MadeUp, fills

_KINDS = ("基本公卫补助", "运行补助", "养老补助", "镇级补助")


def doctor(made: MadeUp, number: int) -> dict[str, Any]:
    chance = made.chance
    subsidies: list[dict[str, Any]] = [
        {"kind": "subsidy", "label": chance.choice(_KINDS), "amount": chance.randrange(90_000)}
        for _each in range(chance.randrange(4))
    ]
    work = chance.randrange(300_000)
    found: dict[str, Any] = {
        "id": made.ids["village_doctors"][number].hex(),
        "name": f"村医{number}",
        "clinic": "" if number == 3 else f"村{number % 8:02d}卫生室",
        "money": [{"kind": "work", "label": "门诊", "amount": work}, *subsidies],
        "work": work,
        "quality": work * 9 // 10,
        "subsidies": sum(each["amount"] for each in subsidies),
        "rewards": chance.choice((0, 5000)),
        "deducted": chance.choice((0, 1200)),
    }
    pay = found["quality"] + found["subsidies"] + found["rewards"] - found["deducted"]
    return found | {"pay": pay}


def main(made: MadeUp, period: str, scheme: str, status: str = "已核定") -> dict[str, Any]:
    doctors = [doctor(made, n) for n in range(12)]
    places = {f"村{n:02d}卫生室": made.ids["clinics"][n].hex() for n in range(8)}
    clinics: list[dict[str, Any]] = [
        {"id": key, "name": name, "doctors": [d["id"] for d in doctors if d["clinic"] == name]}
        for name, key in places.items()
    ]
    # A doctor who works at two clinics stands at both, but belongs to the one named.
    clinics[0]["doctors"].append(doctors[1]["id"])
    return {
        "period": period,
        "scheme": scheme,
        "kind": "正表",
        "number": 0,
        "status": status,
        "total": sum(each["pay"] for each in doctors),
        "content": json.dumps({"doctors": doctors, "clinics": clinics}),
    }


def supplement(made: MadeUp, period: str, number: int, *doctors: int) -> dict[str, Any]:
    adjustments = [
        {
            "doctor": made.ids["village_doctors"][n].hex(),
            "name": f"村医{n}",
            "amount": made.chance.randrange(-9000, 9000),
            "reason": "重算",
        }
        for n in doctors
    ]
    return {
        "period": period,
        "scheme": "村医绩效",
        "kind": "补充",
        "number": number,
        "status": "已核定",
        "total": sum(each["amount"] for each in adjustments),
        "content": json.dumps({"adjustments": adjustments, "before": []}),
    }


@fills
def sheets(made: MadeUp) -> None:
    ids = made.add(
        "pay_sheets",
        main(made, "2026-10", "村医绩效"),
        main(made, "2026-10", "运行补助"),
        main(made, "2026-09", "村医绩效"),
        main(made, "2026-Q2", "村医绩效"),
        main(made, "2026-Q3", "季度奖"),
        main(made, "2025-10", "村医绩效"),
        main(made, "2026-08", "村医绩效", status="草稿"),
        main(made, "2026-07", "村医绩效", status="草稿"),
        supplement(made, "2026-09", 1, 1, 2, 3),
        supplement(made, "2026-09", 2, 2, 5),
        supplement(made, "2026-10", 1, 0),
    )
    made.remove("pay_sheets", ids[7])
    # Approved apart on a second PC: the same period and scheme once more.
    made.add("pay_sheets", main(made, "2026-09", "村医绩效"))


@fills
def subsidies(made: MadeUp) -> None:
    chance = made.chance
    ids = made.add(
        "subsidies",
        *[
            {
                "doctor_id": chance.choice(made.ids["village_doctors"]),
                "kind": chance.choice((*_KINDS, None)),
                "monthly": chance.choice((None, 0, 30_000, 50_050)),
                "starts_on": chance.choice((None, date(2025, 1, 1), date(2026, 10, 31))),
                "ends_on": chance.choice((None, date(2026, 10, 30), date(2026, 9, 30))),
            }
            for _each in range(50)
        ],
    )
    made.remove("subsidies", *ids[::8])


@fills
def funds(made: MadeUp) -> None:
    chance = made.chance
    ids = made.add(
        "fund_moves",
        *[
            {
                "fund": chance.choice(("基本公卫补助", "基本药物补助", "县级专款", None)),
                "kind": chance.choice(
                    ("收到", "收到", "拨付卫生室", "本院支出", "考核扣减", "退回", None)
                ),
                "moved_on": chance.choice(
                    (date(2025, 10, 9), date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 28))
                ),
                "amount": chance.choice((None, chance.randrange(5_000_000))),
                "clinic_id": chance.choice((*made.ids["clinics"], None)),
                "document_no": f"记{n}",
            }
            for n in range(90)
        ],
    )
    made.remove("fund_moves", *ids[::10])


@fills
def work(made: MadeUp) -> None:
    made.add(
        "workloads",
        *[
            {"period": period, "item": item, "total": total, "village": village, "weight": weight}
            for period in ("2026-10", "2026", "2026-Q3", "2025-10")
            for item, total, village, weight in (
                ("居民健康档案", 900, None, 150),
                ("高血压患者健康管理", 5000, None, None),
                ("预防接种", 700, 0, 300),
                ("卫生监督协管", 40, 31, 0),
                ("中医药健康管理", 0, 5, 100),
                ("肺结核患者健康管理", None, 5, 100),
                ("本地项目", 120, None, 100),
            )
        ],
    )
