"""What an empty list offers."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.ui.page import Desk
from desktop.ui.parts import Button
from desktop.ui.register_page import RegisterPage


@pytest.mark.parametrize(
    ("key", "advice"),
    [("staff_orders", "县级下发"), ("return_templates", "添加"), ("stock_moves", "自动记")],
)
def test_an_empty_register_offers_only_what_it_takes(
    desk: Desk, qtbot: QtBot, key: str, advice: str
) -> None:
    page = RegisterPage(desk, find_register(key))
    qtbot.addWidget(page)
    page.load()
    offered = {each.text().strip() for each in page.stack.nothing.findChildren(Button)}
    assert offered == ({"新建"} if key == "stock_moves" else set())
    assert page.new.isHidden() == (not offered)
    assert page.take_in.isHidden()
    assert advice in page.stack.nothing.advice.text()
