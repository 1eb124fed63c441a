"""Figures as text and back: in the line's unit, rounded once, the same on screen and on paper.

Zero is 0, "not applicable" is — and a blank figure stays empty (facts i).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from desktop.errors import UserError
from desktop.models.kinds import Cell, narrow
from desktop.services.returns.forms import Line
from desktop.text import _

NOT_APPLICABLE = "—"
MINUS = "−"

_DASHES = frozenset({"—", "——", "-", "–", "－", "/", "无"})
"""What people write where nothing applies; it is neither blank nor zero."""

_SCALES = {"千元": 100_000, "元": 100, "万元": 1_000_000}
"""分 in each unit of money; 千元 is the unit of the monthly (facts a)."""


def show_figure(line: Line, value: int | None) -> str:
    """Return a figure as text in the line's unit."""
    if value is None:
        return ""
    if line.money:
        return (
            _in_yuan(value) if line.scale == "元" else _tenths(_rounded(value, _unit(line) // 10))
        )
    if line.shape in ("rate", "average"):
        return _tenths(_rounded(value, 10))
    return f"{value:,}".replace("-", MINUS)


def _unit(line: Line) -> int:
    """Return how many 分 the line's unit of money has."""
    return _SCALES[line.scale or "千元"]


def _in_yuan(value: int) -> str:
    whole, part = divmod(abs(value), 100)
    return f"{MINUS if value < 0 else ''}{whole:,}.{part:02d}"


def show_change(line: Line, this: int | None, last: int | None) -> str:
    """Return the change against last month: a percentage, or a difference (points for a rate)."""
    if this is None or last is None:
        return ""
    if line.change == "none":
        return NOT_APPLICABLE
    if line.change == "percent":
        if last == 0:
            return NOT_APPLICABLE if this else "0.0%"
        return _signed(_tenths(_rounded((this - last) * 1000, last))) + "%"
    difference = this - last
    return _signed(show_figure(line, difference))


def _rounded(value: int, divisor: int) -> int:
    """Divide and round half away from zero."""
    sign = -1 if (value < 0) != (divisor < 0) else 1
    return sign * ((2 * abs(value) + abs(divisor)) // (2 * abs(divisor)))


def _tenths(value: int) -> str:
    whole, part = divmod(abs(value), 10)
    return f"{MINUS if value < 0 else ''}{whole:,}.{part}"


def _signed(text: str) -> str:
    zero = not text.strip("0.,")
    return text if zero or text.startswith(MINUS) else f"+{text}"


def plain_number(line: Line, value: int | None) -> int | float | None:
    """Return a figure as a plain number in the line's unit, for other programs."""
    if value is None or line.shape == "count":
        return value
    return value / (_unit(line) if line.money else 100)


def parse_typed(line: Line, cell: Cell) -> int | None:
    """Return a filled-in figure as stored; an empty one is blank.

    Raises:
        UserError: It is no number, is negative, or is finer than the unit allows.
    """
    text = narrow(cell).replace(",", "").replace("，", "")
    if not text:
        return None
    if text in _DASHES:
        raise UserError(
            _("{code} {label}不能填“—”：没有发生请填 0，还不知道请留空。").format(
                code=line.code, label=_(line.label)
            )
        )
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise UserError(
            _("{code} {label}“{value}”不是数字。").format(
                code=line.code, label=_(line.label), value=text
            )
        ) from error
    stored = number * (_unit(line) if line.money else 1 if line.shape == "count" else 100)
    if not stored.is_finite() or stored != stored.to_integral_value():
        raise UserError(
            _("{code} {label}应为整数。").format(code=line.code, label=_(line.label))
            if line.shape == "count"
            else _("{code} {label}的小数位太多，单位是{unit}。").format(
                code=line.code, label=_(line.label), unit=_(line.unit)
            )
        )
    if stored < 0:
        raise UserError(_("{code} {label}不能小于 0。").format(code=line.code, label=_(line.label)))
    return int(stored)
