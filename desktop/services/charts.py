"""A chart as plain numbers and words, the same on screen, on paper and in a workbook."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 5


@dataclass(frozen=True)
class ChartLine:
    """A line or a row of bars: a value for each label, None where nothing is known."""

    label: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]
    dashed: bool = False

    @property
    def runs(self) -> tuple[tuple[int, ...], ...]:
        """Return the stretches of neighbours that are known: a gap is not drawn over."""
        made: list[list[int]] = [[]]
        for at, value in enumerate(self.values):
            if value is None:
                made.append([])
            else:
                made[-1].append(at)
        return tuple(tuple(run) for run in made if run)


@dataclass(frozen=True)
class Chart:
    """Lines over labels, or bars side by side with the line of their mean."""

    labels: tuple[str, ...]
    lines: tuple[ChartLine, ...]
    bars: bool = False
    mean: float | None = None
    mean_text: str = ""

    @property
    def known(self) -> tuple[float, ...]:
        """Return every number of it."""
        return tuple(value for line in self.lines for value in line.values if value is not None)

    @property
    def ticks(self) -> tuple[float, ...]:
        """Return round numbers that span what is drawn, zero among them."""
        low, high = min((0.0, *self.known)), max((0.0, *self.known))
        if high == low:
            high = low + 1
        step = _step((high - low) / (_MOST_TICKS - 1))
        first, last = math.floor(low / step), math.ceil(high / step)
        return tuple(number * step for number in range(first, last + 1))

    def tick_text(self, tick: float) -> str:
        """Return a tick as it is written at the axis."""
        whole = all(float(each).is_integer() for each in self.ticks)
        return (f"{tick:,.0f}" if whole else f"{tick:,.2f}".rstrip("0").rstrip(".")).replace(
            "-", "−"
        )


def _step(least: float) -> float:
    """Return the next round step that is not smaller."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in _STEPS if each * power >= least * (1 - 1e-9))
