"""The editor of a reference: names the other record, found by name, number or pinyin initials."""

from __future__ import annotations

from typing import Any, cast

from PySide6.QtCore import QStringListModel, QTimer
from PySide6.QtWidgets import QCompleter, QWidget

from desktop.models.kinds import BadValue, Value
from desktop.models.listing import Query, page
from desktop.models.register import Field, Register
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.models.titles import titles
from desktop.text import _
from desktop.ui.editors import Editor
from desktop.ui.elided_line import ElidedLine
from desktop.ui.page import Desk
from desktop.ui.parts import Button
from desktop.ui.worker import Job

_DELAY_MS = 150
_MOST = 20

Found = list[tuple[bytes, str]]


def find_titles(store: Store, register: Register, text: str) -> Found:
    """Return ids and titles of the first records that match a text."""
    with store.reading() as session:
        ids = [row.id for row in page(session, Query(register, text), limit=_MOST).rows]
        names = titles(session, register, ids)
    return [(record_id, names[record_id]) for record_id in ids]


class ReferenceEditor(Editor):
    """A line that completes to the titles of the other register."""

    def __init__(self, field: Field, desk: Desk) -> None:
        super().__init__(field)
        self._desk = desk
        self._target = find_register(field.target)
        self._id: bytes | None = None
        self._title = ""
        self._found: dict[str, bytes] = {}
        self._job: Job | None = None
        self.line = ElidedLine()
        self.line.setAccessibleName(_(field.label))
        self.line.setPlaceholderText(_("名称或拼音首字母"))
        self.line.textEdited.connect(lambda _text: self._typing())
        self.line.editingFinished.connect(self._settle)
        self._names = QStringListModel(self)
        self.completer = QCompleter(self._names, self)
        # The list is already what the search found; filtering it again would lose pinyin matches.
        self.completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer.popup().setProperty("role", "completer")
        self.line.setCompleter(self.completer)
        cast("Any", self.completer.activated)[str].connect(self._choose)
        self.open = Button("", "fa6s.arrow-up-right-from-square", self._go, role="tool")
        self.open.setToolTip(_("打开所引用的记录"))
        self.row.addWidget(self.line, 1)
        self.row.addWidget(self.open)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DELAY_MS)
        self._timer.timeout.connect(self.search)

    def main_widget(self) -> QWidget:
        return self.line

    def _put(self, value: Value, title: str) -> None:
        self._id = value if isinstance(value, bytes) else None
        self._title = title
        self.line.setText(title)
        self.line.setCursorPosition(0)
        self.open.setVisible(self._id is not None)

    def typed(self) -> object:
        return self._id if self.line.text() == self._title else self.line.text().strip()

    def read(self) -> Value:
        typed = self.typed()
        if typed is None or typed == "":
            return None
        if isinstance(typed, bytes):
            return typed
        message = _("在“{register}”中没有选中“{text}”，请从列表中选择。").format(
            register=_(self._target.label), text=typed
        )
        raise BadValue(f"unknown_{self._target.singular}", message)

    def _typing(self) -> None:
        self._tell()
        self._timer.start()

    def search(self) -> None:
        """Look for what is typed and show what is found."""
        text, target = self.line.text().strip(), self._target
        if self._job is not None:
            self._job.cancel()
        self._job = self._desk.worker.run(
            lambda store: find_titles(store, target, text), self._show_found
        )

    def _show_found(self, found: Found) -> None:
        self._found = {title: record_id for record_id, title in found}
        self._names.setStringList(list(self._found))
        if self.line.hasFocus() and found:
            self.completer.complete()

    def _choose(self, title: str) -> None:
        if title in self._found:
            self._id, self._title = self._found[title], title
            self.line.setText(title)
            self.open.setVisible(True)
            self.show_problem("")
            self._tell()

    def _settle(self) -> None:
        """Take the one record that was found when the person leaves without choosing."""
        text = self.line.text().strip()
        if text and text != self._title and text in self._found:
            self._choose(text)
        elif not text and self._id is not None:
            self._id, self._title = None, ""
            self._tell()

    def _go(self) -> None:
        if self._id is not None:
            self._desk.go_to(self.field.target, self._id)

    def lock(self, locked: bool) -> None:
        self.line.setReadOnly(locked)
        self.line.setCompleter(None if locked else self.completer)  # type: ignore[arg-type]
