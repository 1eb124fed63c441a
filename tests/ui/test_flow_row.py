"""A row of small widgets that breaks: it is as high as its rows, also when widgets come and go."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button


def row_with(count: int, qtbot: QtBot) -> FlowRow:
    row = FlowRow()
    qtbot.addWidget(row)
    row.resize(200, 10)
    row.show()
    for number in range(count):
        row.add(Button(f"第 {number} 部分", role="chip"))
    return row


def test_it_grows_by_a_row_when_widgets_come_at_the_same_width(qtbot: QtBot) -> None:
    one, many = row_with(1, qtbot), row_with(6, qtbot)
    assert one.height() >= Button("第 0 部分", role="chip").sizeHint().height()
    assert many.height() > 2 * one.height()


def test_it_shrinks_when_they_go(qtbot: QtBot) -> None:
    row = row_with(6, qtbot)
    row.clear()
    assert row.height() == 1
