"""A crowd at the hub: who finds no room comes again, writers take turns, no process is left."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import anyio
import httpx
import pytest
from sqlalchemy import insert, select

from county import asgi, storage
from county.asgi import Service, TooMany
from county.storage import Hub
from county.tables import CENTRES
from desktop.models.ids import new_id
from desktop.sync import account, protocol
from desktop.sync.client import Client
from tests.county.test_receive import new_staff
from tests.sync import databases
from tests.sync.parts import CODE, HubProcess, add_centre, code_for, run_hub


@pytest.fixture
def hub(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(storage, "_BUSY_SECONDS", 0.1)
    with closing(Hub(empty_database_url)) as opened:
        opened.create()
        add_centre(opened)
        yield opened


def test_who_finds_no_room_is_told_when_to_come_and_finds_it_then(hub: Hub) -> None:
    service = Service(hub, "县", room=anyio.CapacityLimiter(1), patience=0.05)
    may_end = threading.Event()

    def long(_hub: Hub) -> bytes:
        assert may_end.wait(60)
        return b"done"

    async def crowd() -> list[bytes]:
        ended: list[bytes] = []

        async def first() -> None:
            ended.append(await service.run(long))

        async with anyio.create_task_group() as group:
            group.start_soon(first)
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(TooMany) as told:
                await service.run(long)
            assert told.value.seconds >= 1
            answer = service.put_off(None, told.value)  # type: ignore[arg-type] # it is not read
            assert answer.status_code == asgi._TOO_MANY
            assert answer.headers["Retry-After"] == str(told.value.seconds)
            may_end.set()
        ended.append(await service.run(long))
        return ended

    assert anyio.run(crowd) == [b"done", b"done"]
    assert service.room.borrowed_tokens == 0
    service.measures.close()


def test_writers_take_turns_for_longer_than_a_database_waits(hub: Hub) -> None:
    def write(number: int) -> None:
        with hub.writing() as connection:
            connection.execute(insert(CENTRES).values(code=f"33052{number}", name="卫生院"))
            time.sleep(0.05)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(24)))
    with hub.reading() as connection:
        assert len(connection.execute(select(CENTRES.c.id)).all()) == 25


@pytest.mark.enable_socket
def test_processes_whose_parent_is_killed_leave_the_port_to_the_next(postgres: str) -> None:
    with databases._database(postgres) as url, run_hub(url) as process:
        with closing(Hub(url)) as opened:
            opened.create()
        address = process.start("--workers", "2")
        assert _hello(address)
        process.kill()
        until = time.monotonic() + 60
        while True:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", process.port)):
                    break
            assert time.monotonic() < until
            time.sleep(0.1)
        address = process.start("--workers", "2")
        assert _hello(address)
        process.stop()


def _hello(address: str) -> bool:
    return httpx.get(f"{address}/hello", trust_env=False, timeout=60).is_success


@pytest.mark.enable_socket
def test_a_request_that_overtakes_another_waits_for_it(hub_process: HubProcess) -> None:
    """To send both once more would take a slow link's time twice."""
    secret, marks = account.new_secret(), [new_id(), new_id()]
    with closing(Hub(hub_process.url)) as opened:
        code = code_for(opened)
    with Client(hub_process.start()) as client:
        key = account.public_key(secret)
        let_in = client.enrol(protocol.EnrolRequest(code, key, CODE, "测试机"))
        client.sign_as(let_in.device, secret)

        def send(number: int) -> protocol.Reply:
            request = protocol.Request(
                protocol=protocol.PROTOCOL,
                schema=protocol.SCHEMA,
                device=let_in.device,
                generation=let_in.generation,
                nonce=let_in.nonce,
                first=number,
                last=number,
                cursor=0,
                want=0,
                inserts=[new_staff(new_id(), f"职工{number}")],
                marks=marks[:number],
                ahead=number > 1,
            )
            return client.exchange(request)[0]

        overtaking = client.later(lambda: send(2))
        time.sleep(0.3)
        assert send(1).status == protocol.Status.TAKEN
        reply = overtaking.result()
    assert (reply.status, reply.ack) == (protocol.Status.TAKEN, 2)
