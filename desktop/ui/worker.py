"""Keeps work off the window's thread: one thread for the database, a small pool for the rest.

A task is a plain function. It runs elsewhere, its result arrives on the main thread as the same
Python object (a Qt ``int`` would be cut to 32 bits). A task that wrote returns :class:`Changed`,
and every page that shows one of those registers is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar, overload

from PySide6.QtCore import QObject, Qt, Signal

from desktop.errors import UserError
from desktop.sync.cutting import cut_all
from desktop.ui.job import Cancelled, Changed, Done, Failed, Job, Progress, Told, changed

if TYPE_CHECKING:  # The sign-in page must stand before SQLAlchemy is loaded.
    from desktop.models.opening import Centre
    from desktop.models.store import Store

__all__ = ["Cancelled", "Changed", "InlineWorker", "Job", "Progress", "Worker", "changed"]

log = logging.getLogger(__name__)

T = TypeVar("T")

_ASIDE_THREADS = 2
_CUT_SECONDS = 0.1
_PATIENCE_SECONDS = 3


class Worker(QObject):
    """The door through which pages reach the database and slow work.

    Signals:
        changed: ``frozenset`` of the keys of the registers that a task wrote to.
        refused: A :class:`UserError` whose task had no ``failed``.
        broke: Any other exception: a bug, already logged with its stack.
        busy_changed: Whether work is under way.
    """

    changed = Signal(object)
    refused = Signal(object)
    broke = Signal(object)
    busy_changed = Signal(bool)
    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._centre: Centre | None = None
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")
        self._aside = ThreadPoolExecutor(_ASIDE_THREADS, thread_name_prefix="aside")
        self._jobs: set[Job] = set()
        self._waiting: list[Callable[[], None]] | None = None
        self._closed = False
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    # The open centre

    @property
    def centre(self) -> Centre:
        """The open centre; asking before one is open is a bug."""
        assert self._centre is not None, "no centre is open"
        return self._centre

    @property
    def is_open(self) -> bool:
        """Whether a centre is open."""
        return self._centre is not None

    def expect(self) -> None:
        """Let tasks given from now on wait for the centre that will be opened."""
        self._waiting = []

    def open(
        self, opening: Callable[[], Centre], done: Done[Centre], failed: Failed | None = None
    ) -> Job:
        """Open a centre on the database thread; tasks given from now on work on it."""

        def take(centre: Centre) -> None:
            self._centre = centre
            done(centre)
            waiting, self._waiting = self._waiting or [], None
            for call in waiting:
                call()

        job = self._new_job(done, None)
        self._submit(self._database, lambda: self._perform(job, opening, take, failed))
        return job

    def leave(self, done: Callable[[], object] | None = None) -> None:
        """Close the centre after the tasks before it, for signing out."""
        centre, self._centre = self._centre, None
        if centre is None:
            return
        job = Job(None)
        self._jobs.add(job)
        self._submit(
            self._database,
            lambda: self._perform(job, centre.close, lambda _none: done and done(), None),
        )

    # Work

    @overload
    def run(
        self,
        task: Callable[[Store], Changed[T]],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    @overload
    def run(
        self,
        task: Callable[[Store], T],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    def run(
        self,
        task: Callable[[Store], Any],
        done: Done[Any] | None = None,
        failed: Failed | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run a short task on the database thread.

        Args:
            task: Called with the store; reads or writes, never touches a widget.
            done: Called on the main thread with the result, unless its widget is gone.
            failed: Called with the world's error; without it the window shows the sentence.
            owner: The widget that waits, where ``done`` is not one of its own methods.
        """
        job = self._new_job(done, owner)
        self._on_store(lambda store: self._perform(job, lambda: task(store), done, failed))
        return job

    @overload
    def run_long(
        self,
        task: Callable[[Store, Progress], Changed[T]],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    @overload
    def run_long(
        self,
        task: Callable[[Store, Progress], T],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    def run_long(
        self,
        task: Callable[[Store, Progress], Any],
        done: Done[Any] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run a task on the database thread that reports how far it is and can be cancelled."""
        job = self._new_job(done, owner)
        reporter = self._reporter(job, progress)
        self._on_store(
            lambda store: self._perform(job, lambda: task(store, reporter), done, failed)
        )
        return job

    @overload
    def run_aside(
        self,
        task: Callable[[Progress], Changed[T]],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    @overload
    def run_aside(
        self,
        task: Callable[[Progress], T],
        done: Done[T] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job: ...
    def run_aside(
        self,
        task: Callable[[Progress], Any],
        done: Done[Any] | None = None,
        failed: Failed | None = None,
        progress: Told | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run work that must not hold up the database: the network, printing, drawing PDF pages."""
        job = self._new_job(done, owner)
        reporter = self._reporter(job, progress)
        self._submit(self._aside, lambda: self._perform(job, lambda: task(reporter), done, failed))
        return job

    def on_database(self, step: Callable[[], T]) -> T:
        """Run a step on the database thread and wait for it; for work aside, such as the exchange.

        Raises:
            Cancelled: The centre is closed or about to be.
        """
        if self._closed or self._centre is None:
            raise Cancelled
        return self._database.submit(step).result()

    def steps_of(self, store: Store) -> Callable[[Callable[[], T]], T]:
        """Return what runs steps on this store as :meth:`on_database` does.

        Work aside may outlast its centre. Its steps must not reach the centre opened afterwards,
        such as a restored backup: the old store would write into the new file.
        """

        def checked(step: Callable[[], T]) -> T:
            if self._centre is None or self._centre.store is not store:
                raise Cancelled
            return step()

        return lambda step: self.on_database(lambda: checked(step))

    def broadcast(self, registers: Iterable[str]) -> None:
        """Tell every page that these registers have changed; for work not started by ``run``."""
        self.changed.emit(frozenset(registers))

    @property
    def busy(self) -> bool:
        """Whether work is under way."""
        return bool(self._jobs)

    def close(self) -> None:
        """Let the running tasks end, drop the waiting ones, close the centre, end both threads."""
        if self._closed:
            return
        self._closed = True
        for job in self._jobs:
            job.cancel()
        centre, self._centre = self._centre, None
        self._end_aside()
        self._database.shutdown(wait=True, cancel_futures=True)
        if centre is not None:
            centre.close()

    def _end_aside(self) -> None:
        """End the work aside without waiting for a network that hangs.

        A connection that is still being made has nothing that could be cut. It is left to its own
        end: without the database thread it can do nothing any more.
        """
        ending = Thread(target=self._aside.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        until = monotonic() + _PATIENCE_SECONDS
        while ending.is_alive() and monotonic() < until:
            cut_all()  # Again and again: work may connect once more before it is told to end.
            ending.join(_CUT_SECONDS)

    # Between the threads

    def _new_job(self, done: Done[Any] | None, owner: QObject | None) -> Job:
        if owner is None:
            bound = getattr(done, "__self__", None)
            owner = bound if isinstance(bound, QObject) else None
        job = Job(owner)
        self._jobs.add(job)
        if len(self._jobs) == 1:
            self.busy_changed.emit(True)
        return job

    def _reporter(self, job: Job, told: Told | None) -> Progress:
        def tell(done: int, total: int, text: str) -> None:
            if told is not None:
                self._deliver(lambda: told(done, total, text) if job.wanted() else None)

        return Progress(job, tell)

    def _on_store(self, call: Callable[[Store], None]) -> None:
        """Hand a call to the database thread, or keep it until the expected centre is open."""

        def submit() -> None:
            store = self.centre.store
            self._submit(self._database, lambda: call(store))

        if self._centre is None and self._waiting is not None:
            self._waiting.append(submit)
        else:
            submit()

    def _submit(self, threads: ThreadPoolExecutor, call: Callable[[], None]) -> None:
        """Hand a call to a thread; the tests' worker calls it in place."""
        if not self._closed:
            threads.submit(call)

    def _deliver(self, call: Callable[[], object]) -> None:
        """Let the main thread make a call; the tests' worker makes it in place."""
        self._arrived.emit(call)

    def _perform(
        self,
        job: Job,
        task: Callable[[], T | Changed[T]],
        done: Done[T] | None,
        failed: Failed | None,
    ) -> None:
        """Run a task where it belongs and send what became of it to the main thread."""
        try:
            if job.cancelled:
                raise Cancelled  # noqa: TRY301 - a task not begun ends like one stopped
            outcome = task()
        except Cancelled:
            self._deliver(lambda: self._end(job, None))
        except UserError as error:
            refusal = error
            self._deliver(lambda: self._end(job, lambda: self._refuse(refusal, failed)))
        except Exception as error:
            log.exception("A task failed.")
            bug = error
            self._deliver(lambda: self._end(job, lambda: self.broke.emit(bug)))
        else:
            registers: frozenset[str] = frozenset()
            if isinstance(outcome, Changed):
                registers, result = outcome.registers, outcome.result
            else:
                result = outcome
            self._deliver(lambda: self._succeed(job, result, registers, done))

    def _succeed(
        self, job: Job, result: T, registers: frozenset[str], done: Done[T] | None
    ) -> None:
        self._end(job, None if done is None else lambda: done(result))
        if registers:
            self.changed.emit(registers)

    def _refuse(self, error: UserError, failed: Failed | None) -> None:
        if failed is None:
            self.refused.emit(error)
        else:
            failed(error)

    def _end(self, job: Job, then: Callable[[], object] | None) -> None:
        job._finished.set()  # noqa: SLF001 - a job is the worker's own
        self._jobs.discard(job)
        if not self._jobs:
            self.busy_changed.emit(False)
        if then is not None and job.wanted():
            then()

    def _take(self, call: Callable[[], object]) -> None:
        call()


class InlineWorker(Worker):
    """Runs every task in place, for pictures and tests, where nobody waits at a window."""

    def release(self) -> None:
        """End the threads and leave the centre open for whoever opened it."""
        self._centre = None
        self.close()

    def _submit(self, threads: ThreadPoolExecutor, call: Callable[[], None]) -> None:
        call()

    def _deliver(self, call: Callable[[], object]) -> None:
        call()

    def on_database(self, step: Callable[[], T]) -> T:
        return step()
