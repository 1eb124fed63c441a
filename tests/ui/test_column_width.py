"""The heading of a column is whole, in both languages and every size of letters."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from pytestqt.qtbot import QtBot

from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.theme import FontSize

LABELS = ("of which TCM visits", "Outpatient income (yuan)", "门诊收入（元）", "年")


def test_a_heading_is_not_cut(size: FontSize, qtbot: QtBot) -> None:
    table = PlainTable([PlainColumn(label, 2, numeric=True) for label in (*LABELS, "")])
    qtbot.addWidget(table)
    table.show()
    header = table.horizontalHeader()
    for section, label in enumerate(LABELS):
        wished: QSize = header.sectionSizeFromContents(section)
        assert table.columnWidth(section) >= wished.width(), label
        assert header.model().headerData(section, Qt.Orientation.Horizontal) == label
