"""Taking in workbooks: files, preview and correction, writing, receipt with the way back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.exchange.choosing import WHOLE
from desktop.exchange.importing import Options, Outcome, Receipt, take_in
from desktop.exchange.periods import parse_period
from desktop.exchange.recognising import remember
from desktop.exchange.sheets import files_in
from desktop.models.store import Store
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import ProgressDialog
from desktop.ui.file_drop import FileDrop
from desktop.ui.import_columns import Corrections
from desktop.ui.import_preview import FilePreview, read_previews
from desktop.ui.import_reading import register_choice
from desktop.ui.import_receipt import ImportReceipt, written
from desktop.ui.import_review import ImportReview
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, NoticeBar, row_of
from desktop.ui.worker import Changed, Job, Progress

_WIDTH, _HEIGHT = 1080, 690


class ImportDialog(QDialog):
    """The wizard that takes in files.

    Args:
        parent: The window.
        desk: The desk.
        register: Key of the register that the person came from, only told, never forced.
        files: Files to begin with.
    """

    def __init__(
        self, parent: QWidget | None, desk: Desk, register: str = "", files: Sequence[Path] = ()
    ) -> None:
        super().__init__(parent)
        self.desk = desk
        self.came_from = register
        self.files: list[Path] = []
        self.corrections: Corrections = {}
        self.previews: list[FilePreview] = []
        self._job: Job | None = None
        self._waiting: ProgressDialog | None = None
        self.setWindowTitle(_("导入 Excel"))
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        room = parent.window().size() if parent is not None else self.screen().availableSize()
        self.resize(QSize(theme.px(_WIDTH), theme.px(_HEIGHT)).boundedTo(room - QSize(60, 40)))
        self._lay_out()
        self._show_step(self.picking)
        if files:
            QTimer.singleShot(0, self, lambda: self.take_paths(list(files)))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        edge = theme.px(22)
        column.setContentsMargins(edge, theme.px(18), edge, theme.px(16))
        column.setSpacing(theme.px(10))
        self.title = Label("", "title")
        self.remark = Label("", "soft", wrap=True)
        column.addWidget(self.title)
        column.addWidget(self.remark)
        self.notice = NoticeBar("amber")
        column.addWidget(self.notice)
        self.stack = QStackedWidget()
        self.stack.setProperty("role", "surface")
        self.picking = self._make_picking()
        self.review = ImportReview()
        self.review.corrected.connect(self._correct)
        self.review.answered.connect(self._answer)
        self.receipt = ImportReceipt(self.desk)
        self.receipt.undone.connect(self.accept)
        for page in (self.picking, self.review, self.receipt):
            self.stack.addWidget(page)
        column.addWidget(self.stack, 1)
        column.addLayout(self._make_buttons())

    def _make_picking(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        self.drop = FileDrop()
        self.drop.given.connect(self.take_paths)
        column.addWidget(self.drop, 1)
        return page

    def _make_buttons(self) -> QHBoxLayout:
        self.register = register_choice(_("自动识别台账"))
        self.register.activated.connect(lambda _at: self._prepare_again())
        self.period = QLineEdit()
        self.period.setAccessibleName(_("月份"))
        self.period.setPlaceholderText(_("月份，如 2026-10"))
        self.period.setFixedWidth(theme.px(150))
        self.period.setToolTip(_("只有表中没有写明月份时才需要填"))
        self.period.editingFinished.connect(self._period_typed)
        self.back = Button(_("上一步"), clicked=lambda: self._show_step(self.picking))
        self.again = Button(_("按此重新预览"), "fa6s.rotate", self.prepare)
        self.stop = Button(_("取消"), clicked=self.reject)
        self.go = Button(_("导入"), "fa6s.file-import", self.write, role="primary")
        self.close_button = Button(_("完成"), clicked=self.accept, role="primary")
        row = row_of(self.register, self.period)
        row.addStretch(1)
        for button in (self.again, self.back, self.stop, self.go, self.close_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def _show_step(self, step: QWidget) -> None:
        titles = {
            id(self.picking): (_("导入 Excel"), _("第 1 步：选择文件。")),
            id(self.review): (
                _("预览"),
                _("第 2 步：核对。还没有写入任何内容，导入后也可以整体撤销。"),
            ),
            id(self.receipt): (_("导入完成"), ""),
        }
        title, remark = titles[id(step)]
        self.title.setText(title)
        self.remark.setText(remark)
        self.remark.setVisible(bool(remark))
        self.stack.setCurrentWidget(step)
        reviewing = step is self.review
        done = step is self.receipt
        for widget in (self.go, self.back, self.again, self.period):
            widget.setVisible(reviewing)
        self.register.setVisible(not done)
        self.stop.setVisible(not done)
        self.close_button.setVisible(done)
        self.again.setVisible(reviewing and bool(self.corrections))
        if step is self.picking:
            self.notice.hide()

    # Preview

    def take_paths(self, paths: list[Path]) -> None:
        """Take files and folders, and find out what they would do."""
        files: list[Path] = []
        try:
            for path in paths:
                files += files_in(path)
        except UserError as error:
            self.notice.say(str(error), tone="red")
            return
        self.files = list(dict.fromkeys(files))
        self.corrections = {}
        self.prepare()

    def options(self) -> Options:
        """Return how the files are to be read."""
        return Options(
            register=self.register.currentData() or "",
            period=self._period(),
            corrections=dict(self.corrections),
        )

    def _period(self) -> str:
        text = self.period.text().strip()
        return parse_period(text) if text else ""

    def _period_typed(self) -> None:
        if self.period.isModified() and self.files:
            self.period.setModified(False)
            self._prepare_again()

    def _prepare_again(self) -> None:
        if self.files:
            self.prepare()

    def prepare(self) -> None:
        """Preview the files in the background."""
        try:
            options = self.options()
        except UserError as error:
            self.notice.say(str(error), tone="red")
            return
        files = self.files
        waiting = self._wait(_("正在读取 {count} 个文件").format(count=len(files)))

        def task(store: Store, progress: Progress) -> list[FilePreview]:
            return read_previews(store, files, options, progress)

        job = self.desk.worker.run_long(
            task, self._show_previews, self._failed, waiting.report, owner=self
        )
        waiting.follow(job)

    def _wait(self, title: str) -> ProgressDialog:
        self._waiting = ProgressDialog(self, title)
        return self._waiting

    def _done_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.accept()
            self._waiting = None

    def _failed(self, error: UserError) -> None:
        self._done_waiting()
        self.notice.say(str(error), tone="red")

    def _show_previews(self, previews: list[FilePreview]) -> None:
        self._done_waiting()
        self.notice.hide()
        self.previews = previews
        self.review.register = self.register.currentData()
        self.review.show_previews(previews)
        work = any(preview.has_work for preview in previews)
        self.go.setEnabled(work)
        self._show_step(self.review)
        if not work and not any(preview.error for preview in previews):
            self.notice.say(
                _("这些文件的内容都已在台账中，或没有可以导入的行，不需要导入。"), tone="soft"
            )

    def _correct(self, corrections: Corrections) -> None:
        self.corrections |= corrections
        self.again.setVisible(True)
        self.go.setEnabled(False)
        self.notice.say(_("列的对应已改，请先重新预览。本次更正会记住，下次自动使用。"))

    def _answer(self, answer: Corrections) -> None:
        """Preview with what the person said of a whole sheet."""
        headers = {heading for (_register, heading), key in answer.items() if key == WHOLE}
        for place in [each for each in self.corrections if each[1] in headers]:
            del self.corrections[place]  # The header was said to be another register's before.
        self.corrections |= answer
        if self.register.currentData() not in {"", *(register for register, _text in answer)}:
            self.register.setCurrentIndex(0)
        self.prepare()

    # Writing

    def write(self) -> None:
        """Take the files in as one step."""
        options, files, corrections = self.options(), self.files, dict(self.corrections)
        waiting = self._wait(_("正在导入"))

        def task(store: Store, progress: Progress) -> Changed[tuple[list[Outcome], Receipt]]:
            outcomes, receipt = take_in(store, files, options, progress)
            if corrections:
                remember(store, corrections)
            return Changed((outcomes, receipt), written(outcomes))

        def done(result: tuple[list[Outcome], Receipt]) -> None:
            self._done_waiting()
            self.notice.hide()
            self.receipt.show_result(*result)
            self._show_step(self.receipt)

        waiting.follow(
            self.desk.worker.run_long(task, done, self._failed, waiting.report, owner=self)
        )
