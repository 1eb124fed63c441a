"""Photos that are kept with a visit or a finding: shown, added, captioned, taken away, printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.registers import find_register
from desktop.models.store import Store, put_back
from desktop.services import photos
from desktop.services.photos import NewPhoto, Photo, Subject
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Action, Button, Label
from desktop.ui.photos.strip import LARGE, SMALL, PhotoStrip
from desktop.ui.photos.thumbnail import Shown
from desktop.ui.photos.viewer import PhotoViewer
from desktop.ui.worker import Changed, changed

Kept = list[tuple[Photo, Shown]]
_KEY = photos.KEY
_SHARE = 0.8


def read_kept(store: Store, subject: Subject) -> Kept:
    """Return the photos of a subject with their content, or the sentence why there is none."""
    with store.reading() as session:
        found = photos.photos_of(session, subject)
    return [(photo, _shown(store, photo)) for photo in found]


def _shown(store: Store, photo: Photo) -> Shown:
    day = photo.taken_on.isoformat() if photo.taken_on else ""
    remark = " · ".join(each for each in (_(photo.kind), day, photo.added_by) if each)
    try:
        content = photos.content_of(store, photo.digest)
    except UserError as error:
        return Shown(None, photo.caption, remark, str(error))
    return Shown(content, photo.caption, remark)


class StoredPhotos(PhotoStrip):
    """The photos of one visit or finding, as they are kept.

    Signals:
        read: The photos were read anew.
    """

    read = Signal()

    def __init__(self, desk: Desk, title: str = "", size: QSize = SMALL) -> None:
        super().__init__(desk, title, size)
        self.subject: Subject | None = None
        self.kept: Kept = []
        self.given.connect(self._add)
        self.remove_wanted.connect(self.take_away)
        self.opened.connect(self._open_large)
        desk.worker.changed.connect(self._reload)

    def show_subject(self, subject: Subject | None) -> None:
        """Show the photos of another visit or finding."""
        if subject != self.subject:
            self.notice.hide()
            self.subject = subject
            self._show([])
            self.reload()

    def reload(self) -> None:
        """Read the photos anew."""
        subject = self.subject
        if subject is not None:
            self.desk.worker.run(
                lambda store: (subject, read_kept(store, subject)), self._take_read, owner=self
            )

    def _reload(self, registers: frozenset[str]) -> None:
        if _KEY in registers:
            self.reload()

    def _take_read(self, answer: tuple[Subject, Kept]) -> None:
        subject, kept = answer
        if subject == self.subject:  # Another may have been chosen meanwhile.
            self._show(kept)

    def _show(self, kept: Kept) -> None:
        self.kept = kept
        self.show_photos([shown for _photo, shown in kept])
        self.read.emit()

    def _add(self, contents: list[bytes]) -> None:
        subject, today = self.subject, date.today()
        if subject is None:
            return
        fresh = [NewPhoto(content) for content in contents]

        def task(store: Store) -> Changed[int]:
            return changed(len(photos.add(store, subject, fresh, today)), _KEY)

        self.desk.worker.run(task, self._added, self._refused, owner=self)

    def _added(self, count: int) -> None:
        self.desk.tell(
            _("已添加 {count} 张照片。").format(count=count) if count else _("这些照片已经有了。")
        )

    def _refused(self, error: UserError) -> None:
        self.notice.say(str(error), tone="red")

    def take_away(self, number: int) -> None:
        """Take a photo away; it can be put back."""
        record = self.kept[number][0].id
        self._write(
            lambda session: photos.take_away(session, record),
            lambda _none: self.desk.tell(
                _("已删除 1 张照片。"), Action(_("撤销删除"), partial(self._put_back, record))
            ),
        )

    def _put_back(self, record: bytes) -> None:
        self._write(lambda session: put_back(session, find_register(_KEY), record))

    def caption(self, number: int, text: str) -> None:
        """Write under a photo what it shows."""
        record = self.kept[number][0].id
        self._write(lambda session: photos.caption(session, record, text))

    def _write(
        self, step: Callable[[Session], None], done: Callable[[None], object] | None = None
    ) -> None:
        def task(store: Store) -> Changed[None]:
            with store.writing() as session:
                step(session)
            return changed(None, _KEY)

        self.desk.worker.run(task, done, self._refused, owner=self)

    def _open_large(self, number: int) -> None:
        viewer = PhotoViewer(self.window(), self.shown, number)
        viewer.captioned.connect(self.caption)
        viewer.remove_wanted.connect(self.take_away)
        viewer.open()


class PhotosDialog(Dialog):
    """All photos of a visit, those of its findings among them."""

    def __init__(self, parent: QWidget, desk: Desk, subject: Subject, title: str) -> None:
        super().__init__(parent, title, "fa6s.camera")
        self._desk = desk
        self._title = title
        self.strip = StoredPhotos(desk, _("照片"), LARGE)
        inside = QWidget()
        inside.setProperty("role", "plainground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.addWidget(self.strip)
        column.addStretch(1)
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        self.column.addWidget(area, 1)
        self.column.addWidget(
            Label(_("照片加密保存在本机，随备份保存，随同步上传县级。"), "help", wrap=True)
        )
        self.print = Button(_("打印照片"), "fa6s.print", self.print_out)
        self.shut = Button(_("关闭"), clicked=self.accept, role="primary")
        for button in (self.print, self.shut):
            button.setAutoDefault(False)
            self.add_button(button)
        self.strip.read.connect(self._enable)
        self.strip.show_subject(subject)
        self.resize(parent.window().size() * _SHARE)

    def _enable(self) -> None:
        self.print.setEnabled(any(shown.content for _photo, shown in self.strip.kept))

    def print_out(self) -> None:
        """Show the photos on paper, four a page."""
        from desktop.ui.photos.paper import photos_pdf
        from desktop.ui.register_output import PrintDialog

        title, kept = self._title, list(self.strip.kept)
        centre = self._desk.worker.centre.vault.centre
        self._desk.worker.run_aside(
            lambda _progress: photos_pdf(centre, title, kept),
            lambda pdf: PrintDialog(self, self._desk, pdf, f"{_('督导照片')}.pdf").open(),
            owner=self,
        )
