"""A centre that is added later gets what was published to all centres, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from county.cli import app
from county.publishing import standing
from county.publishing.content import KINDS
from county.publishing.reading import read_content
from county.publishing.withdrawing import withdraw
from county.publishing.writing import next_number
from county.storage import Hub
from county.tables import CENTRES
from desktop.errors import NotFound
from desktop.paths import resource
from desktop.services.performance.schemes import scheme_for
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.county.published_files import NOTICE, ORDERS, POLICY, drugs, written
from tests.county.publishing_parts import (
    ASPIRIN,
    OTHER,
    OTHER_NAME,
    TODAY,
    Make,
    centre_ids,
    rows,
    send,
    sound,
    take_back,
)
from tests.sync.parts import CODE, PC, add_centre, code_for

IBUPROFEN = "布洛芬片,0.2g,盒,8,在用"
SCHEME = resource("forms", "performance", "scheme_village_doctor.toml")
CHECKLIST = next(iter(resource("forms", "performance").glob("visit_checklist_*.toml")))


def to_all(hub: Hub, word: str, file: Path, on: date = TODAY, **more: Any) -> None:
    """Publish to all centres, as the command does."""
    with hub.writing() as connection:
        content = read_content(file, KINDS[word], **more)
        every = list(connection.scalars(select(CENTRES.c.id)))
        standing.publish(connection, content, every, on, everybody=True)


def from_all(hub: Hub, word: str, *words: str) -> None:
    """Withdraw from all centres, as the command does."""
    with hub.writing() as connection:
        kept = standing.withdraw(connection, KINDS[word], words)
        withdraw(connection, KINDS[word], words, centre_ids(hub), TODAY, kept=kept)


@pytest.fixture
def join_later(hub: Hub, make_pc: Make, database_url: str) -> Iterator[Callable[[], PC]]:
    """Add the other centre and let a PC of it in, at a hub that sees no centre but the PC's."""
    with closing(Hub(database_url, county=False)) as serving:

        def join() -> PC:
            add_centre(hub, OTHER, OTHER_NAME)
            pc = make_pc(name=OTHER_NAME, code=OTHER)
            pc.join(serving, code_for(hub, OTHER))
            return pc

        yield join


def test_a_centre_added_later_gets_what_all_have_over_what_it_has_itself(
    hub: Hub, join_later: Callable[[], PC], tmp_path: Path
) -> None:
    to_all(hub, "drugs", drugs(tmp_path, ASPIRIN, IBUPROFEN), date(2026, 3, 1))
    to_all(hub, "policy", written(tmp_path, "参数.toml", POLICY))
    to_all(hub, "notice", written(tmp_path, "通知.toml", NOTICE))
    pc = join_later()
    own = pc.save(
        "drugs", {"name": "阿司匹林肠溶片", "spec": "100mg×30片", "retail_price": 900, "note": "我"}
    )
    pc.sync()
    by_name = {row.name: row for row in rows(pc, "drugs")}
    assert set(by_name) == {"阿司匹林肠溶片", "布洛芬片"}
    aspirin = by_name["阿司匹林肠溶片"]
    assert (aspirin.id, aspirin.retail_price, aspirin.note) == (own, 1250, "我")
    told = {row.kind: row for row in rows(pc, "publications")}
    assert set(told) == {"药品目录", "政策参数", "通知"}
    assert told["药品目录"].published_on == date(2026, 3, 1)
    assert json.loads(told["药品目录"].changes)["counts"] == {"price": 1, "new": 1}
    assert told["通知"].must_confirm
    sound(hub, pc)
    before = pc.rows()
    pc.sync()
    assert pc.rows() == before


def test_what_some_got_what_was_taken_back_and_what_is_over_does_not_come(
    hub: Hub, join_later: Callable[[], PC], tmp_path: Path
) -> None:
    send(
        hub, "staff-orders", written(tmp_path, "令.csv", ORDERS + "1,张三,甲,乙,下派,2026-01-01,\n")
    )
    to_all(hub, "notice", written(tmp_path, "旧.toml", NOTICE.replace("2099-12-31", "2026-11-21")))
    to_all(hub, "notice", written(tmp_path, "误.toml", NOTICE.replace("12 号", "13 号")))
    to_all(hub, "drugs", drugs(tmp_path, ASPIRIN))
    to_all(hub, "drugs", drugs(tmp_path, IBUPROFEN, "维生素C片,0.1g,瓶,2,在用"))
    from_all(hub, "notice", "县卫发〔2026〕13号")
    from_all(hub, "drugs", "维生素C片")
    pc = join_later()
    pc.sync()
    assert [row.name for row in rows(pc, "drugs")] == ["布洛芬片"]
    assert [row.kind for row in rows(pc, "publications")] == ["药品目录"]
    assert rows(pc, "staff_orders") == []
    sound(hub, pc)


def test_what_was_published_again_replaces_the_first_and_takes_its_number(
    hub: Hub, tmp_path: Path
) -> None:
    for price in ("12.50", "13", "14"):
        to_all(hub, "drugs", drugs(tmp_path, ASPIRIN.replace("12.50", price)), partial=True)
    to_all(hub, "policy", written(tmp_path, "参数.toml", POLICY))
    with hub.reading() as connection:
        assert standing.count(connection, TODAY) == 2
        assert next_number(connection, TODAY) == "20261122-5"


def test_each_version_of_a_scheme_that_stands_comes(
    hub: Hub, join_later: Callable[[], PC], tmp_path: Path
) -> None:
    text = SCHEME.read_text("utf-8").replace('name = "村医绩效考核方案"', 'name = "县方案"')
    for version, since in ((1, date(2026, 7, 1)), (2, date(2027, 1, 1)), (3, date(2027, 7, 1))):
        file = written(tmp_path, "方案.toml", text.replace("version = 1", f"version = {version}"))
        to_all(hub, "scheme", file, valid_from=since)
    from_all(hub, "scheme", "县方案 3")
    pc = join_later()
    pc.sync()
    assert {(row.name, row.version) for row in rows(pc, "schemes")} == {
        ("县方案", 1),
        ("县方案", 2),
    }
    with pc.store.reading() as session:
        used = [scheme_for(Records(session), parse_period(at)) for at in ("2026-12", "2027-02")]
    assert [each.scheme.version for each in used if each] == [1, 2]
    sound(hub, pc)


def test_one_that_does_not_fit_the_centre_is_left_out_and_the_exchange_goes_on(
    hub: Hub, join_later: Callable[[], PC], tmp_path: Path
) -> None:
    text = CHECKLIST.read_text(encoding="utf-8").replace(
        'key = "visit_checklist_', 'key = "visit_checklist_x'
    )
    fewer = written(tmp_path, "检查表.toml", text.replace('"A01"', '"Z99"'))
    to_all(hub, "checklist", fewer)
    to_all(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc = join_later()
    content = read_content(written(tmp_path, "本院.toml", text), KINDS["checklist"])
    pc.save("checklists", dict(content.rows[0]))
    pc.sync()
    assert [row.body for row in rows(pc, "checklists")] == [text]
    assert [row.name for row in rows(pc, "drugs")] == ["阿司匹林肠溶片"]
    sound(hub, pc)


def test_the_command_says_what_waits_for_a_new_centre(tmp_path: Path) -> None:
    where = ("--database", f"sqlite:///{tmp_path / 'hub.db'}")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, [*words, *where], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run("init")
    assert "发布" not in run("centre", "add", "--code", "330523100", "--name", "甲镇卫生院")
    run("publish", "drugs", str(drugs(tmp_path, ASPIRIN)))
    run("publish", "drugs", str(drugs(tmp_path, IBUPROFEN)), "--centre", "330523100")
    assert "1 件" in run("centre", "add", "--code", OTHER, "--name", OTHER_NAME)
    run("withdraw", "drugs", "阿司匹林肠溶片")
    assert "发布" not in run("centre", "add", "--code", "330523102", "--name", "丙镇卫生院")


def test_what_was_withdrawn_centre_by_centre_is_still_withdrawn_from_those_that_come_later(
    hub: Hub, join_later: Callable[[], PC], tmp_path: Path
) -> None:
    to_all(hub, "drugs", drugs(tmp_path, ASPIRIN, IBUPROFEN))
    take_back(hub, "drugs", ["阿司匹林肠溶片"], CODE)
    from_all(hub, "drugs", "阿司匹林肠溶片")
    with pytest.raises(NotFound, match="没有发布过"):
        from_all(hub, "drugs", "阿司匹林肠溶片")
    pc = join_later()
    pc.sync()
    assert [row.name for row in rows(pc, "drugs")] == ["布洛芬片"]
    sound(hub, pc)


def test_the_command_withdraws_what_is_only_kept(tmp_path: Path) -> None:
    where = ("--database", f"sqlite:///{tmp_path / 'hub.db'}")

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, [*words, *where])
        assert (result.exit_code != 0) == bool(code), result.output
        return result.stdout

    run("init")
    run("centre", "add", "--code", CODE, "--name", "甲镇卫生院")
    run("publish", "drugs", str(drugs(tmp_path, ASPIRIN)))
    run("withdraw", "drugs", "阿司匹林肠溶片", "--centre", CODE)
    run("withdraw", "drugs", "阿司匹林肠溶片", "--centre", CODE, code=1)
    run("withdraw", "drugs", "阿司匹林肠溶片")
    run("withdraw", "drugs", "阿司匹林肠溶片", code=1)
    assert "发布" not in run("centre", "add", "--code", OTHER, "--name", OTHER_NAME)
