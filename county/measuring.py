"""What the service counts of itself, and the log of its exchanges; neither knows any person.

Several processes count each in a file of its own and add all files up when asked.
"""

from __future__ import annotations

import json
import logging
import mmap
import os
import struct
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

LOG = logging.getLogger("county")

_NUMBER = struct.Struct("d")
BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds at which the durations of exchanges are told apart."""

_COUNTERS = {
    "exchanges": "Exchanges answered.",
    "pushed": "New records and edited fields taken in.",
    "pulled": "New records and edited fields given out.",
    "refused": "Records not taken.",
    "bytes_in": "Bytes of exchanges received.",
    "bytes_out": "Bytes of exchanges sent.",
    "declined": "Requests refused as a whole.",
    "limited": "Requests put off because there were too many.",
    "failed": "Requests that failed.",
}
_PLACES = {name: at for at, name in enumerate((*_COUNTERS, "seconds"))}
_BUCKETS = len(_PLACES)
_SIZE = (_BUCKETS + len(BOUNDS) + 1) * _NUMBER.size


@dataclass(slots=True)
class Exchanged:
    """One exchange as the log tells it."""

    device: int = 0
    centre: int = 0
    status: int = 0
    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


class Measures:
    """The counts of this process beside those of the others.

    Args:
        folder: Where the processes of one service count; a folder of its own where none is given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._own = None if folder else tempfile.TemporaryDirectory(prefix="county-hub-")
        self._folder = folder or Path(str(self._own and self._own.name))
        # A cleaner of /tmp may have taken it while the service ran.
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = (self._folder / f"{os.getpid()}.counts").open("w+b")
        self._file.truncate(_SIZE)
        self._counts = mmap.mmap(self._file.fileno(), _SIZE)

    def close(self) -> None:
        """Stop counting; what was counted stays for the others."""
        self._counts.close()
        self._file.close()
        if self._own is not None:
            self._own.cleanup()

    def add(self, name: str, count: float = 1) -> None:
        """Count something."""
        self._add(_PLACES[name], count)

    def note(self, exchanged: Exchanged, seconds: float) -> None:
        """Count an exchange and write its line of the log."""
        for name in ("pushed", "pulled", "refused", "bytes_in", "bytes_out"):
            self.add(name, getattr(exchanged, name))
        self.add("exchanges")
        self.add("seconds", seconds)
        place = next((at for at, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        self._add(_BUCKETS + place, 1)
        LOG.info("%s", json.dumps({**asdict(exchanged), "ms": round(seconds * 1000)}))

    def as_text(self) -> str:
        """Return all processes' counts in Prometheus' text format."""
        total = [0.0] * (_SIZE // _NUMBER.size)
        for file in self._folder.glob("*.counts"):
            for at, (count,) in enumerate(_NUMBER.iter_unpack(file.read_bytes())):
                total[at] += count
        lines = []
        for name, meaning in _COUNTERS.items():
            full = f"county_hub_{name}_total"
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} counter"]
            lines.append(f"{full} {total[_PLACES[name]]:.0f}")
        full, so_far = "county_hub_exchange_seconds", 0.0
        lines += [f"# HELP {full} How long exchanges took.", f"# TYPE {full} histogram"]
        for at, bound in enumerate((*BOUNDS, None)):
            so_far += total[_BUCKETS + at]
            edge = "+Inf" if bound is None else f"{bound:g}"
            lines.append(f'{full}_bucket{{le="{edge}"}} {so_far:.0f}')
        lines += [f"{full}_sum {total[_PLACES['seconds']]:.3f}", f"{full}_count {so_far:.0f}"]
        return "\n".join(lines) + "\n"

    def _add(self, place: int, count: float) -> None:
        # Only the event loop's thread counts, so that nothing is lost between the two steps.
        at = place * _NUMBER.size
        _NUMBER.pack_into(self._counts, at, _NUMBER.unpack_from(self._counts, at)[0] + count)
