"""Composing and printing the month against ReportLab's calls alone; long lists against short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path

from desktop.commands.demo import make_demo
from desktop.models.listing import Query
from desktop.models.opening import open_centre
from desktop.models.registers.contracts import REGISTER as CONTRACTS
from desktop.models.store import Store
from desktop.printing import fonts
from desktop.printing.register_list import Heading, print_register
from desktop.printing.return_page import print_return
from desktop.services.forms import DEFAULT_FORM
from desktop.services.returns import compose
from desktop.services.sheet import sheet_of
from tests.benchmarks.people import fill
from tests.benchmarks.recording import recording, replay
from tests.benchmarks.report import Result
from tests.benchmarks.timing import interleaved
from tests.helpers.centres import PASSWORD, PERSON, make_centre

_MONTH = "2026-10"
_DAY = date(2026, 11, 2)
_LIMIT_TIMES = 1.5
_LONG, _SHORT = 30_000, 1_000


def run(
    folder: Path, *, long: int = _LONG, short: int = _SHORT, rounds: int = 3
) -> Iterator[Result]:
    """Time the month's return, then lists."""
    home = folder / "printing"
    make_demo(home, PASSWORD)
    with open_centre(home, PERSON, PASSWORD) as centre:
        yield from _month(centre.store)
    yield from _lists(folder, long, short, rounds)


def _month(store: Store, rounds: int = 15) -> Iterator[Result]:
    def ours() -> bytes:
        target = BytesIO()
        with store.reading() as session:
            print_return(target, sheet_of(compose(session, DEFAULT_FORM, _MONTH), _DAY))
        return target.getvalue()

    def composed() -> None:
        with store.reading() as session:
            compose(session, DEFAULT_FORM, _MONTH)

    with recording() as made:
        ours()

    def bare() -> bytes:
        target = BytesIO()
        replay(made, target)
        return target.getvalue()

    def first(work: Callable[[], bytes]) -> bytes:
        for cached in (fonts._font, fonts._characters, fonts._advances, fonts._face_for):
            cached.cache_clear()
        for face in fonts.Face:
            fonts._font(face)
        return work()

    assert abs(len(bare()) - len(ours())) < 2000, "the calls made again draw another page"
    works = {"ours": partial(first, ours), "bare": partial(first, bare)}
    times = interleaved(works, min(rounds, 5))
    note = "ReportLab reads its fonts in both"
    work = "compose and print the month, first time"
    yield Result(work, times["ours"], times["bare"], _LIMIT_TIMES, note=note)
    times = interleaved({"ours": ours, "bare": bare, "composed": composed}, rounds)
    note = f"fonts read before; of it composing {times['composed'] * 1000:.1f} ms"
    yield Result(
        "compose and print the month", times["ours"], times["bare"], _LIMIT_TIMES, note=note
    )


def _lists(folder: Path, many: int, few: int, rounds: int) -> Iterator[Result]:
    heading = Heading("家庭医生签约", "青禾镇中心卫生院", _DAY)
    with make_centre(folder / "long-list") as long, make_centre(folder / "short-list") as short:
        fill(long, many)
        fill(short, few)

        def listed(store: Store) -> None:
            with store.reading() as session:
                print_register(session, Query(CONTRACTS), BytesIO(), heading)

        works = {"long": lambda: listed(long.store), "short": lambda: listed(short.store)}
        times = interleaved(works, rounds)
    a_row = {"long": times["long"] / many, "short": times["short"] / few}
    note = f"a row in {many:,} rows against a row in {few:,}; in all {times['long']:.1f} s"
    yield Result("printed list, a row", a_row["long"], a_row["short"], _LIMIT_TIMES, note=note)
