"""The bar above every page: search, the state of the exchange, the person's menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPushButton

from desktop.text import LANGUAGES, _, language
from desktop.ui import theme
from desktop.ui.page import Desk, SyncState
from desktop.ui.parts import restyle
from desktop.ui.preferences import FONT_SIZE, LANGUAGE
from desktop.ui.search_box import SearchBox

_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


class SyncPill(QPushButton):
    """Says how the exchange with the county stands; a click opens its page."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "pill")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_state(SyncState(_("未连接县级"), "soft"))

    def show_state(self, state: SyncState) -> None:
        """Show another sentence."""
        self.setText(state.text)
        self.setToolTip(state.text)
        self.setProperty("tone", state.tone)
        restyle(self)


class TopBar(QFrame):
    """Search at the left, the exchange and the person at the right.

    Signals:
        password_wanted: The person wants another password.
        shortcuts_wanted: The person wants to see the keys.
        help_wanted: The person wants the help.
    """

    password_wanted = Signal()
    shortcuts_wanted = Signal()
    help_wanted = Signal()

    def __init__(self, desk: Desk, person_name: str) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("role", "top")
        self.setFixedHeight(max(56, theme.px(52)))
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 0, 20, 0)
        row.setSpacing(theme.px(12))
        self.search = SearchBox(desk)
        self.pill = SyncPill()
        self.pill.clicked.connect(lambda _on=False: desk.go_to("sync"))
        self.person = QPushButton(person_name)
        self.person.setProperty("role", "person")
        self.person.setIcon(theme.icon("fa6s.circle-user", theme.SOFT_INK, 16))
        menu = QMenu(self)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        self.person.setMenu(menu)
        row.addWidget(self.search, 2)
        row.addStretch(1)
        row.addWidget(self.pill)
        row.addWidget(self.person)

    def _fill(self, menu: QMenu) -> None:
        """Fill the person's menu when it is opened."""
        menu.clear()
        menu.addAction(_("修改密码…")).triggered.connect(self.password_wanted)
        menu.addMenu(self._size_menu(menu))
        menu.addMenu(self._language_menu(menu))
        menu.addSeparator()
        menu.addAction(_("快捷键")).triggered.connect(self.shortcuts_wanted)
        menu.addAction(_("帮助")).triggered.connect(self.help_wanted)
        menu.addSeparator()
        lock = menu.addAction(_("锁定"))
        lock.triggered.connect(lambda _on=False: self._desk.sign_out_wanted.emit(True))
        leave = menu.addAction(_("退出登录"))
        leave.triggered.connect(lambda _on=False: self._desk.sign_out_wanted.emit(False))

    def _size_menu(self, menu: QMenu) -> QMenu:
        inner = QMenu(_("字号"), menu)
        group = QActionGroup(inner)
        for size in theme.FontSize:
            action = inner.addAction(_(size.label))
            action.setCheckable(True)
            action.setChecked(size is theme.font_size())
            group.addAction(action)
            action.triggered.connect(
                lambda _on=False, value=size.value: self._choose(FONT_SIZE, value)
            )
        return inner

    def _language_menu(self, menu: QMenu) -> QMenu:
        inner = QMenu(_("语言"), menu)
        group = QActionGroup(inner)
        for code in LANGUAGES:
            action = inner.addAction(_LANGUAGE_NAMES[code])
            action.setCheckable(True)
            action.setChecked(code == language())
            group.addAction(action)
            action.triggered.connect(lambda _on=False, value=code: self._choose(LANGUAGE, value))
        return inner

    def _choose(self, key: str, value: str) -> None:
        self._desk.preferences.set(key, value)
        self._desk.look_changed.emit()
