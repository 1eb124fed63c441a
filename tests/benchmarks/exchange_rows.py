"""The rows that the exchange is measured with: contracts and stock movements, as stored."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, timedelta
from typing import Any

import zstandard
from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from tests.benchmarks.people import bare_connection, fill

CONTRACTS = find_register("contracts")
LOTS = find_register("drug_stock")
MOVES = find_register("stock_moves")
Rows = list[tuple[Any, ...]]

_LOTS = 600
_DAYS = 900


def columns(register: Register) -> tuple[str, ...]:
    """Return the columns of a register that travel."""
    return ("id", *(field.key for field in register.stored))


def fill_centre(centre: Centre, contracts: int, moves: int) -> None:
    """Put contracts, lots and their movements into a centre."""
    fill(centre, contracts)
    add_moves(centre, moves)


def add_moves(centre: Centre, count: int, seed: int = 3) -> None:
    """Put that many movements of the centre's lots into it."""
    chance = random.Random(seed)
    with centre.store.writing() as session:
        lots = list(session.scalars(select(LOTS.table.c.id)))
        if not lots:
            drugs = insert_many(
                session, find_register("drugs"), [{"name": f"药品{n}"} for n in range(_LOTS)]
            )
            rows: list[Values] = [
                {"drug_id": drug, "batch": f"2026{n:04}"} for n, drug in enumerate(drugs)
            ]
            lots = insert_many(session, LOTS, rows)
        first = date(2024, 1, 1)
        insert_many(
            session,
            MOVES,
            [
                {
                    "lot_id": chance.choice(lots),
                    "moved_on": first + timedelta(days=chance.randrange(_DAYS)),
                    "kind": "领用",
                    "quantity": -chance.randrange(1, 40),
                }
                for _each in range(count)
            ],
        )


def stored(centre: Centre, register: Register, where: str = "") -> Rows:
    """Return the rows as the database holds them."""
    connection = bare_connection(centre)
    try:
        names = ", ".join(columns(register))
        found: Rows = connection.execute(
            f"SELECT {names} FROM {register.table.name} {where}"
        ).fetchall()
    finally:
        connection.close()
    return found


def packed_csv(*tables: Rows) -> int:
    """Return the bytes of the rows as CSV under zstd-3, ids as hexadecimal digits."""
    text = io.StringIO()
    writer = csv.writer(text)
    for rows in tables:
        writer.writerows(
            [each.hex() if isinstance(each, bytes) else each for each in row] for row in rows
        )
    return len(zstandard.ZstdCompressor(level=3).compress(text.getvalue().encode()))
