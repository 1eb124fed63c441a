"""The handbook: every page has its chapter, search finds it, every picture is there."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.models.opening import Centre
from desktop.text import LANGUAGES, set_language
from desktop.ui.main_window import MainWindow
from desktop.ui.screens.help.handbook import chapter_for, chapters, pictures, search
from desktop.ui.screens.help.page import HelpPage


@pytest.fixture
def centre(sample_centre: Centre) -> Centre:
    return sample_centre


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_picture_of_every_chapter_is_there(language: str) -> None:
    set_language(language)
    found = chapters()
    assert len(found) >= 7
    named = {name for each in found for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", each.text)}
    assert named
    assert all((pictures() / name).is_file() for name in named)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "topic", ["home", "returns", "sync", "settings", "import", "password", "keys", "contracts"]
)
def test_every_page_has_its_chapter(language: str, topic: str) -> None:
    set_language(language)
    assert topic in chapter_for(topic).topics


def test_no_two_chapters_claim_a_page() -> None:
    for language in LANGUAGES:
        set_language(language)
        topics = [topic for each in chapters() for topic in each.topics]
        assert len(topics) == len(set(topics))


def test_search_needs_every_word_and_prefers_titles() -> None:
    hits = search("恢复密钥")
    assert "恢复密钥" in hits[0].chapter.title
    assert "恢复密钥" in hits[0].around
    assert search("恢复密钥 没有这个词") == []
    assert search("") == []


def test_help_opens_at_the_page_one_comes_from(window: MainWindow, qtbot: QtBot) -> None:
    window.open_page("sync")
    QTest.keyClick(window, Qt.Key.Key_F1)
    QApplication.processEvents()
    if window.key != "help":  # The offscreen platform gives no shortcut to an inactive window.
        window.show_help()
    page = window.page
    assert isinstance(page, HelpPage)
    assert page.chapter == chapter_for("sync")
    assert "立即同步" in page.reader.toPlainText()


def test_typing_searches_and_marks_and_arrows_go_through(window: MainWindow, qtbot: QtBot) -> None:
    window.open_page("help")
    page = window.page
    assert isinstance(page, HelpPage)
    whole = page.list.count()
    page.search.setText("备份")
    assert 1 < page.list.count() < whole
    assert page.reader.extraSelections()
    first = page.chapter
    qtbot.keyClick(page.search, Qt.Key.Key_Down)
    assert page.chapter != first
    page.search.setText("没有这个词")
    assert "没有找到" in page.reader.toPlainText()
    page.search.clear()
    assert page.list.count() == whole
