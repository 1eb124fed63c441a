"""Fever-room supplies of the made-up centre: without reserve or expiry, below zero, never moved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.services.figures.independent import MadeUp, fills

_FIRST = date(2025, 6, 2)
_EDGES = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 25), date(2026, 10, 26))
_KINDS = ("期初", "入库", "入库", "出库", "出库", "出库", "报损", "盘点", "冲正", None)


@fills
def supplies(made: MadeUp) -> None:
    chance = made.chance
    made.add(
        "supplies",
        *[
            {
                "name": f"物资{number:02d}",
                "reserve": 33 if number == 20 else chance.choice((None, 0, 60, 600)),
                "nearest_expiry": chance.choice(
                    (None, date(2026, 10, 31), date(2026, 10, 30), date(2027, 3, 1))
                ),
            }
            for number in range(24)
        ],
    )
    made.remove("supplies", *made.ids["supplies"][22:])
    rows: list[dict[str, Any]] = []
    for _number in range(700):
        kind = chance.choice(_KINDS)
        quantity = chance.randrange(1, 80) * (-1 if kind in ("出库", "报损") else 1)
        moved = _FIRST + timedelta(days=chance.randrange(520))
        rows.append(
            {
                "supply_id": chance.choice(
                    (*made.ids["supplies"][:20], *made.ids["supplies"][22:])
                ),
                "moved_on": chance.choice((moved, moved, moved, *_EDGES, None)),
                "kind": kind,
                "quantity": None if chance.random() < 0.02 else quantity,
            }
        )
    rows += [
        {
            "supply_id": made.ids["supplies"][20],
            "moved_on": date(2026, 9, 2),
            "kind": "入库",
            "quantity": 33,
        },
        {"supply_id": None, "moved_on": date(2026, 9, 2), "kind": "入库", "quantity": 5},
    ]
    made.add("supply_moves", *rows)
