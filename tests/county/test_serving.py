"""The service in processes of its own: limits, health, counts, several workers, a calm end."""

from __future__ import annotations

import json
import os
import re
import signal
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from county import limits, serving
from county.health import health
from county.measuring import Exchanged, Measures
from county.storage import Hub
from desktop.errors import UserError
from desktop.sync import client, enrolling
from desktop.sync.client import Client, Unreachable
from desktop.sync.cutting import Sockets
from desktop.sync.engine import Engine
from tests.sync.parts import PC, HubProcess, code_for, staff


def _counts(hub: HubProcess) -> dict[str, float]:
    answer = httpx.get(f"http://127.0.0.1:{hub.port}/metrics", trust_env=False)
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def _join(hub: HubProcess, url: str, pc: PC) -> None:
    with closing(Hub(hub.url)) as opened:
        code = code_for(opened)
    enrolling.enrol(pc.store, url, code, "测试机", insecure=True)


@pytest.mark.enable_socket
def test_health_counts_and_log_tell_no_person(
    hub_process: HubProcess, make_pc: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    url = hub_process.start("--log")
    well = httpx.get(f"{url}/health", trust_env=False)
    assert well.status_code == 200
    assert well.json()["database"] == "ok"
    pc = make_pc()
    _join(hub_process, url, pc)
    pc.save("staff", staff("王小明"))
    Engine(pc.store).exchange()
    counts = _counts(hub_process)
    assert counts["county_hub_exchanges_total"] >= 1
    assert counts["county_hub_pushed_total"] > 1
    assert (
        counts['county_hub_exchange_seconds_bucket{le="+Inf"}']
        == counts["county_hub_exchange_seconds_count"]
    )
    hub_process.stop()
    lines = [line for line in capfd.readouterr().err.splitlines() if '"device"' in line]
    told = json.loads(lines[0][lines[0].index("{") :])
    assert told["device"] == 1
    assert told["pushed"] > 1
    assert "王小明" not in "".join(lines)
    assert "测试机" not in "".join(lines)


@pytest.mark.enable_socket
def test_several_processes_on_one_postgresql(
    hub_process: HubProcess, make_pc: Any, tmp_path: Path
) -> None:
    if hub_process.url.startswith("sqlite"):
        with pytest.raises(UserError, match="PostgreSQL"):
            serving.check(hub_process.url, 2)
        return
    url = hub_process.start("--workers", "2")
    pc = make_pc()
    _join(hub_process, url, pc)
    for number in range(8):
        pc.save("staff", staff(f"职工{number}"))
        # A new connection each time, which either process may get.
        assert Engine(pc.store).exchange().waiting == 0
    assert _counts(hub_process)["county_hub_exchanges_total"] >= 8
    hub_process.stop(signal.SIGTERM)
    with closing(Hub(hub_process.url)) as opened:
        opened.check()


def test_a_hub_without_its_database_is_unwell(sqlite_hub: Hub) -> None:
    assert health(sqlite_hub)[0] is True
    sqlite_hub.close()
    path = Path(str(sqlite_hub.url.database))
    path.unlink()
    path.mkdir()
    well, found = health(sqlite_hub)
    assert not well
    assert found["database"] != "ok"


def test_a_limit_lets_so_many_through_and_then_one_after_the_other() -> None:
    now = [0.0]
    limit = limits.Limit(60, 3, now=lambda: now[0])
    assert [limit.wait("甲") for _each in range(4)] == [0, 0, 0, 1]
    assert limit.wait("乙") == 0
    now[0] = 1.0
    assert [limit.wait("甲"), limit.wait("甲")] == [0, 1]


def test_a_limit_does_not_grow_with_every_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MOST_KNOWN", 10)
    limit = limits.Limit(60, 3)
    for number in range(100):
        limit.wait(str(number))
    assert len(limit._left) == 10


@pytest.mark.enable_socket
def test_a_guesser_of_codes_is_put_off_in_words(
    hub_process: HubProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = hub_process.start()
    body = {"code": "AAAAA-AAAAA", "key": "x", "centre": "", "name": ""}
    with httpx.Client(base_url=url, trust_env=False) as guesser:
        answers = [guesser.post("/enrol", json=body) for _each in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {400}
    assert answers[30].status_code == 429
    assert int(answers[30].headers["Retry-After"]) >= 1
    assert re.search("请过 .* 秒再试", answers[30].json()["message"])
    waited: list[float] = []
    monkeypatch.setattr(Sockets, "wait", lambda _sockets, seconds: waited.append(seconds))
    with Client(url) as pc, pytest.raises(Unreachable, match="正忙"):
        pc._send("POST", "/enrol", b"{}", signed=False)
    assert sum(waited) > client._LONGEST_WAIT
    assert all(seconds >= 1 for seconds in waited)


def test_processes_count_together(tmp_path: Path) -> None:
    one = Measures(tmp_path)
    one.note(Exchanged(pushed=3), 0.02)
    (tmp_path / "1.counts").write_bytes((tmp_path / f"{os.getpid()}.counts").read_bytes())
    text = one.as_text()
    one.close()
    assert "county_hub_pushed_total 6" in text
    assert 'county_hub_exchange_seconds_bucket{le="0.025"} 2' in text
    assert 'county_hub_exchange_seconds_bucket{le="0.01"} 0' in text
