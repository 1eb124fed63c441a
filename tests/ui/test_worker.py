"""The worker: results, errors, cancelling, threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from desktop.errors import UserError
from desktop.models.opening import Centre
from desktop.models.store import Store
from desktop.ui.worker import Cancelled, Progress, Worker, changed
from tests.helpers.centres import reopen


@pytest.fixture
def real(centre: Centre, qtbot: QtBot) -> Iterator[Worker]:
    """A worker with its threads, over an open centre."""
    made = Worker()
    opened: list[Centre] = []
    made.open(lambda: centre, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    yield made
    made.close()


def test_a_result_is_made_elsewhere_and_arrives_here_whole(real: Worker, qtbot: QtBot) -> None:
    seen: list[tuple[int, threading.Thread, threading.Thread]] = []

    def task(_store: Store) -> tuple[int, threading.Thread]:
        return 2_500_000_000, threading.current_thread()

    real.run(task, lambda found: seen.append((*found, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    number, there, here = seen[0]
    assert number == 2_500_000_000
    assert there is not here
    assert here is threading.main_thread()


def test_tasks_keep_their_order_on_one_thread(real: Worker, qtbot: QtBot) -> None:
    seen: list[int] = []
    threads: set[int] = set()

    def task(number: int) -> int:
        threads.add(threading.get_ident())
        return number

    for number in range(20):
        real.run(lambda _store, number=number: task(number), seen.append)
    qtbot.waitUntil(lambda: len(seen) == 20)
    assert seen == list(range(20))
    assert len(threads) == 1


def test_what_changed_is_broadcast(real: Worker, qtbot: QtBot) -> None:
    results: list[str] = []
    with qtbot.waitSignal(real.changed) as told:
        real.run(lambda _store: changed("gut", "staff", "clinics"), results.append)
    assert told.args == [frozenset({"staff", "clinics"})]
    assert results == ["gut"]


def test_an_error_of_the_world_goes_to_who_asked_or_to_the_window(
    real: Worker, qtbot: QtBot
) -> None:
    def task(_store: Store) -> None:
        raise UserError("磁盘已满。")

    told: list[UserError] = []
    real.run(task, None, told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].message == "磁盘已满。"
    with qtbot.waitSignal(real.refused):
        real.run(task)


def test_a_bug_is_logged_and_told_and_the_worker_goes_on(
    real: Worker, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def task(_store: Store) -> None:
        raise ZeroDivisionError

    with qtbot.waitSignal(real.broke) as told:
        real.run(task)
    assert isinstance(told.args[0], ZeroDivisionError)
    assert "ZeroDivisionError" in caplog.text
    seen: list[int] = []
    real.run(lambda _store: 1, seen.append)
    qtbot.waitUntil(lambda: bool(seen))


def test_a_cancelled_task_stops_at_its_next_report(real: Worker, qtbot: QtBot) -> None:
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()
    results: list[object] = []

    def task(_store: Store, progress: Progress) -> int:
        begun.set()
        go_on.wait(5)
        try:
            progress.report(1, 2)
        except Cancelled:
            ended.set()
            raise
        return 1

    job = real.run_long(task, results.append, results.append)
    assert begun.wait(5)
    job.cancel()
    go_on.set()
    assert ended.wait(5)
    qtbot.waitUntil(lambda: job.finished)
    assert results == []


def test_progress_arrives_on_the_main_thread(real: Worker, qtbot: QtBot) -> None:
    told: list[tuple[int, int, str, bool]] = []

    def hear(done: int, total: int, text: str) -> None:
        told.append((done, total, text, threading.current_thread() is threading.main_thread()))

    def task(progress: Progress) -> None:
        progress.report(3, 3, "好了")

    real.run_aside(task, progress=hear)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(3, 3, "好了", True)]


def test_a_widget_that_is_gone_gets_no_result(real: Worker, qtbot: QtBot) -> None:
    import shiboken6

    owner = QObject()
    results: list[int] = []
    go_on = threading.Event()

    def task(_store: Store) -> int:
        go_on.wait(5)
        return 1

    job = real.run(task, results.append, owner=owner)
    shiboken6.delete(owner)
    go_on.set()
    qtbot.waitUntil(lambda: job.finished)
    assert results == []


def test_steps_of_a_store_end_with_its_centre(real: Worker, qtbot: QtBot) -> None:
    centre = real.centre
    step = real.steps_of(centre.store)
    assert step(lambda: 1) == 1
    left: list[bool] = []
    real.leave(lambda: left.append(True))
    qtbot.waitUntil(lambda: bool(left))
    reopened: list[Centre] = []
    real.open(lambda: reopen(centre.home), reopened.append)
    qtbot.waitUntil(lambda: bool(reopened))
    with pytest.raises(Cancelled):
        step(lambda: 2)
    assert real.steps_of(real.centre.store)(lambda: 3) == 3


def test_closing_does_not_wait_for_a_connection_that_cannot_be_made(
    centre: Centre, qtbot: QtBot
) -> None:
    worker = Worker()
    opened: list[Centre] = []
    worker.open(lambda: centre, opened.append)
    qtbot.waitUntil(lambda: bool(opened))
    begun, made = threading.Event(), threading.Event()
    late: list[object] = []

    def connect(_progress: Progress) -> None:
        begun.set()
        made.wait(60)
        try:
            worker.on_database(lambda: late.append("written"))
        except Cancelled:
            late.append("cancelled")

    worker.run_aside(connect)
    assert begun.wait(30)
    worker.close()
    assert not made.is_set()
    assert late == []
    made.set()
    qtbot.waitUntil(lambda: bool(late))
    assert late == ["cancelled"]
