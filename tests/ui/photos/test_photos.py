"""Photos at a visit and a finding: added, seen large, captioned, taken away, printed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from desktop.models.files import Files
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load, save
from desktop.printing.pages import page_count
from desktop.services import photos
from desktop.services.photos import NewPhoto, Photo, Subject
from desktop.ui.attachment_editor import AttachmentEditor
from desktop.ui.page import Desk, Wish
from desktop.ui.photos.samples import sample_photos
from desktop.ui.photos.stored import PhotosDialog, StoredPhotos
from desktop.ui.photos.viewer import PhotoViewer
from desktop.ui.register_output import PrintDialog
from desktop.ui.register_page import RegisterPage
from desktop.ui.screens.findings.page import FindingsPage
from desktop.ui.screens.visits import papers
from desktop.ui.screens.visits.page import LIST, VisitsPage

SAMPLES = sample_photos()


@pytest.fixture
def visit(desk: Desk) -> bytes:
    with desk.worker.centre.store.writing() as session:
        (clinic,) = insert_many(session, find_register("clinics"), [{"name": "上河村卫生室"}])
        values = {"clinic_id": clinic, "visited_on": date.today(), "kind": "日常督导"}
        return save(session, find_register("visits"), values)


@pytest.fixture
def finding(desk: Desk, visit: bytes) -> bytes:
    with desk.worker.centre.store.writing() as session:
        clinic = load(session, find_register("visits"), visit)["clinic_id"]
        values = {
            "clinic_id": clinic,
            "visit_id": visit,
            "problem": "锐器盒未加盖",
            "found_on": date.today(),
            "status": "待整改",
        }
        return save(session, find_register("findings"), values)


@pytest.fixture
def strip(desk: Desk, visit: bytes, qtbot: QtBot) -> StoredPhotos:
    made = StoredPhotos(desk)
    qtbot.addWidget(made)
    made.resize(600, 200)
    made.show()
    made.show_subject(Subject(visit_id=visit))
    return made


@pytest.fixture
def page(desk: Desk, visit: bytes, qtbot: QtBot) -> VisitsPage:
    made = VisitsPage(desk)
    qtbot.addWidget(made)
    made.resize(1150, 700)
    made.show()
    desk.worker.changed.connect(made.reload)
    made.load()
    return made


def kept(desk: Desk, visit: bytes) -> list[Photo]:
    with desk.worker.centre.store.reading() as session:
        return photos.photos_of(session, Subject(visit_id=visit))


def in_files(folder: Path) -> list[Path]:
    made = []
    for number, content in enumerate(SAMPLES):
        made.append(folder / f"照片{number}.jpg")
        made[-1].write_bytes(content)
    return made


# Adding


def test_several_files_are_added_at_once_and_bad_ones_named(
    strip: StoredPhotos, desk: Desk, visit: bytes, tmp_path: Path
) -> None:
    bad = tmp_path / "通知.jpg"
    bad.write_bytes(b"no picture")
    strip.take_files([*in_files(tmp_path), bad, tmp_path / "没有.jpg"])
    assert len(kept(desk, visit)) == len(strip.thumbnails) == 3
    assert "“通知.jpg”不是能读的照片" in strip.notice.text.text()
    assert "另有 1 个文件" in strip.notice.text.text()
    strip.take_files([tmp_path / "照片0.jpg"])  # The same again is the same.
    assert len(kept(desk, visit)) == 3
    assert not strip.notice.isVisible()


def test_the_button_asks_for_pictures(
    strip: StoredPhotos, desk: Desk, visit: bytes, tmp_path: Path
) -> None:
    strip.more.click()
    dialog = strip.findChild(QFileDialog)
    assert isinstance(dialog, QFileDialog)
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
    dialog.filesSelected.emit([str(path) for path in in_files(tmp_path)])
    dialog.reject()
    assert len(kept(desk, visit)) == 3


def test_files_are_dropped_and_pictures_pasted(
    strip: StoredPhotos, desk: Desk, visit: bytes, tmp_path: Path, qtbot: QtBot
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in in_files(tmp_path)[:2]])
    dropped = QDropEvent(
        QPointF(QPoint(5, 5)),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    strip.dropEvent(dropped)
    assert dropped.isAccepted()
    assert len(kept(desk, visit)) == 2
    QGuiApplication.clipboard().setImage(QImage.fromData(SAMPLES[2]))
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(kept(desk, visit)) == 3
    QGuiApplication.clipboard().setText("只是文字")
    assert not strip.paste()


# Looking, captions, taking away


def test_arrows_captions_and_escape_in_the_large_view(
    strip: StoredPhotos, desk: Desk, visit: bytes, qtbot: QtBot
) -> None:
    strip.given.emit(SAMPLES)
    strip.thumbnails[0].setFocus()
    qtbot.keyClick(strip.thumbnails[0], Qt.Key.Key_Return)
    viewer = strip.findChildren(PhotoViewer)[0]
    viewer.activateWindow()
    qtbot.waitUntil(viewer.isActiveWindow)
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.at == 0
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert (viewer.at, viewer.heading.text()) == (1, "照片 2 / 3")
    viewer.caption.setText("治疗室锐器盒未加盖")
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert [photo.caption for photo in kept(desk, visit)] == ["", "治疗室锐器盒未加盖", ""]
    assert strip.thumbnails[1].accessibleName() == "治疗室锐器盒未加盖"
    viewer.caption.setText("已加盖")
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert kept(desk, visit)[2].caption == "已加盖"


def test_a_photo_is_taken_away_and_put_back(
    strip: StoredPhotos, desk: Desk, visit: bytes, qtbot: QtBot
) -> None:
    told: list[object] = []
    desk.told.connect(lambda _text, action: told.append(action))
    strip.given.emit(SAMPLES)
    first = kept(desk, visit)[0]
    qtbot.keyClick(strip.thumbnails[0], Qt.Key.Key_Delete)
    assert kept(desk, visit)[0].id != first.id
    assert len(strip.thumbnails) == 2
    told[-1].run()  # type: ignore[attr-defined]
    assert kept(desk, visit)[0].id == first.id
    assert len(strip.thumbnails) == 3
    strip.thumbnails[2].click()
    viewer = strip.findChildren(PhotoViewer)[0]
    viewer.delete.click()
    viewer.delete.click()
    assert (viewer.at, len(viewer.shown)) == (0, 1)
    viewer.delete.click()
    assert kept(desk, visit) == []
    assert not viewer.isVisible()
    strip.given.emit(SAMPLES[:1])  # One that was taken away may be added again.
    assert len(kept(desk, visit)) == 1


def test_a_photo_that_has_not_arrived_is_said_in_words(
    strip: StoredPhotos, desk: Desk, visit: bytes
) -> None:
    strip.given.emit(SAMPLES)
    store = desk.worker.centre.store
    Files.of(store.database).path(kept(desk, visit)[0].digest).unlink()
    strip.reload()
    assert "本机还没有这张照片" in strip.shown[0].problem
    assert [each.here for each in kept(desk, visit)] == [False, True, True]
    strip.thumbnails[0].click()
    viewer = strip.findChildren(PhotoViewer)[0]
    assert "本机还没有这张照片" in viewer.picture.text()
    viewer.go(1)
    assert not viewer.picture.pixmap().isNull()


# At their places


def test_photos_are_saved_with_the_visit_that_is_entered(page: VisitsPage, desk: Desk) -> None:
    page.enter(page.view.lines[0])
    form = page.form
    form.photos.given.emit([*SAMPLES, SAMPLES[0]])
    assert form.is_dirty
    assert len(form.photos.photos) == 3
    form.photos.caption(0, "门口")
    form.photos.take_away(1)
    form.rest.click()
    form.kind.show_value("专项督导")
    form.save()
    table = find_register("visits").table.c
    with desk.worker.centre.store.reading() as session:
        made = session.execute(table.id.table.select().where(table.score.is_not(None))).one()
        found = photos.photos_of(session, Subject(visit_id=made.id))
    assert [(each.caption, each.kind) for each in found] == [("门口", "督导现场"), ("", "督导现场")]
    assert found[0].taken_on == date.today()
    assert found[0].added_by == "院长"
    page.enter(page.view.lines[0])
    assert not form.photos.photos


def test_the_list_opens_the_photos_of_the_chosen_visit(
    page: VisitsPage, desk: Desk, visit: bytes, qtbot: QtBot
) -> None:
    photos.add(
        desk.worker.centre.store, Subject(visit), [NewPhoto(SAMPLES[0], "门口")], date.today()
    )
    page.show_part(LIST)
    assert page.plain_list is not None
    page.show_wish(Wish(record=visit))
    assert page.photos.isVisible()
    page.photos.click()
    dialog = page.findChildren(PhotosDialog)[0]
    assert [each.caption for each in dialog.strip.shown] == ["门口"]
    dialog.print.click()
    paper = dialog.findChildren(PrintDialog)[0]
    paper.accept()
    dialog.shut.click()


def test_a_finding_keeps_its_evidence_and_the_visit_shows_it(
    desk: Desk, visit: bytes, finding: bytes, qtbot: QtBot
) -> None:
    page = FindingsPage(desk)
    qtbot.addWidget(page)
    page.resize(1150, 700)
    page.show()
    desk.worker.changed.connect(page.reload)
    page.load()
    assert page.card.line is not None
    page.card.photos.given.emit(SAMPLES[2:])
    (photo,) = kept(desk, visit)
    assert (photo.finding_id, photo.kind) == (finding, "整改证据")
    page.card.show_finding(None)
    assert page.card.photos.thumbnails == []
    assert not page.card.photos.isVisible()


def test_the_notice_ends_with_the_photos(desk: Desk, visit: bytes, finding: bytes) -> None:
    store = desk.worker.centre.store
    plain = page_count(papers.notice_pdf(store, "院", visit, date.today()))
    three = [NewPhoto(content, "说明" * 40) for content in SAMPLES]
    photos.add(store, Subject(visit), three, date.today())
    photos.add(
        store, Subject(visit, finding), [NewPhoto(each) for each in SAMPLES[:2]], date.today()
    )
    Files.of(store.database).path(kept(desk, visit)[1].digest).unlink()
    assert page_count(papers.notice_pdf(store, "院", visit, date.today())) == plain + 2


def test_the_form_of_the_register_opens_the_photo(desk: Desk, visit: bytes, qtbot: QtBot) -> None:
    store = desk.worker.centre.store
    (photo,) = photos.add(store, Subject(visit), [NewPhoto(SAMPLES[0])], date.today())
    page = RegisterPage(desk, find_register("visit_photos"))
    qtbot.addWidget(page)
    page.resize(1150, 700)
    page.show()
    page.load()
    page.show_wish(Wish(record=photo))
    editor = page.form.editors["file"]
    assert isinstance(editor, AttachmentEditor)
    editor.open.click()
    viewer = page.findChildren(PhotoViewer)[0]
    assert not viewer.picture.pixmap().isNull()
    assert viewer.caption.isReadOnly()
    viewer.accept()
    assert not page.new.isVisible()
    page.form.editors["caption"].show_value("改了说明")
    page.form._edited()
    page.form.save()
    with store.reading() as session:
        assert photos.photos_of(session, Subject(visit))[0].caption == "改了说明"
