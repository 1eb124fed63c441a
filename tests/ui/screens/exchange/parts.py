"""What the tests of the exchange page share."""

from __future__ import annotations

from desktop.ui.dialogs import Dialog
from desktop.ui.main_window import MainWindow
from desktop.ui.screens.sync.page import SyncPage

CODE = "410183106"


def enrol(page: SyncPage, url: str, code: str) -> None:
    page.enrol.url.setText(url)
    page.enrol.code.setText(code)
    page.enrol.go.click()


def close_messages(window: MainWindow) -> None:
    for dialog in window.findChildren(Dialog):
        dialog.accept()
