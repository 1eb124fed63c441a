"""A link that is longer than its place."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.ui.link_line import LinkLine

LONG = "未做到：健康教育、宣传栏按要求开展和更换，并有记录"


def test_a_link_without_room_ends_in_an_ellipsis_and_tells_the_whole(qtbot: QtBot) -> None:
    line = LinkLine(LONG)
    qtbot.addWidget(line)
    line.resize(line.sizeHint())
    line.show()
    assert line.text() == LONG
    assert line.toolTip() == ""
    whole = line.sizeHint().width()
    line.resize(whole // 2, line.height())
    assert line.text().endswith("…")
    assert LONG.startswith(line.text()[:-1])
    assert line.toolTip() == LONG
    assert line.sizeHint().width() == whole
    line.resize(whole, line.height())
    assert line.text() == LONG
