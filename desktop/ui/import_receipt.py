"""What an import wrote, the refused rows as a workbook, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.exchange.importing import Outcome, Receipt
from desktop.exchange.plan import Plan
from desktop.exchange.undoing import Undone, undo
from desktop.models.registers import all_registers
from desktop.models.store import Store
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import confirm
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, NoticeBar, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.worker import Changed, Progress


def written(outcomes: Sequence[Outcome]) -> frozenset[str]:
    """Return the keys of every register that the import may have written to."""
    keys: set[str] = set()
    for plan in _plans(outcomes):
        keys |= set(plan.made)
        for part in plan.parts:
            keys |= {part.register.key, *part.moves}
    return frozenset(keys)


def _plans(outcomes: Sequence[Outcome]) -> list[Plan]:
    return [outcome.plan for outcome in outcomes if outcome.plan is not None]


class ImportReceipt(QWidget):
    """The last page of the wizard.

    Signals:
        undone: The import was taken back.
    """

    undone = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._outcomes: list[Outcome] = []
        self._receipt = Receipt(b"", 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self.sentence = Label("", "heading", wrap=True)
        self.notice = NoticeBar("amber")
        self.table = PlainTable(
            (
                PlainColumn(_("文件"), 14),
                PlainColumn(_("台账"), 8),
                PlainColumn(_("新增"), 3, numeric=True),
                PlainColumn(_("变更"), 3, numeric=True),
                PlainColumn(_("未变"), 3, numeric=True),
                PlainColumn(_("拒收"), 3, numeric=True),
                PlainColumn(_("说明"), 16),
            )
        )
        self.refused = Button(_("导出拒收行"), "fa6s.file-export", self.pick_refused)
        self.take_back = Button(_("撤销本次导入"), "fa6s.rotate-left", self.ask_undo)
        row = row_of(self.refused, self.take_back)
        row.addStretch(1)
        column.addWidget(self.sentence)
        column.addWidget(self.notice)
        column.addWidget(self.table, 1)
        column.addLayout(row)

    def show_result(self, outcomes: list[Outcome], receipt: Receipt) -> None:
        """Show what was written."""
        self._outcomes, self._receipt = outcomes, receipt
        rejected = sum(len(part.refused) for plan in _plans(outcomes) for part in plan.parts)
        self.sentence.setText(
            _("已新增 {created} 条、变更 {updated} 条，拒收 {rejected} 行。").format(
                created=f"{receipt.created:,}",
                updated=f"{receipt.updated:,}",
                rejected=f"{rejected:,}",
            )
        )
        rows: list[tuple[str, ...]] = []
        tones: dict[tuple[int, int], str] = {}
        for outcome in outcomes:
            if outcome.plan is None:
                tones[len(rows), 6] = theme.RED
                rows.append((outcome.file.name, "", "", "", "", "", str(outcome.error)))
                continue
            for part in outcome.plan.parts:
                if part.refused:
                    tones[len(rows), 5] = theme.RED
                counts = (
                    part.created_count,
                    part.updated_count,
                    len(part.unchanged),
                    len(part.refused),
                )
                label = _(part.register.label)
                rows.append((outcome.file.name, label, *(f"{each:,}" for each in counts), ""))
        self.table.show_rows(rows, tones)
        self.refused.setVisible(bool(rejected))
        self.take_back.setVisible(bool(receipt.batch))
        if rejected:
            self.notice.say(
                _("拒收的行可以导出成 Excel，每行后面写有原因；改好后再导入这一份即可。")
            )
        else:
            self.notice.hide()

    # Refused rows

    def pick_refused(self) -> None:
        """Ask where to, and write the refused rows."""
        first = self._outcomes[0].file
        name, _kind = QFileDialog.getSaveFileName(
            self,
            _("导出拒收行"),
            str(first.with_name(_("{name}-拒收.xlsx").format(name=first.stem))),
            _("Excel 工作簿 (*.xlsx)"),
        )
        if name:
            self.write_refused(Path(name))

    def write_refused(self, target: Path) -> None:
        """Write the refused rows with their reasons."""
        plans = _plans(self._outcomes)

        def task(_progress: Progress) -> int:
            from desktop.exchange.refused import write_refused

            return write_refused(plans, target)

        def done(count: int) -> None:
            text = _("已导出 {count} 行到 {file}。").format(count=f"{count:,}", file=target)
            self.notice.say(text, tone="green")

        self.desk.worker.run_aside(task, done, self._failed, owner=self)

    # Taking back

    def ask_undo(self) -> None:
        """Ask, and take the whole import back."""
        confirm(
            self,
            _("撤销本次导入？"),
            _("本次新增的记录会删除，变更的记录恢复原样。"),
            _("撤销导入"),
            self.undo,
            danger=True,
        )

    def undo(self) -> None:
        """Take the whole import back."""
        batch = self._receipt.batch
        registers = written(self._outcomes) | frozenset(
            key for key, register in all_registers().items() if register.append_only
        )

        def task(store: Store) -> Changed[Undone]:
            return Changed(undo(store, batch), registers)

        def done(_undone: Undone) -> None:
            self.desk.tell(_("已撤销本次导入。"))
            self.undone.emit()

        self.desk.worker.run(task, done, self._failed, owner=self)

    def _failed(self, error: UserError) -> None:
        self.notice.say(str(error), tone="red")
