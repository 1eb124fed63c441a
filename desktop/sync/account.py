"""Where this PC stands with the hub: its credential, cursor and receipts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from nacl.signing import SigningKey
from nacl.utils import random
from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models.changes import NEW_RECORD
from desktop.models.exchange_tables import CourierPacket
from desktop.models.local import Change, SyncState
from desktop.models.published import forget_published, published_records
from desktop.models.register import Register
from desktop.models.registers import find_register, registers_by_number
from desktop.models.store import Store
from desktop.sync import protocol, seen
from desktop.sync.client import Way
from desktop.text import _

_SECRET_BYTES = 32
_MARK_BYTES = 8
_MOST_MARKS = 16
"""With more tries than that the oldest are forgotten; at worst the PC gets a new number."""
_TOLD_PACKETS = 16
"""So many packets on sticks may get lost in a row before the hub no longer knows a copied disk."""


class NotEnrolled(UserError):  # noqa: N818 - named as the person meets it
    """The PC has not been let in at a hub."""


@dataclass(frozen=True, slots=True)
class Account:
    """What the PC needs for its next request."""

    url: str
    device: int
    secret: bytes
    nonce: bytes
    generation: int
    cursor: int
    clock: int
    acknowledged: int
    packets: int
    written: list[bytes]
    hub_key: bytes | None
    way: Way
    lost: tuple[int, int] | None = None
    """Generation and revision of a hub that was restored since, and has not been offered yet what
    it may have lost."""


def read_row(session: Session) -> Row[Any] | None:
    """Return the exchange's state, None where the PC never asked to be let in."""
    return session.execute(select(SyncState.__table__)).first()


def read_account(session: Session) -> Account:
    """Return the PC's account.

    Raises:
        NotEnrolled: There is none.
    """
    row = read_row(session)
    if row is None or row.device is None or row.nonce is None:
        raise NotEnrolled(
            _("这台电脑还没有在县级平台登记。"), _("请用县里给的登记码运行 thdesk enrol。")
        )
    packets = session.execute(
        select(CourierPacket.number, CourierPacket.packet)
        .order_by(CourierPacket.number.desc())
        .limit(_TOLD_PACKETS)
    ).all()
    return Account(
        url=row.url,
        device=row.device,
        secret=row.secret,
        nonce=row.nonce,
        generation=row.hub_gen,
        cursor=row.cursor,
        clock=row.hlc,
        acknowledged=row.acked_seq,
        packets=packets[0].number if packets else 0,
        written=[each.packet for each in reversed(packets)],
        hub_key=row.hub_key,
        way=way_of(row),
        lost=None if row.lost_gen is None else (row.lost_gen, row.lost_cursor),
    )


def way_of(row: Row[Any] | None) -> Way:
    """Return how the hub is reached from this PC."""
    if row is None:
        return Way()
    return Way(row.proxy or "", row.certificate or "")


def write(session: Session, **values: Any) -> None:
    """Change the given parts of the state; with a new nonce the tries under the last one end."""
    if "nonce" in values:
        values["incarnation"] = None
    statement = insert(SyncState).values(one=1, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["one"], set_=values))


def mark_try(store: Store) -> list[bytes]:
    """Note on the disk that a request is about to leave; returns the marks of all tries.

    The hub takes a second request under the nonce before its last only from a disk that knows what
    the first one was marked with: one that was put back to before it cannot.
    """
    # A mark that a power cut takes away makes the PC look like a copied one, which is harmless.
    with store.writing(durable=False) as session:
        made = [*marks(session)[1 - _MOST_MARKS :], random(_MARK_BYTES)]
        write(session, incarnation=b"".join(made).hex())
        return made


def marks(session: Session) -> list[bytes]:
    """Return the marks of the requests that were sent under the present nonce."""
    row = read_row(session)
    kept = bytes.fromhex(row.incarnation or "") if row is not None else b""
    return [kept[at : at + _MARK_BYTES] for at in range(0, len(kept), _MARK_BYTES)]


def ask_with(session: Session, url: str, *, again: bool = False) -> bytes:
    """Return the secret to ask with; a second try uses the first one's, whose answer was lost.

    Args:
        session: The transaction.
        url: The hub's address.
        again: The hub no longer knows this PC, such as one restored from an older backup.
    """
    row = read_row(session)
    if row is not None and row.device is not None and not again:
        raise UserError(
            _("这台电脑已在 {url} 登记。").format(url=row.url), _("要改接别处请联系县里。")
        )
    if row is not None and row.secret and (row.url == url or row.device is not None):
        return bytes(row.secret)
    secret = random(_SECRET_BYTES)
    write(session, url=url, secret=secret)
    return secret


def public_key(secret: bytes) -> bytes:
    """Return what the hub keeps of the credential."""
    return bytes(SigningKey(secret).verify_key)


def accept(session: Session, enrolled: protocol.Enrolled, secret: bytes) -> None:
    """Take the hub's answer to an enrolment or to a split copy; everything is pulled anew."""
    row = read_row(session)
    if row is not None and row.device is not None and row.hub_gen != enrolled.generation:
        # The hub was restored as well: it may lack what it had given its receipt for.
        _note_lost(session, row.hub_gen, row.cursor)
        _forget_lost(session)
        write(session, acked_seq=0)
    seen.forget(session)
    session.execute(delete(CourierPacket))
    if enrolled.key:
        write(session, hub_key=enrolled.key)
    write(
        session,
        device=enrolled.device,
        secret=secret,
        nonce=enrolled.nonce,
        hub_gen=enrolled.generation,
        cursor=0,
        snapshot=None,
        last_error=None,
        # A disk that was put back or copied is compared once it has everything.
        checked_at=None if row is None or row.device is None else "",
    )


def rewind(session: Session, account: Account, reply: protocol.Reply) -> set[str]:
    """Begin again where the hub, restored from a backup, still has everything.

    What the county published is the hub's alone to say: it comes again with the pull, without what
    the backup did not have. Returns the registers in which records are gone until then.
    """
    forgotten: set[str] = set()
    if reply.generation != account.generation:
        _note_lost(session, account.generation, account.cursor)
        forgotten = _forget_lost(session)
    seen.forget(session)
    write(
        session,
        nonce=reply.nonce,
        hub_gen=reply.generation,
        cursor=0,
        acked_seq=min(reply.ack, account.acknowledged),
    )
    return forgotten


def _note_lost(session: Session, generation: int, cursor: int) -> None:
    """Note how far this PC had seen a hub before it was restored; the first time counts."""
    row = read_row(session)
    if row is None or row.lost_gen is None:
        write(session, lost_gen=generation, lost_cursor=cursor)


def _forget_lost(session: Session) -> set[str]:
    """Forget what a restored hub has to say anew; what it may have lost of the rest is sent whole.

    A record that came from the county into a register of the centre's own is in no change row here,
    so that a hub without it would never hear of it again.
    """
    last = session.execute(select(func.max(Change.hlc))).scalar() or 0
    for number, ids in published_records(session).items():
        register = registers_by_number().get(number)
        if register is None:
            continue
        table = register.table
        there = session.scalars(select(table.c.id).where(table.c.id.in_(ids))).all()
        for id in there:
            last += 1
            session.add(Change(t=number, record_id=id, mask=NEW_RECORD, hlc=last))
    session.flush()
    return forget_published(session)


def new_secret() -> bytes:
    """Return a fresh secret for a split copy."""
    return random(_SECRET_BYTES)


def centre_code(session: Session) -> str:
    """Return the code of this PC's own centre."""
    centre: Register = find_register("centre")
    table = centre.table
    found = session.execute(select(table.c.code).where(table.c.deleted_at.is_(None)).limit(1))
    return str(found.scalar() or "")


def note_success(session: Session) -> None:
    """Note that both sides hold the same; the first time they need not be compared."""
    row = read_row(session)
    first = row is None or row.checked_at is None
    write(
        session, last_success=_now(), last_error=None, **({"checked_at": _now()} if first else {})
    )


def note_error(session: Session, error: UserError) -> None:
    """Note why the exchange stopped."""
    session.execute(update(SyncState).values(last_error=f"{_now()} {error}"))


def _now() -> str:
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
