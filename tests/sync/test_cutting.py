"""A hub that takes a connection and never answers keeps nobody waiting who wants to leave."""

from __future__ import annotations

import socket
from collections.abc import Callable
from threading import Event, Thread

from county.storage import Hub
from desktop.sync import account
from desktop.sync.engine import Engine, ExchangeReport
from tests.sync.parts import PC, code_for, staff


def test_an_exchange_is_cut_short_and_nothing_is_lost(
    sqlite_hub: Hub, make_pc: Callable[..., PC]
) -> None:
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    pc.sync()
    pc.save("staff", staff("王小明"))
    stop = Event()
    reports: list[ExchangeReport] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with pc.store.writing() as session:
            account.write(session, url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        engine = Engine(pc.store)
        work = Thread(
            target=lambda: reports.append(engine.exchange(cancelled=stop.is_set)), daemon=True
        )
        work.start()
        connection, _address = silent.accept()
        with connection:
            assert connection.recv(1)
            stop.set()
            engine.cut()
            work.join(30)
            assert not work.is_alive()
    assert [each.waiting for each in reports] == [1]
    assert pc.status().last_error == ""
    assert pc.sync().waiting == 0
