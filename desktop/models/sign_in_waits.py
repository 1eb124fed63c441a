"""The waits after wrong passwords, counted across processes and restarts."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

from desktop.errors import TooManyTries
from desktop.models.replacing import write_whole
from desktop.models.storage_errors import explained
from desktop.text import _

_LONGEST_SECONDS = 300
_FREE_SLIPS = 1


def wait_after(count: int) -> int:
    """Return the seconds to wait after so many wrong passwords: 0, 1, 2, 4, 8 … five minutes."""
    slips = count - _FREE_SLIPS
    return 0 if slips < 1 else min(2 ** min(slips - 1, 10), _LONGEST_SECONDS)


class SignInWaits:
    """Counts wrong passwords of each person across processes and restarts.

    It slows a person at the keyboard. Against someone who takes the file away stands Argon2id.
    """

    def __init__(self, path: Path, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._counts: dict[str, list[float]] = {}
        if path.exists():
            with explained():
                self._counts = _counts(path.read_bytes())

    def check(self, person: str) -> None:
        """Refuse while the wait after the last wrong password is not over."""
        count, last = self._counts.get(person, (0, 0.0))
        wait = wait_after(int(count))
        now = self._now()
        if wait and now < last:
            # The clock was set back: the wait starts again, or it would last until the old time.
            self._counts[person] = [count, now]
            self._write()
            last = now
        left = last + wait - now
        if left > 0:
            seconds = math.ceil(left)
            message = _("密码多次输错，请 {seconds} 秒后再试。").format(seconds=seconds)
            raise TooManyTries(message, seconds)

    def failed(self, person: str) -> None:
        """Count a wrong password."""
        count = self._counts.get(person, (0, 0.0))[0]
        self._counts[person] = [count + 1, self._now()]
        self._write()

    def succeeded(self, person: str) -> None:
        """Forget the wrong passwords of a person."""
        if self._counts.pop(person, None) is not None:
            self._write()

    def _write(self) -> None:
        write_whole(self._path, json.dumps(self._counts).encode())


def _counts(raw: bytes) -> dict[str, list[float]]:
    """Read the counts; a damaged file counts nothing rather than locking everyone out."""
    try:
        found = json.loads(raw)
        return {person: [int(count), float(last)] for person, (count, last) in found.items()}
    except (ValueError, TypeError, AttributeError):
        return {}
