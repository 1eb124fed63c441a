"""What was typed into a return and is not saved yet; each step can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal

from desktop.errors import UserError
from desktop.services.returns import ComposedReturn
from desktop.services.returns.forms import Line, split_key
from desktop.services.returns.wording import parse_typed, show_figure


class Typed(QObject):
    """The texts typed into cells by the cell's name; one for all sheets and tables of a return.

    Signals:
        edited: Something was typed, pasted or taken back.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pending: dict[str, str] = {}
        self.wrong: dict[str, str] = {}
        self.fillable: frozenset[str] = frozenset()
        self._opened: ComposedReturn | None = None
        self._done: list[dict[str, str | None]] = []
        self._undone: list[dict[str, str | None]] = []

    def show_return(self, opened: ComposedReturn, *, locked: bool) -> None:
        """Show a return; what was typed into the same one stays, unless it is stored now."""
        before = self._opened
        same = before is not None and (before.form.key, before.period) == (
            opened.form.key,
            opened.period,
        )
        self._opened = opened
        self.fillable = frozenset(() if locked else opened.to_fill)
        if not same:
            self.drop()
            return
        for key in list(self.pending):
            if key not in self.fillable:
                del self.pending[key]
                self.wrong.pop(key, None)
        self._check(list(self.pending))

    def drop(self) -> None:
        """Forget what was typed."""
        self.pending, self.wrong = {}, {}
        self._done, self._undone = [], []

    def saved(self, texts: Mapping[str, str]) -> None:
        """Forget what is stored now; what was typed meanwhile stays."""
        for key, text in texts.items():
            if self.pending.get(key) == text:
                del self.pending[key]
        self._done, self._undone = [], []

    def line(self, key: str) -> Line:
        """Return the line or column of a cell."""
        assert self._opened is not None
        return self._opened.form.by_code[split_key(key)[0]]

    def stored(self, key: str) -> str:
        """Return what is stored in a cell as a person would type it."""
        assert self._opened is not None
        found = show_figure(self.line(key), self._opened.cell(key).this)
        return found.replace(",", "")

    def filled(self, keys: Iterable[str]) -> int:
        """Return how many of these cells are not blank, with what was typed."""
        assert self._opened is not None
        return sum(
            bool(self.pending[key]) if key in self.pending else key in self._opened.typed
            for key in keys
        )

    def put(self, texts: Mapping[str, str]) -> int:
        """Type texts into cells as one step; returns how many of them take no typing."""
        wanted = {key: text.strip() for key, text in texts.items() if key in self.fillable}
        before = {key: self.pending.get(key) for key in wanted}
        self.pending.update(wanted)
        self._check(wanted)
        if any(self.pending.get(key) != old for key, old in before.items()):
            self._done.append(before)
            self._undone = []
        if wanted:
            self.edited.emit()
        return len(texts) - len(wanted)

    def undo(self) -> bool:
        """Take the latest step back; tells whether there was one."""
        return self._swap(self._done, self._undone)

    def redo(self) -> bool:
        """Do the step again that was taken back."""
        return self._swap(self._undone, self._done)

    def _swap(
        self, steps: list[dict[str, str | None]], others: list[dict[str, str | None]]
    ) -> bool:
        if not steps:
            return False
        step = steps.pop()
        others.append({key: self.pending.get(key) for key in step})
        for key, text in step.items():
            if text is None:
                self.pending.pop(key, None)
                self.wrong.pop(key, None)
            else:
                self.pending[key] = text
        self._check([key for key, text in step.items() if text is not None])
        self.edited.emit()
        return True

    def _check(self, keys: Iterable[str]) -> None:
        """Find what is no figure, and forget what is stored already."""
        assert self._opened is not None
        for key in keys:
            self.wrong.pop(key, None)
            try:
                value = parse_typed(self.line(key), self.pending[key])
            except UserError as error:
                self.wrong[key] = error.message
                continue
            if value == self._opened.typed.get(key):
                del self.pending[key]
