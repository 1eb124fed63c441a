"""A real hub in its own process, real `thdesk` processes, and links that break at any byte."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.errors import UserError
from desktop.models.registers import find_register
from desktop.sync import diagnosis, enrolling
from desktop.sync.account import NotEnrolled, read_account
from desktop.sync.alone import Busy, alone
from desktop.sync.client import Declined, Unreachable
from desktop.sync.engine import Engine
from tests.helpers import processes
from tests.sync.parts import (
    PASSWORD,
    PC,
    HubProcess,
    Proxy,
    add_centre,
    code_for,
    everything,
    staff,
)

MakePC = Callable[..., PC]
CENTRE = "330523100"


def enrol(pc: PC, hub: HubProcess, link: Proxy, centre: str = CENTRE) -> None:
    with contextlib.closing(Hub(hub.url)) as opened:
        code = code_for(opened, centre)
    enrolling.enrol(pc.store, link.url, code, "测试机")


def thdesk(pc: PC, *words: str) -> processes.Process | subprocess.Popen[str]:
    environment = os.environ | {"THDESK_PASSWORD": PASSWORD, "PYTHONUTF8": "1"}
    return processes.start("desktop", "--home", pc.home, *words, environment=environment)


def sync(pc: PC) -> tuple[int, dict[str, Any]]:
    process = thdesk(pc, "sync", "--json")
    out, error = process.communicate()
    assert out, error
    return process.returncode, json.loads(out)


def write_ledger(pc: PC, count: int) -> list[bytes]:
    """Write records and ledger rows, where anything lost or doubled changes a sum."""
    drug = pc.save("drugs", {"name": f"阿司匹林{pc.home.name}"})
    lot = pc.save("drug_stock", {"drug_id": drug, "batch_no": pc.home.name})
    made = []
    for each in range(count):
        move = {"lot_id": lot, "moved_on": date(2026, 10, 1), "kind": "入库", "quantity": each + 1}
        made.append(pc.save("stock_moves", move))
    return made


def assert_all_there(pcs: list[PC], url: str, moves: int) -> None:
    """Every PC and the hub hold the same, row by row, and each ledger row once."""
    hub = Hub(url)
    try:
        with hub.reading() as connection:
            assert problems(connection) == []
            held = everything(connection)
            table = register_tables()[find_register("stock_moves").number][1]
            count = connection.execute(select(func.count()).select_from(table)).scalar()
    finally:
        hub.close()
    assert count == moves
    for pc in pcs:
        with pc.store.reading() as session:
            assert everything(session) == held
        assert pc.status().waiting == 0


@contextlib.contextmanager
def centre_locked(url: str) -> Iterator[None]:
    """Hold what a merge needs, so that no request can commit."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            yield
        return
    with psycopg.connect(url.replace("+psycopg", "")) as locker:
        locker.execute("SELECT * FROM hub_centre FOR UPDATE")
        yield
        locker.rollback()


def test_a_hub_killed_before_and_after_its_commit(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, database_url: str
) -> None:
    one, other = make_pc(), make_pc()
    for pc in (one, other):
        enrol(pc, hub_process, link)
        code, report = sync(pc)
        assert (code, report["waiting"], report["refused"]) == (0, 0, 0)
    write_ledger(one, 5)
    with centre_locked(database_url):
        link.plans.append((None, None))
        process = thdesk(one, "sync", "--json")
        link.wait_for_bytes_up()
        hub_process.kill()
        out, error = process.communicate()
    assert process.returncode == 1
    assert json.loads(out)["waiting"] == 7
    assert "照常工作" in error
    hub_process.start()
    # Now the other half: committed, and killed before the answer could leave.
    link.plans.append((None, 0))
    process = thdesk(one, "sync", "--json")
    assert link.cut.wait(60)
    hub_process.kill()
    process.communicate()
    assert process.returncode == 1
    assert one.status().waiting == 7  # No receipt, no word of success.
    one.save("staff", staff("后来的人"))
    hub_process.start()
    code, report = sync(one)
    assert (code, report["waiting"], report["pushed"]) == (0, 0, 8)
    write_ledger(other, 3)
    assert sync(other)[0] == 0
    code, report = sync(one)
    assert (code, report["pulled"]) == (0, 5)
    assert_all_there([one, other], database_url, 8)
    fresh = make_pc()
    enrol(fresh, hub_process, link)
    assert sync(fresh)[0] == 0
    assert_all_there([one, other, fresh], database_url, 8)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_links_cut_at_any_byte_lose_and_double_nothing(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, database_url: str
) -> None:
    one, other = make_pc(), make_pc()
    enrol(one, hub_process, link)
    enrol(other, hub_process, link)
    Engine(one.store).exchange()
    moves = 0
    for cut in (0, 1, 200, 500, 700, 900, 1200, None):
        for up, down in ((cut, None), (None, cut)):
            writer, reader = (one, other) if down is None else (other, one)
            moves += len(write_ledger_more(writer, 2))
            link.plans.append((up, down))
            with contextlib.suppress(UserError):
                Engine(writer.store).exchange()
            link.plans.append((down, up))
            with contextlib.suppress(UserError):
                Engine(reader.store).exchange()
            link.plans.clear()
    for pc in (one, other, one):
        report = Engine(pc.store).exchange()
        assert (report.waiting, report.refused, report.copied) == (0, [], False)
    assert_all_there([one, other], database_url, moves)


def write_ledger_more(pc: PC, count: int) -> list[bytes]:
    with pc.store.reading() as session:
        table = find_register("drug_stock").table
        lot = session.execute(select(table.c.id).where(table.c.batch_no == pc.home.name)).scalar()
    if lot is None:
        return write_ledger(pc, count)
    move = {"lot_id": lot, "moved_on": date(2026, 10, 2), "kind": "入库", "quantity": 1}
    return [pc.save("stock_moves", move) for _each in range(count)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_way_to_the_hub_is_told_step_by_step(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    pc = make_pc()
    with pytest.raises(NotEnrolled):
        Engine(pc.store).exchange()
    steps = diagnosis.diagnose(link.url, pc.home)
    assert {step.key: step.good for step in steps}["account"] is False
    with pytest.raises(Declined):
        enrolling.enrol(pc.store, link.url, "AAAAA-AAAAA", "测试机")
    enrol(pc, hub_process, link)
    with pc.store.reading() as session:
        account = read_account(session)
    steps = diagnosis.diagnose(account.url, pc.home, account)
    assert [step.key for step in steps] == [
        "address", "protection", "version", "clock", "account", "space",
    ]  # fmt: skip
    assert all(step.good for step in steps)
    hub_process.command("revoke", "1")
    with pytest.raises(Declined):
        Engine(pc.store).exchange()
    assert "停用" in pc.status().last_error
    hub_process.kill()
    with pytest.raises(Unreachable):
        Engine(pc.store).exchange()
    steps = diagnosis.diagnose("http://127.0.0.1:9", pc.home)
    assert [step.good for step in steps] == [False, None, None, None, None, True]
    assert all(step.remedy for step in steps if step.good is False)


@pytest.mark.parametrize("url", ["http://hub.example.cn", "ftp://x", "hub.example.cn", ""])
def test_an_address_without_protection_is_refused(make_pc: MakePC, url: str) -> None:
    with pytest.raises(UserError):
        enrolling.enrol(make_pc().store, url, "AAAAA-AAAAA", "测试机")


def test_one_exchange_at_a_time(make_pc: MakePC) -> None:
    pc = make_pc()
    with alone(pc.home), pytest.raises(Busy):
        Engine(pc.store).exchange()


def test_the_returns_command_lists_what_arrived(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    pc = make_pc()
    enrol(pc, hub_process, link)
    pc.save(
        "returns",
        {
            "form": "f1",
            "month": "2026-10",
            "revision": 1,
            "status": "已上报",
            "submitted_by": "院长",
        },
    )
    pc.save("returns", {"form": "f1", "month": "2026-11", "revision": 1, "status": "草稿"})
    assert json.loads(hub_process.command("returns", "--json")) == []
    assert sync(pc)[0] == 0
    (listed,) = json.loads(hub_process.command("returns", "--json"))
    assert listed["centre"] == CENTRE
    assert (listed["form"], listed["month"], listed["revision"]) == ("f1", "2026-10", 1)
    assert listed["status"] == "县级已接收"
    assert listed["received_at"]
    assert json.loads(hub_process.command("devices", "--json"))[0]["acknowledged"] > 0
    assert hub_process.command("verify") == "数据库完好。"


def test_pcs_of_two_centres_exchange_at_the_same_time(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, database_url: str
) -> None:
    with contextlib.closing(Hub(database_url)) as opened:
        add_centre(opened, "330523101", "乙镇卫生院")
    ours = [make_pc(), make_pc()]
    theirs = [make_pc(name="乙镇卫生院", code="330523101") for _each in range(2)]
    for pc, centre in zip(ours + theirs, [CENTRE] * 2 + ["330523101"] * 2, strict=True):
        enrol(pc, hub_process, link, centre)

    def work(pc: PC) -> None:
        for _round in range(3):
            write_ledger_more(pc, 5)
            report = Engine(pc.store).exchange()
            assert (report.waiting, report.refused, report.copied) == (0, [], False)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ours + theirs))
    for pair in (ours, theirs):
        for pc in pair:
            Engine(pc.store).exchange()
        assert pair[0].rows() == pair[1].rows()
        assert len(pair[0].rows()["stock_moves"]) == 30
    with contextlib.closing(Hub(database_url)) as opened, opened.reading() as connection:
        assert problems(connection) == []
