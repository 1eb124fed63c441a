"""What the demonstration centre did before its workbooks: made up, the same in every demo."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from desktop.exchange.importing import take_in
from desktop.exchange.sheets import read
from desktop.models.ledger import ISSUED, OPENING, RECEIVED, month_days
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.store import Store, change_many, insert_many
from desktop.services.months import shifted

MONTH = "2026-10"
"""The month of the workbooks."""

EARLIER = tuple(shifted(MONTH, back) for back in range(-13, 0))
_STATISTICIAN = "王秀兰"


def ids_of(session: Session, register: Register, *where: ColumnElement[bool]) -> list[bytes]:
    """Return the ids of the register's records, of those that hold the conditions."""
    table = register.table.c
    found = session.execute(select(table.id).where(table.deleted_at.is_(None), *where))
    return list(found.scalars())


def _day(chance: Random, month: str) -> date:
    first, last = month_days(month)
    return first + timedelta(days=chance.randrange((last - first).days))


# Drugs


def count_drugs(store: Store, office_count: Path) -> None:
    """Count the lots two months before the office's count, and book what came and went since."""
    chance = Random("drugs")  # noqa: S311 - made-up figures
    rows = [[str(cell) for cell in row] for row in read(office_count)[0].rows]
    head, lots = rows[0], rows[1:]
    now = {(row[0], row[2]): float(row[3] or 0) for row in lots}
    plans = {key: _lot_plan(chance, int(quantity)) for key, quantity in now.items()}
    with tempfile.TemporaryDirectory() as folder:
        earlier = Path(folder) / "药品库存盘点202608.csv"
        with earlier.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["盘点日期：2026年8月31日"])
            writer.writerow(head)
            for row in lots:
                start = -1 if now[row[0], row[2]] < 0 else plans[row[0], row[2]][0]
                writer.writerow([*row[:3], start, *row[4:]])
        take_in(store, [earlier])
    _book_drugs(store, chance, plans)


def _lot_plan(chance: Random, now: int) -> tuple[int, int, int, int]:
    """Return what was there in August, came in in September, went out in September and October."""
    gone = chance.randrange(5, 60), chance.randrange(5, 60)
    arrived = now + sum(gone) if chance.random() < 0.25 else 0  # noqa: PLR2004 - a quarter is new
    lost = chance.choice((0, 0, 0, 0, 1, 2))
    return (0 if arrived else now + sum(gone) + lost), arrived, *gone


def _book_drugs(
    store: Store, chance: Random, plans: dict[tuple[str, str], tuple[int, int, int, int]]
) -> None:
    lots, drugs = find_register("drug_stock").table.c, find_register("drugs").table.c
    moves: list[Values] = []
    with store.writing() as session:
        found = session.execute(
            select(drugs.name, lots.batch_no, lots.id)
            .join_from(lots.id.table, drugs.id.table, lots.drug_id == drugs.id)
            .order_by(drugs.name, lots.batch_no, lots.expires_on)
        )
        for number, (name, batch, lot) in enumerate(found, 1):
            _start, arrived, *gone = plans[name, batch]
            came_on = _day(chance, "2026-09")
            arrival = _booked("lot_id", lot, came_on, RECEIVED, arrived)
            moves.append(arrival | {"document_no": f"RK202609{number:03d}"})
            for month, quantity in zip(("2026-09", "2026-10"), gone, strict=True):
                day = max(_day(chance, month), came_on)
                issue = _booked("lot_id", lot, day, ISSUED, -quantity)
                moves.append(issue | {"document_no": f"CK{month.replace('-', '')}{number:03d}"})
        _append(session, "stock_moves", moves)


def _booked(item: str, record: bytes, day: date, kind: str, quantity: int) -> Values:
    return {item: record, "moved_on": day, "kind": kind, "quantity": quantity}


def _append(session: Session, ledger: str, moves: Sequence[Values]) -> None:
    booked = [move for move in moves if move["quantity"]]
    insert_many(session, find_register(ledger), sorted(booked, key=lambda each: each["moved_on"]))  # type: ignore[arg-type, return-value]


# Supplies


def book_supplies(store: Store, office_month: Path) -> None:
    """Book two months of the fever room so that they end where the office's month begins."""
    chance = Random("supplies")  # noqa: S311 - made-up figures
    supplies = find_register("supplies")
    moves: list[Values] = []
    rows = [[str(cell) for cell in row] for row in read(office_month)[0].rows[3:]]
    with store.writing() as session:
        for name, unit, _standard, _reserve, opening, _received, used, *_rest in rows:
            if not name:
                continue
            item = insert_many(session, supplies, [{"name": name, "unit": unit}])[0]
            moves += _two_months(chance, item, int(float(opening)), int(float(used)))
        _append(session, "supply_moves", moves)


def _two_months(chance: Random, item: bytes, opening: int, used: int) -> list[Values]:
    """Return the movements of August and September that leave the opening balance of October."""
    gone = [used * chance.randrange(70, 95) // 100 for _month in range(2)]
    arrived = [sum(gone) // 2 * chance.randrange(2), sum(gone) // 3 * chance.randrange(2)]
    start = opening + sum(gone) - sum(arrived)
    if start < gone[0]:
        start, arrived = start + sum(arrived), [0, 0]
    moves = [_booked("supply_id", item, date(2026, 7, 31), OPENING, start)]
    for month, came, went in zip(("2026-08", "2026-09"), arrived, gone, strict=True):
        first, last = month_days(month)
        moves.append(_booked("supply_id", item, first + timedelta(days=4), RECEIVED, came))
        moves.append(_booked("supply_id", item, last, ISSUED, -went))
    return moves


# Clinics

SEASON = {"01": 112, "02": 86, "03": 103, "06": 94, "07": 91, "08": 93, "11": 105, "12": 114}
"""Visits of a month in percent of an ordinary one."""

_DRIVE = "2026-09"
"""The month in which the clinics opened health files for everybody they had missed."""


def report_clinics(store: Store) -> None:
    """Make up every clinic's reports of the thirteen months before the office's own."""
    chance = Random("clinics")  # noqa: S311 - made-up figures
    register = find_register("clinic_months")
    table = register.table.c
    mine = ("month", "note", "contracts_performed", "received_on")
    names = [field.key for field in register.stored if field.key not in mine]
    with store.writing() as session:
        _hand_in(session, chance)
        known = session.execute(
            select(*(table[name] for name in names)).where(table.month == MONTH)
        ).all()
        rows = [
            _clinic_month(chance, month, dict(row._mapping))  # noqa: SLF001 - SQLAlchemy's name
            for month in EARLIER
            for row in known
        ]
        insert_many(session, register, rows)


_LATE_TO_HAND_IN = 0.06
_REPORT_DAY = 5


def _hand_in(session: Session, chance: Random) -> None:
    """Book when the office's own month came in, and what its forms do not have."""
    register = find_register("clinic_months")
    table = register.table.c
    rows = session.execute(
        select(table.id, table.visits).where(table.month == MONTH).order_by(table.id)
    ).all()
    change_many(
        session, register, [(bytes(row.id), _received(chance, MONTH, row.visits)) for row in rows]
    )


def _received(chance: Random, month: str, visits: int | None) -> Values:
    """Return contracts performed as a share of the visits, and the day of the report."""
    late = chance.random() < _LATE_TO_HAND_IN
    day = _REPORT_DAY + chance.randint(1, 4) if late else chance.randint(1, _REPORT_DAY)
    return {
        "contracts_performed": _scaled(visits, chance.uniform(0.12, 0.2)),
        "received_on": month_days(shifted(month, 1))[0] + timedelta(days=day - 1),
    }


def _clinic_month(chance: Random, month: str, model: dict[str, Any]) -> Values:
    """Vary a clinic's known month; parts keep their share of the whole."""
    scale = SEASON.get(month[5:], 100) * (98 if month < "2026" else 100) / 10_000
    made: Values = {"month": month, "clinic_id": model["clinic_id"]}
    swing = scale * chance.uniform(0.9, 1.1)
    for key in ("visits", "tcm_visits", "outpatient_income", "drug_income"):
        made[key] = _scaled(model[key], swing)
    for key in ("referrals_up", "hypertension_followups", "diabetes_followups", "elderly_checkups"):
        made[key] = _scaled(model[key], chance.uniform(0.85, 1.1))
    made["education_sessions"] = _scaled(model["education_sessions"], 1.0)
    drive = 2.4 if month == _DRIVE else 1.0
    made["new_files"] = _scaled(model["new_files"], drive * chance.uniform(0.9, 1.1))
    visits = made["visits"]
    return made | _received(chance, month, visits if isinstance(visits, int) else None)


def _scaled(value: int | None, by: float) -> int | None:
    return None if value is None else round(value * by)
