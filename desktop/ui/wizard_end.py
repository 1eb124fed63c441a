"""The last steps of the wizard: the recovery sheet, and the office's workbooks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.parts import Button, Label
from desktop.ui.preview import print_pdf, save_pdf
from desktop.ui.wizard_steps import Draft, Step
from desktop.ui.worker import Worker

_GROUPS_IN_LINE = 4


class RecoveryCodeFrame(QFrame):
    """The recovery key in large groups."""

    def __init__(self, code: str = "") -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._grid = QGridLayout(self)
        edge = theme.px(14)
        self._grid.setContentsMargins(edge, edge, edge, edge)
        self._grid.setVerticalSpacing(theme.px(10))
        if code:
            self.show_code(code)

    def show_code(self, code: str) -> None:
        """Show a key."""
        face = theme.font(22, bold=True)
        face.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, theme.px(3))
        for position, group in enumerate(code.split("-")):
            line, place = divmod(position, _GROUPS_IN_LINE)
            cell = QVBoxLayout()
            cell.setSpacing(0)
            number = Label(str(position + 1), "help")
            number.setAlignment(Qt.AlignmentFlag.AlignCenter)
            text = Label(group)
            text.setStyleSheet(f"font-size: {theme.px(22)}px; font-weight: bold;")
            text.setFont(face)
            text.setAlignment(Qt.AlignmentFlag.AlignCenter)
            cell.addWidget(number)
            cell.addWidget(text)
            self._grid.addLayout(cell, line, place)


class RecoveryStep(Step):
    """Shows the recovery key; goes on when the person says that it is kept."""

    label = N_("恢复密钥")

    def __init__(self, draft: Draft, worker: Worker) -> None:
        super().__init__(
            draft,
            _("打印并锁好恢复密钥"),
            _("忘记密码时，只有它能打开数据。它只显示这一次，请与公章同样保管。"),
        )
        self._worker = worker
        self.code = ""
        self.frame = RecoveryCodeFrame()
        self.column.addWidget(self.frame)
        self.print = Button(_("打印"), "fa6s.print", self.print_sheet, role="primary")
        self.save = Button(_("保存为 PDF"), "fa6s.file-pdf", self.save_sheet)
        self.done_label = Label("", "good")
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        for widget in (self.print, self.save, self.done_label):
            row.addWidget(widget)
        row.addStretch(1)
        self.column.addLayout(row)
        self.column.addWidget(
            Label(
                _("保存的 PDF 请放到 U 盘并锁好，不要留在这台电脑上，不要发到微信或邮箱。"),
                "help",
                wrap=True,
            )
        )
        self.column.addStretch(1)
        self.kept = QCheckBox(_("我已抄写或打印，并锁好"))
        self.kept.toggled.connect(lambda _on: self.changed.emit())
        self.column.addWidget(self.kept)
        for button in (self.print, self.save):
            button.setAutoDefault(False)

    def enter(self) -> None:
        self.print.setFocus()

    def ready(self) -> bool:
        return self.kept.isChecked()

    def show_code(self, code: str) -> None:
        """Show the key of the centre just made."""
        self.code = code
        self.frame.show_code(code)

    def sheet(self) -> bytes:
        """Return the recovery sheet as a PDF."""
        from desktop.printing.recovery_sheet import RecoverySheet, recovery_sheet

        return recovery_sheet(
            RecoverySheet(self.draft.name, self.draft.director, self.code, date.today())
        )

    def print_sheet(self) -> None:
        """Print the sheet through the system's print dialog."""
        self._with_sheet(
            lambda pdf: print_pdf(
                self,
                self._worker,
                pdf,
                _("恢复密钥单"),
                lambda: self.done_label.setText(_("已送打印机。")),
            )
        )

    def save_sheet(self) -> None:
        """Save the sheet as a PDF."""
        self._with_sheet(
            lambda pdf: save_pdf(
                self,
                pdf,
                _("恢复密钥单"),
                lambda path: self.done_label.setText(
                    _("已保存为“{file}”。").format(file=path.name)
                ),
            )
        )

    def _with_sheet(self, use: Callable[[bytes], object]) -> None:
        self._worker.run_aside(lambda _progress: self.sheet(), use, owner=self)


class ImportStep(Step):
    """The centre is ready; offers to take in the office's workbooks now or later."""

    label = N_("导入表格")
    import_wanted = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            draft,
            _("准备好了，现在导入办公室的表格？"),
            _("平时用的 Excel 原样选进来就行，不用改格式。导入前先看结果，导错了可以整体撤销。"),
        )
        for icon, text in (
            ("fa6s.user-doctor", _("人员花名册")),
            ("fa6s.house-medical", _("村卫生室及乡村医生名册")),
            ("fa6s.file-signature", _("家庭医生签约明细")),
            ("fa6s.pills", _("在用药品目录、药品库存盘点")),
            ("fa6s.mask-face", _("发热诊室应急物资")),
            ("fa6s.folder-open", _("村卫生室月报（整个文件夹）")),
        ):
            row = QHBoxLayout()
            row.setSpacing(theme.px(12))
            picture = QLabel()
            picture.setPixmap(theme.pixmap(icon, theme.ACCENT, 18))
            picture.setFixedWidth(theme.px(24))
            row.addWidget(picture)
            row.addWidget(Label(text), 1)
            self.column.addLayout(row)
        self.column.addSpacing(theme.px(10))
        self.now = Button(
            _("现在导入…"), "fa6s.file-import", self.import_wanted.emit, role="primary"
        )
        self.column.addWidget(self.now, 0, Qt.AlignmentFlag.AlignLeft)
        self.column.addWidget(
            Label(_("以后也可以在任何台账页面点“导入 Excel”。"), "help", wrap=True)
        )
        self.column.addStretch(1)

    def enter(self) -> None:
        self.now.setFocus()
