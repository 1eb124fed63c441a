"""A backup is restored while something is on its way: nothing of it reaches the restored data."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from county.storage import Hub
from desktop.models import backup, restoring
from desktop.models.opening import Centre
from desktop.sync import account, enrolling
from desktop.sync.courier import Courier
from desktop.sync.engine import Engine
from desktop.sync.protocol import Enrolled, EnrolRequest
from desktop.ui import exchange_runner
from desktop.ui.page import Desk
from desktop.ui.preferences import Preferences
from desktop.ui.screens.sync import by_stick
from desktop.ui.screens.sync.by_stick import StickDialog
from desktop.ui.screens.sync.enrolling import EnrolCard
from desktop.ui.worker import Worker
from tests.helpers.centres import reopen
from tests.sync.fixtures import make_pc, sqlite_hub
from tests.sync.parts import CODE, PASSWORD, PC, code_for, everything, staff

__all__ = ["make_pc", "sqlite_hub"]


class Meanwhile:
    """A PC whose window is open, and what waits for a slow link."""

    def __init__(self, pc: PC, qtbot: QtBot) -> None:
        self.pc = pc
        self.worker = Worker()
        self.desk = Desk(self.worker, Preferences(self.worker, {}))
        self._qtbot = qtbot
        self._asked, self._answered = threading.Event(), threading.Event()
        self._opened: list[Centre] = []
        self.worker.open(lambda: pc.opened, self._opened.append)
        qtbot.waitUntil(lambda: len(self._opened) == 1)

    def wait(self) -> None:
        """Stand for a slow link, on the thread that waits for it."""
        self._asked.set()
        self._answered.wait(30)

    def restore(self, file: Path) -> None:
        """Do as the dialog does, once something waits; then let the answer come."""
        self._qtbot.waitUntil(self._asked.is_set)
        self.worker.leave()

        def opening() -> Centre:
            restoring.restore(self.pc.home, file, restoring.by_password("院长", PASSWORD))
            return reopen(self.pc.home, "院长", PASSWORD)

        self.worker.open(opening, self._opened.append)
        self._qtbot.waitUntil(lambda: len(self._opened) == 2, timeout=20_000)
        self.pc.opened = self._opened[1]
        self._answered.set()
        self._qtbot.waitUntil(lambda: not self.worker.busy, timeout=20_000)


@pytest.fixture
def meanwhile(make_pc: Callable[..., PC], qtbot: QtBot) -> Iterator[Meanwhile]:
    made = Meanwhile(make_pc(), qtbot)
    yield made
    made.worker.close()


def test_an_exchange_under_way_writes_nothing_into_a_restored_backup(
    meanwhile: Meanwhile, sqlite_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = meanwhile.pc
    pc.join(sqlite_hub, code_for(sqlite_hub))
    pc.sync()
    file = backup.make(pc.store.database)
    for number in range(3):
        pc.save("staff", staff(f"备份之后{number}"))
    client = pc.client
    assert client is not None
    monkeypatch.setattr(client, "meanwhile", meanwhile.wait)
    monkeypatch.setattr(exchange_runner, "Engine", partial(Engine, client=client))
    exchange_runner.runner_of(meanwhile.desk).exchange()
    with pc.store.reading() as session:
        before = account.read_account(session)
    meanwhile.restore(file)
    with pc.store.reading() as session:
        after = account.read_account(session)
    assert (after.acknowledged, after.cursor) == (before.acknowledged, before.cursor)
    fresh = pc.save("staff", staff("恢复之后新录"))
    assert pc.status().waiting
    monkeypatch.setattr(client, "meanwhile", lambda: None)
    pc.sync()
    with sqlite_hub.reading() as connection:
        assert fresh in everything(connection)["staff"]


def test_an_enrolment_under_way_lets_no_restored_backup_in(
    meanwhile: Meanwhile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_client: object, _request: EnrolRequest) -> Enrolled:
        meanwhile.wait()
        return Enrolled(7, CODE, "甲镇卫生院", 1, b"1" * 16, 0)

    monkeypatch.setattr(enrolling.Client, "enrol", answer)
    file = backup.make(meanwhile.pc.store.database)
    card = EnrolCard(meanwhile.worker, lambda: None)
    qtbot.addWidget(card)
    card.url.setText("http://127.0.0.1:9")
    card.code.setText("AAAAA-AAAAA")
    card.go.click()
    meanwhile.restore(file)
    assert not meanwhile.pc.status().enrolled


def test_an_answer_on_a_stick_is_not_read_into_a_restored_backup(
    meanwhile: Meanwhile, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = meanwhile.pc.store
    reached: list[object] = []

    def read(courier: Courier, _path: Path) -> None:
        meanwhile.wait()
        courier._db(lambda: reached.append(courier))

    monkeypatch.setattr(by_stick.Courier, "read", read)
    file = backup.make(store.database)
    window = QWidget()
    qtbot.addWidget(window)
    dialog = StickDialog(window, meanwhile.desk)
    dialog.read_from(tmp_path / "包-回执.thx")
    meanwhile.restore(file)
    assert reached == []
