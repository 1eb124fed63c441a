"""A hub database for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from county.storage import Hub
from tests.sync.parts import add_centre

VARIABLE = "THDESK_TEST_POSTGRES"


def _binary(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def _as_somebody() -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


@functools.cache
def _server() -> str | None:
    """Start a private server once for the whole run, whichever folder's tests ask first."""
    initdb, control = _binary("initdb"), _binary("pg_ctl")
    if os.name != "posix" or not initdb or not control:
        return None
    folder = Path(tempfile.mkdtemp(prefix="thdesk-pg-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    start = _as_somebody()
    if start:
        shutil.chown(folder, "postgres")
    data = str(folder / "data")
    _run([*start, initdb, "-D", data, "-U", "thdesk", "-A", "trust", "-E", "UTF8", "--locale=C"])
    settings = ["fsync=off", "listen_addresses=''", f"unix_socket_directories={folder}"]
    options = " ".join(f"-c {each}" for each in settings)
    _run([*start, control, "-D", data, "-w", "-o", options, "-l", f"{folder}/log", "start"])
    atexit.register(_run, [*start, control, "-D", data, "-m", "immediate", "stop"])
    return f"postgresql://thdesk@/postgres?host={folder}"


@pytest.fixture(scope="session")
def postgres() -> str:
    """Give the address of a PostgreSQL server: the named one, or a private one of this run."""
    server = os.environ.get(VARIABLE) or _server()
    if server is None:
        pytest.skip(f"no PostgreSQL: neither {VARIABLE} nor initdb")
    return server


def _run(command: list[str]) -> None:
    # pg_ctl's server would inherit a pipe and keep it open for ever.
    subprocess.run(
        command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


# Hubs with nothing but one centre, of which each test has a copy


@functools.cache
def _sqlite_template() -> Path:
    """Set up a hub once for all tests that begin with one; its tables take a while to make."""
    folder = Path(tempfile.mkdtemp(prefix="thdesk-hub-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _set_up(f"sqlite:///{folder / 'hub.db'}")
    return folder / "hub.db"


@functools.cache
def _template(server: str) -> str:
    """Set up a hub on a server once, and return its database's name."""
    name = _new_name()
    _order(server, f"CREATE DATABASE {name}")
    atexit.register(_order, server, f"DROP DATABASE {name} WITH (FORCE)")
    _set_up(_address(server, name))
    return name


def _set_up(url: str) -> None:
    with contextlib.closing(Hub(url)) as hub:
        hub.create()
        add_centre(hub)


def copy_hub(folder: Path) -> str:
    """Give the address of a hub on SQLite with one centre."""
    file = folder / "hub.db"
    shutil.copyfile(_sqlite_template(), file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a hub with one centre, once on each kind of server."""
    if request.param == "sqlite":
        yield copy_hub(tmp_path)
        return
    server: str = request.getfixturevalue("postgres")
    with _database(server, f"TEMPLATE {_template(server)}") as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty database, once on each kind of server."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.db'}"
        return
    with _database(request.getfixturevalue("postgres")) as address:
        yield address


@contextlib.contextmanager
def _database(server: str, *more: str) -> Iterator[str]:
    name = _new_name()
    _order(server, " ".join((f"CREATE DATABASE {name}", *more)))
    try:
        yield _address(server, name)
    finally:
        _order(server, f"DROP DATABASE {name} WITH (FORCE)")


def _new_name() -> str:
    return f"hub_{uuid.uuid4().hex[:12]}"


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _order(server: str, order: str) -> None:
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(order)
