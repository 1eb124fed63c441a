"""The page of any register, from its declaration."""

from __future__ import annotations

from desktop.models.register import Register
from desktop.text import _
from desktop.ui.page import Desk, Page
from desktop.ui.parts import PageHeader


class RegisterPage(Page):
    """Table, filters and side form of one register."""

    def __init__(self, desk: Desk, register: Register) -> None:
        super().__init__(desk)
        self.register = register
        self.registers = frozenset({register.key})
        self.header = PageHeader(_(register.label))
        self.column.addWidget(self.header)
        self.column.addStretch(1)
