"""No Chinese word is left in the English window, but what people have written themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QTableView,
    QWidget,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.models.opening import Centre, NewCentre, create_centre
from desktop.models.registers import all_registers, find_register
from desktop.models.store import save
from desktop.models.vault import Vault
from desktop.paths import resource
from desktop.services import publications
from desktop.text import _, set_language
from desktop.ui import pictures
from desktop.ui.main_window import MainWindow
from desktop.ui.page import Desk
from desktop.ui.pages import all_pages
from desktop.ui.parts import Action
from desktop.ui.preferences import Preferences
from desktop.ui.register_deletion import delete_records
from desktop.ui.theme import apply_theme
from desktop.ui.wizard_steps import suggested_name, townships
from desktop.ui.worker import InlineWorker
from tests.helpers.centres import CHEAP, PASSWORD

_HAN = re.compile(r"[\u3007\u3400-\u9fff]")
_MEANT = ("中文", "青禾镇中心卫生院")
"""The name of the language, in that language, and a name as it stands on a seal."""


def test_every_page_says_everything_in_english(tmp_path: Path, qapp: QApplication) -> None:
    set_language("en")
    apply_theme(qapp)
    home = tmp_path / "centre"
    new = NewCentre("Qinghe Centre", "999999")
    centre, _recovery = create_centre(
        home, new, "Director Li", PASSWORD, vault=Vault(home, cost=CHEAP)
    )
    worker = InlineWorker()
    worker.open(lambda: centre, lambda _centre: None)
    with centre.store.reading() as session:
        written = sorted(
            stored_words(session) | scheme_words() | place_words(), key=len, reverse=True
        )
    window = MainWindow(Desk(worker, Preferences(worker, {})), all_pages(), centre.vault.centre)
    window.setFixedSize(pictures.SIZE)
    window.show()
    left: dict[str, set[str]] = {}
    try:
        for name, widget in pictures._scenes(window, home, ()):
            pictures._settle()
            for said in words_of(widget):
                rest = said.replace("\n", "")
                for each in (*written, *_MEANT):
                    rest = rest.replace(each, "")
                if _HAN.search(rest):
                    left.setdefault(name, set()).add(said)
    finally:
        window.retire()
        worker.close()
        pictures._settle()
    assert left == {}


def stored_words(session: Session) -> set[str]:
    """Return every text that the new centre's records hold."""
    found: set[str] = set()
    for register in all_registers().values():
        for row in session.execute(select(register.table)):
            found |= {value for value in row if isinstance(value, str) and _HAN.search(value)}
    return found


def scheme_words() -> set[str]:
    """Return the names in schemes and check lists, which a centre makes its own."""
    text = "".join(
        path.read_text("utf-8") for path in resource("forms", "performance").glob("*.toml")
    )
    return {word for word in re.findall(r'"([^"]+)"', text) if _HAN.search(word)}


def place_words() -> set[str]:
    """Return the names of counties and townships, and what the first run makes of them."""
    places = {name for each in townships() for name in (each.county, each.name)}
    return places | {suggested_name(each.name) for each in townships()} | {"李院长"}


def words_of(widget: QWidget) -> Iterator[str]:
    """Go through all that a widget and its children say, but for the cells of tables."""
    yield widget.windowTitle()
    for child in widget.findChildren(QWidget):
        yield child.toolTip()
        yield child.accessibleName()
        if isinstance(child, QLabel | QAbstractButton):
            yield re.sub(r"<[^>]*>", "", child.text())
        elif isinstance(child, QLineEdit):
            yield child.placeholderText()
        elif isinstance(child, QComboBox):
            yield from (child.itemText(at) for at in range(child.count()))
        elif isinstance(child, QGroupBox):
            yield child.title()
        elif isinstance(child, QTableView) and (model := child.model()) is not None:
            for at in range(model.columnCount()):
                yield str(model.headerData(at, Qt.Orientation.Horizontal) or "")
    for action in widget.findChildren(QAction):
        yield action.text()


def test_closed_withdrawn_and_undone_are_three_words(centre: Centre, desk: Desk) -> None:
    set_language("en")
    clinics = find_register("clinics")
    with centre.store.writing() as session:
        clinic = save(session, clinics, {"name": "下河村卫生室"})
    offered: list[Action] = []
    desk.told.connect(lambda _text, action: offered.append(action))
    delete_records(desk, clinics, [clinic], lambda: None, lambda _id: None)
    assert [each.text for each in offered] == ["Undo"]
    assert _(clinics.by_key["status"].choices[-1].value) == "Closed"
    _counts, lines = publications._changes('{"lines": [{"what": "withdrawn", "title": "X"}]}')
    assert [line.what for line in lines] == ["Withdrawn"]
