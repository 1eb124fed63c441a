"""Exact sharing: whole units that add up to the whole, by the largest remainders (最大余数法)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def rounded(above: int, below: int) -> int:
    """Divide whole numbers and round half away from zero."""
    sign = -1 if (above < 0) != (below < 0) else 1
    return sign * ((2 * abs(above) + abs(below)) // (2 * abs(below)))


def rounded_fraction(value: Fraction) -> int:
    """Round a fraction half away from zero."""
    return rounded(value.numerator, value.denominator)


def apportion(whole: int, parts: Sequence[Fraction]) -> list[int]:
    """Share a whole number in proportion to the parts; the shares add up to it exactly.

    Each share is rounded down; the units left over go to the largest remainders, at equal
    remainders to the part that stands first. Nothing is shared among parts that are all zero.
    """
    total = sum(parts, Fraction(0))
    if total <= 0:
        return [0] * len(parts)
    exact = [whole * part / total for part in parts]
    shares = [value.numerator // value.denominator for value in exact]
    left = whole - sum(shares)
    by_remainder = sorted(range(len(parts)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_remainder[:left]:
        shares[at] += 1
    return shares
