"""What a page is, and what it is given: the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.ui import theme
from desktop.ui.parts import MARGIN, Action
from desktop.ui.preferences import Preferences
from desktop.ui.worker import Worker

EVERYTHING = frozenset({"*"})
"""For a page that shows something of every register."""


@dataclass(frozen=True)
class SyncState:
    """What the pill in the top bar says about the county: a sentence and its tone."""

    text: str
    tone: str = "soft"


class Desk(QObject):
    """What every page is given: the worker, the person's preferences and ways to reach the window.

    Signals:
        wanted: ``(page key, Wish)``: somebody wants to go to another page.
        told: ``(sentence, Action or None)``: a word that goes by itself.
        warned: A :class:`UserError` to be shown with its next step.
        sync_state_changed: The :class:`SyncState` for the top bar.
        sign_out_wanted: The person wants to go; ``True`` only locks.
        retired: The window goes.
        home_read: The first page was read; its plain form is kept for the next start.
        look_changed: Font size or language has been changed; the window is built anew.
    """

    wanted = Signal(str, object)
    told = Signal(str, object)
    warned = Signal(object)
    sync_state_changed = Signal(object)
    sign_out_wanted = Signal(bool)
    retired = Signal()
    home_read = Signal(object)
    look_changed = Signal()

    def __init__(
        self, worker: Worker, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.worker = worker
        self.preferences = preferences
        self.kept_home: dict[str, Any] | None = None
        self._when_open: list[Callable[[], object]] = []

    def go_to(
        self, key: str, record: bytes | None = None, *, chip: str = "", text: str = ""
    ) -> None:
        """Open a page, there a record, or the list filtered by a chip or a text."""
        self.wanted.emit(key, Wish(record, chip, text))

    def when_open(self, call: Callable[[], object]) -> None:
        """Make a call once the centre is open, which it nearly always is."""
        if self.worker.is_open:
            call()
        else:
            self._when_open.append(call)

    def opened(self) -> None:
        """Make the calls that have waited for the centre; only the last wish to go somewhere."""
        waiting, self._when_open = self._when_open, []
        for call in waiting:
            call()

    def tell(self, text: str, action: Action | None = None) -> None:
        """Say a word that goes by itself, with at most one button such as 撤销删除."""
        self.told.emit(text, action)

    def warn(self, error: UserError) -> None:
        """Show an error of the world with its next step."""
        self.warned.emit(error)


@dataclass(frozen=True)
class Wish:
    """What should be seen on a page that somebody goes to."""

    record: bytes | None = None
    chip: str = ""
    text: str = ""


class Page(QWidget):
    """A page of the window.

    A page builds its widgets in ``__init__`` without touching the database, asks for its figures
    in :meth:`load`, and again in :meth:`reload` when one of its ``registers`` has changed.

    Attributes:
        registers: Keys of the registers it shows; their changes make it reload.
        help_topic: Name of its part of the help.
    """

    registers: frozenset[str] = frozenset()
    help_topic = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.column = QVBoxLayout(self)
        edge = theme.px(MARGIN) if theme.font_size() is theme.FontSize.STANDARD else MARGIN
        self.column.setContentsMargins(edge, theme.px(18), edge, theme.px(20))
        self.column.setSpacing(theme.px(12))

    @property
    def worker(self) -> Worker:
        """The door to the database."""
        return self.desk.worker

    def load(self) -> None:
        """Ask for what the page shows; called when it is first seen."""
        self.reload(self.registers)

    def reload(self, registers: frozenset[str]) -> None:
        """Ask again after these registers changed; called only while the page is seen."""

    def show_wish(self, wish: Wish) -> None:
        """Show the record or the part of the list that somebody came for."""

    def focus_search(self) -> None:
        """Put the cursor where the page searches (Ctrl+F)."""

    def has_unsaved(self) -> bool:
        """Tell whether something typed would be lost by leaving."""
        return False

    def save_unsaved(self, then: Callable[[], object]) -> None:
        """Save what was typed and call ``then``; where it is refused, show why and do not."""
        then()

    def drop_unsaved(self) -> None:
        """Forget what was typed."""


@dataclass(frozen=True)
class PageDeclaration:
    """A page in the navigation.

    Args:
        key: Name of the page; a screen with a register's key replaces that register's page.
        label: Name in the navigation, marked with ``N_``.
        group: Heading in the navigation, marked with ``N_``; empty above all headings.
        icon: Such as ``fa6s.house``.
        order: Place within its group.
        make: Makes the page when it is first opened; imports what is heavy there.
        detail: Seldom opened by itself: stands behind its group's 更多.
    """

    key: str
    label: str
    group: str
    icon: str
    order: int
    make: Callable[[Desk], Page]
    detail: bool = False
