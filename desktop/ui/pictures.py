"""Every page of an opened centre as a picture, drawn without a display."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSize
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from sqlalchemy import select

from desktop.errors import UserError
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.text import _, set_language
from desktop.ui.exchange_runner import runner_of
from desktop.ui.main_window import MainWindow
from desktop.ui.opening_pictures import sign_in_scenes, wizard_scenes
from desktop.ui.page import Desk, Wish
from desktop.ui.pages import all_pages
from desktop.ui.photos.stored import PhotosDialog
from desktop.ui.preferences import Preferences
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.notices.page import NoticesPage
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.screens.visits.page import VisitsPage
from desktop.ui.theme import FontSize, apply_theme
from desktop.ui.worker import InlineWorker

SIZE = QSize(1366, 768)
_SETTLE_MS = 250
_TURNS = 5
_EXPLAINED = ("M80",)
"""The cell of a return whose source the pictures show."""


@dataclass(frozen=True)
class Look:
    """What the pictures show the pages in: language, font size, size of the window."""

    lang: str = "zh"
    font: FontSize = FontSize.STANDARD
    size: QSize = SIZE


def look_of(lang: str, font: str, size: str) -> Look:
    """Return the look that a command's words ask for.

    Raises:
        UserError: Nothing of that name or size can be drawn.
    """
    sizes = {word: each for each in FontSize for word in (each.value, each.label)}
    numbers = size.lower().split("x")
    if font not in sizes or len(numbers) != 2 or not all(n.isdigit() for n in numbers):  # noqa: PLR2004
        raise UserError(_("字号应为标准、大或特大，窗口大小应如 1366x768。"))
    return Look(lang, sizes[font], QSize(*map(int, numbers)))


def draw_pages(centre: Centre, out: Path, look: Look, only: tuple[str, ...] = ()) -> list[Path]:
    """Draw every page, or only those with these keys, into a folder; returns the files.

    The centre stays open; whoever opened it closes it.
    """
    qt = QApplication.instance() or QApplication(["thdesk"])
    assert isinstance(qt, QApplication)
    set_language(look.lang)
    apply_theme(qt, look.font)
    out.mkdir(parents=True, exist_ok=True)
    worker = InlineWorker()
    broken: list[BaseException] = []
    worker.broke.connect(broken.append)
    worker.open(lambda: centre, lambda _centre: None)
    desk = Desk(worker, Preferences(worker, {}))
    window = MainWindow(desk, all_pages(), centre.vault.centre)
    window.setFixedSize(look.size)
    window.show()
    runner_of(desk).look()  # The top bar tells where the exchange stands.
    files = []
    try:
        for number, (name, widget) in enumerate(_scenes(window, centre.home, only), 1):
            _settle()
            file = out / f"{number:02d}-{name}.png"
            widget.grab().save(str(file))
            files.append(file)
            if broken:
                raise broken[0]
    finally:
        window.retire()
        worker.release()
        _settle()
    return files


def _scenes(window: MainWindow, home: Path, only: tuple[str, ...]) -> Iterator[tuple[str, QWidget]]:
    """Go through what is drawn: each page, a form with errors, the search, the way in."""
    yield from _window_scenes(window, only)
    for name, parts in (("sign-in", partial(sign_in_scenes, home)), ("wizard", wizard_scenes)):
        if not only or name in only:
            yield from parts()


def _window_scenes(window: MainWindow, only: tuple[str, ...]) -> Iterator[tuple[str, QWidget]]:
    for key in all_pages():
        if not only or key in only:
            window.open_page(key)
            yield key, window
    for name, scene in _MORE.items():
        if not only or name in only:
            widget = scene(window)
            yield name, widget
            if isinstance(widget, QDialog):
                widget.reject()


def _form_with_errors(window: MainWindow) -> QWidget:
    window.open_page("village_doctors")
    page = window.page
    if isinstance(page, RegisterPage):
        page.start_new()
        page.form.save()
    return window


def _search(window: MainWindow) -> QWidget:
    page = window.page
    if page is not None:
        page.drop_unsaved()
    window.open_page(next(iter(all_pages())))
    window.top.search.setText("w")
    window.top.search.search()
    return window


def _import(window: MainWindow) -> QWidget:
    window.top.search.hide_hits()
    window.top.search.clear()
    window.open_import()
    return _newest_dialog(window)


def _shortcuts(window: MainWindow) -> QWidget:
    window.show_shortcuts()
    return _newest_dialog(window)


def _county_changes(window: MainWindow) -> QWidget:
    """Show what a publication with several changes changed here."""
    window.open_page("publications")
    page = window.page
    if isinstance(page, NoticesPage) and page.shown:
        most = max(range(len(page.shown)), key=lambda row: len(page.shown[row].lines))
        page.choose_row(most)
    return window


def _visit_entry(window: MainWindow) -> QWidget:
    from desktop.ui.photos.samples import sample_photos

    window.open_page("visits")
    page = window.page
    if isinstance(page, VisitsPage):
        page.enter_chosen()
        page.form.photos.given.emit(sample_photos())
    return window


def _visit_photos(window: MainWindow) -> QWidget:
    page = window.page
    if page is not None:
        page.drop_unsaved()
    window.open_page("visits")
    page = window.page
    if isinstance(page, VisitsPage):
        photo = find_register("visit_photos").table.c
        with page.worker.centre.store.reading() as session:
            visit = session.scalar(select(photo.visit_id).order_by(photo.id).limit(1))
        page.show_wish(Wish(record=visit))
        page.open_photos()
    return _newest_dialog(page or window)


def _photo(window: MainWindow) -> QWidget:
    dialog = _visit_photos(window)
    if isinstance(dialog, PhotosDialog) and dialog.strip.thumbnails:
        dialog.strip.thumbnails[-1].click()
    return _newest_dialog(dialog)


def _return_cell(window: MainWindow) -> QWidget:
    page = window.page
    if page is not None:
        page.drop_unsaved()
    window.open_page("returns")
    page = window.page
    if isinstance(page, ReturnsPage) and page.view is not None and page.view.opened is not None:
        cells = page.opened.cells
        page.explain(next((key for key in _EXPLAINED if key in cells), next(iter(cells))))
    return _newest_dialog(page or window)


def _newest_dialog(window: QWidget) -> QWidget:
    """Return the dialog opened last; the window itself where nothing was there to open it for."""
    dialogs = [each for each in window.children() if isinstance(each, QDialog)]
    return dialogs[-1] if dialogs else window


_MORE: dict[str, Callable[[MainWindow], QWidget]] = {
    "form-errors": _form_with_errors,
    "search": _search,
    "import": _import,
    "shortcuts": _shortcuts,
    "county-changes": _county_changes,
    "visit-entry": _visit_entry,
    "visit-photos": _visit_photos,
    "photo": _photo,
    "return-cell": _return_cell,
}


def _settle() -> None:
    """Let timers fire and layouts come to rest."""
    from PySide6.QtCore import QTimer

    loop = QEventLoop()
    QTimer.singleShot(_SETTLE_MS, loop.quit)
    loop.exec()
    for _turn in range(_TURNS):  # A page that took longer than that to fill has not been laid out.
        QApplication.processEvents()
