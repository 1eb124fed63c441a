"""Drugs of the made-up centre: without class, price or expiry, deleted, below zero, in short."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.services.figures.independent import MadeUp, fills

_FIRST = date(2025, 3, 3)
_EDGES = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
_KINDS = ("期初", "入库", "入库", "出库", "出库", "出库", "报损", "退回", "盘点", "冲正", None)


@fills
def catalogue(made: MadeUp) -> None:
    chance = made.chance
    made.add(
        "drugs",
        *[
            {
                "name": f"药品{number:02d}",
                "spec": chance.choice(("10mg×7片", None)),
                "drug_class": chance.choice(("西药", "西药", "中成药", "中药饮片", "民族药", None)),
                "essential": chance.choice((True, True, False, None)),
                "status": chance.choice(("在用", None, None, "停用")),
            }
            for number in range(40)
        ],
    )
    made.remove("drugs", *made.ids["drugs"][37:])


@fills
def stock(made: MadeUp) -> None:
    chance = made.chance
    lots: list[dict[str, Any]] = []
    for number in range(90):
        expires = date(2026, 8, 1) + timedelta(days=chance.randrange(400))
        lots.append(
            {
                "drug_id": chance.choice((*made.ids["drugs"], None)),
                "batch_no": f"P{number:03d}",
                "expires_on": chance.choice((expires, expires, *_EDGES, None)),
                "unit_price": chance.choice((None, 0, 57, 1299, 250_000)),
            }
        )
    ids = made.add("drug_stock", *lots)
    made.remove("drug_stock", *ids[::11])
    moves: list[dict[str, Any]] = []
    for _number in range(1400):
        kind = chance.choice(_KINDS)
        out = kind in ("出库", "报损")
        quantity = chance.randrange(1, 90) * (-1 if out else 1)
        moved = _FIRST + timedelta(days=chance.randrange(620))
        moves.append(
            {
                "lot_id": chance.choice((*ids, None)),
                "moved_on": chance.choice((moved, moved, moved, *_EDGES, None)),
                "kind": kind,
                "quantity": None if chance.random() < 0.02 else quantity,
                "clinic_id": chance.choice((*made.ids["clinics"], None, None))
                if kind == "出库"
                else None,
            }
        )
    made.add("stock_moves", *moves)
    made.add(
        "policy",
        {
            "code": "drug.least_cover_days",
            "name": "可用天数",
            "value": "15",
            "valid_from": date(2026, 1, 1),
        },
    )


@fills
def shortages(made: MadeUp) -> None:
    chance = made.chance
    rows: list[dict[str, Any]] = []
    for number in range(120):
        reported = date(2025, 9, 1) + timedelta(days=chance.randrange(440))
        reported = chance.choice(_EDGES) if chance.random() < 0.2 else reported
        resolved = reported + timedelta(days=chance.choice((0, 1, 7, 40)))
        rows.append(
            {
                "drug_id": chance.choice((*made.ids["drugs"], None)),
                "drug_name": f"短缺{number}",
                "clinic_id": chance.choice((*made.ids["clinics"], None, None)),
                "reported_on": None if chance.random() < 0.05 else reported,
                "needed": chance.choice((None, 0, 30)),
                "kind": chance.choice(("缺货", "断供", "不足")),
                "reported_to_county_on": chance.choice((None, reported, resolved)),
                "outcome": chance.choice(("县级配送", "调剂", "替代药品", "未解决", None)),
                "resolved_on": chance.choice((None, resolved, resolved)),
            }
        )
    ids = made.add("shortages", *rows)
    made.remove("shortages", *ids[::13])
