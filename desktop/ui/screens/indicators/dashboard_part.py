"""The dashboard's table: five blocks of figures beside the periods before (S2-12b)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.services.indicators.dashboard import Entry, heads
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Label
from desktop.ui.plain_table import PlainColumn, PlainTable

_WIDTHS = (5, 20, 5, 6, 6, 5, 6, 5)
_FIRST_NUMBER = 3


class DashboardPart(QWidget):
    """The table.

    Signals:
        wanted: The key of a measure whose course should be shown.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[Entry] = ()
        self.table = PlainTable(
            [
                PlainColumn(head, wide, numeric=at >= _FIRST_NUMBER)
                for at, (head, wide) in enumerate(zip(heads(), _WIDTHS, strict=True))
            ],
            row_height=30,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.activated.connect(lambda index: self._open(index.row()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        column.addWidget(Label(_("双击或回车看近 12 期走势；空白表示没有数，不是零。"), "soft"))
        column.addWidget(self.table, 1)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show the figures; a block's name stands beside its first one."""
        self.entries = entries
        rows, before = [], ""
        for each in entries:
            title = _(each.block) if each.block != before else ""
            before = each.block
            rows.append((title, each.title, *each.words))
        self.table.show_rows(rows, {(at, 0): theme.ACCENT for at in range(len(rows))})

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.entries):
            self.wanted.emit(self.entries[row].measure.key)
