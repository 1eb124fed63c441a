"""How the window looks: the palette, the sizes, the fonts, the icons and the style sheet."""

from __future__ import annotations

import re
from enum import Enum
from functools import cache
from importlib.util import find_spec
from json import loads
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.paths import resource
from desktop.text import N_, language

ACCENT = "#0B7A75"
ACCENT_DARK = "#086560"
ACCENT_SOFT = "#E3F2F0"
AMBER = "#B45309"
AMBER_SOFT = "#FDF1E1"
RED = "#B42318"
RED_SOFT = "#FCE9E7"
GREEN = "#15803D"
GREEN_SOFT = "#E6F4EA"
INK = "#16212B"
SOFT_INK = "#5B6B79"
FAINT_INK = "#8A97A3"
LINE = "#E3E8ED"
GROUND = "#F4F6F8"
SURFACE = "#FFFFFF"
BAR_GROUND = "#EDF1F4"
NAVIGATION = "#0F2A2E"
NAVIGATION_CHOSEN = "#163C41"
NAVIGATION_INK = "#C9D8D9"
NAVIGATION_FAINT = "#8FA8AA"

_NAVIGATION_WIDTHS = (216, 248, 264)

_COLOURS = {
    "accent_dark": ACCENT_DARK,
    "accent_soft": ACCENT_SOFT,
    "accent": ACCENT,
    "amber_soft": AMBER_SOFT,
    "amber": AMBER,
    "red_soft": RED_SOFT,
    "red": RED,
    "green_soft": GREEN_SOFT,
    "green": GREEN,
    "ink": INK,
    "soft_ink": SOFT_INK,
    "faint_ink": FAINT_INK,
    "line": LINE,
    "ground": GROUND,
    "surface": SURFACE,
    "bar_ground": BAR_GROUND,
    "navigation_chosen": NAVIGATION_CHOSEN,
    "navigation_ink": NAVIGATION_INK,
    "navigation_faint": NAVIGATION_FAINT,
    "navigation": NAVIGATION,
}

_BUNDLED = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
_FAMILIES = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
)


class FontSize(Enum):
    """The three sizes of text a person may choose."""

    STANDARD = "standard"
    LARGE = "large"
    LARGEST = "largest"

    @property
    def factor(self) -> float:
        """How much larger than the standard."""
        return {"standard": 1.0, "large": 1.15, "largest": 1.32}[self.value]

    @property
    def label(self) -> str:
        """The name in the menu, marked for translation."""
        return {"standard": N_("标准"), "large": N_("大"), "largest": N_("特大")}[self.value]


class _Current:
    """The one look of the process."""

    size = FontSize.STANDARD
    applied: FontSize | None = None
    family = ""


def font_size() -> FontSize:
    """Return the size in use."""
    return _Current.size


def px(standard: float) -> int:
    """Return a length that follows the font size, from its length at the standard size."""
    return round(standard * _Current.size.factor)


def navigation_width() -> int:
    """Return the width of the navigation: more for the largest font and for long English names."""
    reasons = (_Current.size is FontSize.LARGEST) + (language() != "zh")
    return _NAVIGATION_WIDTHS[reasons]


def font(standard: float = 14, *, bold: bool = False) -> QFont:
    """Return the window's font in a size that follows the setting, with figures of one width."""
    made = QFont(_Current.family)
    made.setPixelSize(px(standard))
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def apply_theme(app: QApplication, size: FontSize = FontSize.STANDARD) -> None:
    """Give the program its fonts, palette and style sheet in that size."""
    if _Current.applied is size:
        return
    _Current.size = _Current.applied = size
    if not _Current.family:
        _Current.family = _choose_family()
        # Setting the style that is already there makes a second one, a tenth of the start.
        if app.style().objectName().lower() != "fusion":
            app.setStyle("Fusion")
    app.setFont(font())
    palette = app.palette()
    palette.setColor(palette.ColorRole.Window, QColor(GROUND))
    palette.setColor(palette.ColorRole.Base, QColor(SURFACE))
    palette.setColor(palette.ColorRole.Text, QColor(INK))
    palette.setColor(palette.ColorRole.WindowText, QColor(INK))
    palette.setColor(palette.ColorRole.ButtonText, QColor(INK))
    palette.setColor(palette.ColorRole.PlaceholderText, QColor(FAINT_INK))
    palette.setColor(palette.ColorRole.Highlight, QColor(ACCENT))
    palette.setColor(palette.ColorRole.HighlightedText, QColor(SURFACE))
    palette.setColor(palette.ColorRole.Link, QColor(ACCENT))
    app.setPalette(palette)
    app.setStyleSheet(style_sheet(size))


def style_sheet(size: FontSize = FontSize.STANDARD) -> str:
    """Return ``style.qss`` with ``@colour`` and ``~14`` (pixels that follow the size) filled in."""
    text = resource("style.qss").read_text(encoding="utf-8")
    text = re.sub(r"@([a-z_]+)", lambda found: _COLOURS[found[1]], text)
    text = text.replace("%icons%", resource("icons").as_posix())
    return re.sub(r"~(\d+)", lambda found: f"{round(int(found[1]) * size.factor)}px", text)


def _choose_family() -> str:
    """Return a Chinese family of the system, or the program's own faces, loaded now."""
    bare = QGuiApplication.platformName() in {"offscreen", "minimal"}
    if not bare:
        present = set(QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese))
        if present:
            return next((name for name in _FAMILIES if name in present), min(present))
    for name in _BUNDLED:
        QFontDatabase.addApplicationFont(str(resource("fonts", name)))
    return "Noto Sans SC"


# Icons
#
# The glyphs are Font Awesome's as qtawesome ships them, drawn here: importing qtawesome loads all
# eleven icon families and takes as long as the rest of an empty window.


@cache
def _icon_font() -> tuple[str, dict[str, str]]:
    """Return the family of the icon face and its glyphs by name."""
    spec = find_spec("qtawesome")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "fonts"
    face = next(folder.glob("fontawesome6-solid-webfont-*.ttf"))
    names = next(folder.glob("fontawesome6-solid-webfont-charmap-*.json"))
    number = QFontDatabase.addApplicationFont(str(face))
    return QFontDatabase.applicationFontFamilies(number)[0], loads(names.read_bytes())


@cache
def _glyph(name: str, colour: str, pixels: int) -> QPixmap:
    family, glyphs = _icon_font()
    canvas = QPixmap(pixels, pixels)
    canvas.fill(Qt.GlobalColor.transparent)
    face = QFont(family)
    face.setWeight(QFont.Weight.Black)
    face.setPixelSize(max(6, round(pixels * 0.82)))
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(face)
    painter.setPen(QColor(colour))
    letter = chr(int(glyphs[name.removeprefix("fa6s.")], 16))
    painter.drawText(QRect(0, 0, pixels, pixels), Qt.AlignmentFlag.AlignCenter, letter)
    painter.end()
    return canvas


def pixmap(name: str, colour: str = INK, standard: int = 16) -> QPixmap:
    """Return an icon such as ``fa6s.house`` as a picture that follows the font size."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    drawn = QPixmap(_glyph(name, colour, round(px(standard) * ratio)))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def icon(name: str, colour: str = INK, standard: int = 16, *, chosen: str = "") -> QIcon:
    """Return an icon such as ``fa6s.house``; ``chosen`` is its colour where it is switched on."""
    made = QIcon()
    made.addPixmap(pixmap(name, colour, standard))
    if not chosen:
        made.addPixmap(pixmap(name, FAINT_INK, standard), QIcon.Mode.Disabled)
    else:
        made.addPixmap(pixmap(name, chosen, standard), QIcon.Mode.Normal, QIcon.State.On)
    return made


def known_icon(name: str) -> bool:
    """Tell whether the icon face has a glyph of that name."""
    return name.removeprefix("fa6s.") in _icon_font()[1]
