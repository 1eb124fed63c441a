"""What the check rules found: errors to mend, queries to explain."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from desktop.services.checks import Finding
from desktop.services.returns import ComposedReturn
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Label, Pill, clear

_ERROR = "E"


class FindingRow(QWidget):
    """One finding: its level, its sentence and, for a query, the box for the explanation."""

    def __init__(self, finding: Finding, *, frozen: bool) -> None:
        super().__init__()
        self.finding = finding
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(4), 0, theme.px(8))
        column.setSpacing(theme.px(5))
        head = QHBoxLayout()
        head.setSpacing(theme.px(6))
        error = finding.level == _ERROR
        answered = bool(finding.explanation)
        self.pill = Pill(
            _("错误") if error else _("已说明") if answered else _("待说明"),
            "red" if error else "green" if answered else "amber",
        )
        head.addWidget(self.pill)
        head.addStretch(1)
        self.go = Button(_("定位"), role="link")
        self.go.setVisible(bool(finding.code))
        head.addWidget(self.go)
        column.addLayout(head)
        column.addWidget(Label(finding.message, "paragraph", wrap=True))
        self.answer = QLineEdit(finding.explanation)
        self.answer.setPlaceholderText(_("情况说明，会印在报表上"))
        self.answer.setAccessibleName(_("情况说明"))
        self.answer.setReadOnly(frozen)
        self.answer.setVisible(not error)
        self.answer.setCursorPosition(0)
        column.addWidget(self.answer)


class FindingsPanel(QScrollArea):
    """The list of findings.

    Signals:
        edited: An explanation was typed.
        line_wanted: ``code``: the person wants to see that line.
    """

    edited = Signal()
    line_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "plain")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, theme.px(6), 0)
        self._column.setSpacing(0)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.rows: list[FindingRow] = []

    def show_return(self, opened: ComposedReturn) -> None:
        """Show a return's findings; what was typed before is forgotten."""
        clear(self._column)
        self.rows = []
        if not opened.findings:
            self._column.addWidget(Label(_("审核关系全部通过。"), "good", wrap=True))
        for finding in opened.findings:
            row = FindingRow(finding, frozen=opened.frozen)
            row.answer.textEdited.connect(lambda _text: self.edited.emit())
            row.go.clicked.connect(partial(self.line_wanted.emit, finding.code))
            self.rows.append(row)
            self._column.addWidget(row)
        self._column.addStretch(1)

    def pending(self) -> dict[str, str]:
        """Return the explanations that were typed and not saved yet, by finding."""
        return {
            row.finding.key: row.answer.text().strip()
            for row in self.rows
            if row.answer.text().strip() != row.finding.explanation
        }

    def focus_first(self) -> None:
        """Put the cursor where the first explanation is missing."""
        for row in self.rows:
            if row.finding.open and row.answer.isVisible():
                row.answer.setFocus()
                self.ensureWidgetVisible(row)
                return
