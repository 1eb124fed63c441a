"""Who changed what in a record on any PC of the centre and at the county, as the hub logged it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from desktop.models.kinds import BadValue, Kind, show
from desktop.models.register import DELETED_AT, Register
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.models.titles import titles
from desktop.sync import account
from desktop.sync.client import Client
from desktop.sync.protocol import History, LoggedEdit
from desktop.sync.steps import RunDb, inline, run_step
from desktop.sync.wire import field_of, read_value
from desktop.text import _


@dataclass(frozen=True, slots=True)
class CountyEdit:
    """One edit, as people read it; ``stands`` tells whether it has not given way to another."""

    at: dt.datetime
    who: str
    device: str
    label: str
    value: str
    stands: bool


@dataclass(frozen=True, slots=True)
class CountyHistory:
    """What the county knows of a record; ``made_on`` is None where it does not have it yet."""

    made_on: str | None
    edits: tuple[CountyEdit, ...]


def ask(
    store: Store,
    register: Register,
    record_id: bytes,
    run_db: RunDb = inline,
    client: Client | None = None,
) -> CountyHistory:
    """Ask the county for the edits of a record.

    Raises:
        UserError: The PC was not let in, or the county cannot be reached.
    """

    def read() -> account.Account:
        with store.reading() as session:
            return account.read_account(session)

    def in_words() -> CountyHistory:
        with store.reading() as session:
            edits = tuple(_edit(session, register, each) for each in found.edits)
            return CountyHistory(found.made_on, edits)

    own = run_step(run_db, read)
    client = client or Client(own.url, own.way)
    with client:
        client.sign_as(own.device, own.secret)
        found: History = client.history(register.number, record_id)
    return run_step(run_db, in_words)


def _edit(session: Session, register: Register, logged: LoggedEdit) -> CountyEdit:
    known, field = field_of(register.by_number, logged.field)
    value = _shown(session, register, logged)
    label = _("删除") if logged.field == DELETED_AT else _("（较新版本的栏目）")
    return CountyEdit(
        at=dt.datetime.fromtimestamp(logged.at / 1000, dt.UTC),
        who=logged.person or ("" if logged.device else _("县级")),
        device=logged.device,
        label=_(field.label) if known and field is not None else label,
        value=value,
        stands=not logged.lost,
    )


def _shown(session: Session, register: Register, logged: LoggedEdit) -> str:
    known, field = field_of(register.by_number, logged.field)
    if logged.field == DELETED_AT:
        return _("未删除") if logged.value is None else _("已删除")
    try:
        value = read_value(field, logged.value)
    except BadValue:
        return str(logged.value)
    if not known or field is None or value is None:
        return ""
    if field.kind is Kind.REFERENCE and isinstance(value, bytes):
        return titles(session, find_register(field.target), [value]).get(value, "")
    return show(field.kind, value)
