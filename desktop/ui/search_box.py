"""The box in the top bar (Ctrl+K): finds a page or a record of several registers as one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
)

from desktop.text import _
from desktop.ui import theme
from desktop.ui.page import Desk
from desktop.ui.pages import all_pages
from desktop.ui.parts import Label
from desktop.ui.worker import Job

if TYPE_CHECKING:  # The box stands in the window before SQLAlchemy is loaded.
    from sqlalchemy.orm import Session

    from desktop.models.register import Register
    from desktop.models.store import Store

SEARCHED = ("staff", "village_doctors", "clinics", "drugs", "residents", "contracts", "supplies")
_EACH = 4
_LAST_CHARACTER = "\U0010ffff"
_DELAY_MS = 150


@dataclass(frozen=True)
class Hit:
    """One line of the results."""

    key: str
    record: bytes | None
    title: str
    kind: str
    icon: str


def find(store: Store, text: str) -> list[Hit]:
    """Return the first records of each searched register that match by name, number or pinyin."""
    from desktop.models.registers import all_registers
    from desktop.models.titles import titles

    hits: list[Hit] = []
    registers = all_registers()
    with store.reading() as session:
        for key in SEARCHED:
            register = registers.get(key)
            if register is None:
                continue
            ids = _ids(session, register, text)
            names = titles(session, register, ids)
            hits += [
                Hit(key, record_id, names[record_id], _(register.label), register.icon)
                for record_id in ids
            ]
    return hits


def _ids(session: Session, register: Register, text: str) -> list[bytes]:
    """Return the first matches: names that begin with the text, then those that have it inside."""
    from sqlalchemy import select

    from desktop.models.listing import Query, page

    table, start = register.table, text.lower()
    begins = (table.c.search_key >= start, table.c.search_key < start + _LAST_CHARACTER)
    chosen = select(table.c.id).where(table.c.deleted_at.is_(None), *begins)
    ids = list(session.scalars(chosen.order_by(table.c.search_key).limit(_EACH)))
    if len(ids) < _EACH:
        found = page(session, Query(register, text), limit=_EACH).rows
        ids += [row.id for row in found if row.id not in ids]
    return ids[:_EACH]


def find_pages(text: str) -> list[Hit]:
    """Return the pages whose name has the text or whose initials begin with it."""
    from desktop.models.pinyin import spell

    wanted = text.lower()
    hits = []
    for declaration in all_pages().values():
        label = _(declaration.label)
        if wanted in label.lower() or spell(label)[1].startswith(wanted):
            hits.append(Hit(declaration.key, None, label, _("页面"), declaration.icon))
    return hits[:_EACH]


class SearchBox(QLineEdit):
    """A line with a list of hits below it, moved through with the arrow keys."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._job: Job | None = None
        self.setProperty("role", "search")
        self.setPlaceholderText(_("搜索人员、村卫生室、药品、居民（支持拼音首字母）"))
        self.setAccessibleName(_("搜索"))
        self.setClearButtonEnabled(True)
        self.addAction(
            theme.icon("fa6s.magnifying-glass", theme.SOFT_INK, 16),
            QLineEdit.ActionPosition.LeadingPosition,
        )
        self.setMaximumWidth(theme.px(440))
        self.setMinimumWidth(theme.px(180))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self.search)
        self.textEdited.connect(lambda _text: self._timer.start())
        self.hint = Label("Ctrl+K", "help")
        self.hint.setParent(self)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextMargins(0, 0, self.hint.sizeHint().width() + theme.px(4), 0)
        self.textChanged.connect(lambda text: self.hint.setVisible(not text))
        self._hits: Hits | None = None

    @property
    def hits(self) -> Hits:
        """The list of hits, which floats above the window; made when it is first wanted."""
        if self._hits is None:
            self._hits = Hits()
            self._hits.list.itemClicked.connect(lambda _item: self._go())
            self._hits.setParent(self.window())
            self._hits.hide()
        return self._hits

    def hide_hits(self) -> None:
        """Take the list of hits away."""
        if self._hits is not None:
            self._hits.hide()

    def search(self) -> None:
        """Look for what is typed."""
        text = self.text().strip()
        if self._job is not None:
            self._job.cancel()
        if not text:
            self.hide_hits()
            return
        self._job = self._desk.worker.run(
            lambda store: (find_pages(text), find(store, text)), self._show
        )

    def _show(self, found: tuple[list[Hit], list[Hit]]) -> None:
        pages, records = found
        self.hits.show_hits(records + pages)
        corner = self.mapTo(self.window(), QPoint(0, self.height() + 4))
        self.hits.place(corner, max(self.width(), theme.px(420)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.hide_hits()
            self.clear()
            self.clearFocus()
        elif key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.hits.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._go()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        size = self.hint.sizeHint()
        left = self.width() - size.width() - theme.px(10)
        self.hint.setGeometry(
            left, (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hide_hits()

    def _go(self) -> None:
        hit = self.hits.chosen()
        if hit is None:
            return
        self.hits.hide()
        self.clear()
        self._desk.go_to(hit.key, hit.record)


class Hits(QFrame):
    """The list below the search box."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "popup")
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 1, 4)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.list)

    def show_hits(self, hits: list[Hit]) -> None:
        """Show the hits, the first one chosen."""
        self.list.clear()
        for hit in hits:
            item = QListWidgetItem(
                theme.icon(hit.icon, theme.SOFT_INK, 14), f"{hit.title}　{hit.kind}"
            )
            item.setData(Qt.ItemDataRole.UserRole, hit)
            self.list.addItem(item)
        if not hits:
            nothing = QListWidgetItem(_("没有找到。可输入姓名、身份证号或拼音首字母。"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        self.list.setCurrentRow(0 if hits else -1)

    def place(self, corner: QPoint, width: int) -> None:
        """Show the list below the box, as tall as its lines."""
        line = max(self.list.sizeHintForRow(0), theme.px(30))
        lines = min(self.list.count(), 12)
        self.setGeometry(corner.x(), corner.y(), width, line * lines + theme.px(14))
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Move to the next or previous line."""
        count = self.list.count()
        if count:
            self.list.setCurrentRow((self.list.currentRow() + by) % count)

    def chosen(self) -> Hit | None:
        """Return the hit that is marked."""
        if self.list.currentRow() < 0:
            return None
        hit = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        return hit if isinstance(hit, Hit) else None
