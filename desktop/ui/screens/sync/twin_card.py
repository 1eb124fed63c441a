"""Two records of one person or thing, side by side: which one stays."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.services.twins import Twin, TwinGroup
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Card, ElidedLabel, Label, Pill

_MOST_FIELDS = 6


class TwinCard(Card):
    """A group of twins; each has a button that keeps it.

    Args:
        group: The records.
        keep: Called with the one that stays and the one that goes.
        leave: Called where they are two after all.
    """

    def __init__(
        self,
        group: TwinGroup,
        keep: Callable[[bytes, bytes], object],
        leave: Callable[[], object],
    ) -> None:
        super().__init__(margin=12, spacing=8)
        self.group = group
        self.buttons: list[Button] = []
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        pill = Pill(_("同一个有两条"), "amber")
        pill.setMinimumHeight(theme.px(24))
        head.addWidget(pill)
        head.addWidget(ElidedLabel(f"{_(group.register.label)} · {group.known_by}", "heading"), 1)
        self.column.addLayout(head)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        # Of three or more, two at a time: what is left comes again.
        first, second = group.twins[:2]
        row.addWidget(self._side(first, lambda: keep(first.id, second.id)), 1)
        row.addWidget(self._side(second, lambda: keep(second.id, first.id)), 1)
        self.column.addLayout(row)
        self.add(
            Label(
                _(
                    "引用另一条的记录会转到保留的这条，空白处用另一条补齐，另一条删除。"
                    "确实是两个的（例如身份证重号），点“不是同一个”，以后不再提。"
                ),
                "help",
                wrap=True,
            )
        )
        self.apart = Button(_("不是同一个"), clicked=leave)
        foot = QHBoxLayout()
        foot.addWidget(self.apart)
        foot.addStretch(1)
        self.column.addLayout(foot)

    def _side(self, twin: Twin, keep: Callable[[], object]) -> QWidget:
        box = QFrame()
        box.setObjectName("value")
        box.setStyleSheet(
            f"QFrame#value {{ border: 1px solid {theme.LINE}; border-radius: 6px; "
            f"background: {theme.SURFACE}; }}"
        )
        column = QVBoxLayout(box)
        column.setContentsMargins(theme.px(10), theme.px(6), theme.px(10), theme.px(8))
        column.setSpacing(theme.px(2))
        for label, value in twin.values[:_MOST_FIELDS]:
            line = _("{label}：{value}").format(label=label, value=value or _("（空白）"))
            column.addWidget(Label(line, wrap=True))
        count = _("有 {count} 条记录引用").format(count=twin.references)
        column.addWidget(Label(count, "help"))
        column.addStretch(1)
        button = Button(_("保留这条"), clicked=keep)
        self.buttons.append(button)
        column.addWidget(button)
        return box
