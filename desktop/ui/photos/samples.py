"""Drawn pictures for the demonstration centre: no photo of a real place ships with the program."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPolygonF

from desktop.ui.photos.pictures import photo_of_image

_WIDE, _HIGH = 1_280, 960


def sample_photos() -> list[bytes]:
    """Return a clinic's front, its treatment room with an open bin, and the same room put right."""
    return [_drawn(_front), _drawn(lambda pen: _room(pen, mended=False)), _drawn(_mended)]


def _drawn(draw: Callable[[QPainter], None]) -> bytes:
    image = QImage(_WIDE, _HIGH, QImage.Format.Format_RGB32)
    pen = QPainter(image)
    pen.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen.setPen(Qt.PenStyle.NoPen)
    draw(pen)
    pen.end()
    return photo_of_image(image)


def _box(pen: QPainter, colour: str, x: float, y: float, wide: float, high: float) -> None:
    pen.setBrush(QColor(colour))
    pen.drawRoundedRect(QRectF(x, y, wide, high), 6, 6)


def _ground(pen: QPainter, above: str, below: str, line: float) -> None:
    sky = QLinearGradient(0, 0, 0, line)
    sky.setColorAt(0, QColor(above))
    sky.setColorAt(1, QColor("#F4F7F8"))
    pen.fillRect(QRectF(0, 0, _WIDE, line), sky)
    pen.fillRect(QRectF(0, line, _WIDE, _HIGH - line), QColor(below))


def _front(pen: QPainter) -> None:
    """Draw a low house with a green cross over its door."""
    _ground(pen, "#9CC7DE", "#B9B29F", 690)
    _box(pen, "#F1EDE2", 190, 330, 900, 400)
    pen.setBrush(QColor("#A4563F"))
    corners = [QPointF(150, 340), QPointF(290, 210), QPointF(990, 210), QPointF(1130, 340)]
    pen.drawPolygon(QPolygonF(corners))
    for x in (260, 830):
        _box(pen, "#7FA7B8", x, 440, 190, 150)
        _box(pen, "#F8FAFB", x + 90, 440, 10, 150)
    _box(pen, "#5E7B6B", 560, 470, 160, 260)
    _box(pen, "#FFFFFF", 520, 350, 240, 84)
    _box(pen, "#0B7A75", 628, 362, 24, 60)
    _box(pen, "#0B7A75", 610, 380, 60, 24)


def _room(pen: QPainter, *, mended: bool) -> None:
    """Draw a cupboard, a couch and a bin for sharp waste, with its lid off or on."""
    _ground(pen, "#DCE8EA", "#C9CDC6", 650)
    _box(pen, "#FFFFFF", 120, 180, 360, 520)
    for row in range(3):
        _box(pen, "#CFE1E6", 145, 210 + row * 160, 310, 130)
        for at in range(5):
            tall = 60 + (at * 37 + row * 23) % 45
            colour = ("#B45309", "#0B7A75", "#8AA0B0", "#C08A5A", "#5E7B9B")[(at + row) % 5]
            _box(pen, colour, 165 + at * 56, 335 + row * 160 - tall, 38, tall)
    _box(pen, "#8FB3BF", 600, 520, 430, 60)
    _box(pen, "#EEF3F4", 600, 480, 150, 46)
    for x in (620, 990):
        _box(pen, "#8A97A3", x, 580, 18, 150)
    _box(pen, "#E5B800", 1_080, 600, 130, 170)
    if mended:
        _box(pen, "#C79F00", 1_068, 575, 154, 34)
        _box(pen, "#FFFFFF", 1_105, 650, 80, 60)
        _box(pen, "#B42318", 1_120, 664, 50, 32)
    else:
        _box(pen, "#C79F00", 960, 790, 154, 30)
        for at in range(4):
            _box(pen, "#E9EEF0", 1_096 + at * 26, 560 + at % 2 * 14, 12, 70)


def _mended(pen: QPainter) -> None:
    _room(pen, mended=True)
