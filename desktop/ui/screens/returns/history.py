"""What a cell was before: its last twelve periods, and who typed what into it when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem

from desktop.services.returns.story import CellEdit, CellStory
from desktop.text import _
from desktop.ui import theme
from desktop.ui.plain_table import Index, PlainColumn, PlainTable

_BAR = 2


class _Bars(QStyledItemDelegate):
    """Draws how large each figure is beside the largest; a blank one has no bar."""

    def __init__(self, table: PlainTable, shares: Sequence[float | None]) -> None:
        super().__init__(table)
        self._shares = shares

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        share = self._shares[index.row()]
        if share is None:
            return
        area: QRect = option.rect  # type: ignore[attr-defined] # the stubs lack it
        room = QRectF(area.adjusted(theme.px(8), theme.px(9), -theme.px(8), -theme.px(9)))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        last = index.row() == len(self._shares) - 1
        painter.setBrush(QColor(theme.ACCENT if last else "#A9CFCB"))
        room.setWidth(max(2.0, room.width() * share))
        painter.drawRoundedRect(room, 3, 3)
        painter.restore()


def earlier_table(story: CellStory, period: str, value: int | None) -> PlainTable:
    """Return the last twelve periods and this one, the least and the most named."""
    table = PlainTable(
        [
            PlainColumn(_("期别"), 5),
            PlainColumn(_("数值"), 6, numeric=True),
            PlainColumn("", 14),
            PlainColumn("", 5),
        ],
        row_height=27,
    )
    rows, values = [], []
    for each in story.earlier:
        word = ""
        if each.value is not None and story.least != story.most:
            word = {story.least: _("最小"), story.most: _("最大")}.get(each.value, "")
        rows.append((each.period, each.text or _("空白"), "", word))
        values.append(each.value)
    rows.append((period, story.text or _("空白"), "", _("本期")))
    values.append(value)
    largest = max((abs(each) for each in values if each is not None), default=0)
    shares = [None if each is None else abs(each) / (largest or 1) for each in values]
    tones = {(at, 1): theme.FAINT_INK for at, each in enumerate(values) if each is None}
    table.show_rows(rows, tones)
    table.setItemDelegateForColumn(_BAR, _Bars(table, shares))
    table.horizontalHeader().setSectionResizeMode(_BAR, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setStretchLastSection(False)
    return table


def edits_table(edits: Sequence[CellEdit], people: Mapping[str, str]) -> PlainTable:
    """Return who typed what, the newest first, and which value it replaced."""
    table = PlainTable(
        [
            PlainColumn(_("时间"), 8),
            PlainColumn(_("填报人"), 6),
            PlainColumn(_("原来"), 7, numeric=True),
            PlainColumn(_("改为"), 7, numeric=True),
        ],
        row_height=28,
    )
    table.show_rows(
        [
            (
                each.at.astimezone().strftime("%Y-%m-%d %H:%M") if each.at else "",
                people.get(each.person, _("其他人员")) if each.at else _("在别的电脑上填报"),
                each.before,
                each.after,
            )
            for each in edits
        ]
    )
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.horizontalHeader().setStretchLastSection(False)
    return table
