"""Numbers of a scheme as a person types them, and back: points, percent, yuan, coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from desktop.errors import UserError
from desktop.services.performance.scheme import ONE, Band, hundredths
from desktop.text import _
from desktop.ui.screens.schemes.grid import Cell

_FINE = ONE // 100


def typed(value: int | None) -> str:
    """Return hundredths as typed; blank for None."""
    return "" if value is None else _plain(Decimal(value) / 100)


def coefficient(value: int) -> str:
    """Return ten-thousandths as a coefficient."""
    return _plain(Decimal(value) / ONE)


def read_number(text: Cell, what: str) -> int:
    """Return typed text in hundredths; blank is zero.

    Raises:
        UserError: It is no number.
    """
    return hundredths(str(text).replace(",", "") or 0, what)


def read_optional(text: Cell, what: str) -> int | None:
    """Return typed text in hundredths; blank is None."""
    return read_number(text, what) if str(text) else None


def read_coefficient(text: Cell, what: str) -> int:
    """Return a coefficient in ten-thousandths.

    Raises:
        UserError: It is no number.
    """
    try:
        scaled = Decimal(str(text) or "0") * _FINE
    except ArithmeticError as error:
        raise UserError(_("“{what}”不是数字：{value}。").format(what=what, value=text)) from error
    return hundredths(scaled, what)


def rate_rows(bands: Sequence[Band]) -> list[list[Cell]]:
    """Return bands of a rate: from which percentage on which share of the weight."""
    return [[typed(band.at_least), typed(band.share)] for band in bands]


def rate_bands(rows: Sequence[Sequence[Cell]], what: str) -> tuple[Band, ...]:
    """Return the bands that are typed, in the order typed."""
    return tuple(Band(read_number(at, what), read_number(share, what)) for at, share in rows)


def quality_rows(bands: Sequence[Band]) -> list[list[Cell]]:
    """Return bands of the quality coefficient."""
    return [[typed(band.at_least), coefficient(band.share)] for band in bands]


def quality_bands(rows: Sequence[Sequence[Cell]], what: str) -> tuple[Band, ...]:
    """Return the bands of the quality coefficient that are typed."""
    return tuple(Band(read_number(at, what), read_coefficient(share, what)) for at, share in rows)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
