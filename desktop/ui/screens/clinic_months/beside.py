"""The choice of what stands small beside each figure of the grid."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox

NOTHING, LAST, TARGET, BOTH = "nothing", "last", "target", "both"
"""What stands small beside each figure."""


class BesideBox(ChoiceBox):
    """A box to choose it from.

    Signals:
        wanted: Another of the choices, such as :data:`LAST`.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("格内小字"))
        self.setToolTip(_("每格左边的小字显示什么"))
        for text, what in (
            (_("小字：上月/目标"), BOTH),
            (_("小字：上月"), LAST),
            (_("小字：目标"), TARGET),
            (_("不显示小字"), NOTHING),
        ):
            self.addItem(text, what)
        self.setStyleSheet(f"padding: {theme.px(2)}px {theme.px(8)}px;")
        self.activated.connect(lambda at: self.wanted.emit(self.itemData(at)))
