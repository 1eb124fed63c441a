"""Every register has a page that opens and a form that can be tried."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from desktop.ui.page import Desk
from desktop.ui.register_page import RegisterPage


def test_every_register_has_a_page_that_opens(desk: Desk, qtbot: QtBot) -> None:
    from desktop.models.registers import all_registers

    for register in all_registers().values():
        page = RegisterPage(desk, register)
        qtbot.addWidget(page)
        page.load()
        if not page.new.isHidden():
            page.start_new()
            page.form.save()
            page.form.drop()
