"""Measure each work beside its physical limit in one run: ``python -m tests.benchmarks``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.benchmarks import (
    capture,
    importing,
    link,
    listing,
    month_end,
    packs,
    performance,
    printing,
    starting,
    syncing,
)
from tests.benchmarks.report import Result, print_machine, print_table

PARTS: dict[str, Callable[[Path], Iterator[Result]]] = {
    "import": importing.run,
    "list": listing.run,
    "start": starting.run,
    "print": printing.run,
    "packs": packs.run,
    "sync": syncing.run,
    "link": link.run,
    "capture": capture.run,
    "month-end": month_end.run,
    "performance": performance.run,
}
WHOLE: dict[str, Callable[[Path], Iterator[Result]]] = {
    "capture": partial(capture.run, rows=100_000),
    "month-end": partial(month_end.run, pcs=month_end.ALL_PCS),
}
"""Parts whose ordinary run is smaller than what they stand for."""


def main() -> int:
    """Run the parts asked for and print their table; with ``--check`` an overrun fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {' '.join(PARTS)}")
    parser.add_argument("--check", action="store_true", help="exit with 1 when a limit is broken")
    parser.add_argument("--whole", action="store_true", help=f"in full size: {' '.join(WHOLE)}")
    asked = parser.parse_args()
    unknown = set(asked.parts) - set(PARTS)
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    results: list[Result] = []
    parts = PARTS | WHOLE if asked.whole else PARTS
    print_machine()
    with tempfile.TemporaryDirectory(prefix="thdesk-bench-") as folder:
        for name in asked.parts or PARTS:
            started = time.perf_counter()
            results += parts[name](Path(folder))
            print(f"… {name} measured in {time.perf_counter() - started:.0f} s", flush=True)
    print()
    print_table(results)
    over = [result.work for result in results if result.is_over]
    print(f"\nover the limit: {', '.join(over) if over else 'nothing'}")
    return 1 if asked.check and over else 0


if __name__ == "__main__":
    sys.exit(main())
