"""The QR code of a return as black runs, so that a page draws it as one shape without seams."""

from __future__ import annotations

from functools import lru_cache

from desktop.printing.pen import MM, Pen

QR = 18 * MM
_MASK = 3
"""Any of the eight masks is valid; weighing them all takes as long as drawing the page."""


def keep_qr(pen: Pen, name: str, text: str) -> None:
    """Keep the code of a text as a shape that pages refer to by name."""
    modules, boxes = qr_boxes(text)
    side = QR / modules
    pen.make_stamp(name, QR, [(x * side, y * side, wide * side, side) for x, y, wide in boxes])


@lru_cache(maxsize=64)  # What was looked at before is printed next.
def qr_boxes(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return the QR code's side in modules and its black runs (x, y from the foot, width)."""
    import segno

    matrix = segno.make(text, error="m", micro=False, mask=_MASK).matrix
    side = len(matrix)
    boxes = []
    for row, modules in enumerate(matrix):
        start = None
        for column, dark in enumerate((*modules, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                boxes.append((start, side - 1 - row, column - start))
                start = None
    return side, boxes
