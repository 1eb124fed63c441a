"""Every part of the benchmarks still runs, on few rows; what it measures is not judged here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.benchmarks import (
    capture,
    importing,
    link,
    listing,
    month_end,
    packs,
    printing,
    starting,
    syncing,
)
from tests.benchmarks.report import Result, print_table

FEW = {
    "import": partial(importing.run, rows=300, rounds=1),
    "list": partial(listing.run, rows=400, rounds=1),
    "start": partial(starting.run, rows=50, rounds=1),
    "print": partial(printing.run, long=300, short=100, rounds=1),
    "packs": partial(packs.run, people=60, clinics=3, months=3, rounds=1),
    "sync": partial(syncing.run, rows=50, rounds=1),
    "link": partial(link.run, rows=50, lent=False),
    "capture": partial(capture.run, rows=50, rounds=1),
    "month-end": partial(month_end.run, pcs=6, changes=50),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FEW)
def test_a_part_measures_what_it_promises(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run: Callable[[Path], Iterator[Result]] = FEW[name]
    results = list(run(tmp_path))
    assert results
    assert not any(result.ours for result in results if result.limit == 0)
    assert all(result.ours > 0 for result in results if result.limit != 0)
    print_table(results)
    assert len(capsys.readouterr().out.splitlines()) == len(results) + 2


def test_a_broken_limit_is_told() -> None:
    held = Result("held", 0.02, 0.01, 3)
    broken = Result("broken", 0.02, 0.01, 1.5)
    slow = Result("slow", 0.08, None, 50)
    large = Result("large", 300, None, 260, "MB")
    info = Result("info", 5, 1, None, "s")
    found = [each.work for each in (held, broken, slow, large, info) if each.is_over]
    assert found == ["broken", "slow", "large"]
    assert broken.cells()[3:] == ["2.00 ×", "≤ 1.5 ×", "OVER"]
