"""A register's table, or in its place why there is nothing to list and the next step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.models.register import Register
from desktop.text import _
from desktop.ui.parts import Button, EmptyState
from desktop.ui.register_table import Counts, RegisterTable


class RegisterStack(QStackedWidget):
    """The table, the word for an empty register and that for filters nothing passes.

    Signals:
        import_wanted: Workbooks shall be taken in.
        new_wanted: A record shall be typed.
        all_wanted: The filters shall go.
    """

    import_wanted = Signal()
    new_wanted = Signal()
    all_wanted = Signal()

    def __init__(self, register: Register, table: RegisterTable) -> None:
        super().__init__()
        self._register = register
        self._table = table
        take_in = self.import_wanted.emit
        self.nothing = EmptyState(
            register.icon,
            "",
            "",
            (
                Button(_("导入 Excel"), "fa6s.file-import", take_in, role="primary"),
                Button(_("新建"), "fa6s.plus", self.new_wanted.emit),
            ),
        )
        self.nothing_found = EmptyState(
            "fa6s.magnifying-glass",
            _("没有符合条件的记录"),
            _("请换一个词，或取消筛选。"),
            (Button(_("清除筛选"), clicked=self.all_wanted.emit),),
        )
        for widget in (table, self.nothing, self.nothing_found):
            self.addWidget(widget)

    def show_counts(self, counts: Counts) -> None:
        """Show the table, or the word for a list without records."""
        if counts.all == 0:
            label = _(self._register.label)
            advice = (
                _("请导入 Excel 或新建。")
                if not self._register.append_only
                else _("发生出入库时会自动记在这里，也可新建。")
            )
            self.nothing.say(_("“{label}”还没有记录").format(label=label), advice)
            self.setCurrentWidget(self.nothing)
        else:
            self.setCurrentWidget(self._table if counts.listed else self.nothing_found)
