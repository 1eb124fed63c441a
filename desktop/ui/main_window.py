"""The window: navigation, top bar and the stack of pages, made when they are first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.models.vault import Vault
from desktop.text import N_, _
from desktop.ui.navigation import Navigation
from desktop.ui.page import EVERYTHING, Desk, Page, PageDeclaration, SyncState, Wish
from desktop.ui.pages import HOME
from desktop.ui.parts import Action, Button, Label, Toast, form_grid
from desktop.ui.top_bar import TopBar

SMALLEST = QSize(1024, 640)

SHORTCUTS = (
    ("Ctrl+K", N_("搜索人员、村卫生室、药品、居民和页面")),
    ("Ctrl+F", N_("在本页内搜索")),
    ("Ctrl+N", N_("新建")),
    ("Enter", N_("编辑所选记录")),
    ("Ctrl+S", N_("保存")),
    ("Esc", N_("放弃编辑、关闭")),
    ("Del", N_("删除所选记录（可撤销）")),
    ("Ctrl+C", N_("复制所选行，可粘贴到 Excel")),
    ("Ctrl+H", N_("谁改过所选记录")),
    ("F5", N_("重新读取本页")),
    ("Alt+Home", N_("工作台")),
    ("Ctrl+PgUp / Ctrl+PgDn", N_("上一页、下一页")),
    ("Ctrl+L", N_("锁定")),
    ("F1", N_("帮助")),
)


class MainWindow(QMainWindow):
    """The window over one open centre.

    Signals:
        closed: The person has closed it.
    """

    closed = Signal()

    def __init__(
        self,
        desk: Desk,
        pages: Mapping[str, PageDeclaration],
        centre_name: str,
        person_name: str = "",
    ) -> None:
        super().__init__()
        self.desk = desk
        self.pages = pages
        self._made: dict[str, Page] = {}
        self._stale: dict[str, frozenset[str]] = {}
        self._key = ""
        self._leaving: Callable[[], object] | None = None
        self.setWindowTitle(_("卫院通 · {centre}").format(centre=centre_name))
        self.setMinimumSize(SMALLEST)
        self.resize(1366, 728)
        self.navigation = Navigation(centre_name, pages.values())
        self.navigation.chosen.connect(self.open_page)
        self.top = TopBar(desk, person_name or desk.worker.centre.store.person_name)
        self.stack = QStackedWidget()
        self._lay_out()
        self._toast: Toast | None = None
        self._connect()
        self._make_shortcuts()

    def _lay_out(self) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top)
        column.addWidget(self.stack, 1)
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.navigation)
        row.addWidget(right, 1)
        self.setCentralWidget(whole)

    def _connect(self) -> None:
        desk = self.desk
        desk.wanted.connect(self.open_page)
        desk.told.connect(self.tell)
        desk.warned.connect(self.warn)
        desk.sync_state_changed.connect(self._show_sync)
        desk.worker.refused.connect(self.warn)
        desk.worker.changed.connect(self._changed)
        self.top.password_wanted.connect(lambda: desk.when_open(self.change_password))
        self.top.shortcuts_wanted.connect(self.show_shortcuts)
        self.top.help_wanted.connect(self.show_help)

    def _make_shortcuts(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+K": self._search,
            "Ctrl+F": self._focus_search,
            "F1": self.show_help,
            "F5": self._load_again,
            "Alt+Home": lambda: self.open_page(HOME),
            "Ctrl+PgUp": lambda: self._step(-1),
            "Ctrl+PgDown": lambda: self._step(1),
            "Ctrl+L": lambda: self.desk.sign_out_wanted.emit(True),
        }
        for keys_text, run in keys.items():
            shortcut = QShortcut(QKeySequence(keys_text), self)
            shortcut.activated.connect(run)

    # Pages

    @property
    def page(self) -> Page | None:
        """The page that is seen."""
        return self._made.get(self._key)

    @property
    def key(self) -> str:
        """The key of the page that is seen."""
        return self._key

    def open_page(self, key: str, wish: Wish | None = None) -> None:
        """Go to a page, after asking where something typed would be lost."""
        if key not in self.pages:
            return
        same = key == self._key
        if same and wish is None:
            return
        if self._key:
            self.desk.when_open(lambda: self.leave_page(lambda: self._show_page(key, wish)))
        else:
            self._show_page(key, wish)

    def _show_page(self, key: str, wish: Wish | None) -> None:
        page = self._made.get(key)
        new = page is None
        if page is None:
            page = self.pages[key].make(self.desk)
            page.setObjectName(key)
            self._made[key] = page
            self.stack.addWidget(page)
        self._key = key
        self.stack.setCurrentWidget(page)
        self.navigation.choose(key)
        stale = self._stale.pop(key, frozenset())
        if wish is not None:
            page.show_wish(wish)
        if new:
            page.load()
        elif stale:
            page.reload(stale)

    def _changed(self, registers: frozenset[str]) -> None:
        for key, page in self._made.items():
            everything = page.registers == EVERYTHING
            touched = registers if everything else registers & page.registers
            if not touched:
                continue
            if key == self._key:
                page.reload(touched)
            else:
                self._stale[key] = self._stale.get(key, frozenset()) | touched

    def _step(self, by: int) -> None:
        keys = list(self.pages)
        here = keys.index(self._key) if self._key in keys else 0
        self.open_page(keys[(here + by) % len(keys)])

    # Leaving with something typed

    def leave_page(self, then: Callable[[], object]) -> None:
        """Call ``then`` unless the person wants to go on editing."""
        page = self.page
        if page is None or not page.has_unsaved():
            then()
            return
        from desktop.ui.dialogs import ask_unsaved

        def take(answer: str) -> None:
            if answer == "save":
                page.save_unsaved(then)
            elif answer == "drop":
                page.drop_unsaved()
                then()

        ask_unsaved(self, take)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.page is not None and self.page.has_unsaved():
            event.ignore()
            self.leave_page(self.close)
            return
        super().closeEvent(event)
        self.closed.emit()

    def retire(self) -> None:
        """Go without asking: another window takes its place, or the person signs out."""
        self.desk.retired.emit()
        self.desk.worker.refused.disconnect(self.warn)
        self.desk.worker.changed.disconnect(self._changed)
        self.hide()
        self.deleteLater()

    def open_import(self) -> None:
        """Open the wizard that takes in workbooks."""
        from desktop.ui.import_dialog import ImportDialog

        ImportDialog(self, self.desk).open()

    # Messages

    def tell(self, text: str, action: Action | None = None) -> None:
        """Say a word that goes by itself."""
        self.toast.say(text, action)

    @property
    def toast(self) -> Toast:
        """The word at the lower edge; made when there is something to say."""
        if self._toast is None:
            self._toast = Toast(self.stack)
        return self._toast

    def warn(self, error: UserError) -> None:
        """Show an error of the world."""
        from desktop.ui.dialogs import show_error

        show_error(self, error)

    def _show_sync(self, state: SyncState) -> None:
        self.top.pill.show_state(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._toast is not None:
            self._toast.place()
        self.top.search.hide_hits()

    # Keys

    def _focus_search(self) -> None:
        if self.page is not None:
            self.page.focus_search()

    def _load_again(self) -> None:
        if self.page is not None:
            self.page.load()

    def _search(self) -> None:
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()

    # The person

    def change_password(self) -> None:
        """Ask for the old and the new password and change it."""
        from desktop.ui.dialogs import PasswordQuestion

        question = PasswordQuestion(
            self,
            _("修改密码"),
            "",
            (_("原密码"), _("新密码"), _("再输一遍新密码")),
            _("修改"),
        )
        centre = self.desk.worker.centre

        def check(texts: list[str]) -> None:
            old, new, again = texts
            if new != again:
                question.refuse(UserError(_("两次输入的新密码不一致。")))
                return

            def work(_progress: object) -> None:
                vault = Vault(centre.home)
                vault.change_password(vault.sign_in(centre.store.person_name, old), new)

            self.desk.worker.run_aside(work, done, question.refuse, owner=question)

        def done(_none: None) -> None:
            question.accept()
            self.tell(_("密码已修改。"))

        question.ask(check)

    def show_shortcuts(self) -> None:
        """List the keys."""
        from desktop.ui.dialogs import Dialog

        dialog = Dialog(self, _("快捷键"), "fa6s.keyboard")
        grid = form_grid([(keys, Label(_(text))) for keys, text in SHORTCUTS])
        dialog.column.addLayout(grid)
        dialog.add_button(Button(_("知道了"), clicked=dialog.accept, role="primary"))
        dialog.setMinimumWidth(max(dialog.minimumWidth(), dialog.sizeHint().width()))
        dialog.open()

    def show_help(self) -> None:
        """Open the help at the page that is seen; without a help page, list the keys."""
        if "help" in self.pages:
            topic = self.page.help_topic if self.page is not None else ""
            self.open_page("help", Wish(text=topic or self._key))
        else:
            self.show_shortcuts()
