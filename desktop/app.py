"""The one place that builds worker, sign-in and window, and takes them down again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLibraryInfo, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from desktop.errors import UserError
from desktop.models.vault import Vault
from desktop.text import LANGUAGES, language, set_language
from desktop.ui.crashes import Crashes
from desktop.ui.kept import Kept, kept_pages, plain_pages, read_kept, write_kept
from desktop.ui.preferences import FONT_SIZE, LANGUAGE
from desktop.ui.sweeper import Sweeper
from desktop.ui.theme import FontSize, apply_theme
from desktop.ui.worker import Worker

if TYPE_CHECKING:
    # The sign-in page stands before these are loaded: SQLAlchemy and the registers take as long as
    # everything else together, and a person needs seconds to type a password.
    from desktop.models.opening import Centre
    from desktop.models.store import Store
    from desktop.models.vault import Unlocked
    from desktop.ui.main_window import MainWindow
    from desktop.ui.page import Desk
    from desktop.ui.preferences import Preferences

PASSWORD_VARIABLE = "THDESK_PASSWORD"  # noqa: S105 - the name of a variable
PERSON_VARIABLE = "THDESK_PERSON"
_CALM_MS = 3_000
_PAINT_MS = 150


class App(QObject):
    """The program with a window, from sign-in to the end.

    Args:
        qt: Qt's application.
        home: The centre's data folder.
        lang: Language asked for on the command line; empty follows the person's choice.
        worker: Another worker than the usual one.
    """

    def __init__(
        self, qt: QApplication, home: Path, lang: str = "", worker: Worker | None = None
    ) -> None:
        super().__init__()
        self.qt = qt
        self.home = home
        self.worker = worker or Worker()
        self.window: MainWindow | None = None
        self.dialog: QDialog | None = None
        # One that there is not is no reason to refuse the window, nor the language chosen in it.
        self._lang = lang if lang in LANGUAGES else ""
        self._translator: QTranslator | None = None
        self._wants_import = False
        self._centre_name = ""
        self.crashes = Crashes(home / "logs" / "thdesk.log")
        self.worker.broke.connect(self.crashes.show)
        self.worker.refused.connect(self._refused)
        self._use_language(self._lang)
        apply_theme(qt)
        self.sweeper = Sweeper(self)

    # Starting

    def start(self) -> None:
        """Show the first-run wizard, the sign-in page, or at once the window."""
        vault = Vault(self.home)
        if not vault.exists:
            self._first_run()
        elif os.environ.get(PASSWORD_VARIABLE):
            self._open_at_once(vault)
        else:
            self._sign_in()

    def _first_run(self) -> None:
        from desktop.ui.wizard import FirstRun

        wizard = FirstRun(self.worker, self.home)

        def done(code: int) -> None:
            self._wants_import = wizard.wants_import
            self._entered(code)

        self._show_dialog(wizard)
        wizard.finished.connect(done)

    def _sign_in(self) -> None:
        from desktop.ui.sign_in import SignIn

        dialog = SignIn(self.worker, self.home, person=os.environ.get(PERSON_VARIABLE, ""))
        self._show_dialog(dialog)
        dialog.finished.connect(self._entered)
        # While the person types, what the window needs is loaded; a wish, not a promise.
        self.worker.run_aside(_load)

    def _open_at_once(self, vault: Vault) -> None:
        """Open for the one person whose password the environment holds (demonstration, tests)."""
        named = os.environ.get(PERSON_VARIABLE) or vault.people()[0].name
        password = os.environ[PASSWORD_VARIABLE]

        def failed(error: UserError) -> None:
            self._sign_in()
            self._say(error)

        def signed_in(unlocked: Unlocked) -> None:
            self._open(vault, unlocked)

        self.worker.run_aside(
            lambda _progress: vault.sign_in(named, password), signed_in, failed, owner=self
        )

    def _open(self, vault: Vault, unlocked: Unlocked) -> None:
        """Show what was seen last, if anything, and open the centre behind it."""
        kept = read_kept(self.home, unlocked)
        if kept is None or kept.lang != (self._lang or kept.choices.get(LANGUAGE) or language()):
            self._open_behind(vault, unlocked, lambda _centre: self.show_window())
            return
        self.worker.expect()
        self._build(kept.choices, kept.centre, kept=kept, person_name=unlocked.person_name)
        # The window is painted before the rest is loaded: both want the same interpreter.
        QTimer.singleShot(
            _PAINT_MS, self, lambda: self._open_behind(vault, unlocked, self._catch_up)
        )

    def _open_behind(
        self, vault: Vault, unlocked: Unlocked, done: Callable[[Centre], object]
    ) -> None:
        def opening() -> Centre:
            _load()
            from desktop.models.opening import open_unlocked

            return open_unlocked(self.home, vault, unlocked)

        def failed(error: UserError) -> None:
            if self.window is not None:
                self._retire(self.window)
            self._sign_in()
            self._say(error)

        self.worker.open(opening, done, failed)

    def _catch_up(self, _centre: Centre) -> None:
        """Make good what stood in the window before the centre was open."""
        from desktop.ui.pages import all_pages
        from desktop.ui.preferences import read_preferences

        window = self.window
        if window is None:
            return
        fresh = plain_pages(window.pages) == plain_pages(all_pages())
        window.desk.opened()
        self._begin_exchange(window.desk)

        def compare(choices: dict[str, str]) -> None:
            if window.desk.preferences.replace(choices) or not fresh:
                self._rebuild()

        self.worker.run(read_preferences, compare, owner=window)

    def _show_dialog(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.show()
        dialog.activateWindow()

    def _entered(self, code: int) -> None:
        self.dialog = None
        if code == QDialog.DialogCode.Accepted and self.worker.is_open:
            self.show_window()
        else:
            self.qt.quit()

    # The window

    def show_window(self, page: str = "") -> None:
        """Read the person's choices and show the window."""

        def build(found: tuple[dict[str, str], str]) -> None:
            self._build(*found, page)

        from desktop.ui.preferences import read_preferences

        vault = self.worker.centre.vault

        def read(store: Store) -> tuple[dict[str, str], str]:
            return read_preferences(store), vault.centre

        self.worker.run(read, build, owner=self)

    def _build(
        self,
        choices: dict[str, str],
        centre_name: str,
        page: str = "",
        *,
        kept: Kept | None = None,
        person_name: str = "",
    ) -> None:
        from desktop.ui.main_window import MainWindow
        from desktop.ui.page import Desk
        from desktop.ui.preferences import Preferences

        preferences = Preferences(self.worker, choices)
        self._use_language(self._lang or preferences.get(LANGUAGE))
        apply_theme(self.qt, _font_size(preferences))
        desk = Desk(self.worker, preferences)
        if kept is not None:
            pages = kept_pages(kept.pages)
            desk.kept_home = kept.home
        else:
            from desktop.ui.pages import all_pages

            pages = all_pages()
            desk.kept_home = self._kept_home()
        window = MainWindow(desk, pages, centre_name, person_name)
        desk.setParent(window)
        self._centre_name = centre_name
        desk.home_read.connect(self._keep)
        desk.sign_out_wanted.connect(self._leave)
        desk.look_changed.connect(self._rebuild)
        window.closed.connect(self.qt.quit)
        old, self.window = self.window, window
        if old is not None:
            window.setGeometry(old.geometry())
            self._retire(old)
        window.open_page(page if page in pages else next(iter(pages)))
        window.show()
        if kept is None:
            self._begin_exchange(desk)
        if self._wants_import:
            self._wants_import = False
            window.open_import()

    def _begin_exchange(self, desk: Desk) -> None:
        from desktop.ui.exchange_runner import runner_of

        runner_of(desk).begin()
        # A bound method is not kept alive by the timer; the lambda is.
        QTimer.singleShot(_CALM_MS, desk, lambda: self._back_up())  # noqa: PLW0108

    def _back_up(self) -> None:
        """Make the day's backup when the start is over; what keeps it from being made is told."""
        if self.worker.is_open:
            centre = self.worker.centre
            self.worker.run_aside(lambda _progress: centre.daily_backup())

    def _retire(self, window: MainWindow) -> None:
        if self.window is window:
            self.window = None
        window.retire()

    # What is kept for the next start

    def _kept_home(self) -> dict[str, Any] | None:
        """Return the first page as it was last seen, if in the language now used."""
        kept = read_kept(self.home, self.worker.centre.unlocked)
        return kept.home if kept is not None and kept.lang == language() else None

    def _keep(self, home: dict[str, Any]) -> None:
        window = self.window
        if window is None:
            return
        unlocked = self.worker.centre.unlocked
        kept = Kept(
            unlocked.person_id,
            language(),
            self._centre_name,
            window.desk.preferences.values,
            plain_pages(window.pages),
            home,
        )
        self.worker.run_aside(lambda _progress: write_kept(self.home, unlocked, kept))

    def _rebuild(self) -> None:
        """Build the window anew after font size or language changed."""
        window = self.window
        assert window is not None
        window.leave_page(lambda: self.show_window(window.key))

    # Leaving

    def _leave(self, only_lock: bool) -> None:  # noqa: FBT001 - a slot
        window = self.window
        assert window is not None
        if only_lock:
            window.desk.when_open(lambda: self._lock(window))
        else:
            window.desk.when_open(lambda: window.leave_page(lambda: self._sign_out(window)))

    def _sign_out(self, window: MainWindow) -> None:
        self._retire(window)
        self.worker.leave(self._sign_in)

    def _lock(self, window: MainWindow) -> None:
        """Hide the window until the same person gives the password; what is typed stays."""
        from desktop.ui.sign_in import LockScreen

        centre = self.worker.centre
        screen = LockScreen(self.worker, self.home, centre.store.person_name, vault=centre.vault)

        def done(code: int) -> None:
            self.dialog = None
            window.show()
            if code != QDialog.DialogCode.Accepted:
                window.leave_page(lambda: self._sign_out(window))

        window.hide()
        self._show_dialog(screen)
        screen.finished.connect(done)

    def close(self) -> None:
        """Take everything down: the window, the threads, the database."""
        if self.window is not None:
            self.window.retire()
            self.window = None
        self.worker.close()
        self._forget_translator()

    # What goes wrong

    def _refused(self, error: UserError) -> None:
        if self.window is None:
            self._say(error)

    def _say(self, error: UserError) -> None:
        from desktop.ui.dialogs import show_error

        show_error(self.dialog, error)

    # Language

    def _use_language(self, lang: str) -> None:
        """Use a language for the program's words and for Qt's own buttons."""
        if lang in LANGUAGES:
            set_language(lang)
        self._forget_translator()
        if language() == "zh":
            translator = QTranslator(self)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load("qtbase_zh_CN", folder):
                self.qt.installTranslator(translator)
                self._translator = translator

    def _forget_translator(self) -> None:
        if self._translator is not None:
            self.qt.removeTranslator(self._translator)
            self._translator = None


def _load(_progress: object = None) -> None:
    """Load what the window will need beside the database: while a password is typed, or behind."""
    for name in ("models.opening", "ui.main_window", "ui.exchange_runner", "ui.pages"):
        module = import_module(f"desktop.{name}")
    module.all_pages()
    configure_mappers = import_module("sqlalchemy.orm").configure_mappers
    configure_mappers()


def _font_size(preferences: Preferences) -> FontSize:
    known = {size.value: size for size in FontSize}
    return known.get(preferences.get(FONT_SIZE), FontSize.STANDARD)


def run_window(home: Path, lang: str = "", arguments: Sequence[str] = ()) -> int:
    """Run the program with a window; returns the exit code."""
    qt = QApplication([sys.argv[0], *arguments])
    qt.setApplicationName("thdesk")
    qt.setQuitOnLastWindowClosed(False)
    app = App(qt, home, lang)
    app.crashes.watch()
    app.sweeper.begin()
    app.start()
    try:
        return qt.exec()
    finally:
        app.sweeper.end()
        app.close()
