"""Photos of a visit that is being entered: kept in memory until the visit is saved."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal

from desktop.services.photos import NewPhoto
from desktop.ui.page import Desk
from desktop.ui.photos.strip import PhotoStrip
from desktop.ui.photos.thumbnail import Shown
from desktop.ui.photos.viewer import PhotoViewer


class DraftPhotos(PhotoStrip):
    """Photos to be written with their visit.

    Signals:
        changed: A photo was added, taken away or given a caption.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.photos: tuple[NewPhoto, ...] = ()
        self.given.connect(self._add)
        self.remove_wanted.connect(self.take_away)
        self.opened.connect(self._open_large)

    def clear(self) -> None:
        """Forget all photos."""
        self.notice.hide()
        self._show(())

    def _add(self, contents: list[bytes]) -> None:
        known = {photo.content for photo in self.photos}
        fresh = tuple(NewPhoto(each) for each in dict.fromkeys(contents) if each not in known)
        self._show(self.photos + fresh)
        self.changed.emit()

    def take_away(self, number: int) -> None:
        """Take one away."""
        self._show(self.photos[:number] + self.photos[number + 1 :])
        self.changed.emit()

    def caption(self, number: int, text: str) -> None:
        """Write under one what it shows."""
        photos = list(self.photos)
        photos[number] = replace(photos[number], caption=text)
        self._show(tuple(photos))
        self.changed.emit()

    def _show(self, photos: tuple[NewPhoto, ...]) -> None:
        self.photos = photos
        self.show_photos([Shown(photo.content, photo.caption) for photo in photos])

    def _open_large(self, number: int) -> None:
        viewer = PhotoViewer(self.window(), self.shown, number)
        viewer.captioned.connect(self.caption)
        viewer.remove_wanted.connect(self.take_away)
        viewer.open()
