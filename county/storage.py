"""The hub's database: SQLite for a county's trial, PostgreSQL for real use, the same statements."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from threading import Lock
from typing import Any

from nacl.signing import SigningKey
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.schema import CreateColumn

from county import fences
from county.tables import (
    CENTRES,
    CHANGES,
    HUB,
    METADATA,
    RESTORATIONS,
    SNAPSHOT_PAGES,
    SNAPSHOTS,
    register_tables,
)
from desktop.errors import DataTooNew, NotFound, UserError
from desktop.text import _

VERSION = 1
CONNECTIONS = 10
"""How many connections a process has; more than the machine has cores make nothing faster."""
_BUSY_SECONDS = 30
_WRITING = "hub_writing"
_REVISIONS = 1_000_000


class Damaged(UserError):  # noqa: N818 - named as the person meets it
    """The disk has spoilt the database."""


class Hub:
    """An open hub database.

    Args:
        url: Its SQLAlchemy URL; ``postgresql://`` means psycopg 3.
        county: Transactions see all centres until a PC's signature confines them to its own; else
            they see none until then.
    """

    def __init__(self, url: str | URL, *, county: bool = True) -> None:
        register_tables()
        self._county = county
        self.engine = _make_engine(url)
        self.url = self.engine.url
        self._writing = self.engine.execution_options(**{_WRITING: True})
        # PostgreSQL would else show each statement another state.
        one = {} if self.url.drivername == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**one)
        # SQLite lets writers try again by chance, and one of a crowd may never come in.
        self._turn = Lock() if self.url.drivername == "sqlite" else nullcontext()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Run a block on one consistent state."""
        with _explained(), self._reading.connect() as connection:
            self._enter(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Run a block as one transaction; a receipt may be given once it has ended."""
        with self._turn, _explained(), self._writing.begin() as connection:
            self._enter(connection)
            yield connection

    @contextmanager
    def owning(self) -> Iterator[Connection]:
        """Run a block as one transaction of the tables' owner, who may change the tables."""
        with self._turn, _explained(owner=True), self._writing.begin() as connection:
            yield connection

    def _enter(self, connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            fences.enter(connection, county=self._county)

    def create(self) -> bool:
        """Make what is missing: tables, and columns that registers have gained; tell if any was."""
        with self.owning() as connection:
            return build(connection)

    def check(self) -> None:
        """Refuse a database that this program does not fit.

        Raises:
            NotFound: It has no hub in it yet.
            DataTooNew: A newer program made it.
            UserError: It lacks tables or columns of this program.
        """
        with self.owning() as connection:
            found = version_of(connection)
            if found is None:
                raise NotFound(_("数据库里还没有县级平台。"), _("请先运行 county-hub init。"))
            _refuse_newer(found)
            if found < VERSION or _missing(connection) or fences.missing(connection):
                raise UserError(
                    _("数据库由较旧的版本建立。"), _("请先备份，再运行 county-hub init 升级。")
                )


def build(connection: Connection) -> bool:
    """Make what is missing, as ``Hub.create`` does, in a transaction of the tables' owner."""
    found = version_of(connection)
    _refuse_newer(found)
    before = _missing(connection)
    METADATA.create_all(connection)
    for table, column in before:
        if column:
            _add_column(connection, table, column)
    renewed = _renew_indexes(connection)
    if found is None:
        # Generations only need to differ from every earlier one of the same county.
        connection.execute(insert(HUB).values(version=VERSION, generation=time.time_ns()))
    seed = bytes(SigningKey.generate())
    connection.execute(update(HUB).where(HUB.c.key.is_(None)).values(key=seed))
    return fences.build(connection) or renewed or bool(before)


def generation(connection: Connection) -> int:
    """Return the hub's generation, which a restored backup renews."""
    return int(connection.execute(select(HUB.c.generation)).scalar_one())


def identity(connection: Connection) -> SigningKey:
    """Return the key that the hub signs with; it stays the same over a restored backup."""
    return SigningKey(connection.execute(select(HUB.c.key)).scalar_one())


def _make_engine(url: str | URL) -> Engine:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # The latter for a port that is no number.
        raise _not_understood(url) from error
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "postgresql+psycopg":
        return create_engine(
            parsed,
            pool_pre_ping=True,
            pool_size=CONNECTIONS,
            connect_args={"application_name": "county-hub"},
        )
    if parsed.drivername != "sqlite":
        raise _not_understood(url)
    if not parsed.database or parsed.database == ":memory:":
        raise UserError(_("请给出数据库文件，例如 sqlite:////srv/county/hub.db。"))
    engine = create_engine(
        parsed,
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        connect_args={"timeout": _BUSY_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def renew_generation(connection: Connection) -> None:
    """Tell every PC that this database was restored: they send again what it has lost.

    Every revision moves up by millions, so that none is ever given to two different changes.
    """
    feeds = [CHANGES, *(table for _register, table in register_tables().values())]
    before, after = generation(connection), time.time_ns()
    for centre in connection.execute(select(CENTRES.c.id, CENTRES.c.rev)).all():
        step = (centre.rev // _REVISIONS + 1) * _REVISIONS
        for table in feeds:
            own = table.c.centre_id == centre.id
            connection.execute(update(table).where(own).values(rev=table.c.rev + step))
        connection.execute(
            update(CENTRES)
            .where(CENTRES.c.id == centre.id)
            .values(rev=CENTRES.c.rev + step, gone=CENTRES.c.gone + step)
        )
        connection.execute(
            insert(RESTORATIONS).values(
                centre_id=centre.id,
                generation=after,
                before=before,
                rev=centre.rev + step,
                step=step,
            )
        )
    for made in (SNAPSHOT_PAGES, SNAPSHOTS):
        connection.execute(delete(made))
    connection.execute(update(HUB).values(generation=after))


def _not_understood(url: str | URL) -> UserError:
    return UserError(
        _("看不懂数据库地址“{url}”。").format(url=url),
        _("例如 sqlite:////srv/county/hub.db 或 postgresql://用户@主机/库名。"),
    )


def _prepare_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    raw.isolation_level = None  # The driver must not begin transactions by itself.
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")  # A receipt promises durability.
    raw.execute("PRAGMA cache_size = -65536")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


@contextmanager
def _explained(*, owner: bool = False) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig).strip()
        if _is_damage(error):
            raise Damaged(
                _("县级平台的数据库已损坏：{reason}。").format(reason=reason),
                _("请停掉服务，用 county-hub restore 恢复最近的备份。"),
            ) from error
        state = getattr(error.orig, "sqlstate", None)
        # Behind the fence it is a fault of this program.
        if owner and state == "42501":
            raise UserError(
                _("数据库用户没有权限：{reason}。").format(reason=reason),
                _("请数据库管理员运行：GRANT ALL ON SCHEMA public TO 用户;"),
            ) from error
        # Without a statement it is the address that was no good.
        if isinstance(error, OperationalError) or state == "42P01" or error.statement is None:
            raise UserError(
                _("打不开县级平台的数据库：{reason}。").format(reason=reason),
                _("请检查地址、磁盘和数据库服务；新平台先运行 county-hub init。"),
            ) from error
        raise


def _is_damage(error: DatabaseError) -> bool:
    # SQLite's driver has no class of its own for it, PostgreSQL a class of states.
    plain = type(error.orig) is sqlite3.DatabaseError
    return plain or (getattr(error.orig, "sqlstate", None) or "").startswith("XX")


def version_of(connection: Connection) -> int | None:
    """Return the version of the hub in the database, or None where there is no hub in it."""
    if not inspect(connection).has_table(HUB.name):
        return None
    found: int | None = connection.execute(select(HUB.c.version)).scalar()
    return found


def _refuse_newer(found: int | None) -> None:
    if found is not None and found > VERSION:
        raise DataTooNew(_("数据库由更新的版本建立，没有作任何改动。"), _("请升级县级平台的程序。"))


def _missing(connection: Connection) -> list[tuple[str, str]]:
    """Return what the declarations have and the database lacks; no column means the whole table."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    lacking = [(name, "") for name in METADATA.tables if name not in there]
    for name in there & set(METADATA.tables):
        columns = {column["name"] for column in inspector.get_columns(name)}
        wanted = METADATA.tables[name].columns
        lacking += [(name, column.name) for column in wanted if column.name not in columns]
    return lacking


def _renew_indexes(connection: Connection) -> bool:
    """Make the indexes that tables of an older program lack, drop those no longer declared."""
    inspector = inspect(connection)
    renewed = False
    for table in METADATA.tables.values():
        there = {str(each["name"]) for each in inspector.get_indexes(table.name)}
        declared = {str(each.name): each for each in table.indexes}
        for name in declared.keys() - there:
            declared[name].create(connection)
            renewed = True
        for name in there - declared.keys():
            if name.startswith("ix_"):  # The database's own belong to keys.
                quoted = connection.dialect.identifier_preparer.quote(name)
                connection.exec_driver_sql(f"DROP INDEX {quoted}")
                renewed = True
    return renewed


def _add_column(connection: Connection, table: str, column: str) -> None:
    compiled: Any = CreateColumn(METADATA.tables[table].c[column]).compile(connection)
    quoted = connection.dialect.identifier_preparer.quote(table)
    connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {compiled}")
