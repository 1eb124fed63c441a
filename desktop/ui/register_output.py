"""A register's list as a file or on paper: exactly what the table shows, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop.errors import UserError
from desktop.models.kinds import Kind
from desktop.models.listing import Query
from desktop.models.register import Register
from desktop.models.store import Store
from desktop.text import _, in_a_row
from desktop.ui.audit import write_exported
from desktop.ui.dialogs import Answer, Dialog, ProgressDialog, Question
from desktop.ui.page import Desk
from desktop.ui.parts import Button
from desktop.ui.worker import Progress


def filter_words(query: Query) -> str:
    """Return what the list was filtered by, for the heading of a print."""
    labels = {chip.key: _(chip.label) for chip in query.register.chips}
    words = [labels[key] for key in query.chips if key in labels]
    return in_a_row(word for word in (query.text, query.where, *words) if word)


def file_name(register: Register, ending: str) -> str:
    """Return a file name that says what is in it and of which day."""
    return f"{_(register.label)}{date.today():%Y%m%d}.{ending}"


def ask_export(parent: QWidget, desk: Desk, query: Query) -> None:
    """Ask whether numbers are written whole and where to, and write the list."""
    kinds = {field.kind for field in query.register.fields}
    if not kinds & {Kind.ID_NUMBER, Kind.PHONE}:
        _pick_target(parent, desk, query, masked=False)
        return
    question = Question(
        parent,
        _("导出完整的身份证号和电话吗？"),
        _("给本院以外的人看，请隐藏中间几位；要再导入或上交，请导出完整号码（会留下记录）。"),
        (
            Answer("masked", _("隐藏中间几位"), "primary"),
            Answer("whole", _("完整号码")),
            Answer("no", _("取消")),
        ),
    )

    def take(answer: str) -> None:
        if answer != "no":
            _pick_target(parent, desk, query, masked=answer == "masked")

    question.ask(take)


def _pick_target(parent: QWidget, desk: Desk, query: Query, *, masked: bool) -> None:
    name, _kind = QFileDialog.getSaveFileName(
        parent,
        _("导出"),
        file_name(query.register, "xlsx"),
        _("Excel 工作簿 (*.xlsx);;CSV 文件 (*.csv)"),
    )
    if name:
        write_list(parent, desk, query, Path(name), masked=masked)


def write_list(parent: QWidget, desk: Desk, query: Query, target: Path, *, masked: bool) -> None:
    """Write the list into a file and say how much it was."""
    waiting = ProgressDialog(parent, _("正在导出“{label}”").format(label=_(query.register.label)))
    centre = desk.worker.centre

    def task(store: Store, _progress: Progress) -> int:
        from desktop.exchange.exporting import export_list

        if not masked:
            write_exported(centre, query.register)
        with store.reading() as session:
            return export_list(session, query, target, masked=masked)

    def done(count: int) -> None:
        waiting.accept()
        word = _("已导出 {count} {counter}到 {file}。").format(
            count=f"{count:,}", counter=_(query.register.counter), file=target.name
        )
        desk.tell(word)

    def failed(error: UserError) -> None:
        waiting.accept()
        desk.warn(error)

    waiting.follow(desk.worker.run_long(task, done, failed, waiting.report, owner=waiting))


def print_list(parent: QWidget, desk: Desk, query: Query, keys: Sequence[str]) -> None:
    """Make the printed list and show its pages before they go to the printer."""
    register = query.register
    waiting = ProgressDialog(parent, _("正在排印“{label}”").format(label=_(register.label)))
    centre_name = desk.worker.centre.vault.centre

    def task(store: Store, _progress: Progress) -> bytes:
        from desktop.printing.register_list import Heading, print_register

        heading = Heading(_(register.label), centre_name, date.today(), filter_words(query))
        target = BytesIO()
        with store.reading() as session:
            print_register(session, query, target, heading, keys=keys)
        return target.getvalue()

    def done(pdf: bytes) -> None:
        waiting.accept()
        PrintDialog(parent, desk, pdf, file_name(register, "pdf")).open()

    def failed(error: UserError) -> None:
        waiting.accept()
        desk.warn(error)

    waiting.follow(desk.worker.run_long(task, done, failed, waiting.report, owner=waiting))


class PrintDialog(Dialog):
    """The pages of a document with a button for the printer and one for a file."""

    def __init__(self, parent: QWidget | None, desk: Desk, pdf: bytes, title: str) -> None:
        super().__init__(parent, title, "fa6s.print")
        from desktop.ui.preview import PdfPreview

        room = parent.window().size() if parent is not None else self.screen().availableSize()
        self.resize(QSize(980, 760).boundedTo(room - QSize(60, 30)))
        self.preview = PdfPreview(desk.worker)
        self.column.addWidget(self.preview, 1)
        self.preview.show_pdf(pdf, title.removesuffix(".pdf"))
        self.add_button(Button(_("另存为 PDF"), "fa6s.file-pdf", self.preview.save))
        self.add_button(Button(_("关闭"), clicked=self.accept))
        self.add_button(Button(_("打印"), "fa6s.print", self.preview.print_out, role="primary"))
