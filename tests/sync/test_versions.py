"""Programs of earlier versions against this one, both ways, with real processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from county.storage import Hub
from county.verifying import problems
from desktop.models.opening import open_centre
from desktop.models.register import Values
from desktop.models.vault import Vault
from desktop.sync import enrolling, protocol
from desktop.sync.client import Declined
from desktop.sync.engine import Engine
from tests.helpers.centres import CHEAP
from tests.sync.parts import (
    CODE,
    NAME,
    PASSWORD,
    PC,
    ROOT,
    HubProcess,
    add_centre,
    code_for,
    everything,
    id_number,
    staff,
)

MakePC = Callable[..., PC]

VERSIONS = ROOT / "tests" / "data" / "versions"
FROZEN = sorted(each.name.partition(".")[0] for each in VERSIONS.glob("*.tar.xz"))


@dataclass
class OldProgram:
    """The modules of an earlier version and a data folder made by them."""

    modules: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.modules), "PYTHONUTF8": "1"}

    def run(self, *steps: dict[str, Any]) -> list[Any]:
        script = ROOT / "tests" / "sync" / "old_program.py"
        done = subprocess.run(
            [sys.executable, script, json.dumps(steps), self.home],
            cwd=self.modules,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout))

    def county(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "county", *words],
            cwd=self.modules,
            env=self.environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(params=FROZEN)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> OldProgram:
    modules = tmp_path / "旧程序"
    with tarfile.open(VERSIONS / f"{request.param}.tar.xz") as archive:
        archive.extractall(modules, filter="data")
    return OldProgram(modules, tmp_path / "旧电脑")


def test_every_version_that_the_hub_takes_is_frozen() -> None:
    frozen = [int(each.rpartition("-")[2]) for each in FROZEN]
    assert min(frozen) == protocol.OLDEST_SCHEMA
    assert max(frozen) < protocol.SCHEMA


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def hub(url: str) -> Iterator[HubProcess]:
    """Give a running hub of this version."""
    with contextlib.closing(Hub(url)) as prepared:
        prepared.create()
        add_centre(prepared)
    process = HubProcess(url)
    process.start()
    yield process
    process.stop()


def code(url: str) -> str:
    with contextlib.closing(Hub(url)) as hub:
        return code_for(hub)


def test_an_older_pc_goes_on_beside_newer_ones_and_is_upgraded(
    old: OldProgram, hub: HubProcess, url: str, make_pc: MakePC
) -> None:
    address = f"http://127.0.0.1:{hub.port}"
    new = make_pc(person="张会计")
    enrolling.enrol(new.store, address, code(url), "新电脑")
    values = {"name": "王小明", "id_number": id_number()}
    person, _none, sent = old.run(
        {"do": "save", "register": "staff", "values": values},
        {"do": "enrol", "url": address, "code": code(url)},
        {"do": "sync"},
    )[0:3]
    assert (sent["waiting"], sent["refused"]) == (0, [])
    Engine(new.store).exchange()
    id = bytes.fromhex(person)
    assert new.load("staff", id)["name"] == "王小明"
    # Registers and fields that the old program does not know, and some that it does.
    new.save("staff", {"phone": "13800000001"}, id)
    drug = new.save("drugs", {"name": "阿司匹林"})
    missing: Values = {"drug_id": drug, "reported_on": date(2026, 11, 1), "kind": "缺货"}
    shortage = new.save("shortages", missing)
    clinic = new.save("clinics", {"name": "南庄村卫生室"})
    visit = new.save("visits", {"clinic_id": clinic, "visited_on": date(2026, 11, 20)})
    Engine(new.store).exchange()
    done = old.run(
        {"do": "sync"},
        {"do": "save", "register": "staff", "values": {"title": "医师"}, "id": person},
        {"do": "sync"},
        {"do": "rows", "register": "drugs"},
        {"do": "registers"},
    )
    assert done[0]["pulled"] > 0
    assert (done[2]["waiting"], done[2]["refused"]) == (0, [])
    assert done[3] == {drug.hex(): True}
    assert "shortages" not in done[4]
    Engine(new.store).exchange()
    assert new.load("staff", id)["title"] == "医师"
    assert new.load("staff", id)["phone"] == "13800000001"
    # The old PC gets the new program: what it kept aside for it falls into place.
    with contextlib.closing(
        open_centre(old.home, "院长", PASSWORD, vault=Vault(old.home, cost=CHEAP))
    ) as upgraded:
        report = Engine(upgraded.store).exchange()
        assert (report.waiting, report.refused) == (0, [])
        Engine(new.store).exchange()
        with upgraded.store.reading() as session:
            rows = everything(session, "search_key")
    assert rows == new.rows()
    assert shortage in rows["shortages"]
    assert visit in rows["visits"]
    with contextlib.closing(Hub(url)) as opened, opened.reading() as connection:
        assert problems(connection) == []


def test_a_newer_pc_works_on_until_the_hub_is_upgraded(
    old: OldProgram, url: str, make_pc: MakePC
) -> None:
    old.county("init", "--database", url)
    old.county("centre", "add", "--database", url, "--code", CODE, "--name", NAME)
    one_time = old.county("enrol", "--database", url, CODE).splitlines()[0]
    pc = make_pc()
    with serving_old(old, url) as address:
        enrolling.enrol(pc.store, address, one_time, "新电脑")
        pc.save("staff", staff("王小明"))
        with pytest.raises(Declined, match="县级平台的版本较旧") as told:
            Engine(pc.store).exchange()
        assert told.value.code == protocol.TOO_NEW
        waiting = pc.status().waiting
        pc.save("staff", staff("李护士"))
        assert pc.status().waiting == waiting + 1
        port = int(address.rpartition(":")[2])
    upgraded = HubProcess(url)
    upgraded.command("init")
    upgraded.port = port
    upgraded.start()
    try:
        assert Engine(pc.store).exchange().waiting == 0
    finally:
        upgraded.stop()
    with contextlib.closing(Hub(url)) as opened, opened.reading() as connection:
        assert len(everything(connection)["staff"]) == 2
        assert problems(connection) == []


@contextlib.contextmanager
def serving_old(old: OldProgram, url: str) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-m", "county", "serve", "--port", "0", "--database", url],
        cwd=old.modules,
        env=old.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()
