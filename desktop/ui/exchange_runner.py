"""Keeps the exchange with the county going and the top bar honest about it.

The network is only ever touched on the worker's side threads; the steps on the database go through
its database thread. "已同步" is said only when nothing waits: the hub's receipts are in this file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial
from random import random
from threading import Event

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.errors import UserError
from desktop.models.registers import all_registers
from desktop.models.store import Store
from desktop.services.doubles import count_doubles
from desktop.sync import engine, schedule, standing
from desktop.sync.client import Declined
from desktop.sync.engine import Engine, ExchangeReport
from desktop.sync.standing import SyncStatus
from desktop.text import _
from desktop.ui.page import Desk, SyncState
from desktop.ui.worker import Cancelled, Changed, Job, Progress, changed

_FIRST_LOOK_MS = 1_500
_SETTLE_MS = 2_000
_PATIENCE_MS = 3_000
"""So long a stopped exchange may take for the batch it is at."""
AMBER_DAYS = 1
RED_DAYS = 3


class ExchangeRunner(QObject):
    """One for a desk: looks at what waits, exchanges on wish and by itself.

    When it does so by itself says :mod:`desktop.sync.schedule`.

    Signals:
        status_changed: The :class:`SyncStatus` was read anew.
        progressed: ``(phase, done, total)``.
        ended: The :class:`ExchangeReport`, or the error that stopped it; the worker tells of a bug.
    """

    status_changed = Signal(object)
    progressed = Signal(str, int, int)
    ended = Signal(object)
    _arrived = Signal(object)
    _broke = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.desk = desk
        self.status: SyncStatus | None = None
        self.twins = 0
        """How many groups of records may be one, which only a person can tell."""
        self._twins: dict[str, int] = {}
        self._uncounted: frozenset[str] | None = None
        self._job: Job | None = None
        self._stop = Event()
        self._settle = _timer(self, _SETTLE_MS, self.look)
        self._next = _timer(self, 0, self.exchange_quietly)
        self._patience = _timer(self, _PATIENCE_MS, self._cut)
        self._engine: Engine | None = None
        self._failures = 0
        self.forgotten = False
        """The hub does not know this PC any more: it has to be enrolled again."""
        self._begun = False
        desk.worker.changed.connect(self._touched)
        self._arrived.connect(desk.worker.broadcast)
        self._broke.connect(self._failed)
        desk.sign_out_wanted.connect(self._leave)
        desk.retired.connect(self.end)

    def begin(self) -> None:
        """Look soon, exchange a little later and then again and again."""
        self._begun = True
        _timer(self, _FIRST_LOOK_MS, self.look).start()

    def _plan_first(self, status: SyncStatus) -> None:
        """Plan the first exchange once it is known whether and as which PC this one is let in."""
        if self._begun and _has_link(status) and not self._next.isActive() and not self.running:
            place = schedule.place_of(status.device, status.url)
            self._plan(schedule.first_wait(place, dt.date.today()))

    def _plan(self, seconds: float) -> None:
        if self._begun:
            self._next.start(round(seconds * 1000))

    @property
    def next_in(self) -> float:
        """Return the seconds to the next exchange by itself; negative where none is planned."""
        return self._next.remainingTime() / 1000 if self._next.isActive() else -1.0

    # Looking

    def look(self) -> None:
        """Read what waits."""
        if self.desk.worker.is_open:
            uncounted, self._uncounted = self._uncounted, frozenset()
            self.desk.worker.run(partial(_read, uncounted), self._take, owner=self)

    def _take(self, found: _Found) -> None:
        kept = {key: count for key, count in self._twins.items() if key not in found.counted}
        self._twins = kept | found.twins
        self.twins = sum(self._twins.values())
        self._take_status(found.status)

    def _take_status(self, status: SyncStatus) -> None:
        self.status = status
        self.status_changed.emit(status)
        self._plan_first(status)
        self._tell()

    def _touched(self, registers: frozenset[str]) -> None:
        if self._uncounted is not None:
            self._uncounted |= registers
        self._settle.start()

    def count_anew(self) -> None:
        """Look for twins in every register: a person has left two of them apart."""
        self._uncounted = None
        self.look()

    def _tell(self) -> None:
        if self.running:
            self.desk.sync_state_changed.emit(SyncState(_("正在同步…")))
        elif self.status is not None:
            now = dt.datetime.now(dt.UTC)
            self.desk.sync_state_changed.emit(sentence(self.status, now, self.twins))

    # Exchanging

    @property
    def running(self) -> bool:
        """Whether an exchange is under way."""
        return self._job is not None and not self._job.finished

    def exchange(self, *, patient: bool = False) -> None:
        """Push and pull now, unless that is being done; a person who asks is not patient."""
        worker = self.desk.worker
        if self.running or not worker.is_open:
            return
        self._stop.clear()
        self._next.stop()
        store = worker.centre.store
        self._job = worker.run_aside(
            partial(self._work, store, patient),
            self.ended_well,
            self._failed,
            self._progress,
            owner=self,
        )
        self._tell()

    def exchange_quietly(self) -> None:
        """Exchange where this PC is let in; a county out of reach only shows in the top bar."""
        if self.status is not None and _has_link(self.status):
            self.exchange(patient=True)

    def stop(self) -> None:
        """End the exchange after the batch it is at; what was receipted stays receipted."""
        self._stop.set()
        self._patience.start()

    def put_off(self) -> None:
        """End the exchange, and begin none by itself for a while: a backup is to be restored."""
        self.stop()
        if self._next.isActive():
            self._plan(schedule.next_wait(0, random()))  # noqa: S311 - as below

    def end(self) -> None:
        """End the exchange at once: the window goes, and does not wait for a hub that hangs."""
        self._stop.set()
        self._cut()

    def _cut(self) -> None:
        if self._engine is not None and self._stop.is_set():
            self._engine.cut()

    def _work(self, store: Store, patient: bool, progress: Progress) -> Changed[ExchangeReport]:
        worker = self.desk.worker

        def tell(step: engine.Progress) -> None:
            progress.report(step.done, step.total, step.phase)
            if step.changed:
                self._arrived.emit(step.changed)

        self._engine = Engine(store, run_db=worker.steps_of(store), patient=patient)
        try:
            report = self._engine.exchange(tell, self._stop.is_set)
        except (UserError, Cancelled):
            raise
        except Exception as bug:
            self._broke.emit(bug)  # The next exchange is planned after a bug as well.
            raise
        finally:
            self._engine = None
        return changed(report, *report.changed)

    def _progress(self, done: int, total: int, phase: str) -> None:
        self.progressed.emit(phase, done, total)

    def ended_well(self, report: ExchangeReport) -> None:
        """Take what an exchange has done."""
        self._job = None
        self._failures = 0
        self.forgotten = False
        self._plan(schedule.next_wait(0, random()))  # noqa: S311 - spreads PCs, guards nothing
        self.ended.emit(report)
        self.look()

    def _failed(self, error: Exception) -> None:
        self._job = None
        self._failures += 1
        self.forgotten = isinstance(error, Declined) and error.is_of_device
        self._plan(schedule.next_wait(self._failures, random()))  # noqa: S311 - as above
        self.ended.emit(error)
        self.look()

    def _leave(self, only_lock: bool) -> None:
        if not only_lock:
            self.stop()


def runner_of(desk: Desk) -> ExchangeRunner:
    """Return the desk's runner, made when it is first asked for."""
    found = [child for child in desk.children() if isinstance(child, ExchangeRunner)]
    return found[0] if found else ExchangeRunner(desk)


@dataclass(frozen=True)
class _Found:
    """Where the exchange stands, and what is twice in the registers that were counted."""

    status: SyncStatus
    counted: frozenset[str]
    twins: dict[str, int]


def _read(uncounted: frozenset[str] | None, store: Store) -> _Found:
    """Read where the exchange stands; count twins only where something may have come."""
    counted = frozenset(all_registers()) if uncounted is None else uncounted
    with store.reading() as session:
        return _Found(standing.status(session), counted, count_doubles(session, counted))


def _has_link(status: SyncStatus) -> bool:
    """Tell whether this PC was let in and not only by stick."""
    return status.enrolled and bool(status.url)


def _timer(parent: QObject, milliseconds: int, call: object) -> QTimer:
    made = QTimer(parent)
    made.setSingleShot(True)
    made.setInterval(milliseconds)
    made.timeout.connect(call)
    return made


def waiting_days(status: SyncStatus, now: dt.datetime) -> int:
    """Return for how many whole days the oldest record has been waiting; -1 where none waits."""
    if not status.waiting or status.oldest_waiting is None:
        return -1
    return (now - status.oldest_waiting.astimezone(dt.UTC)).days


def tone_of(status: SyncStatus, now: dt.datetime, twins: int = 0) -> str:
    """Return amber after a day of waiting or where a person is needed, red after three days."""
    days = waiting_days(status, now)
    if days >= RED_DAYS:
        return "red"
    if days >= AMBER_DAYS or status.issues or twins or _photos_are_stuck(status, now):
        return "amber"
    return "green" if is_synced(status) else "soft"


def _photos_are_stuck(status: SyncStatus, now: dt.datetime) -> bool:
    """Tell whether photos wait, the exchange fails and has not been whole for a day."""
    if not (status.files_waiting and status.last_error and status.last_success):
        return False
    return (now - dt.datetime.fromisoformat(status.last_success)).days >= AMBER_DAYS


def is_synced(status: SyncStatus) -> bool:
    """Tell whether the county's receipts for everything are here."""
    waiting = status.waiting or status.files_waiting or status.refused
    return bool(status.enrolled and status.last_success) and not waiting


def sentence(status: SyncStatus, now: dt.datetime, twins: int = 0) -> SyncState:
    """Return what the top bar says; twins are to be looked at like conflicts and refusals."""
    if not status.enrolled:
        return SyncState(_("未连接县级"))
    parts = []
    if status.last_error:
        parts.append(_("未连上县级"))
    if status.waiting:
        parts.append(_("待上传 {count} 条").format(count=f"{status.waiting:,}"))
    elif status.files_waiting:
        parts.append(_("待上传照片 {count} 张").format(count=status.files_waiting))
    elif status.refused:
        parts.append(_("{count} 条被县级退回").format(count=f"{status.refused:,}"))
    elif is_synced(status):
        parts.append(_("已同步"))
    if status.issues + twins:
        parts.append(_("{count} 处待核对").format(count=status.issues + twins))
    if status.last_success:
        when = moment_in_words(dt.datetime.fromisoformat(status.last_success), now)
        parts.append(_("上次同步 {time}").format(time=when))
    return SyncState(" · ".join(parts) or _("还没有同步过"), tone_of(status, now, twins))


def moment_in_words(moment: dt.datetime, now: dt.datetime) -> str:
    """Return a moment as people say it: 今天 08:12."""
    here, today = moment.astimezone(), now.astimezone().date()
    time = f"{here:%H:%M}"
    if here.date() == today:
        return _("今天 {time}").format(time=time)
    if here.date() == today - dt.timedelta(days=1):
        return _("昨天 {time}").format(time=time)
    return f"{here:%Y-%m-%d} {time}"
