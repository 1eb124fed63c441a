"""Photos as they are printed: picture and caption; what has not arrived is said in its place."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from desktop.models.store import Store
from desktop.services.photos import Photo, Subject
from desktop.ui.photos.stored import read_kept
from desktop.ui.photos.thumbnail import Shown

if TYPE_CHECKING:
    from desktop.printing.photo_pages import Picture


def pictures(kept: Sequence[tuple[Photo, Shown]]) -> tuple[Picture, ...]:
    """Return photos as the printer takes them."""
    from desktop.printing.photo_pages import Picture

    return tuple(
        Picture(shown.content, shown.caption, shown.remark, shown.problem) for _photo, shown in kept
    )


def pictures_of(store: Store, visit: bytes) -> tuple[Picture, ...]:
    """Return the photos of a visit and its findings as the printer takes them."""
    return pictures(read_kept(store, Subject(visit_id=visit)))


def photos_pdf(centre: str, title: str, kept: Sequence[tuple[Photo, Shown]]) -> bytes:
    """Return the pages of photos."""
    from desktop.printing.photo_pages import print_photos

    target = BytesIO()
    print_photos(target, centre, title, pictures(kept))
    return target.getvalue()
