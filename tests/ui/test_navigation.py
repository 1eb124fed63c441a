"""The navigation shows where the person is."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop.ui.navigation import Navigation
from desktop.ui.pages import all_pages
from desktop.ui.theme import FontSize


@pytest.mark.parametrize("key", ["home", "postings", "checklists", "return_templates", "help"])
def test_the_open_page_is_in_sight_also_where_its_group_was_folded(
    size: FontSize, qtbot: QtBot, key: str
) -> None:
    navigation = Navigation("青禾镇中心卫生院", all_pages().values())
    qtbot.addWidget(navigation)
    navigation.resize(navigation.width(), 600)
    navigation.show()
    qtbot.wait(1)
    navigation.choose(key)
    qtbot.wait(1)
    button = navigation.by_key[key]
    assert button.isChecked()
    assert button.visibleRegion().boundingRect() == button.rect()
