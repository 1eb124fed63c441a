"""How a return goes out as a workbook: like the paper, with all of its period, or in a template."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QVBoxLayout, QWidget

from desktop.errors import UserError
from desktop.exchange.kept_templates import (
    Template,
    content_of,
    forget,
    keep,
    put_file,
    read_file,
    templates,
)
from desktop.exchange.office_marks import Marks, carried_over
from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.exchange.return_template import fill, proposed
from desktop.exchange.workbooks import write_file
from desktop.models.ids import new_id
from desktop.models.return_text import ReturnBook
from desktop.models.store import Store
from desktop.services.returns import ComposedReturn, filing, open_return
from desktop.services.returns.numbers import book_of
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog, confirm, show_error, show_message
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Button, Label, NoticeBar, row_of
from desktop.ui.screens.returns.template_dialog import TemplateDialog
from desktop.ui.screens.returns.workbook import Done, ask_file, ask_where, name_of
from desktop.ui.worker import Changed, Worker, changed

PAPER, PACK, TEMPLATE = range(3)
_MOST_TOLD = 12
_WIDE = 460


@dataclass(frozen=True)
class _Read:
    """A template's file as it was read, with the marks to look over."""

    template: Template
    book: OfficeWorkbook
    marks: Marks
    content: bytes | None = None
    told: str = ""


class ExportDialog(Dialog):
    """Asks in which shape a return goes out.

    Args:
        parent: The page.
        worker: Reads and writes.
        opened: The return.
        done: Gets the file that was written.
    """

    def __init__(self, parent: QWidget, worker: Worker, opened: ComposedReturn, done: Done) -> None:
        super().__init__(parent, _("导出 Excel"), "fa6s.file-excel")
        self.setMinimumWidth(theme.px(_WIDE))
        self._page, self._worker, self._opened, self._done = parent, worker, opened, done
        self.kept: list[Template] = []
        self.ways = QButtonGroup(self)
        chips = []
        for number, (label, _advice) in enumerate(_ways()):
            chip = Button(label, role="chip")
            chip.setCheckable(True)
            chip.setAutoDefault(False)
            self.ways.addButton(chip, number)
            chips.append(chip)
        row = row_of(*chips)
        row.addStretch(1)
        self.column.addLayout(row)
        self.advice = Label("", "soft", wrap=True)
        self.column.addWidget(self.advice)
        self._make_templates()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        self.cancel = self.add_button(Button(_("取消"), clicked=self.reject))
        self.go = self.add_button(Button(_("导出…"), clicked=self.export, role="primary"))
        self.go.setDefault(True)
        self.ways.button(PAPER).setChecked(True)
        self.ways.idToggled.connect(lambda _id, _on: self._show_way())
        self.read_templates()

    def _make_templates(self) -> None:
        self.template = ChoiceBox()
        self.template.setAccessibleName(_("模板"))
        self.template.currentIndexChanged.connect(lambda _at: self._show_way())
        quiet_wheel(self.template)
        self.new = Button(_("添加模板…"), "fa6s.plus", self.ask_new)
        self.marks = Button(_("填入位置…"), "fa6s.table-cells", self.open_marks)
        self.other = Button(_("换新文件…"), "fa6s.file-arrow-up", self.ask_other)
        self.gone = Button(_("删除"), "fa6s.trash", self.ask_forget)
        for button in (self.new, self.marks, self.other, self.gone):
            button.setAutoDefault(False)
        self.templates = QWidget()
        column = QVBoxLayout(self.templates)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addLayout(row_of(self.template, self.new, stretch=0))
        row = row_of(self.marks, self.other, self.gone)
        row.addStretch(1)
        column.addLayout(row)
        self.column.addWidget(self.templates)

    @property
    def way(self) -> int:
        """Return which shape is chosen."""
        return self.ways.checkedId()

    @property
    def chosen(self) -> Template | None:
        """Return the template that is chosen."""
        at = self.template.currentIndex()
        return self.kept[at] if 0 <= at < len(self.kept) else None

    def _show_way(self) -> None:
        there = self.way == TEMPLATE
        self.advice.setText(_ways()[self.way][1])
        self.templates.setVisible(there)
        self.fit()
        self.template.setEnabled(there and bool(self.kept))
        self.new.setEnabled(there)
        for button in (self.marks, self.other, self.gone):
            button.setEnabled(there and self.chosen is not None)
        self.go.setEnabled(not there or self.chosen is not None)

    def _refuse(self, error: UserError) -> None:
        self.notice.say(str(error), tone="red")

    # Templates

    def read_templates(self, chosen: str = "") -> None:
        """Read the templates of the form again and choose one."""
        form = self._opened.form.key

        def read(store: Store) -> list[Template]:
            with store.reading() as session:
                return templates(session, form)

        def show(kept: list[Template]) -> None:
            self.kept = kept
            self.template.clear()
            for each in kept:
                self.template.addItem(each.name)
            if not kept:
                self.template.addItem(_("（还没有模板）"))
            self.template.setCurrentIndex(max(0, self.template.findText(chosen)))
            self._show_way()

        self._worker.run(read, show, self._refuse, owner=self)

    def ask_new(self) -> None:
        """Ask for the office's own workbook and propose what goes where."""
        self._ask_file(self.take_new)

    def ask_other(self) -> None:
        """Ask for a newer edition of the chosen template."""
        self._ask_file(self.take_other)

    def _ask_file(self, take: Callable[[Path], object]) -> None:
        dialog = QFileDialog(
            self,
            _("选择模板"),
            "",
            _("Excel 工作簿 ({ending})").format(ending="*.xlsx *.xlsm *.xls"),
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: take(Path(name)))
        dialog.open()

    def take_new(self, path: Path) -> None:
        """Read a workbook and let a person look over what is proposed."""
        given, form = self._given(), self._opened.form.key

        def read() -> _Read:
            content = read_file(path)
            book = OfficeWorkbook(content, path.name)
            marks = proposed(book, given)
            template = Template(new_id(), path.stem, form, path.name, "", marks)
            return _Read(template, book, marks, content)

        self._read(read, new=True)

    def take_other(self, path: Path) -> None:
        """Read a newer edition of a template; the marks move along."""
        template = self.chosen
        assert template is not None

        def read() -> _Read:
            content = read_file(path)
            book = OfficeWorkbook(content, path.name)
            moved = carried_over(template.marks, book.sheets)
            lost = [mark.where for mark in moved.lost]
            lost += [table.section for table in moved.lost_tables]
            told = _("已按新文件移动 {moved} 处填入位置。").format(moved=len(moved.moved))
            if lost:
                told += _("找不到 {count} 处，请重新标出：{lost}").format(
                    count=len(lost), lost="、".join(lost[:_MOST_TOLD])
                )
            new = replace(template, file_name=path.name)
            return _Read(new, book, moved.marks, content, told if moved.changed else "")

        self._read(read, new=False)

    def open_marks(self) -> None:
        """Look over the marks of the chosen template."""
        template = self.chosen
        assert template is not None

        def read(store: Store) -> _Read:
            book = OfficeWorkbook(content_of(store, template), template.file_name)
            moved = carried_over(template.marks, book.sheets)
            return _Read(template, book, moved.marks)

        self._worker.run(read, partial(self.look_over, new=False), self._refuse, owner=self)

    def _read(self, read: Callable[[], _Read], *, new: bool) -> None:
        self.notice.hide()
        self._worker.run_aside(
            lambda _progress: read(), partial(self.look_over, new=new), self._refuse, owner=self
        )

    def look_over(self, read: _Read, *, new: bool) -> TemplateDialog:
        """Show the marks to be corrected; saved they are kept with the file."""

        def save(dialog: TemplateDialog, name: str, marks: Marks) -> None:
            def write(store: Store) -> Changed[bytes]:
                digest = read.template.digest
                if read.content is not None:
                    digest = put_file(store, read.content)
                kept = replace(read.template, name=name, digest=digest, marks=marks)
                with store.writing() as session:
                    return changed(keep(session, kept, new=new), "return_templates")

            def saved(_id: bytes) -> None:
                dialog.accept()
                self.read_templates(name)

            self._worker.run(write, saved, dialog.refused, owner=dialog)

        dialog = TemplateDialog(
            self, read.book, self._given(), read.marks, read.template.name, save
        )
        if read.told:
            dialog.notice.say(read.told)
        dialog.open()
        return dialog

    def ask_forget(self) -> None:
        """Take the chosen template away after a question."""
        template = self.chosen
        assert template is not None

        def write(store: Store) -> Changed[None]:
            with store.writing() as session:
                forget(session, template)
            return changed(None, "return_templates")

        confirm(
            self,
            _("删除模板“{name}”？").format(name=template.name),
            _("已经导出的文件不受影响；原来的模板文件也还在您自己的文件夹里。"),
            _("删除"),
            lambda: self._worker.run(
                write, lambda _none: self.read_templates(), self._refuse, owner=self
            ),
        )

    # Going out

    def _given(self) -> ReturnBook:
        return book_of(self._opened, date.today())

    def export(self) -> None:
        """Ask where, and write in the chosen shape."""
        if self.way == TEMPLATE:
            self._fill()
        elif self.way == PACK:
            self._read_pack()
        else:
            self.accept()
            ask_file(self._page, self._worker, [self._opened], self._done)

    def _read_pack(self) -> None:
        period = self._opened.period.key

        def read(store: Store) -> list[ComposedReturn]:
            with store.reading() as session:
                keys = filing.forms_wanted(session, "", period)
                return [open_return(session, key, period) for key in keys]

        def go_on(opened: list[ComposedReturn]) -> None:
            self.accept()
            ask_file(self._page, self._worker, opened, self._done)

        self._worker.run(read, go_on, self._refuse, owner=self)

    def _fill(self) -> None:
        template = self.chosen
        assert template is not None

        def go_on(content: bytes) -> None:
            self.accept()
            ending = Path(template.file_name).suffix or ".xlsx"
            name = name_of(self._opened, f"-{template.name}{ending}")
            ask_where(self._page, name, partial(self._write, template, content))

        self._worker.run(lambda store: content_of(store, template), go_on, self._refuse, owner=self)

    def _write(self, template: Template, content: bytes, path: Path) -> None:
        """Fill the template; of a form filled in for each clinic write a file to a clinic."""
        page, done, given = self._page, self._done, self._given()

        def write() -> list[str]:
            told: list[str] = []
            for part in given.sheet.parts:
                book = OfficeWorkbook(content, template.file_name)
                filled = fill(book, template.marks, given, part)
                told += [each for each in filled.told if each not in told]
                name = f"{path.stem}-{part.subject}{path.suffix}" if part.subject else path.name
                write_file(path.with_name(name), filled.content)
            return told

        def written(told: list[str]) -> None:
            done(path)
            if told:
                show_message(page, _("模板已填好，请看一下"), "\n".join(told[:_MOST_TOLD]))

        self._worker.run_aside(
            lambda _progress: write(), written, lambda error: show_error(page, error), owner=page
        )


def _ways() -> tuple[tuple[str, str], ...]:
    return (
        (_("和纸质报表一样"), _("表头、分组、数字格式和打印设置与打印件一致，数字可以直接计算。")),
        (_("本期全部报表"), _("放进一个工作簿：第一页是目录，每张报表一页。")),
        (
            _("填入模板"),
            _("选一次县里下发的 xlsx，核对哪一格填什么；以后一点就填好，格式和公式不变。"),
        ),
    )
