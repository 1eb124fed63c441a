"""Pages against pictures that a person has looked at; small differences of drawing are allowed.

A page that changes on purpose: run with ``THDESK_NEW_PAGES=1``, look at the new pictures in
``tests/data/pages``, and keep them if they are right.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageChops, ImageStat

from desktop.models.return_text import ReturnSheet, SheetPart
from desktop.printing.fonts import SHIPPED
from desktop.printing.return_pack import print_pack
from desktop.printing.return_page import print_return
from tests.helpers import return_sheets

PAGES = Path(__file__).parents[1] / "data" / "pages"
SCALE = 1.5
TILE = 24
"""Pixels: a page is judged tile by tile, or one changed digit would drown in a whole page."""
MOST = 5.0
"""Grey levels of 255 by which a tile may differ on average."""


def pack() -> bytes:
    sheets = [return_sheets.month(), return_sheets.lying()]
    target = BytesIO()
    print_pack(target, sheets, return_sheets.cover(*sheets), faces=SHIPPED)
    return target.getvalue()


def alone(make: Callable[[], ReturnSheet]) -> bytes:
    target = BytesIO()
    print_return(target, make(), faces=SHIPPED)
    return target.getvalue()


PAPERS: dict[str, tuple[Callable[[], bytes], int]] = {
    "month-1": (lambda: alone(return_sheets.month), 0),
    "lying-1": (lambda: alone(return_sheets.lying), 0),
    "lying-2": (lambda: alone(return_sheets.lying), 1),
    "each-2": (lambda: alone(return_sheets.each_clinic), 1),
    "each-3": (lambda: alone(return_sheets.each_clinic), 2),
    "cover": (pack, 0),
}


def picture(pdf: bytes, number: int) -> Image.Image:
    """Return a page in sixteen levels of grey, which keep the files small."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[number]
    drawn = page.render(scale=SCALE, grayscale=True).to_pil().convert("L")
    levels: Image.Image = drawn.point([round(level / 17) * 17 for level in range(256)])
    page.close()
    document.close()
    return levels


def worst_tile(one: Image.Image, other: Image.Image) -> float:
    """Return by how much the most different tile of two pages differs, in grey levels."""
    differing = ImageChops.difference(one, other)
    return (
        max(
            ImageStat.Stat(differing.crop((left, top, left + TILE, top + TILE))).mean[0]
            for top in range(0, one.height - TILE, TILE // 2)
            for left in range(0, one.width - TILE, TILE // 2)
            if differing.crop((left, top, left + TILE, top + TILE)).getbbox()
        )
        if differing.getbbox()
        else 0.0
    )


@pytest.mark.parametrize("name", PAPERS)
def test_a_page_looks_as_it_was_approved(name: str) -> None:
    make, number = PAPERS[name]
    drawn = picture(make(), number)
    file = PAGES / f"{name}.png"
    if os.environ.get("THDESK_NEW_PAGES"):
        drawn.save(file, optimize=True)
    with Image.open(file) as kept:
        approved = kept.convert("L")
    assert drawn.size == approved.size
    assert worst_tile(drawn, approved) < MOST


def test_one_digit_that_changed_is_seen() -> None:
    before = return_sheets.month()
    block = before.parts[0].blocks[0]
    row = replace(block.rows[0], cells=("M01", "人次", "4,813", *block.rows[0].cells[3:]))
    changed = replace(block, rows=(row, *block.rows[1:]))
    after = replace(before, parts=(SheetPart("", (changed, *before.parts[0].blocks[1:])),))
    assert worst_tile(picture(alone(lambda: before), 0), picture(alone(lambda: after), 0)) > MOST
