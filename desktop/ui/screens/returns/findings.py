"""What the check rules found, in one list: errors to mend first, then queries to explain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.services.returns import ComposedReturn
from desktop.services.returns.checks import Finding
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, ElidedLabel, Label, Pill, clear
from desktop.ui.screens.returns.reading import Place
from desktop.ui.screens.returns.standing import name_of

_ERROR = "E"
_SHOWN = 60
"""Findings shown at once; the others come on demand."""


@dataclass(frozen=True)
class Found:
    """A finding and the return it belongs to."""

    place: Place
    title: str
    finding: Finding
    frozen: bool

    @property
    def rank(self) -> tuple[int, bool]:
        """Errors stand before queries without an explanation, those before the explained."""
        return (self.finding.level != _ERROR, not self.finding.open)


class FindingRow(QWidget):
    """One finding: its level, its sentence and, for a query, the box for the explanation."""

    def __init__(self, found: Found, explanation: str, *, elsewhere: bool, titled: bool) -> None:
        super().__init__()
        self.found = found
        self.finding = found.finding
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, theme.px(8))
        column.setSpacing(theme.px(5))
        head = QHBoxLayout()
        head.setSpacing(theme.px(6))
        error = self.finding.level == _ERROR
        answered = bool(self.finding.explanation)
        self.pill = Pill(
            _("错误") if error else _("已说明") if answered else _("待说明"),
            "red" if error else "green" if answered else "amber",
        )
        head.addWidget(self.pill)
        title = ElidedLabel(found.title if titled else "", "soft")
        title.setMinimumWidth(0)
        head.addWidget(title, 1)
        self.go = Button(_("定位"), role="link")
        self.go.setVisible(bool(self.finding.code) or elsewhere)
        head.addWidget(self.go)
        column.addLayout(head)
        column.addWidget(Label(self.finding.message, "paragraph", wrap=True))
        self.answer = QLineEdit(explanation)
        self.answer.setPlaceholderText(_("情况说明，会印在报表上"))
        self.answer.setAccessibleName(_("情况说明"))
        self.answer.setReadOnly(found.frozen)
        # What another return's query needs is written there, beside its figures.
        self.answer.setVisible(not error and (not elsewhere or answered))
        self.answer.setEnabled(not elsewhere)
        self.answer.setCursorPosition(0)
        column.addWidget(self.answer)


class FindingsPanel(QWidget):
    """The findings of the open return, or of all returns of the period.

    Signals:
        edited: An explanation was typed.
        cell_wanted: ``place, cell``: the person wants to see that cell.
    """

    edited = Signal()
    cell_wanted = Signal(object, str)

    def __init__(self) -> None:
        super().__init__()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.px(6))
        self.own_tab = Button(_("本表"), clicked=lambda: self.show_all(False), role="chip")
        self.all_tab = Button(_("全部报表"), clicked=lambda: self.show_all(True), role="chip")
        chips = QHBoxLayout()
        chips.setSpacing(theme.px(6))
        for tab in (self.own_tab, self.all_tab):
            tab.setCheckable(True)
            chips.addWidget(tab)
        chips.addStretch(1)
        whole.addLayout(chips)
        whole.addWidget(self._make_area(), 1)
        self.rows: list[FindingRow] = []
        self._typed: dict[str, str] = {}
        self._own: ComposedReturn | None = None
        self._locked = False
        self._others: dict[Place, ComposedReturn] = {}
        self._all = False
        self._most = _SHOWN

    def _make_area(self) -> QScrollArea:
        self.area = QScrollArea()
        self.area.setProperty("role", "plain")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.px(6), 0)
        self._column.setSpacing(0)
        self.area.setWidget(inside)
        self.area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return self.area

    # What is shown

    def show_return(self, opened: ComposedReturn, *, locked: bool) -> None:
        """Show a return's findings; explanations typed to the same one stay."""
        before = self._own
        if before is None or (before.form.key, before.period) != (opened.form.key, opened.period):
            self._typed, self._most = {}, _SHOWN
        stored = {finding.key: finding.explanation for finding in opened.findings}
        self._typed = {
            key: text for key, text in self._typed.items() if stored.get(key, text) != text
        }
        self._own, self._locked = opened, locked
        self._build()

    def show_others(self, others: Mapping[Place, ComposedReturn]) -> None:
        """Take the other returns of the period, for the list of all."""
        self._others = dict(others)
        self._show_counts()
        if self._all:
            self._build()

    def show_all(self, on: bool) -> None:
        """Show the findings of all returns, or of the open one."""
        self._all, self._most = on, _SHOWN
        self._build()

    def found(self) -> list[Found]:
        """Return what is listed: errors first, what is explained last."""
        assert self._own is not None
        own = _of(self._own, locked=self._locked)
        if not self._all:
            return own
        others = [each for composed in self._others.values() for each in _of(composed)]
        return sorted([*own, *others], key=lambda each: each.rank)

    def _build(self) -> None:
        clear(self._column)
        self.rows = []
        assert self._own is not None
        found = self.found()
        here = (self._own.form.key, self._own.period.key)
        if not found:
            self._column.addWidget(Label(_("审核关系全部通过。"), "good", wrap=True))
        for each in found[: self._most]:
            text = self._typed.get(each.finding.key, each.finding.explanation)
            elsewhere = each.place != here
            row = FindingRow(
                each,
                each.finding.explanation if elsewhere else text,
                elsewhere=elsewhere,
                titled=self._all,
            )
            row.answer.textEdited.connect(partial(self._edit, row))
            row.go.clicked.connect(partial(self.cell_wanted.emit, each.place, each.finding.code))
            self.rows.append(row)
            self._column.addWidget(row)
        if len(found) > self._most:
            more = _("再列 {count} 处").format(count=len(found) - self._most)
            self._column.addWidget(Button(more, clicked=self._show_more, role="link"))
        self._column.addStretch(1)
        self._show_counts()

    def _show_more(self) -> None:
        self._most = len(self.found())
        self._build()

    def _show_counts(self) -> None:
        self.own_tab.setChecked(not self._all)
        self.all_tab.setChecked(self._all)
        if self._own is None:
            return
        own = len(self._own.blocking)
        every = own + sum(len(each.blocking) for each in self._others.values() if not each.frozen)
        self.own_tab.setText(_("本表 {count}").format(count=own) if own else _("本表"))
        self.all_tab.setText(_("全部报表 {count}").format(count=every) if every else _("全部报表"))

    # What was typed

    def _edit(self, row: FindingRow, text: str) -> None:
        if text.strip() == row.finding.explanation:
            self._typed.pop(row.finding.key, None)
        else:
            self._typed[row.finding.key] = text.strip()
        self.edited.emit()

    def pending(self) -> dict[str, str]:
        """Return the explanations that were typed and not saved yet, by finding."""
        return dict(self._typed)

    def saved(self, texts: Mapping[str, str]) -> None:
        """Forget what is stored now."""
        self._typed = {key: text for key, text in self._typed.items() if texts.get(key) != text}

    def drop(self) -> None:
        """Forget what was typed."""
        self._typed = {}

    def focus_first(self) -> None:
        """Put the cursor where the first explanation is missing."""
        for row in self.rows:
            if row.finding.open and row.answer.isVisible():
                row.answer.setFocus()
                self.area.ensureWidgetVisible(row)
                return


def _of(composed: ComposedReturn, *, locked: bool = False) -> list[Found]:
    place = (composed.form.key, composed.period.key)
    title = name_of(composed.form, composed.period)
    frozen = composed.frozen or locked
    found = [Found(place, title, finding, frozen) for finding in composed.findings]
    return sorted(found, key=lambda each: each.rank)
