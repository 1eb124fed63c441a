"""The office PC's database: one SQLCipher file in WAL mode, opened with the vault's data key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from desktop.errors import DataTooNew, NotFound
from desktop.models import migrations
from desktop.models.replacing import DATABASE_NAME, Use, finish_restore
from desktop.models.storage_errors import explain as explain_error
from desktop.models.storage_errors import explained
from desktop.models.vault import Unlocked
from desktop.text import _

_BUSY_SECONDS = 10.0
# Pages stay decrypted in the cache. A register of 100,000 rows with its indexes is near 30 MB; two
# connections are open at the worst, which keeps the process below its 260 MB.
_CACHE_KIB = 32 * 1024
_WAL_LIMIT_BYTES = 16 * 1024 * 1024
_STATE = "thdesk"
_BEGIN = "thdesk_begin"
_DURABLE = "thdesk_durable"


@dataclass(slots=True)
class _ConnectionState:
    """What one connection knows beside its transaction."""

    capturing: bool = True
    durable: bool = True


def connect_raw(
    path: Path, key: bytes, *, read_only: bool = False, create: bool = False
) -> sqlcipher.Connection:
    """Open one driver connection with the raw key; a passphrase would cost 0.2 s each time.

    ``read_only`` neither creates nor recovers nor checkpoints: the file stays as it is.
    """
    mode = "ro" if read_only else "rwc" if create else "rw"
    with explained():
        connection = sqlcipher.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=_BUSY_SECONDS,
            isolation_level=None,  # The driver must not begin transactions by itself.
            check_same_thread=False,  # The pool hands a connection to one thread at a time.
        )
        try:
            # What is wrong is raised; SQLCipher would print it to the terminal as well.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
    return connection


class Database:
    """The open database of one centre.

    Attributes:
        home: The centre's data folder.
        path: The database file.
        person: Id of the person signed in; change rows name it through the SQL function
            ``person()``.
        engine: Reads: a transaction that takes no lock until it needs one.
        writing: The same connections; a transaction takes the write lock at once, so that two
            writers wait for each other and never fail half-way.
        migrated: An older program had written it, and its tables were brought up to date.
    """

    home: Path
    path: Path
    person: str
    engine: Engine
    writing: Engine
    migrated: bool = False

    def __init__(self, home: Path, unlocked: Unlocked, *, create: bool = False) -> None:
        self.home = home
        self.path = home / DATABASE_NAME
        self.person = unlocked.person_id
        self.data_key = unlocked.data_key
        if create:
            with explained():
                home.mkdir(parents=True, exist_ok=True)
        self._use = Use(home)
        try:
            self._check_file(create=create)
        except BaseException:
            self._use.close()
            raise
        self.engine = self._make_engine()
        self.writing = self.engine.execution_options(**{_BEGIN: "IMMEDIATE"})

    @classmethod
    def open(cls, home: Path, unlocked: Unlocked) -> Self:
        """Open the centre's database and bring an older one up to date.

        Raises:
            NotFound: There is no database in the folder.
            DataTooNew: A newer version of the program wrote it; the file is not touched.
        """
        finish_restore(home)
        return cls._migrated(cls(home, unlocked))

    @classmethod
    def create(cls, home: Path, unlocked: Unlocked) -> Self:
        """Make a new, empty database with all tables."""
        return cls._migrated(cls(home, unlocked, create=True))

    @classmethod
    def _migrated(cls, database: Self) -> Self:
        try:
            database.migrated = database.migrate()
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close every connection; the last one out folds the log into the file."""
        self.engine.dispose()
        self._use.close()

    def __enter__(self) -> Self:
        """Use the database for a block."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the database."""
        self.close()

    # Transactions

    def connect(self) -> Connection:
        """Return a connection for reading; its first statement begins the transaction."""
        return self.engine.connect()

    @contextmanager
    def begin(self, *, durable: bool = True) -> Iterator[Connection]:
        """Run a block as one writing transaction that holds the write lock from its start.

        ``durable=False`` (``synchronous=NORMAL``) is for rows that can be fetched again, such as a
        page pulled from the county: a power cut may lose the transaction, never damage the file.
        """
        engine = self.writing if durable else self.writing.execution_options(**{_DURABLE: False})
        with engine.begin() as connection:
            yield connection

    @contextmanager
    def not_capturing(self, connection: Connection) -> Iterator[None]:
        """Let the triggers write no change rows for what this connection writes in a block."""
        state: _ConnectionState = connection.info[_STATE]
        before, state.capturing = state.capturing, False
        try:
            yield
        finally:
            state.capturing = before

    # Versions of the tables

    @property
    def revision(self) -> str:
        """The revision of the tables in the file, empty for a file without tables."""
        with self.connect() as connection:
            return migrations.current(connection)

    def migrate(self) -> bool:
        """Bring the tables to the program's revision, after a dated backup; tell if it did."""
        before = self.revision
        if before == migrations.head():
            return False
        if before:
            from desktop.models import backup, rotation

            backup.make(self, rotation.MIGRATION)
        with self.begin() as connection, self.not_capturing(connection):
            # Another process may have been quicker while this one waited for the lock.
            if migrations.current(connection) != migrations.head():
                migrations.upgrade(connection)
        return True

    # Making connections

    def _check_file(self, *, create: bool) -> None:
        """Refuse a file that is missing, damaged or newer, before anything could change it."""
        if not self.path.exists():
            if create:
                return
            message = _("“{folder}”里没有本系统的数据。").format(folder=self.home)
            raise NotFound(message, _("请先建立机构，或检查数据文件夹的位置。"))
        raw = connect_raw(self.path, self.data_key, read_only=True)
        try:
            revision = migrations.current_raw(raw)
        finally:
            raw.close()
        if revision and revision not in migrations.known():
            message = _("这份数据由更新的版本建立（{revision}），没有作任何改动。")
            raise DataTooNew(
                message.format(revision=revision), _("请升级程序后再打开，或恢复较早的备份。")
            )

    def _make_engine(self) -> Engine:
        """Make the engine over a small pool.

        A pool of open connections keeps decrypted pages in their caches: a cold scan costs nearly
        five times a warm one, opening only 0.6 ms. Last in, first out: the connection just used is
        the warm one, and a second exists only while two are in use at once.
        """
        engine = create_engine(
            "sqlite://",
            module=sqlcipher,
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=2,
            max_overflow=8,
            pool_use_lifo=True,
        )
        event.listen(engine, "connect", self._prepare)
        event.listen(engine, "checkin", _forget)
        event.listen(engine, "begin", _begin)
        event.listen(engine, "handle_error", _explain)
        return engine

    def _connect(self) -> sqlcipher.Connection:
        create = not self.path.exists()
        connection = connect_raw(self.path, self.data_key, create=create)
        with explained():
            connection.executescript(
                f"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -{_CACHE_KIB};
                PRAGMA temp_store = MEMORY;
                PRAGMA mmap_size = 0;
                PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES};
                """
            )
        return connection

    def _prepare(self, raw: sqlcipher.Connection, record: ConnectionPoolEntry) -> None:
        """Give a new connection its state and the SQL functions the triggers call."""
        state = record.info[_STATE] = _ConnectionState()
        raw.create_function("person", 0, lambda: self.person)
        raw.create_function("capturing", 0, lambda: int(state.capturing))


def _forget(_raw: object, record: ConnectionPoolEntry) -> None:
    """Return a connection to the pool as it came out of it."""
    state: _ConnectionState = record.info[_STATE]
    state.capturing = True


def _begin(connection: Connection) -> None:
    """Begin the transaction ourselves: the driver would begin late and never IMMEDIATE."""
    options = connection.get_execution_options()
    state: _ConnectionState = connection.info[_STATE]
    durable: bool = options.get(_DURABLE, True)
    raw = connection.connection.driver_connection
    assert raw is not None
    with explained():  # Past SQLAlchemy, whose way takes a tenth of the time of reading a page.
        if durable != state.durable:
            raw.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            state.durable = durable
        raw.execute(f"BEGIN {options.get(_BEGIN, 'DEFERRED')}")


def _explain(context: ExceptionContext) -> Any:
    """Turn an error of the world into its sentence, wherever SQLAlchemy meets it."""
    return explain_error(context.original_exception)
