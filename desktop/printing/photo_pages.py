"""Pages of photos, four a page with their captions, alone or behind another paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed
from desktop.text import _

_EDGE = 20 * MM
_TOP = A4[1] - 20 * MM
_FOOT = 22 * MM
_GAP = 8 * MM
_CAPTION = 17 * MM
_COLUMNS = 2
_ROWS = 2
_SIZE = 10.5
_LINES = 2
_USUAL = 0.75
"""Height of a phone's picture by its width."""


@dataclass(frozen=True)
class Picture:
    """A photo to print: its JPEG content, or the words why there is none."""

    content: bytes | None
    caption: str = ""
    remark: str = ""
    problem: str = ""


def draw_photos(pen: Pen, title: str, pictures: Sequence[Picture], number_at: float) -> None:
    """Draw photos from the top of the present page, four a page; each page ends with its number."""
    for at in range(0, len(pictures), _COLUMNS * _ROWS):
        if at:
            pen.next_page()
        _draw_page(pen, title, pictures[at : at + _COLUMNS * _ROWS], at)
        pen.page_number(pen.width / 2, number_at)


def _draw_page(pen: Pen, title: str, pictures: Sequence[Picture], first: int) -> None:
    pen.text(pen.width / 2, _TOP - 14, title, face=Face.BOLD, size=14, align=Align.CENTRE)
    top = _TOP - 24
    wide = (pen.width - 2 * _EDGE - (_COLUMNS - 1) * _GAP) / _COLUMNS
    high = (top - _FOOT - (_ROWS - 1) * _GAP) / _ROWS
    for place, picture in enumerate(pictures):
        row, column = divmod(place, _COLUMNS)
        left = _EDGE + column * (wide + _GAP)
        ceiling = top - row * (high + _GAP)
        _draw_one(pen, picture, first + place + 1, (left, ceiling, wide, high))


def _draw_one(
    pen: Pen, picture: Picture, number: int, room: tuple[float, float, float, float]
) -> None:
    left, top, wide, high = room
    base = top - high + _CAPTION
    if picture.content is None:
        base = max(base, top - wide * _USUAL)
        _say_missing(pen, picture.problem, (left, base, wide, top - base))
    else:
        base = pen.picture(left, top, wide, top - base, picture.content)
    words = _("照片{number}　{caption}").format(number=number, caption=picture.caption).strip()
    y = base - _SIZE * 1.5
    for line in wrap(words, Face.SERIF, _SIZE, wide)[:_LINES]:
        pen.text(left, y, line, size=_SIZE)
        y -= _SIZE * 1.35
    if picture.remark:
        pen.text(left, y, picture.remark, size=_SIZE - 2)


def _say_missing(pen: Pen, problem: str, room: tuple[float, float, float, float]) -> None:
    left, base, wide, tall = room
    pen.shade(left, base, wide, tall)
    y = base + tall / 2
    for line in wrap(problem, Face.SANS, _SIZE, wide - 4 * MM):
        pen.text(left + wide / 2, y, line, face=Face.SANS, size=_SIZE, align=Align.CENTRE)
        y -= _SIZE * 1.4


def print_photos(
    target: Path | IO[bytes], centre: str, title: str, pictures: Sequence[Picture]
) -> Printed:
    """Print photos as a paper of their own.

    Raises:
        ValueError: There is nothing to print.
    """
    if not pictures:
        raise ValueError(_("没有要打印的内容。"))
    pen = Pen(target, A4, title, centre)
    draw_photos(pen, title, pictures, _FOOT - 9 * MM)
    missing = tuple(sorted(pen.missing))
    return Printed(pen.close(), len(pictures), missing)
