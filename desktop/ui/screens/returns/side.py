"""The part at the right of the returns page: the preview of the paper, and the checks."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget

from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.parts import Button, Card
from desktop.ui.preview import PdfPreview
from desktop.ui.screens.returns.findings import FindingsPanel
from desktop.ui.worker import Worker

_WIDTH = 270
_ENGLISH_WIDTH = 258


class ReturnSide(Card):
    """The preview and the findings, one of them at a time."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(margin=10)
        self.setFixedWidth(theme.px(_WIDTH if language() == "zh" else _ENGLISH_WIDTH))
        row = QHBoxLayout()
        row.setSpacing(theme.px(6))
        self.preview_tab = Button(_("打印预览"), clicked=lambda: self.show_tab(0), role="chip")
        self.checks_tab = Button(_("审核"), clicked=lambda: self.show_tab(1), role="chip")
        for button in (self.preview_tab, self.checks_tab):
            button.setCheckable(True)
            row.addWidget(button)
        row.addStretch(1)
        self.column.addLayout(row)
        self.preview = PdfPreview(worker)
        self.findings = FindingsPanel()
        self.tabs = QStackedWidget()
        self.tabs.setStyleSheet(f"QStackedWidget {{ background: {theme.SURFACE}; }}")
        self.tabs.addWidget(self.preview)
        self.tabs.addWidget(self.findings)
        self.column.addWidget(self.tabs, 1)
        self.show_tab(0)

    def show_tab(self, number: int) -> None:
        """Show the preview (0) or the checks (1)."""
        self.tabs.setCurrentIndex(number)
        self.preview_tab.setChecked(number == 0)
        self.checks_tab.setChecked(number == 1)

    def show_checks(self) -> None:
        """Show the checks, the cursor where the first explanation is missing."""
        self.show_tab(1)
        self.findings.focus_first()

    def show_count(self, count: int) -> None:
        """Say how many findings keep the return here."""
        self.checks_tab.setText(_("审核 {count}").format(count=count) if count else _("审核"))
