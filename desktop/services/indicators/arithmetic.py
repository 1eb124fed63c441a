"""The arithmetic of a self-score, exact: points, what closes a gap, numbers as they are shown."""

from __future__ import annotations

import math
from fractions import Fraction

from desktop.services.indicators.scheme import Item

PERCENT = 100


def share_of(item: Item, value: Fraction, target: Fraction) -> Fraction:
    """Return which share of its weight an item gets, from 0 to 1.

    In proportion: from ``floor`` (0 points) to the target; where less is better, target over
    value. By bands: the first band whose share of the target is reached.
    """
    reach = _reach(item, value, target)
    if item.scoring == "bands":
        bands = sorted(item.band, key=lambda band: -band.reach)
        found = next((band.share for band in bands if reach * PERCENT >= band.reach), 0)
        return Fraction(found, PERCENT)
    floor = Fraction(str(item.floor))
    if item.direction == "up" and floor and target > floor:
        reach = (value - floor) / (target - floor)
    return max(Fraction(0), min(Fraction(1), reach))


def _reach(item: Item, value: Fraction, target: Fraction) -> Fraction:
    """Return which share of the target is reached."""
    if item.direction == "up":
        if target <= 0:
            return Fraction(1) if value >= target else Fraction(0)
        return value / target
    return Fraction(1) if value <= target else target / value


def closing_count(
    item: Item, above: Fraction | None, below: Fraction | None, target: Fraction | None
) -> int | None:
    """Return the least whole number that, added (or taken away), reaches the target."""
    if target is None:
        return None
    if not item.divided:
        return None if above is None else math.ceil(abs(target - above))
    if above is None or not below:
        return None
    goal = target / PERCENT if item.shape == "rate" else target
    if item.direction == "down":
        # What is spent less is less above the line only.
        return math.ceil(above - goal * below)
    lacking = goal * below - above
    if item.adds == "both":
        return math.ceil(lacking / (1 - goal)) if goal < 1 else None
    count = math.ceil(lacking)
    # More than all of them cannot be asked for.
    return count if item.shape != "rate" or above + count <= below else None


def show_number(value: Fraction | None, digits: int = 1) -> str:
    """Return a number as it is shown: rounded half away from zero, without an empty fraction."""
    if value is None:
        return ""
    scale = 10**digits
    exact = abs(value) * scale
    whole = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    sign = "−" if value < 0 and whole else ""
    if whole % scale == 0:
        return f"{sign}{whole // scale:,}"
    return f"{sign}{whole // scale:,}.{whole % scale:0{digits}d}"
