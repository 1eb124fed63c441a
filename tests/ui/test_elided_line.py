"""A line without room for the whole of its text says so, and tells the whole in its tip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop.ui.elided_line import ElidedLine
from desktop.ui.theme import FontSize

pytestmark = pytest.mark.qt_log_ignore("does not support raise")

WHOLE = "石桥村卫生室 2026-08-29"


@pytest.fixture(params=["left", "right", "read-only"])
def line(size: FontSize, beside: QWidget, request: pytest.FixtureRequest) -> ElidedLine:
    made = ElidedLine(beside)
    if request.param == "right":
        made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setReadOnly(request.param == "read-only")
    made.setText(WHOLE)
    made.setCursorPosition(0)
    beside.show()
    narrow = made.fontMetrics().horizontalAdvance(WHOLE)
    made.resize(narrow, made.sizeHint().height())
    return made


def test_what_is_cut_ends_in_an_ellipsis_and_is_told_as_a_whole(line: ElidedLine) -> None:
    shown = line.shown_text()
    assert shown.endswith("…")
    assert WHOLE.startswith(shown.removesuffix("…"))
    assert line.text() == WHOLE
    QToolTip.hideText()
    middle = line.rect().center()
    asked = QHelpEvent(QEvent.Type.ToolTip, middle, line.mapToGlobal(QPoint(middle)))
    QApplication.sendEvent(line, asked)
    assert QToolTip.text() == WHOLE


def ink(line: ElidedLine) -> tuple[int, int, int, int]:
    """Return the first and last column and row of what is written inside the frame."""
    image = line.grab().toImage()
    ground, frame = image.pixel(6, 6), 5
    found = [
        (x, y)
        for x in range(frame, image.width() - frame)
        for y in range(frame, image.height() - frame)
        if image.pixel(x, y) != ground
    ]
    columns, rows = {x for x, _y in found}, {y for _x, y in found}
    return min(columns), max(columns), min(rows), max(rows)


def test_it_is_painted_where_qt_paints_what_has_room(line: ElidedLine) -> None:
    cut = ink(line)
    line.setText(line.shown_text())
    line.setCursorPosition(0)
    # Qt sets what stands at the right between two pixels.
    assert ink(line) == pytest.approx(cut, abs=1)


def test_a_line_with_room_shows_the_whole(line: ElidedLine) -> None:
    line.resize(line.width() * 2, line.height())
    assert line.shown_text() == WHOLE


def test_with_the_keyboard_in_it_nothing_is_cut(line: ElidedLine, qtbot: QtBot) -> None:
    line.setFocus()
    qtbot.waitUntil(lambda: line.shown_text() == WHOLE)
