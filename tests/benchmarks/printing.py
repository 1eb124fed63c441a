"""Printing the month's returns against ReportLab's calls alone; long lists against short."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
from desktop.printing.fonts import SHIPPED, Face
from desktop.printing.register_list import Heading, print_register
from desktop.printing.return_pack import print_pack
from desktop.printing.return_page import print_return
from desktop.services.returns import DEFAULT_FORM, ComposedReturn, compose
from desktop.services.returns.filing import forms_wanted
from desktop.services.returns.pack import pack_of
from desktop.services.returns.sheet import sheet_of
from tests.benchmarks.people import fill
from tests.benchmarks.recording import recording, replay
from tests.benchmarks.report import Result
from tests.benchmarks.statements import of_figures, run_again, statements_of
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
    """Time one return and the pack of all; both as composed, since composing has its own limit."""
    with store.reading() as session:
        returns = [compose(session, key, _MONTH) for key in forms_wanted(session, "", _MONTH)]
    one = next(each for each in returns if each.form.key == DEFAULT_FORM)

    def alone() -> bytes:
        target = BytesIO()
        print_return(target, sheet_of(one, _DAY), faces=SHIPPED)
        return target.getvalue()

    def pack() -> bytes:
        return print_whole(returns)

    def composed() -> bytes:
        target = BytesIO()
        with store.reading() as session:
            made = compose(session, DEFAULT_FORM, _MONTH)
        print_return(target, sheet_of(made, _DAY), faces=SHIPPED)
        return target.getvalue()

    yield _first(composed, min(rounds, 5))
    yield _with_statements(store, composed, rounds)
    yield against_bare("print the month's return, as composed", alone, rounds)
    yield against_bare(f"print the pack of {len(returns)} returns", pack, min(rounds, 9))


def print_whole(returns: Sequence[ComposedReturn]) -> bytes:
    """Print the pack of these returns with its cover."""
    target = BytesIO()
    sheets, cover = pack_of(returns, _MONTH, _DAY)
    print_pack(target, sheets, cover, faces=SHIPPED)
    return target.getvalue()


def _bare(ours: Callable[[], bytes]) -> Callable[[], bytes]:
    """Return what makes ReportLab's calls of a paper again and nothing else."""
    with recording() as made:
        ours()

    def bare() -> bytes:
        target = BytesIO()
        replay(made, target)
        return target.getvalue()

    apart = abs(len(bare()) - len(ours()))
    assert apart < len(ours()) / 50, "the calls made again draw another paper"
    return bare


def _with_statements(store: Store, composed: Callable[[], bytes], rounds: int) -> Result:
    """Time composing and printing beside the statements and ReportLab's calls alone."""
    drawn = _bare(composed)
    with store.reading() as session, statements_of(session) as made:
        compose(session, DEFAULT_FORM, _MONTH)
    figures = of_figures(made)

    def bare() -> None:
        with store.reading() as session:
            run_again(session, figures)
        drawn()

    times = interleaved({"ours": composed, "bare": bare, "drawn": drawn}, rounds)
    against = times["ours"] / times["drawn"]
    note = f"bare: its {len(figures)} statements and ReportLab; ReportLab alone {against:.2f} ×"
    return Result(
        "compose and print the month", times["ours"], times["bare"], _LIMIT_TIMES, note=note
    )


def _first(ours: Callable[[], bytes], rounds: int) -> Result:
    """Time the first paper of a process: ReportLab reads its faces anew in both."""

    def first(work: Callable[[], bytes]) -> bytes:
        for cached in (fonts._font, fonts._drawn, fonts._advances, fonts._face_for):
            cached.cache_clear()
        for face in (Face.SERIF, Face.SANS, Face.BOLD):
            fonts._font(face)
        return work()

    bare = _bare(ours)
    times = interleaved({"ours": partial(first, ours), "bare": partial(first, bare)}, rounds)
    note = "ReportLab reads its fonts in both"
    return Result(
        "compose and print the month, first time",
        times["ours"],
        times["bare"],
        _LIMIT_TIMES,
        note=note,
    )


def against_bare(work: str, ours: Callable[[], bytes], rounds: int) -> Result:
    """Time a paper beside ReportLab's calls of it alone."""
    times = interleaved({"ours": ours, "bare": _bare(ours)}, rounds)
    note = "fonts read before"
    return Result(work, times["ours"], times["bare"], _LIMIT_TIMES, note=note)


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
