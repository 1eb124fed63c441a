"""Showing a whole ID or phone number: asked first, and written down."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.models.register import Register
from desktop.text import _
from desktop.ui.audit import write_seen
from desktop.ui.dialogs import confirm
from desktop.ui.editors import MaskedEditor
from desktop.ui.page import Desk


def ask_reveal(
    parent: QWidget, desk: Desk, register: Register, record_id: bytes, editor: MaskedEditor
) -> None:
    """Ask whether a stored number shall be seen whole, write who saw it, and show it."""
    centre = desk.worker.centre

    def show() -> None:
        write_seen(centre, register, record_id, editor.field.key)
        editor.reveal()

    confirm(
        parent,
        _("显示完整的{label}？").format(label=_(editor.field.label)),
        _("查看会留下记录：谁、什么时间、看了哪一条。请只在工作需要时查看。"),
        _("显示"),
        show,
    )
