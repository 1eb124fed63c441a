"""A register's table, or in its place why there is nothing to list and the next step."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from desktop.models.kinds import Kind
from desktop.models.register import Owner, Register
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
        buttons = []
        if takes_import(register):
            take_in = self.import_wanted.emit
            buttons.append(Button(_("导入 Excel"), "fa6s.file-import", take_in, role="primary"))
        if is_typed(register):
            buttons.append(Button(_("新建"), "fa6s.plus", self.new_wanted.emit))
        self.nothing = EmptyState(register.icon, "", "", buttons)
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
            self.nothing.say(_("“{label}”还没有记录").format(label=label), self._advice())
            self.setCurrentWidget(self.nothing)
        else:
            self.setCurrentWidget(self._table if counts.listed else self.nothing_found)

    def _advice(self) -> str:
        register = self._register
        if register.owner is Owner.COUNTY:
            return _("由县级下发，同步后列在这里。")
        if not is_typed(register):
            return _("文件在用到它的页面上添加，列在这里。")
        if register.append_only:
            return _("发生出入库时会自动记在这里，也可新建。")
        return _("请导入 Excel 或新建。")


def is_typed(register: Register) -> bool:
    """Tell whether its records are typed on its page: a photo is added where its visit is shown."""
    files = any(field.kind is Kind.ATTACHMENT for field in register.fields)
    return register.owner is Owner.CENTRE and not files


def takes_import(register: Register) -> bool:
    """Tell whether workbooks are taken into it."""
    return is_typed(register) and not register.append_only
