"""The one place that builds worker, sign-in and window, and takes them down again."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QLibraryInfo, QObject, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from desktop.errors import UserError
from desktop.models.vault import Vault
from desktop.text import LANGUAGES, language, set_language
from desktop.ui.dialogs import show_error
from desktop.ui.theme import FontSize, apply_theme
from desktop.ui.worker import Worker

if TYPE_CHECKING:
    # The sign-in page stands before these are loaded: SQLAlchemy and the registers take as long as
    # everything else together, and a person needs seconds to type a password.
    from desktop.models.opening import Centre
    from desktop.models.store import Store
    from desktop.ui.crash_dialog import CrashDialog
    from desktop.ui.main_window import MainWindow
    from desktop.ui.preferences import Preferences

log = logging.getLogger(__name__)

PASSWORD_VARIABLE = "THDESK_PASSWORD"  # noqa: S105 - the name of a variable
PERSON_VARIABLE = "THDESK_PERSON"
_LOG_BYTES = 1_000_000
_LOGS_KEPT = 3
_CALM_MS = 3_000


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
        self._lang = lang
        self._translator: QTranslator | None = None
        self._wants_import = False
        self._crash: CrashDialog | None = None
        self.worker.broke.connect(self.show_crash)
        self.worker.refused.connect(self._refused)
        self._use_language(lang)
        apply_theme(qt)

    @property
    def log_file(self) -> Path:
        """Where bugs are written down."""
        return self.home / "logs" / "thdesk.log"

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
        self.worker.run_aside(_warm_up)

    def _open_at_once(self, vault: Vault) -> None:
        """Open for the one person whose password the environment holds (demonstration, tests)."""
        named = os.environ.get(PERSON_VARIABLE) or vault.people()[0].name
        password = os.environ[PASSWORD_VARIABLE]

        def opened(_centre: Centre) -> None:
            self.show_window()

        def failed(error: UserError) -> None:
            self._sign_in()
            show_error(self.dialog, error)

        def opening() -> Centre:
            from desktop.models.opening import open_centre

            return open_centre(self.home, named, password)

        self.worker.open(opening, opened, failed)

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

    def _build(self, choices: dict[str, str], centre_name: str, page: str) -> None:
        from desktop.ui.exchange_runner import runner_of
        from desktop.ui.main_window import MainWindow
        from desktop.ui.page import Desk
        from desktop.ui.pages import all_pages
        from desktop.ui.preferences import LANGUAGE, Preferences

        preferences = Preferences(self.worker, choices)
        self._use_language(self._lang or preferences.get(LANGUAGE))
        apply_theme(self.qt, _font_size(preferences))
        desk = Desk(self.worker, preferences, self)
        pages = all_pages()
        window = MainWindow(desk, pages, centre_name)
        desk.sign_out_wanted.connect(self._leave)
        desk.look_changed.connect(self._rebuild)
        runner_of(desk).begin()
        window.closed.connect(self.qt.quit)
        old, self.window = self.window, window
        if old is not None:
            window.setGeometry(old.geometry())
            old.retire()
            old.desk.deleteLater()
        window.open_page(page if page in pages else next(iter(pages)))
        window.show()
        QTimer.singleShot(_CALM_MS, self, _collect_again)
        if self._wants_import:
            self._wants_import = False
            window.open_import()

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
            self._lock(window)
        else:
            window.leave_page(lambda: self._sign_out(window))

    def _sign_out(self, window: MainWindow) -> None:
        self.window = None
        window.retire()
        window.desk.deleteLater()
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

    # What goes wrong

    def show_crash(self, error: BaseException) -> None:
        """Show a bug; the program stays up. One dialog at a time."""
        if self._crash is not None:
            return
        from desktop.ui.crash_dialog import CrashDialog

        self._crash = CrashDialog(self.window or self.dialog, error, self.log_file)
        self._crash.finished.connect(self._crash_seen)
        self._crash.open()

    def _crash_seen(self, _code: int) -> None:
        self._crash = None

    def _refused(self, error: UserError) -> None:
        if self.window is None:
            show_error(self.dialog, error)

    def watch(self) -> None:
        """Log and show what nothing has caught, and write the log beside the data."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            self.log_file, maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
        logging.getLogger().addHandler(handler)
        sys.excepthook = self._uncaught
        threading.excepthook = lambda args: log.critical(
            "A thread failed.", exc_info=(args.exc_type, args.exc_value or args.exc_type(), None)
        )

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, stack: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.qt.quit()
            return
        log.critical("An exception reached the top.", exc_info=(kind, error, stack))
        self.show_crash(error)

    # Language

    def _use_language(self, lang: str) -> None:
        """Use a language for the program's words and for Qt's own buttons."""
        if lang in LANGUAGES:
            set_language(lang)
        if self._translator is not None:
            self.qt.removeTranslator(self._translator)
            self._translator = None
        if language() == "zh":
            translator = QTranslator(self)
            folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            if translator.load("qtbase_zh_CN", folder):
                self.qt.installTranslator(translator)
                self._translator = translator


def _collect_again() -> None:
    """Let garbage be collected again; what is there by now stays."""
    gc.freeze()
    gc.enable()


def _warm_up(_progress: object) -> None:
    """Load what the window will need."""
    for name in ("models.opening", "ui.main_window", "ui.exchange_runner", "ui.pages"):
        module = import_module(f"desktop.{name}")
    module.all_pages()
    configure_mappers = import_module("sqlalchemy.orm").configure_mappers
    configure_mappers()


def _font_size(preferences: Preferences) -> FontSize:
    from desktop.ui.preferences import FONT_SIZE

    known = {size.value: size for size in FontSize}
    return known.get(preferences.get(FONT_SIZE), FontSize.STANDARD)


def run_window(home: Path, lang: str = "", arguments: Sequence[str] = ()) -> int:
    """Run the program with a window; returns the exit code."""
    qt = QApplication([sys.argv[0], *arguments])
    qt.setApplicationName("thdesk")
    qt.setQuitOnLastWindowClosed(False)
    app = App(qt, home, lang)
    app.watch()
    app.start()
    try:
        return qt.exec()
    finally:
        app.close()
