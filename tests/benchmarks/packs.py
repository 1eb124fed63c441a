"""The month's whole pack of returns, composed: against the bare statements of its figures."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.figures.readings import Readings
from desktop.services.months import shifted
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns import ComposedReturn, compose, library
from tests.benchmarks.people import VILLAGES, contracts, make_centre_values
from tests.benchmarks.printing import against_bare, print_whole
from tests.benchmarks.report import Result
from tests.benchmarks.statements import of_figures, run_again, statements_of
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import make_centre

MONTH = "2026-10"
_LIMIT_TIMES = 2.0
_CONTRACTS, _CLINICS, _MONTHS = 40_000, 40, 36
_DRUGS, _LOTS_A_DRUG = 800, 3


def run(
    folder: Path,
    *,
    people: int = _CONTRACTS,
    clinics: int = _CLINICS,
    months: int = _MONTHS,
    rounds: int = 9,
) -> Iterator[Result]:
    """Time the pack."""
    with make_centre(folder / "packs") as centre:
        fill(centre, people, clinics, months)
        yield _composing(centre, rounds)
        with centre.store.reading() as session:
            returns = compose_pack(session)
        work = f"print the month's pack of {len(returns)}"
        yield against_bare(work, partial(print_whole, returns), rounds)


def compose_pack(session: Any) -> list[ComposedReturn]:
    """Compose all returns of the month, each register read once for all of them."""
    records, period = Records(session), parse_period(MONTH)
    readings = Readings(records, period)
    forms = library(records).for_period(period)
    return [compose(records, form, period, readings) for form in forms]


def _composing(centre: Centre, rounds: int) -> Result:
    store = centre.store

    def ours() -> None:
        with store.reading() as session:
            compose_pack(session)

    ours()
    with store.reading() as session, statements_of(session) as made:
        packed = compose_pack(session)
    figures = of_figures(made)

    def bare() -> None:
        with store.reading() as session:
            run_again(session, figures)

    times = interleaved({"ours": ours, "bare": bare}, rounds)
    cells = sum(len(each.cells) for each in packed)
    note = f"{len(packed)} returns, {cells:,} cells; bare: their {len(figures)} statements"
    return Result("compose the month's pack", times["ours"], times["bare"], _LIMIT_TIMES, note=note)


# A centre of that size


def fill(centre: Centre, people: int, clinics: int, months: int) -> None:
    """Put contracts, clinics with their months, staff, drugs and supplies into a centre."""
    villages, teams = make_centre_values(centre)
    chance = random.Random(11)
    with centre.store.writing() as session:
        insert_many(session, find_register("contracts"), contracts(people, villages, teams))
        ids = insert_many(
            session,
            find_register("clinics"),
            [
                {
                    "name": f"{VILLAGES[at % len(VILLAGES)]}卫生室{at}",
                    "village_id": villages[at % len(villages)],
                    "population": chance.randrange(600, 2500),
                    "integrated": chance.random() < 0.8,
                    "status": "运行",
                }
                for at in range(clinics)
            ],
        )
        first = shifted(MONTH, -months + 1)
        insert_many(
            session,
            find_register("clinic_months"),
            [
                _clinic_month(chance, clinic, shifted(first, at))
                for at in range(months)
                for clinic in ids
            ],
        )
        _fill_ledgers(session, chance, ids, months)


def _clinic_month(chance: random.Random, clinic: bytes, month: str) -> Values:
    visits = chance.randrange(60, 400)
    return {
        "clinic_id": clinic,
        "month": month,
        "visits": visits,
        "tcm_visits": visits * chance.randrange(10, 45) // 100,
        "outpatient_income": visits * 4200,
        "drug_income": visits * 2600,
        "referrals_up": chance.randrange(0, 9),
        "hypertension_followups": chance.randrange(10, 80),
        "diabetes_followups": chance.randrange(5, 40),
        "elderly_checkups": chance.randrange(0, 60),
        "education_sessions": chance.randrange(0, 3),
        "new_files": chance.randrange(0, 20),
    }


def _fill_ledgers(session: Any, chance: random.Random, clinics: list[bytes], months: int) -> None:
    drugs = insert_many(
        session,
        find_register("drugs"),
        [
            {
                "name": f"药品{at}",
                "spec": "0.25g×24片",
                "unit": "盒",
                "drug_class": chance.choice(("西药", "中成药")),
                "essential": chance.random() < 0.8,
                "status": "在用",
            }
            for at in range(_DRUGS)
        ],
    )
    first, last = parse_period(shifted(MONTH, -months + 1)).first, parse_period(MONTH).last
    span = (last - first).days
    lots = insert_many(
        session,
        find_register("drug_stock"),
        [
            {
                "drug_id": drug,
                "batch_no": f"B{number}",
                "expires_on": last.replace(year=last.year + chance.choice((0, 1, 2))),
                "unit_price": chance.randrange(100, 9000),
            }
            for drug in drugs
            for number in range(_LOTS_A_DRUG)
        ],
    )
    moves = []
    for lot in lots:
        begun = first.toordinal() + chance.randrange(span)
        moves.append(_move(lot, begun, "入库", 200, None))
        for _each in range(10):
            day = min(last.toordinal(), begun + chance.randrange(1, 300))
            moves.append(_move(lot, day, "出库", -chance.randrange(1, 15), chance.choice(clinics)))
    moves.sort(key=lambda move: str(move["moved_on"]))
    insert_many(session, find_register("stock_moves"), moves)


def _move(lot: bytes, day: int, kind: str, quantity: int, clinic: bytes | None) -> Values:
    return {
        "lot_id": lot,
        "moved_on": date.fromordinal(day),
        "kind": kind,
        "quantity": quantity,
        "clinic_id": clinic,
    }
