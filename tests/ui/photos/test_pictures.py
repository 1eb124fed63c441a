"""Pictures of every kind become small upright JPEGs without what the phone wrote beside them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication

from desktop.models.files import LARGEST
from desktop.ui.photos import pictures
from desktop.ui.photos.pictures import NoPicture, photo_of, photo_of_image, picture, read_photo
from desktop.ui.photos.samples import sample_photos


def image(wide: int, high: int, kind: QImage.Format = QImage.Format.Format_RGB32) -> QImage:
    """Return a picture whose left half is red and whose right half is blue."""
    made = QImage(wide, high, kind)
    made.fill(QColor("#2020C0"))
    painter = QPainter(made)
    painter.fillRect(0, 0, wide // 2, high, QColor("#C02020"))
    painter.end()
    return made


def encoded(made: QImage, kind: str = "PNG") -> bytes:
    target = QByteArray()
    buffer = QBuffer(target)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert made.save(buffer, kind)
    buffer.close()
    return bytes(target.data())


def with_exif(jpeg: bytes, orientation: int) -> bytes:
    """Return the JPEG with a phone's block: how it was held, and a place."""
    gps = b"GPS 34.5231N 113.3872E"
    fields = struct.pack("<HHII", 0x0112, 3, 1, orientation)
    fields += struct.pack("<HHII", 0x010E, 2, len(gps), 8 + 2 + 2 * 12 + 4)
    tiff = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 2) + fields + bytes(4) + gps
    block = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]


def decoded(content: bytes) -> QImage:
    made = QImage.fromData(content)
    assert not made.isNull()
    return made


@pytest.mark.parametrize("kind", ["PNG", "JPG", "BMP"])
def test_a_large_picture_is_made_smaller_and_keeps_its_shape(qapp: QApplication, kind: str) -> None:
    stored = photo_of(encoded(image(2_400, 1_200), kind), "大图")
    assert stored[:2] == b"\xff\xd8"
    assert decoded(stored).size() == QSize(1_600, 800)
    assert len(stored) < LARGEST // 10


def test_a_small_picture_stays_its_size(qapp: QApplication) -> None:
    assert decoded(photo_of(encoded(image(320, 200)), "小图")).size() == QSize(320, 200)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, QSize(400, 300), (20, 150)),
        (3, QSize(400, 300), (380, 150)),
        (6, QSize(300, 400), (150, 20)),
        (8, QSize(300, 400), (150, 380)),
    ],
)
def test_a_picture_is_turned_upright(
    qapp: QApplication, orientation: int, size: QSize, red_at: tuple[int, int]
) -> None:
    made = decoded(photo_of(with_exif(encoded(image(400, 300), "JPG"), orientation), "手机"))
    assert made.size() == size
    colour = made.pixelColor(*red_at)
    assert colour.red() > 150 > colour.blue()


def test_a_large_picture_held_upright_fits_too(qapp: QApplication) -> None:
    made = decoded(photo_of(with_exif(encoded(image(4_000, 2_000), "JPG"), 6), "手机"))
    assert made.size() == QSize(800, 1_600)


def test_where_it_was_taken_is_left_behind(qapp: QApplication) -> None:
    source = with_exif(encoded(image(400, 300), "JPG"), 1)
    assert b"113.3872E" in source
    stored = photo_of(source, "手机")
    assert b"GPS" not in stored
    assert b"Exif" not in stored
    noted = image(40, 30)
    noted.setText("Description", "张三家 13837100001")
    assert b"13837100001" in encoded(noted)
    assert b"13837100001" not in photo_of(encoded(noted), "有备注")


def test_a_transparent_picture_lies_on_white(qapp: QApplication) -> None:
    clear = QImage(40, 30, QImage.Format.Format_ARGB32)
    clear.fill(QColor(0, 0, 0, 0))
    assert decoded(photo_of_image(clear)).pixelColor(20, 15).lightness() > 250


@pytest.mark.qt_log_ignore("JPEG", extend=True)
@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\xff\xd8\xff\xe0", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n"]
)
def test_what_is_no_picture_gets_a_sentence(
    qapp: QApplication, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "通知.jpg"
    file.write_bytes(content)
    with pytest.raises(NoPicture, match=r"“通知\.jpg”不是能读的照片"):
        read_photo(file)


def test_a_file_that_is_gone_or_a_folder_gets_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "没有.jpg", tmp_path):
        with pytest.raises(NoPicture, match="读不了"):
            read_photo(path)


def test_a_huge_file_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "录像.jpg"
    file.write_bytes(b"x" * 2_000)
    monkeypatch.setattr(pictures, "LARGEST_SOURCE", 1_000)
    with pytest.raises(NoPicture, match="太大"):
        read_photo(file)


def test_storing_again_does_not_wear_a_photo_out_of_its_digest(qapp: QApplication) -> None:
    """The same file added twice is the same photo: nothing of the moment gets into it."""
    source: Callable[[], bytes] = lambda: photo_of(encoded(image(900, 700)), "同一张")  # noqa: E731
    assert source() == source()


def test_the_demonstration_has_three_small_pictures(qapp: QApplication) -> None:
    drawn = sample_photos()
    assert len(set(drawn)) == 3
    for each in drawn:
        assert len(each) < 60_000
        assert picture(each, QSize(200, 200)) is not None
