"""The exchange with the county: push everything, then pull everything, one batch at a time.

Files of records follow (:mod:`desktop.sync.files`); what happens to them never stops the records.

Building a batch, talking to the hub and applying the answer are separate steps. Database steps go
through ``run_db``, so that a window can run them on its database thread; nothing there ever waits
for the network.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.file_states import attachments
from desktop.models.store import Store
from desktop.models.vault import Vault
from desktop.sync import account, clock, outbox, protocol, unknown
from desktop.sync.account import Account
from desktop.sync.alone import alone
from desktop.sync.applying import Applied, Applying
from desktop.sync.client import Client, Declined, SlowLink, TooLarge
from desktop.sync.files import FileExchange
from desktop.sync.line import Line, Sent
from desktop.sync.mending import Mending
from desktop.sync.outbox import Batch, Queue
from desktop.sync.protocol import Reply, Status
from desktop.sync.report import ExchangeReport, Progress, progress_of, tell_arrived, tell_files
from desktop.sync.snapshot import FirstDownload
from desktop.sync.steps import RunDb, Steps, inline
from desktop.text import _

__all__ = ["Engine", "ExchangeReport", "Progress"]

FIRST_BATCH = 1_000
LARGEST_BATCH = 8_000
PAGE = 2_000
_SMALLEST_PAGE = 5
_GOOD_BYTES = 160 * 1024
_MOST_REPEATS = 4


class Engine(Steps):
    """The exchange of one PC with its hub.

    Args:
        store: The centre's store.
        client: The connection; made from the PC's account where none is given.
        run_db: Runs a database step, on the thread that does such work.
        patient: Leave out files that failed lately; what a person starts is not patient.
        compare: Hold the registers against the hub's at the end, whether it is due or not.
    """

    def __init__(
        self,
        store: Store,
        client: Client | None = None,
        run_db: RunDb = inline,
        *,
        patient: bool = False,
        compare: bool = False,
    ) -> None:
        self._store = store
        self._client = client
        super().__init__(run_db)
        self._patient = patient
        self._always_compare = compare
        self._limit = FIRST_BATCH
        self._page = PAGE
        self._queue = Queue()
        self._talking: Client | None = None
        self._why: UserError | None = None
        self._names = {each.id: each.name for each in Vault(store.database.home).people()}

    def exchange(
        self,
        progress: Callable[[Progress], None] = lambda _progress: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ExchangeReport:
        """Push and pull until both sides hold the same, or until cancelled between two batches.

        Raises:
            UserError: The hub cannot be reached or does not let this PC in; what was receipted
                until then stays receipted, and the next exchange goes on from there.
        """
        with alone(self._store.database.home):
            account_ = self._db(self._begin)
            if not account_.url:
                raise UserError(
                    _("这台电脑是用U盘登记的，没有平台地址。"), _("请用交换包与县级交换。")
                )
            made = self._client is None
            client = self._client or Client(account_.url, account_.way)
            client.sign_as(account_.device, account_.secret)
            self._talking = client
            report = ExchangeReport()
            try:
                if not account_.hub_key:
                    self._db(partial(self._keep_hub_key, client.account().key))
                self._rows_and_files(client, report, progress, cancelled)
            except UserError as error:
                if not cancelled():
                    self._db(partial(self._note_error, error))
                    raise
                report.waiting = self._db(self._waiting)  # It was cut short.
            finally:
                self._talking = None
                if made:
                    client.close()
            return report

    def cut(self) -> None:
        """End an exchange that was cancelled without waiting for the hub; from another thread."""
        if self._talking is not None:
            self._talking.cut()

    def _rows_and_files(
        self,
        client: Client,
        report: ExchangeReport,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Exchange the records, then the files; records written meanwhile go before more files."""
        files = FileExchange(self._store, client, self._run, patient=self._patient)
        report.files = files.report
        if self._db(self._lost):
            self._make_up(client, report)
        FirstDownload(self._store, client, self._run).fetch(
            partial(tell_arrived, report, progress), cancelled
        )
        tell = partial(tell_files, progress)
        while True:
            self._loop(client, report, progress, cancelled)
            if not cancelled() and self._compare(client, report):
                continue
            if cancelled() or not files.exchange(tell, cancelled):
                if report.files.fetched:
                    report.changed |= {register.key for register, _key in attachments()}
                return

    def _loop(
        self,
        client: Client,
        report: ExchangeReport,
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        line = Line(client)
        repeats = 0
        try:
            while not (cancelled() and not line):
                if line.has_room and not cancelled() and self._ask_next(client, line, report):
                    continue
                self._build_ahead(line)
                sent = line.oldest()
                reply = self._answer(client, line, sent, report)
                repeats = repeats + 1 if reply is None else 0
                if repeats > _MOST_REPEATS:
                    never = UserError(_("与县级平台反复对不上。"), _("请稍后再试，或联系县里。"))
                    raise self._why or never
                if reply is None:
                    continue
                applied = self._db(partial(self._apply, sent.batch, reply))
                report.add(sent.batch.first - 1, reply, applied)
                report.waiting = self._db(self._waiting)
                progress(progress_of(report, reply, report.waiting, applied))
                if not report.waiting and not sent.batch.more and reply.cursor >= reply.top:
                    self._db(self._note_success)
                    return
            report.waiting = self._db(self._waiting)
        finally:
            line.drop()

    def _ask_next(self, client: Client, line: Line, report: ExchangeReport) -> bool:
        """Send the next batch, where one may leave before the next answer.

        Nothing is pulled before all is pushed and answered: the hub must know what the editor had
        seen. So that the last edits need not wait for those answers as well, they leave without
        asking for anything, and an empty batch asks.
        """
        account_, batch = self._db(partial(self._next, line))
        report.cursor = account_.cursor
        if line and not batch.more:
            if batch.last < batch.first:
                line.keep_next(batch)
                return False
            batch.more = True
        if account_.lost and not line:
            self._make_up(client, report)
            return True
        request = outbox.request_of(account_, batch, 0 if batch.more else self._page)
        request.marks = self._db(partial(account.mark_try, self._store))
        report.requests += 1
        line.send(account_, batch, request)
        return True

    def _build_ahead(self, line: Line) -> None:
        """Count and build while the hub is at work: on a slow link the batch came too late else."""
        self._db(self._waiting)
        while (start := line.next_to_build) is not None:
            line.keep(self._db(partial(self._build_after, start)))

    def _make_up(self, client: Client, report: ExchangeReport) -> None:
        """Offer a restored hub what it has lost, before its older values are pulled."""
        report.found += Mending(self._store, client, self._run).make_up()

    def _compare(self, client: Client, report: ExchangeReport) -> bool:
        """Compare with the hub where it is due; says whether something is to be sent now."""
        mending = Mending(self._store, client, self._run)
        if report.waiting or report.compared or not (self._always_compare or mending.is_due()):
            return False
        found = mending.compare()
        if found is None:
            return False
        report.compared = True
        report.found += found
        report.changed |= mending.changed
        return bool(found.offered)

    def _answer(
        self, client: Client, line: Line, sent: Sent, report: ExchangeReport
    ) -> Reply | None:
        """Wait for the answer; None means that the same has to be tried again in another way."""
        batch = sent.batch
        try:
            reply, size = sent.answer.result()
        except (SlowLink, TooLarge) as error:
            self._why = error
            line.drop()
            if not self._halve(batch.last - batch.first + 1):
                raise
            return None
        except Declined as declined:
            line.drop()
            if declined.code != protocol.FORKED:
                raise
            self._split_copy(client, sent.account, report)
            return None
        if reply.status != Status.TAKEN:
            line.drop()
            if reply.status != Status.EARLY:
                self._db(partial(self._step_back, reply, report))
            return None
        report.bytes_sent += size
        self._adapt(size, batch)
        if line:
            reply.nonce = b""  # The next request has left under the one of this.
        return reply

    def _halve(self, count: int) -> bool:
        """Ask for less the next time; says whether less is possible."""
        if count > 1:
            self._limit = count // 2
            return True
        self._page //= 2
        return self._page >= _SMALLEST_PAGE

    def _adapt(self, size: int, batch: Batch) -> None:
        count = batch.last - batch.first + 1
        if batch.more and count:
            fitting = count * _GOOD_BYTES // max(size, 1)
            self._limit = max(1, min(LARGEST_BATCH, fitting, self._limit * 4))

    # Steps on the database

    def _begin(self) -> Account:
        with self._store.writing() as session:
            found = account.read_account(session)
            with self._store.database.not_capturing(session.connection()):
                unknown.fill_in(session, found.acknowledged)
            return found

    def _next(self, line: Line) -> tuple[Account, Batch]:
        with self._store.reading() as session:
            found = account.read_account(session)
            start = found.acknowledged if line.end is None else line.end
            return found, line.take_built(start + 1) or self._build(session, start)

    def _build(self, session: Session, start: int) -> Batch:
        return outbox.build(session, start, self._limit, self._names, self._queue)

    def _build_after(self, start: int) -> Batch:
        with self._store.reading() as session:
            return self._build(session, start)

    def _lost(self) -> bool:
        with self._store.reading() as session:
            return account.read_account(session).lost is not None

    def _waiting(self) -> int:
        with self._store.reading() as session:
            return self._queue.waiting(session, account.read_account(session).acknowledged)

    def _apply(self, batch: Batch, reply: Reply) -> Applied:
        with (
            self._store.writing() as session,
            self._store.database.not_capturing(session.connection()),
        ):
            return Applying(session, batch, reply).apply()

    def _step_back(self, reply: Reply, report: ExchangeReport) -> None:
        with self._store.writing() as session:
            found = account.read_account(session)
            if reply.status == Status.CLOCK:
                ahead = clock.ahead_ms(reply.now)
                clock.shift_back(session, found.acknowledged, reply, ahead)
                report.tell_clock(ahead)
                account.write(session, nonce=reply.nonce)
                return
            report.changed |= account.rewind(session, found, reply)

    def _split_copy(self, client: Client, account_: Account, report: ExchangeReport) -> None:
        """Ask for an own number: this database was restored from a backup or copied."""
        secret = account.new_secret()
        request = protocol.ForkRequest(
            device=account_.device,
            key=account.public_key(secret),
            acknowledged=account_.acknowledged,
        )
        enrolled = client.fork(request)
        self._db(partial(self._accept, enrolled, secret))
        client.sign_as(enrolled.device, secret)
        report.copied = True

    def _accept(self, enrolled: protocol.Enrolled, secret: bytes) -> None:
        with self._store.writing() as session:
            account.accept(session, enrolled, secret)

    def _keep_hub_key(self, key: bytes) -> None:
        """Keep the hub's key for sticks, where the PC was let in before there were any."""
        if key:
            with self._store.writing() as session:
                account.write(session, hub_key=key)

    def _note_success(self) -> None:
        with self._store.writing() as session:
            account.note_success(session)

    def _note_error(self, error: UserError) -> None:
        with self._store.writing() as session:
            account.note_error(session, error)
