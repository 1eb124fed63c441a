"""How many requests a PC, an address and a guesser of enrolment codes may send."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST_KNOWN = 20_000


class Limit:
    """So many requests a minute, of which that many may come at once.

    Args:
        a_minute: Requests a minute in the long run.
        at_once: Requests that may come together.
        now: The time in seconds.
    """

    def __init__(
        self, a_minute: float, at_once: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = a_minute / 60
        self._most = at_once
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, who: str) -> int:
        """Count a request; returns 0, or the seconds after which it may be sent again."""
        now = self._now()
        left, since = self._left.pop(who, (self._most, now))
        left = min(self._most, left + (now - since) * self._rate)
        allowed = left >= 1
        self._left[who] = (left - 1 if allowed else left, now)
        if len(self._left) > _MOST_KNOWN:
            self._left.popitem(last=False)  # Who was silent longest has most probably all again.
        return 0 if allowed else max(1, math.ceil((1 - left) / self._rate))


@dataclass
class Limits:
    """The limits of one process of the service.

    A first upload is some dozens of requests and thousands of photos, and a whole centre may come
    from one address; only what no PC ever does is held up.
    """

    device: Limit
    address: Limit
    code: Limit

    @classmethod
    def usual(cls, a_minute: int = 1200) -> Limits:
        """Return limits by how many requests a PC may send in a minute."""
        return cls(
            device=Limit(a_minute, a_minute),
            address=Limit(10 * a_minute, 10 * a_minute),
            # A code has 31**10 values: at this pace guessing one takes longer than it is good for.
            code=Limit(12, 30),
        )
