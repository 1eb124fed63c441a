"""What a person reads and acknowledges before a period is frozen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.models.kinds import show_amount
from desktop.services.performance.pending import PendingRow
from desktop.services.performance.statement import NoticeStatement, Statement
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, Label
from desktop.ui.plain_table import PlainColumn, PlainTable

_WIDTH = 640
_LISTED = 190


class ApprovalDialog(Dialog):
    """Shows total, warnings and unsent rows; approves only after the person has ticked."""

    def __init__(
        self,
        parent: QWidget,
        statement: Statement,
        warnings: Sequence[str],
        unsent: Sequence[PendingRow],
        approve: Callable[[], object],
    ) -> None:
        title = _("核定并锁定{period}绩效？").format(period=statement.label)
        super().__init__(parent, title, "fa6s.lock")
        self.setMinimumWidth(theme.px(_WIDTH))
        self.say(
            _(
                "{count} 人，合计 {total} 元，校验码 {code}。"
                "核定后不能修改，更正只能另做有日期的补充表。"
            ).format(
                count=statement.totals.doctors,
                total=show_amount(statement.totals.pay),
                code=statement.check_code,
            )
        )
        self.warnings: PlainTable | None = None
        self.unsent: PlainTable | None = None
        if warnings:
            self.column.addWidget(Label(_("核定前请核对"), "heading"))
            self.warnings = sentences(warnings)
            self.column.addWidget(self.warnings)
        if unsent:
            text = _("还没有送达县级平台的本期记录（{count} 条）").format(count=len(unsent))
            self.column.addWidget(Label(text, "heading"))
            self.unsent = PlainTable(
                [PlainColumn(_("登记表"), 9), PlainColumn(_("记录"), 26)], row_height=28
            )
            self.unsent.show_rows([(_(row.label), row.title) for row in unsent])
            self.unsent.setFixedHeight(theme.px(_LISTED))
            self.column.addWidget(self.unsent)
        self.checked = QCheckBox(_("以上各项已核对，按此核定"))
        self.column.addWidget(self.checked)
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.yes = self.add_button(
            Button(_("核定并锁定"), "fa6s.lock", self._approve, role="primary")
        )
        self.yes.setEnabled(False)
        self.checked.toggled.connect(self.yes.setEnabled)
        self._run = approve

    def _approve(self) -> None:
        self.accept()
        self._run()


def sentences(texts: Sequence[str]) -> PlainTable:
    """Return a list of sentences that wrap."""
    table = PlainTable([PlainColumn("", 36)], row_height=28)
    table.horizontalHeader().hide()
    table.setWordWrap(True)
    table.show_rows([(text,) for text in texts])
    table.setColumnWidth(0, theme.px(_WIDTH - 70))
    table.resizeRowsToContents()
    high = sum(table.rowHeight(row) for row in range(len(texts)))
    table.setFixedHeight(min(theme.px(_LISTED), high + theme.px(6)))
    return table


def show_notices(parent: QWidget, notices: Sequence[NoticeStatement]) -> Dialog:
    """List everything that a person should look at."""
    dialog = Dialog(parent, _("需要核对的 {count} 项").format(count=len(notices)), "fa6s.bell")
    dialog.setMinimumWidth(theme.px(_WIDTH))
    table = sentences([notice.message for notice in notices])
    table.setFixedHeight(theme.px(380))
    dialog.column.addWidget(table)
    dialog.add_button(Button(_("知道了"), clicked=dialog.accept, role="primary")).setDefault(True)
    dialog.open()
    return dialog
