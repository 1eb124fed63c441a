"""How wide the column of a list is: its heading is always whole."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from desktop.ui import theme

CHARACTER = 14
_PADDING = 22
_BESIDE_HEADING = 4


def column_width(label: str, characters: float) -> int:
    """Return the pixels for a heading and for so many Chinese characters below it."""
    heading = QFontMetrics(theme.font(CHARACTER, bold=True)).horizontalAdvance(label)
    return max(
        theme.px(characters * CHARACTER + _PADDING),
        heading + theme.px(_PADDING + _BESIDE_HEADING),
    )
