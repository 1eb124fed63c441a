"""Contracts of the made-up centre: held twice, without number, renewed, deleted, odd packages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.helpers.samples import id_number
from tests.services.figures.by_pandas_contracts import GROUPS
from tests.services.figures.independent import MadeUp, fills

_FIRST = date(2025, 2, 28)
_EDGES = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))


@fills
def packages(made: MadeUp) -> None:
    made.add(
        "packages",
        {"name": "基础包", "includes_tcm": False, "price": 0},
        {"name": "老年包", "includes_tcm": True, "price": 12000},
        {"name": "中医包 ", "includes_tcm": True, "price": None},
        {"name": "慢病包", "includes_tcm": None, "price": 9900},
        {"name": "停售包", "includes_tcm": True, "price": 100},
    )
    made.remove("packages", made.ids["packages"][4])


@fills
def contracts(made: MadeUp) -> None:
    chance = made.chance
    rows: list[dict[str, Any]] = []
    for order in range(320):
        signed = _FIRST + timedelta(days=chance.randrange(640))
        signed = chance.choice(_EDGES) if chance.random() < 0.2 else signed
        term = chance.choice((364, 364, 729, 30))
        number = None if chance.random() < 0.06 else id_number(chance.randrange(190))
        rows.append(
            {
                "name": f"居民{order}",
                "id_number": number,
                "signed_on": None if chance.random() < 0.03 else signed,
                "expires_on": None if chance.random() < 0.03 else signed + timedelta(days=term),
                "team_id": chance.choice((*made.ids["teams"], None)),
                "village_id": chance.choice((*made.ids["divisions"], None)),
                "packages": chance.choice(
                    ("基础包", "老年包", "基础包、中医包", "慢病包，基础包", "停售包", "老年", None)
                ),
                **{group: chance.choice((True, False, False, None)) for group in GROUPS},
            }
        )
    ids = made.add("contracts", *rows)
    made.remove("contracts", *ids[::17])
    # Signed later, but for the same term: no renewal.
    for signed in (date(2025, 11, 1), date(2026, 1, 1)):
        made.add(
            "contracts",
            {
                "name": "同期",
                "id_number": id_number(777),
                "signed_on": signed,
                "expires_on": date(2026, 10, 20),
            },
        )


@fills
def populations(made: MadeUp) -> None:
    made.add(
        "policy",
        *[
            {
                "code": f"population.{group}",
                "name": group,
                "value": value,
                "valid_from": date(2026, month, 1),
            }
            for group, value, month in (
                ("key_groups", "5200", 1),
                ("elderly", "2300", 1),
                ("elderly", "2450", 10),
                ("hypertension", "1800", 2),
                ("hypertension", "", 10),
                ("child", "0", 1),
            )
        ],
    )
