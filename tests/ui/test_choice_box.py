"""A closed list without room for the whole of a choice says so, and tells the whole in its tip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import ChoiceEditor
from desktop.ui.theme import FontSize

pytestmark = pytest.mark.qt_log_ignore("does not support raise")

WHOLE = "Central township health centre"


@pytest.fixture(params=[False, True], ids=["closed", "open"])
def box(size: FontSize, beside: QWidget, request: pytest.FixtureRequest) -> ChoiceBox:
    """A box that offers one long term, and takes other words or does not."""
    made = ChoiceBox()
    made.setParent(beside)
    made.setEditable(request.param)
    made.addItem(WHOLE, "central")
    made.setToolTip("What the centre is")
    beside.show()
    return made


def narrowed(box: ChoiceBox) -> ChoiceBox:
    box.resize(box.sizeHint().width() * 3 // 4, box.height())
    return box


def tip(box: ChoiceBox) -> str:
    QToolTip.hideText()
    middle = box.rect().center()
    QApplication.sendEvent(
        box, QHelpEvent(QEvent.Type.ToolTip, middle, box.mapToGlobal(QPoint(middle)))
    )
    return QToolTip.text()


def test_a_box_as_wide_as_it_wishes_shows_the_whole(box: ChoiceBox) -> None:
    box.resize(box.sizeHint())
    assert box.shown_text() == WHOLE
    assert tip(box) == "What the centre is"


@pytest.mark.parametrize("text", ["2026年1月", "2026年10月", "第1版（执行）", "Wide as W"])
def test_no_text_is_cut_in_a_box_made_for_it(size: FontSize, qtbot: QtBot, text: str) -> None:
    made = ChoiceBox()
    qtbot.addWidget(made)
    made.addItem(text)
    made.resize(made.sizeHint())
    made.show()
    assert made.shown_text() == text


def test_a_narrow_box_ends_in_an_ellipsis_and_tells_the_whole(box: ChoiceBox) -> None:
    shown = narrowed(box).shown_text()
    assert shown.endswith("…")
    assert WHOLE.startswith(shown.removesuffix("…"))
    assert tip(box) == f"{WHOLE}\nWhat the centre is"
    assert box.currentText() == WHOLE


def test_the_arrow_takes_no_more_room_than_it_has(box: ChoiceBox) -> None:
    text = box.fontMetrics().horizontalAdvance(WHOLE)
    assert box.sizeHint().width() - text < 2 * box.height()


def test_what_is_painted_is_cut_before_the_arrow(box: ChoiceBox) -> None:
    cut = narrowed(box).grab().toImage()
    box.setItemText(0, box.shown_text())
    assert box.grab().toImage() == cut


def test_with_the_keyboard_in_it_nothing_is_cut(size: FontSize, qtbot: QtBot) -> None:
    editor = ChoiceEditor(find_register("centre").by_key["category"])
    qtbot.addWidget(editor)
    editor.show_value(WHOLE)
    editor.resize(editor.sizeHint().width(), editor.height())
    editor.show()
    assert editor.combo.shown_text().endswith("…")
    editor.combo.setFocus()
    qtbot.waitUntil(lambda: editor.combo.shown_text() == WHOLE)
    assert editor.typed() == WHOLE
