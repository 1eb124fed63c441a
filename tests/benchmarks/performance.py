"""A year's scores and pay: 40 clinics, 90 doctors, 60 items, 12 months, against pandas' sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import sqlcipher3.dbapi2 as sqlcipher

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    FULL,
    ONE,
    Band,
    Block,
    Goal,
    Item,
    Scheme,
)
from desktop.services.performance.simulating import simulate
from desktop.services.performance.sources import MONTHLY_FIELDS
from desktop.services.performance.statement import state
from tests.benchmarks.people import bare_connection
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import make_centre
from tests.helpers.samples import id_number

CLINICS, DOCTORS, VISITS = 40, 90, 4
YEAR = "2026"
_LIMIT_SECONDS = 1.0
_LIMIT_TIMES = 3.0
_POINTS = 500
FIELDS = MONTHLY_FIELDS[:8]
CODES = tuple(f"V{number:02d}" for number in range(34))


def scheme() -> Scheme:
    """Return a scheme of 60 items: 24 monthly figures (8 of them paid), 34 of visits, 2 others."""
    weights = [150] * 40 + [200] * 20
    made = [
        Item(f"M{n:02d}", field, "B", weights[n], f"clinic_months.{field}", COMPLETION,
             goal=Goal("value", 100 * (20 + n)), price=100 + n if n < len(FIELDS) else None)
        for n, field in enumerate(FIELDS * 3)
    ]  # fmt: skip
    made += [
        Item(f"I{code}", code, "B", weights[24 + n], "visits.item", COMPLETION, of=code,
             goal=Goal("value", 9500))
        for n, code in enumerate(CODES)
    ]  # fmt: skip
    bands = (Band(3000, ONE), Band(1500, 5000), Band(0, 0))
    made.append(Item("T", "tcm", "B", weights[58], "tcm_share", BANDS, bands=bands))
    made.append(Item("R", "r", "B", weights[59], "reports.missing", DEDUCTION, per_event=50))
    quality = (Band(9000, ONE), Band(8000, 9000), Band(7000, 8000), Band(0, 6000))
    return Scheme("bench", 1, (Block("B", "all", FULL),), tuple(made), quality)


def fill(centre: Centre, chance: Random) -> None:
    """Put clinics, doctors, months, visits and their items into a new centre."""
    with centre.store.writing() as session:

        def add(key: str, rows: list[dict[str, Any]]) -> list[bytes]:
            return insert_many(session, find_register(key), rows)  # type: ignore[arg-type]

        clinics = add("clinics", [{"name": f"{n:02d}村卫生室"} for n in range(CLINICS)])
        add(
            "village_doctors",
            [
                {"name": f"村医{n}", "id_number": id_number(n), "clinic_id": clinics[n % CLINICS],
                 "licence_expires_on": date(2030, 1, 1)}
                for n in range(DOCTORS)
            ],
        )  # fmt: skip
        months = [f"{YEAR}-{n:02d}" for n in range(1, 13)]
        figures = [f for f in FIELDS if f != "tcm_visits"]
        add(
            "clinic_months",
            [
                {"clinic_id": clinic, "month": month, "tcm_visits": chance.randrange(10)}
                | {field: chance.randrange(10, 60) for field in figures}
                for clinic in clinics
                for month in months
            ],
        )
        visits = add(
            "visits",
            [
                {"clinic_id": clinic, "visited_on": date(2026, 3 * n + 2, 6), "score": 9000}
                for clinic in clinics
                for n in range(VISITS)
            ],
        )
        add(
            "visit_items",
            [
                {"visit_id": visit, "code": code, "section": "业务", "wording": code,
                 "result": "计分", "earned": chance.randrange(_POINTS + 1), "possible": _POINTS,
                 "veto": False}
                for visit in visits
                for code in CODES
            ],
        )  # fmt: skip


def by_pandas(connection: sqlcipher.Connection, wanted: Scheme) -> tuple[Any, float]:
    """Return scores by clinic and all the pay, as one would write it by hand with pandas."""

    def frame(statement: str) -> Any:
        cursor = connection.execute(statement)
        return pd.DataFrame(cursor.fetchall(), columns=[each[0] for each in cursor.description])

    fields = ", ".join(FIELDS)
    months = frame(
        f"SELECT clinic_id, month, {fields} FROM clinic_month"
        f" WHERE deleted_at IS NULL AND month BETWEEN '{YEAR}-01' AND '{YEAR}-12'"
    )
    items = frame(
        "SELECT v.clinic_id, i.code, i.earned, i.possible FROM visit_item i"
        " JOIN visit v ON v.id = i.visit_id WHERE i.deleted_at IS NULL AND v.deleted_at IS NULL"
        f" AND v.visited_on BETWEEN '{YEAR}-01-01' AND '{YEAR}-12-31'"
    )
    doctors = frame("SELECT id, clinic_id FROM village_doctor WHERE deleted_at IS NULL")
    long = months.melt(["clinic_id", "month"], list(FIELDS), "field", "value")
    sums = long.groupby(["clinic_id", "field"])["value"].sum().unstack()
    judged = items.groupby(["clinic_id", "code"])[["earned", "possible"]].sum()
    rates = (judged["earned"] / judged["possible"]).unstack()
    points = pd.DataFrame(index=sums.index)
    money = pd.Series(0.0, index=sums.index)
    for item in wanted.items[:24]:
        figure = sums[item.label]
        goal = item.goal.value / 100 * 12
        points[item.code] = (figure / goal).clip(upper=1) * item.weight
        money += figure * (item.price or 0)
    for item in wanted.items[24:58]:
        points[item.code] = (rates[item.of] / 0.95).clip(upper=1) * item.weight
    share = sums["tcm_visits"] / sums["visits"]
    banded = pd.cut(share, [-1, 0.15, 0.3, 9], right=False, labels=[0.0, 0.5, 1.0])
    points["T"] = banded.astype(float) * wanted.items[58].weight
    points["R"] = float(wanted.items[59].weight)
    score = points.sum(axis=1)
    coefficient = pd.cut(score, [-1, 7000, 8000, 9000, 99999], right=False,
                         labels=[0.6, 0.8, 0.9, 1.0]).astype(float)  # fmt: skip
    there = doctors.groupby("clinic_id")["id"].size()
    merged = doctors.merge(score.rename("score"), left_on="clinic_id", right_index=True)
    merged["pay"] = merged["clinic_id"].map(money * coefficient / there)
    return score, float(merged["pay"].sum())


def check(centre: Centre, connection: sqlcipher.Connection) -> None:
    """Make sure that both compute the same, but for pandas' floats and our rounding of lines."""
    score, pay = by_pandas(connection, scheme())
    with centre.store.reading() as session:
        made = simulate(session, YEAR, scheme())
    for clinic in made.clinics:
        assert clinic.score is not None
        assert abs(clinic.score - score[clinic.id]) < len(scheme().items)
    assert len(made.doctors) == DOCTORS
    by_bands = {result.main_clinic: result.coefficient for result in made.doctors}
    assert len(by_bands) == CLINICS
    assert abs(made.total - pay) < made.total / 50


def run(folder: Path, *, rounds: int = 9) -> Iterator[Result]:
    """Time a year's simulation from the encrypted file, with and without its sentences."""
    with make_centre(folder / "performance") as centre:
        fill(centre, Random(2026))
        connection = bare_connection(centre)
        wanted = scheme()

        def ours() -> None:
            with centre.store.reading() as session:
                simulate(session, YEAR, wanted)

        def stated() -> None:
            with centre.store.reading() as session:
                state(simulate(session, YEAR, wanted)).encode()

        try:
            check(centre, connection)
            times = interleaved(
                {"ours": ours, "stated": stated, "pandas": lambda: by_pandas(connection, wanted)},
                rounds,
            )
        finally:
            connection.close()
    size = f"{CLINICS} clinics × {DOCTORS} doctors × {len(wanted.items)} items × 12 months"
    bare = f"{size}; bare: pandas group-by of the same sums"
    yield Result("a year's scores and pay", times["ours"], times["pandas"], _LIMIT_TIMES, note=bare)
    yield Result("… absolute", times["ours"], None, _LIMIT_SECONDS, "s", size)
    yield Result("… every sentence written, as JSON", times["stated"], None, None, "s")
