"""Charts on paper: lines with gaps, bars with the line of their mean; black on white."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from desktop.printing.fonts import Face, width
from desktop.printing.pen import MM, Align, Pen
from desktop.text import _

_SIZE = 7.5
_LEFT = 16 * MM
_FOOT = 9 * MM
_HEAD = 8 * MM
_DASH = 1.6 * MM
_DOT = 1.5
_BAR = 0.62
_BAR_GREY = 0.55
_HAIR, _HAIR_GREY = 0.3, 0.72
_MOST_BARS_WRITTEN = 14
"""With more bars their names stand slanted in the table only, numbered here."""


class Line(Protocol):
    """A line, or a row of bars."""

    @property
    def label(self) -> str:
        """Return its name."""

    @property
    def values(self) -> Sequence[float | None]:
        """Return a value for each label."""

    @property
    def texts(self) -> Sequence[str]:
        """Return the values as text."""

    @property
    def dashed(self) -> bool:
        """Whether it is drawn dashed."""

    @property
    def runs(self) -> Sequence[Sequence[int]]:
        """Return the stretches without a gap."""


class Chart(Protocol):
    """A chart."""

    @property
    def labels(self) -> Sequence[str]:
        """Return what stands below the axis."""

    @property
    def lines(self) -> Sequence[Line]:
        """Return its lines."""

    @property
    def bars(self) -> bool:
        """Whether bars are drawn."""

    @property
    def mean(self) -> float | None:
        """Return the mean of the bars."""

    @property
    def mean_text(self) -> str:
        """Return the mean as text."""

    @property
    def ticks(self) -> Sequence[float]:
        """Return the numbers at the axis."""

    def tick_text(self, tick: float) -> str:
        """Return a number at the axis as text."""


class _Field:
    """Where a chart's numbers stand on the page."""

    def __init__(self, chart: Chart, box: tuple[float, float, float, float]) -> None:
        left, top, wide, high = box
        self.left, self.right = left + _LEFT, left + wide
        self.foot, self.top = top - high + _FOOT, top - _HEAD
        self.low, self.high = chart.ticks[0], chart.ticks[-1]
        self.step = (self.right - self.left) / max(1, len(chart.labels))

    def x(self, at: int) -> float:
        """Return the middle of a label."""
        return self.left + (at + 0.5) * self.step

    def y(self, value: float) -> float:
        """Return the height of a value."""
        return self.foot + (value - self.low) / (self.high - self.low) * (self.top - self.foot)


def draw_chart(pen: Pen, chart: Chart, left: float, top: float, wide: float, high: float) -> None:
    """Draw a chart into a box below ``top``."""
    field = _Field(chart, (left, top, wide, high))
    for tick in chart.ticks:
        pen.shade(field.left, field.y(tick), field.right - field.left, _HAIR, _HAIR_GREY)
        y = field.y(tick) - _SIZE * 0.35
        text = chart.tick_text(tick)
        pen.text(field.left - 3, y, text, face=Face.SANS, size=_SIZE, align=Align.RIGHT)
    if chart.bars:
        _draw_bars(pen, chart, field)
    else:
        _draw_lines(pen, chart, field)
        _draw_legend(pen, chart, field, top)
    _draw_labels(pen, chart, field)


def _draw_labels(pen: Pen, chart: Chart, field: _Field) -> None:
    numbered = len(chart.labels) > _MOST_BARS_WRITTEN
    for at, label in enumerate(chart.labels):
        text = str(at + 1) if numbered else _fitting(label, field.step - 2)
        y = field.foot - _SIZE * 1.4
        pen.text(field.x(at), y, text, face=Face.SANS, size=_SIZE, align=Align.CENTRE)


def _fitting(text: str, room: float) -> str:
    while len(text) > 1 and width(text, Face.SANS, _SIZE) > room:
        text = text[:-1]
    return text


def _draw_bars(pen: Pen, chart: Chart, field: _Field) -> None:
    base, room = field.y(0), field.step * _BAR
    for line in chart.lines:
        for at, value in enumerate(line.values):
            if value is None:
                continue
            y = field.y(value)
            pen.shade(field.x(at) - room / 2, min(y, base), room, abs(y - base), _BAR_GREY)
            if width(line.texts[at], Face.SANS, _SIZE) <= field.step:
                above = max(y, base) + 2
                text = line.texts[at]
                pen.text(field.x(at), above, text, face=Face.SANS, size=_SIZE, align=Align.CENTRE)
    if chart.mean is not None:
        y = field.y(chart.mean)
        pen.rules(_dashes((field.left, y), (field.right, y)), weight=0.8)
        said = _("平均 {mean}").format(mean=chart.mean_text)
        pen.text(field.right, y + 2, said, face=Face.BOLD, size=_SIZE, align=Align.RIGHT)


def _draw_lines(pen: Pen, chart: Chart, field: _Field) -> None:
    for line in chart.lines:
        spots = {
            at: (field.x(at), field.y(value))
            for at, value in enumerate(line.values)
            if value is not None
        }
        for run in line.runs:
            for one, two in itertools.pairwise(run):
                start, end = spots[one], spots[two]
                pen.rules(_dashes(start, end) if line.dashed else [(*start, *end)], weight=1.1)
        for at, (x, y) in spots.items():
            pen.shade(x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT, 0.5 if line.dashed else 0.0)
            if not line.dashed:
                text = line.texts[at]
                pen.text(x, y + 4, text, face=Face.SANS, size=_SIZE, align=Align.CENTRE)


def _dashes(
    start: tuple[float, float], end: tuple[float, float]
) -> Iterator[tuple[float, float, float, float]]:
    across, up = end[0] - start[0], end[1] - start[1]
    length = math.hypot(across, up)
    for number in range(math.ceil(length / (2 * _DASH))):
        one = 2 * number * _DASH / length
        two = min(1.0, one + _DASH / length)
        yield (
            start[0] + across * one,
            start[1] + up * one,
            start[0] + across * two,
            start[1] + up * two,
        )


def _draw_legend(pen: Pen, chart: Chart, field: _Field, top: float) -> None:
    x, y = field.left, top - _SIZE
    for line in chart.lines:
        start, end = (x, y + _SIZE * 0.35), (x + 8 * MM, y + _SIZE * 0.35)
        pen.rules(_dashes(start, end) if line.dashed else [(*start, *end)], weight=1.1)
        pen.text(x + 9.5 * MM, y, line.label, face=Face.SANS, size=_SIZE)
        x += 14 * MM + width(line.label, Face.SANS, _SIZE)
