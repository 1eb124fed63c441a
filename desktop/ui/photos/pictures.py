"""Pictures from files and the clipboard made into photos as they are stored.

A photo is turned upright, at most 1,600 pixels long and stored as JPEG: a phone's 5 MB become
a tenth. What the phone wrote beside the picture, such as where it was taken, is left behind.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColorSpace, QImage, QImageIOHandler, QImageReader, QImageWriter, QPainter

from desktop.errors import UserError
from desktop.text import _

LONGEST_SIDE = 1_600
LARGEST_SOURCE = 60 * 1024 * 1024
SUFFIXES = ("jpg", "jpeg", "png", "bmp", "webp", "gif", "tif", "tiff")
_QUALITY = 80


class NoPicture(UserError):  # noqa: N818 - named as the person meets it
    """The file cannot be read as a picture."""


def read_photo(path: Path) -> bytes:
    """Return the photo in a file as it is stored.

    Raises:
        NoPicture: It is no picture, a broken one or a huge one.
    """
    try:
        size = path.stat().st_size
        if size > LARGEST_SOURCE:
            raise NoPicture(
                _("“{name}”有 {size} MB，太大，没有添加。").format(
                    name=path.name, size=size // 1_000_000
                ),
                _("请先在手机或看图程序里缩小。"),
            )
        content = path.read_bytes()
    except OSError as error:
        raise NoPicture(
            _("读不了“{name}”：{reason}。").format(name=path.name, reason=error.strerror or ""),
            _("请检查文件是否还在、U 盘是否插好。"),
        ) from error
    return photo_of(content, path.name)


def photo_of(content: bytes, name: str) -> bytes:
    """Return the photo of a picture's bytes as it is stored.

    Raises:
        NoPicture: They are no picture, a broken one or a huge one.
    """
    image = _decoded(content, QSize(LONGEST_SIDE, LONGEST_SIDE))
    if image is None:
        raise NoPicture(
            _("“{name}”不是能读的照片，或已损坏。").format(name=name),
            _("请用 JPG 或 PNG 格式；苹果手机的 HEIC 照片请先转成 JPG。"),
        )
    return photo_of_image(image)


def photo_of_image(image: QImage) -> bytes:
    """Return the photo of a picture as it is stored."""
    bound = QSize(LONGEST_SIDE, LONGEST_SIDE)
    if image.width() > bound.width() or image.height() > bound.height():
        image = image.scaled(
            bound,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    if image.colorSpace().isValid():
        image = image.convertedToColorSpace(QColorSpace(QColorSpace.NamedColorSpace.SRgb))
    # A fresh image has none of the texts, profiles and thumbnails that came with the old one.
    clean = QImage(image.size(), QImage.Format.Format_RGB32)
    clean.fill(Qt.GlobalColor.white)
    painter = QPainter(clean)
    painter.drawImage(0, 0, image)
    painter.end()
    target = QByteArray()
    buffer = QBuffer(target)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpeg"))
    writer.setQuality(_QUALITY)
    writer.setOptimizedWrite(True)
    done = writer.write(clean)
    buffer.close()
    assert done, writer.errorString()
    return bytes(target.data())


def picture(content: bytes, bound: QSize) -> QImage | None:
    """Return a stored photo no larger than that; None where it cannot be read."""
    return _decoded(content, bound)


def _decoded(content: bytes, bound: QSize) -> QImage | None:
    """Return a picture upright; one larger than the bound is made smaller while it is read."""
    source = QByteArray(content)
    buffer = QBuffer(source)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    lying = QImageIOHandler.Transformation.TransformationRotate90
    room = bound.transposed() if reader.transformation().value & lying.value else bound
    if size.isValid() and (size.width() > room.width() or size.height() > room.height()):
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    buffer.close()
    return None if image.isNull() else image
