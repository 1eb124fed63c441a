"""A number that several records have: each can be given another one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from desktop.services.numbers import Holder, SharedNumber
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Card, ElidedLabel, Label, Pill

_MOST_HOLDERS = 5


class NumberCard(Card):
    """A shared number with a box for the new one and a button at each record.

    Args:
        shared: The number and its records.
        change: Called with the record and the number that it shall have.
        open_record: Called with a record that is to be looked at.
    """

    def __init__(
        self,
        shared: SharedNumber,
        change: Callable[[bytes, str], object],
        open_record: Callable[[bytes], object],
    ) -> None:
        super().__init__(margin=12, spacing=8)
        self.shared = shared
        self.buttons: list[Button] = []
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        pill = Pill(_("编号重复"), "amber")
        pill.setMinimumHeight(theme.px(24))
        head.addWidget(pill)
        label = _(shared.field.label)
        title = f"{_(shared.register.label)} · {label} {shared.number}"
        head.addWidget(ElidedLabel(title, "heading"), 1)
        self.column.addLayout(head)
        line = QHBoxLayout()
        line.setSpacing(theme.px(8))
        line.addWidget(Label(_("新的{label}").format(label=label)))
        self.number = QLineEdit(shared.free)
        self.number.setAccessibleName(_("新的{label}").format(label=label))
        line.addWidget(self.number, 1)
        self.column.addLayout(line)
        for holder in shared.holders[:_MOST_HOLDERS]:
            self._add_holder(holder, change, open_record)
        self.add(
            Label(
                _("两台电脑各给了同一个编号。选一条改用新编号，它的纸质材料也要改；改错了可撤销。"),
                "help",
                wrap=True,
            )
        )

    def _add_holder(
        self,
        holder: Holder,
        change: Callable[[bytes, str], object],
        open_record: Callable[[bytes], object],
    ) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(ElidedLabel(holder.title or _("（空白）")), 1)
        row.addWidget(Button(_("查看"), clicked=lambda: open_record(holder.id)))
        button = Button(
            _("这条改编号"), clicked=lambda: change(holder.id, self.number.text().strip())
        )
        self.buttons.append(button)
        row.addWidget(button)
        self.column.addLayout(row)
