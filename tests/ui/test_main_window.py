"""The window: pages, leaving with something typed, search, messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.errors import UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import save
from desktop.ui.dialogs import Dialog, PasswordQuestion, Question
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk, Page, PageDeclaration, Wish
from desktop.ui.pages import all_pages
from desktop.ui.parts import Action


class TypedPage(Page):
    """A page with something typed on it."""

    registers = frozenset({"staff"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.typed = ""
        self.saved = ""
        self.reloads: list[frozenset[str]] = []

    def reload(self, registers: frozenset[str]) -> None:
        self.reloads.append(registers)

    def has_unsaved(self) -> bool:
        return bool(self.typed)

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.saved, self.typed = self.typed, ""
        then()

    def drop_unsaved(self) -> None:
        self.typed = ""


def declare(key: str) -> PageDeclaration:
    return PageDeclaration(key, key, "", "fa6s.house", 1, TypedPage)


@pytest.fixture
def window(desk: Desk, qtbot: QtBot) -> MainWindow:
    made = MainWindow(desk, {key: declare(key) for key in ("home", "other")}, "青禾镇中心卫生院")
    qtbot.addWidget(made)
    made.open_page("home")
    made.show()
    return made


def typed(window: MainWindow) -> TypedPage:
    assert isinstance(window.page, TypedPage)
    return window.page


def question(window: MainWindow) -> Question:
    found = window.findChildren(Question)
    assert len(found) == 1
    return found[0]


def test_every_register_has_a_page_and_a_known_icon(desk: Desk) -> None:
    from desktop.models.registers import all_registers
    from desktop.ui.theme import known_icon

    hidden = {key for key, register in all_registers().items() if register.without_page}
    assert set(all_registers()) - hidden <= set(all_pages())
    assert not hidden & set(all_pages())
    assert all(known_icon(page.icon) for page in all_pages().values())


def test_a_page_is_made_when_it_is_first_opened(window: MainWindow) -> None:
    assert window.stack.count() == 1
    window.open_page("other")
    assert window.stack.count() == 2
    assert window.navigation.by_key["other"].isChecked()


def test_a_seen_page_reloads_at_once_and_a_hidden_one_when_it_is_seen(
    window: MainWindow, desk: Desk
) -> None:
    home = typed(window)
    window.open_page("other")
    other = typed(window)
    home.reloads.clear()
    other.reloads.clear()
    desk.worker.broadcast({"staff"})
    desk.worker.broadcast({"drugs"})
    assert other.reloads == [frozenset({"staff"})]
    assert home.reloads == []
    window.open_page("home")
    assert home.reloads == [frozenset({"staff"})]


def test_leaving_a_typed_form_asks_and_staying_stays(window: MainWindow, qtbot: QtBot) -> None:
    typed(window).typed = "半句话"
    qtbot.mouseClick(window.navigation.by_key["other"], Qt.MouseButton.LeftButton)
    assert window.key == "home"
    assert window.navigation.by_key["home"].isChecked()
    question(window).by_key["stay"].click()
    assert window.key == "home"
    assert typed(window).typed == "半句话"


def test_leaving_a_typed_form_saves_it_first(window: MainWindow) -> None:
    home = typed(window)
    home.typed = "半句话"
    window.open_page("other")
    question(window).by_key["save"].click()
    assert home.saved == "半句话"
    assert window.key == "other"


def test_closing_with_a_typed_form_asks_and_closes_after_dropping(window: MainWindow) -> None:
    typed(window).typed = "半句话"
    assert not window.close()
    assert window.isVisible()
    question(window).by_key["drop"].click()
    assert not window.isVisible()


def test_escape_means_going_on(window: MainWindow, qtbot: QtBot) -> None:
    typed(window).typed = "半句话"
    window.close()
    qtbot.keyClick(question(window), Qt.Key.Key_Escape)
    assert window.isVisible()
    assert typed(window).typed == "半句话"


def test_a_word_goes_by_and_its_button_acts(window: MainWindow, desk: Desk) -> None:
    done = []
    desk.tell("已删除。", Action("撤销", lambda: done.append(1)))
    assert window.toast.isVisible()
    window.toast.button.click()
    assert done == [1]
    assert not window.toast.isVisible()


def test_an_error_of_the_world_is_told_with_its_next_step(window: MainWindow, desk: Desk) -> None:
    desk.warn(UserError("磁盘已满。", "请清理后再试。"))
    dialog = window.findChild(Dialog)
    assert dialog is not None
    assert dialog.heading.text() == "磁盘已满。"


STAFF: Values = {"name": "王秀兰", "department": "全科", "position": "医师"}


def test_search_finds_a_person_by_initials_and_goes_there_by_keyboard(
    desk: Desk, qtbot: QtBot
) -> None:
    register = find_register("staff")
    values = {key: value for key, value in STAFF.items() if key in register.by_key}
    with desk.worker.centre.store.writing() as session:
        for field in register.stored:
            if field.required and field.key not in values:
                values[field.key] = field.choices[0].value if field.choices else "1"
        record = save(session, register, values)
    window = MainWindow(desk, all_pages(), "青禾镇中心卫生院")
    qtbot.addWidget(window)
    went: list[tuple[str, Wish]] = []
    desk.wanted.disconnect(window.open_page)
    desk.wanted.connect(lambda key, wish: went.append((key, wish)))
    qtbot.keyClicks(window.top.search, "wxl")
    window.top.search.search()
    chosen = window.top.search.hits.chosen()
    assert chosen is not None
    assert chosen.title == "王秀兰"
    qtbot.keyClick(window.top.search, Qt.Key.Key_Return)
    assert went == [("staff", Wish(record=record))]


def test_search_finds_a_page_by_initials(desk: Desk, qtbot: QtBot) -> None:
    window = MainWindow(desk, all_pages(), "青禾镇中心卫生院")
    qtbot.addWidget(window)
    window.top.search.setText("jtysqy")
    window.top.search.search()
    chosen = window.top.search.hits.chosen()
    assert chosen is not None
    assert chosen.key == "contracts"


def test_changing_the_password_needs_the_old_one(window: MainWindow) -> None:
    window.change_password()
    asked = window.findChild(PasswordQuestion)
    assert asked is not None
    for edit, text in zip(asked.edits, ("falsch", "neues-wort", "neues-wort"), strict=True):
        edit.setText(text)
    asked.yes.click()
    assert asked.error.text().startswith("密码不正确")
    asked.edits[0].setText("qinghe-2026")
    asked.edits[2].setText("anders")
    asked.yes.click()
    assert "不一致" in asked.error.text()
    asked.close()
