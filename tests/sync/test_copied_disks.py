"""A PC's credential, its copied disk and its revocation, with real processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from desktop.models.local import SyncState
from tests.sync.parts import PC, HubProcess, Proxy, staff
from tests.sync.test_faults import enrol, sync, thdesk

MakePC = Callable[..., PC]


def test_the_credential_lies_nowhere_in_the_clear(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    pc = make_pc()
    enrol(pc, hub_process, link)
    assert sync(pc)[0] == 0
    with pc.store.reading() as session:
        secret, nonce = session.execute(select(SyncState.secret, SyncState.nonce)).one()
    needles = [form for each in (secret, nonce) for form in (each, each.hex().encode())]
    for opened in (False, True):
        if opened:  # Also once the log is folded into the file.
            pc.reopen(lambda: None)
        files = [each for each in pc.home.rglob("*") if each.is_file()]
        assert any(each.name == "centre.db" for each in files)
        for file in files:
            content = file.read_bytes()
            assert not any(needle in content for needle in needles), file


def test_two_copies_of_one_disk_work_on_as_two_pcs(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC, tmp_path: Path
) -> None:
    one, copy, third = make_pc(), make_pc(), make_pc(person="张会计")
    enrol(one, hub_process, link)
    enrol(third, hub_process, link)
    one.save("staff", staff("复制之前"))
    assert sync(one)[0] == 0
    one.opened.close()

    def copied() -> None:
        shutil.rmtree(copy.home)
        shutil.copytree(one.home, copy.home)

    copy.reopen(copied)
    one.reopen(lambda: None)
    one.save("staff", staff("原来的盘"))
    copy.save("staff", staff("复制的盘"))
    running = [thdesk(pc, "sync", "--json") for pc in (one, copy)]
    for process in running:
        process.communicate()
    for _round in range(2):
        for pc in (one, copy, third):
            assert sync(pc)[0] == 0
    devices = json.loads(hub_process.command("devices", "--json"))
    assert [each["copy_of"] for each in devices] == [None, None, 1, 1]
    for pc in (one, copy, third):
        assert {row[1] for row in pc.rows()["staff"].values()} == {
            "复制之前",
            "原来的盘",
            "复制的盘",
        }
    assert one.rows() == copy.rows() == third.rows()
    assert hub_process.command("verify") == "数据库完好。"


def test_a_revoked_pc_is_told_and_works_on(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    pc = make_pc()
    enrol(pc, hub_process, link)
    assert sync(pc)[0] == 0
    hub_process.command("revoke", "1")
    pc.save("staff", staff("停用之后"))
    process = thdesk(pc, "sync")
    out, error = process.communicate()
    assert process.returncode == 1
    assert "这台电脑已被县里停用" in out + error
    assert "重新登记这台电脑" in out + error
    status = pc.status()
    assert status.waiting == 1
    assert "停用" in status.last_error
