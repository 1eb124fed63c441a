"""A register's form gives each of its lines the room it needs, in English with the largest font."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.text import set_language
from desktop.ui.page import Desk, Wish
from desktop.ui.parts import Label
from desktop.ui.register_page import RegisterPage
from desktop.ui.theme import FontSize, apply_theme
from tests.sync.parts import staff


@pytest.fixture
def large(qapp: QApplication) -> Iterator[None]:
    set_language("en")
    apply_theme(qapp, FontSize.LARGEST)
    yield
    apply_theme(qapp)


@pytest.mark.usefixtures("large")
def test_no_line_of_a_form_is_squeezed_by_what_refers_to_the_record(
    desk: Desk, qtbot: QtBot
) -> None:
    contracts, residents = find_register("contracts"), find_register("residents")
    with desk.worker.centre.store.writing() as session:
        (resident,) = insert_many(
            session, residents, [{"name": "王小明", "id_number": "11010519491231002X"}]
        )
        insert_many(session, contracts, [staff("王小明", resident_id=resident)])
    page = RegisterPage(desk, residents)
    qtbot.addWidget(page)
    page.resize(1100, 640)
    page.show()
    page.load()
    page.show_wish(Wish(record=resident))
    qtbot.waitUntil(lambda: page.form.record is not None and page.form.related.count() > 0)
    qtbot.wait(50)
    inside = page.form.area.widget()
    assert inside.width() <= page.form.area.viewport().width()
    lines = [each for each in inside.findChildren(Label) if each.isVisible() and each.wordWrap()]
    assert any("1949" in each.text() for each in lines)
    for each in lines:
        assert each.height() >= each.heightForWidth(each.width()), each.text()
