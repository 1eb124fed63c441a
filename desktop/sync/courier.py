"""Exchanging by stick: writing a packet for the county and reading its answer.

A packet holds everything without a receipt, so any of them may be lost. An answer is read once what
it follows on is here; what of it is known already is left out, so that it may be read twice, late,
or after an exchange online.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from nacl.signing import SigningKey
from nacl.utils import random
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models import file_states
from desktop.models.exchange_tables import CourierPacket, StoredFile
from desktop.models.file_states import HERE, LOST, attachments
from desktop.models.files import FileMissing, Files, digest_of
from desktop.models.storage_errors import DataDamaged
from desktop.models.store import Store
from desktop.models.vault import Vault
from desktop.sync import account, clock, outbox, protocol, unknown
from desktop.sync.account import Account, NotEnrolled
from desktop.sync.alone import alone
from desktop.sync.applying import Applying
from desktop.sync.carried import CarriedMending, read_compared
from desktop.sync.client import Declined
from desktop.sync.engine import LARGEST_BATCH, PAGE, ExchangeReport
from desktop.sync.files import receipt
from desktop.sync.packet import (
    SUFFIX,
    TO_CENTRE,
    TO_COUNTY,
    Answer,
    BadPacket,
    Envelope,
    Packet,
    damaged,
    fingerprint,
    open_content,
    read_envelope,
    read_packet,
    seal,
    write_packet,
)
from desktop.sync.protocol import FileContent, Reply, Status
from desktop.sync.steps import RunDb, Steps, inline
from desktop.sync.wire import BadMessage, pack, unpack
from desktop.text import _

_MOST_BYTES = 64 * 1024 * 1024
PHOTO_BYTES = 32 * 1024 * 1024
"""Photos go with a packet up to here; the others wait for the next."""


@dataclass(frozen=True, slots=True)
class Written:
    """A packet that was written.

    Attributes:
        path: The file.
        number: Count of this PC's packets.
        changes: Changes in it.
        more: Changes that did not fit wait for the next packet.
        photos: Photos in it.
        photos_left: Photos that wait for the next packet, or for a link.
    """

    path: Path
    number: int
    changes: int
    more: bool
    photos: int
    photos_left: int


class _Own(NamedTuple):
    """What this PC opens an answer with."""

    device: int
    secret: bytes
    hub_key: bytes
    generation: int


class Courier(Steps):
    """The exchange of one PC by files.

    Args:
        store: The centre's store.
        run_db: Runs a database step, on the thread that does such work.
    """

    def __init__(self, store: Store, run_db: RunDb = inline) -> None:
        self._store = store
        super().__init__(run_db)
        self._comparison = CarriedMending(store, run_db)
        self._files = Files.of(store.database)
        self._names = {each.id: each.name for each in Vault(store.database.home).people()}

    # Writing

    def write(self, path: Path, photo_bytes: int = PHOTO_BYTES) -> Written:
        """Write everything without a receipt to a file for the county.

        Raises:
            UserError: The PC was never let in, or the file cannot be written.
        """
        path = named(path)
        with alone(self._store.database.home):
            found = self._db(self._begin)
            requests, last, more = self._requests(found)
            # The packet's number is spent before its file exists: one too many does no harm.
            envelope, packet = self._db(partial(self._number, found, requests, last))
            packet.held = self._comparison.held(found)
            left = self._add_photos(packet, found.generation, photo_bytes)
            assert found.hub_key is not None
            content = seal(envelope, packet, found.hub_key, SigningKey(found.secret))
            write_packet(path, content)
        changes = last - found.acknowledged
        return Written(path, envelope.number, changes, more, len(packet.photos), left)

    def _begin(self) -> Account:
        with self._store.writing() as session:
            found = _read_account(session)
            with self._store.database.not_capturing(session.connection()):
                unknown.fill_in(session, found.acknowledged)
            return found

    def _number(self, found: Account, requests: list[bytes], last: int) -> tuple[Envelope, Packet]:
        with self._store.writing() as session:
            secret = account.new_secret()
            row = CourierPacket(
                number=found.packets + 1,
                packet=random(16),
                secret=secret,
                first=found.acknowledged + 1,
                last=last,
                written_at=_now(),
            )
            packet = Packet(
                protocol=protocol.PROTOCOL,
                schema=protocol.SCHEMA,
                generation=found.generation,
                nonce=found.nonce,
                previous=found.written[-1] if found.written else b"",
                spare=account.public_key(secret),
                acknowledged=found.acknowledged,
                requests=requests,
                wanted=file_states.to_fetch(session)[: protocol.MOST_FILES],
                marks=account.marks(session),
                written=found.written,
                lost=found.lost or (0, 0),
            )
            assert found.hub_key is not None
            envelope = Envelope(
                way=TO_COUNTY,
                hub=fingerprint(found.hub_key),
                device=found.device,
                number=row.number,
                packet=row.packet,
                sealed=b"",
            )
            session.add(row)
            return envelope, packet

    def _requests(self, found: Account) -> tuple[list[bytes], int, bool]:
        """Return everything that waits as packed requests, as far as it fits a file."""
        requests: list[bytes] = []
        last = found.acknowledged
        while True:
            batch = self._db(partial(self._batch, last))
            requests.append(pack(outbox.request_of(found, batch, 0 if batch.more else PAGE)))
            last = batch.last
            if not batch.more:
                return requests, last, False
            if sum(map(len, requests)) > _MOST_BYTES:
                return requests, last, True

    def _batch(self, last: int) -> outbox.Batch:
        with self._store.reading() as session:
            return outbox.build(session, last, LARGEST_BATCH, self._names)

    def _add_photos(self, packet: Packet, generation: int, most: int) -> int:
        """Put photos into a packet as far as they fit; returns how many stay behind."""
        left = 0
        for digest in self._db(partial(self._to_send, generation)):
            try:
                content = self._files.read(digest)
            except (FileMissing, DataDamaged):
                self._db(partial(self._note_lost, digest))
                continue
            if len(content) > most:
                left += 1
                continue
            most -= len(content)
            packet.photos.append(FileContent(digest, content))
        return left

    def _to_send(self, generation: int) -> list[str]:
        with self._store.reading() as session:
            statement = select(StoredFile.digest).where(file_states.to_send(generation))
            return list(session.scalars(statement.order_by(StoredFile.digest)))

    def _note_lost(self, digest: str) -> None:
        with self._store.writing() as session:
            file_states.note(session, [digest], LOST)

    # Reading

    def read(self, path: Path) -> ExchangeReport:
        """Take in the county's answer; reading one twice or late changes nothing.

        Raises:
            BadPacket: The file is damaged, or an answer to another PC.
            Declined: The county did not take the packet; says why.
        """
        data = read_packet(path)
        with alone(self._store.database.home):
            envelope = read_envelope(data)
            own, row = self._db(partial(self._find, envelope))
            answer = open_content(envelope, Answer, SigningKey(own.secret), own.hub_key)
            if answer.fault is not None:
                raise Declined(answer.fault.code, answer.fault.message)
            report = ExchangeReport()
            report.again = answer.more
            if answer.enrolled is not None:
                self._db(partial(self._accept, answer.enrolled, row.secret))
                report.copied, report.joined = bool(own.device), not own.device
                report.again = True
            compared = read_compared(answer.compared)
            self._comparison.make_up(compared, report)
            reached = self._take_replies(answer, row, report)
            self._comparison.compare(compared, reached, report)
            report.again |= bool(report.found.offered)
            self._take_photos(answer, own.generation, report)
            self._db(partial(self._end, envelope.number, report))
            return report

    def _take_replies(
        self, answer: Answer, row: CourierPacket, report: ExchangeReport
    ) -> tuple[int, int]:
        """Take in the receipts and pages; returns how far the answer itself reaches with both."""
        reached = 0, 0
        for reply, first, after, held in _replies(answer):
            reached = reply.ack, reply.cursor
            if reply.status != Status.TAKEN:
                self._db(partial(self._step_back, row, reply, report))
                report.again = True
                break
            self._db(partial(self._take, reply, (first, after, held), report))
        return reached

    def _find(self, envelope: Envelope) -> tuple[_Own, CourierPacket]:
        with self._store.reading() as session:
            state = account.read_row(session)
            if state is None or not state.hub_key or not state.secret:
                raise NotEnrolled(_("这台电脑还没有写过交换包。"), _("请先向县里登记。"))
            own = _Own(state.device or 0, state.secret, state.hub_key, state.hub_gen or 0)
            if envelope.way != TO_CENTRE:
                raise BadPacket(
                    _("这是写给县级的交换包，不是县级的回执包。"), _("请把它交给县里读入。")
                )
            if envelope.hub != fingerprint(own.hub_key):
                raise BadPacket(_("这个回执包来自别的县级平台，没有读入。"))
            row = session.get(CourierPacket, envelope.number)
            if row is None or row.packet != envelope.packet or envelope.device != own.device:
                raise BadPacket(
                    _("这个回执包是给 {device} 号电脑的，不是回答本机写的交换包。").format(
                        device=envelope.device
                    )
                    if envelope.device
                    else _("这个回执包不是回答本机写的交换包。"),
                    _("请在写出交换包的那台电脑上读入。"),
                )
            session.expunge(row)
            return own, row

    def _accept(self, enrolled: protocol.Enrolled, secret: bytes) -> None:
        with self._store.writing() as session:
            account.accept(session, enrolled, secret)

    def _step_back(self, row: CourierPacket, reply: Reply, report: ExchangeReport) -> None:
        with self._store.writing() as session:
            _step_back(session, row, reply, report)

    def _take(self, reply: Reply, reach: tuple[int, int, int], report: ExchangeReport) -> None:
        """Apply one reply as far as it is news."""
        first, after, held = reach
        with (
            self._store.writing() as session,
            self._store.database.not_capturing(session.connection()),
        ):
            found = account.read_account(session)
            if reply.generation != found.generation:
                raise BadPacket(
                    _("这个回执包早于县级平台的恢复，已经没有用了。"), _("请再写一个交换包。")
                )
            if after > found.cursor:
                raise BadPacket(
                    _("这个回执包接不上本机现有的数据。"), _("请再写一个交换包交给县里。")
                )
            batch = outbox.sent(session, max(first, found.acknowledged + 1), reply.ack)
            if reply.ack <= found.acknowledged:
                reply.ack = found.acknowledged
                reply.superseded, reply.overridden = [], []
                reply.met, reply.refused = [], []
            if reply.cursor <= found.cursor:
                reply.cursor, reply.inserts, reply.edits = found.cursor, [], []
            applied = Applying(session, batch, reply, held).apply()
            report.add(found.acknowledged, reply, applied)

    def _take_photos(self, answer: Answer, generation: int, report: ExchangeReport) -> None:
        fetched = []
        for sent in answer.photos:
            if digest_of(sent.content) == sent.digest:
                self._files.put(sent.content)
                fetched.append(sent.digest)
        self._db(partial(self._note_photos, fetched, answer.stored, generation))
        report.files.fetched, report.files.sent = len(fetched), len(answer.stored)
        if fetched:
            report.changed |= {register.key for register, _key in attachments()}

    def _note_photos(self, fetched: list[str], stored: list[str], generation: int) -> None:
        with self._store.writing() as session:
            file_states.note(session, fetched, HERE)
            receipt(session, fetched + stored, generation)

    def _end(self, number: int, report: ExchangeReport) -> None:
        with self._store.writing() as session:
            statement = update(CourierPacket).where(CourierPacket.number == number)
            session.execute(statement.values(answered_at=_now()))
            found = account.read_account(session)
            report.waiting = outbox.waiting(session, found.acknowledged)
            report.files.waiting = file_states.count_to_send(session, found.generation)
            report.files.missing = len(file_states.to_fetch(session))
            if not report.again:
                account.note_success(session)


def _read_account(session: Session) -> Account:
    found = account.read_account(session)
    if not found.hub_key:
        raise UserError(
            _("这台电脑还没有县级平台的密钥，不能写交换包。"),
            _("请先连网同步一次；以后就可以用交换包。"),
        )
    return found


def _replies(answer: Answer) -> Iterator[tuple[Reply, int, int, int]]:
    """Give the replies, the first change and the revision each begins after, what was held."""
    try:
        reached = zip(answer.replies, answer.starts, strict=True)
        for (body, (first, after)), held in zip_longest(reached, answer.held):
            reply = unpack(body, Reply)
            yield reply, first, after, reply.ack if held is None else held
    except (BadMessage, ValueError) as error:
        raise damaged() from error


def _step_back(session: Session, row: CourierPacket, reply: Reply, report: ExchangeReport) -> None:
    """Do what the hub asks for before it takes anything: the next packet then fits."""
    found = account.read_account(session)
    if row.answered_at is not None:
        return
    if reply.status == Status.CLOCK:
        if found.acknowledged > reply.ack:
            return  # It came late: the stamps were put right online or by another stick since.
        # Days may lie between the two clocks' readings, so the stamps themselves have to tell.
        furthest = clock.furthest_ms(session, found.acknowledged, row.last)
        report.tell_clock(furthest - reply.now)
        clock.shift_back(session, found.acknowledged, reply, 0, row.last)
    elif reply.generation != found.generation:
        account.rewind(session, found, reply)


def named(path: Path) -> Path:
    """Return the path with the suffix of exchange packets."""
    return path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX)


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
