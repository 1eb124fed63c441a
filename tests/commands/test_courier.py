"""`thdesk courier` and `county-hub courier` as their users start them."""

from __future__ import annotations

import contextlib
from pathlib import Path

from county.storage import Hub
from tests.end2end.programs import PASSWORD, Desk
from tests.helpers.centres import make_centre
from tests.sync.parts import CODE, NAME, HubProcess, add_centre, code_for, run_hub


def made_desk(home: Path) -> Desk:
    make_centre(home, NAME, CODE, password=PASSWORD).close()
    return Desk(home)


def test_two_pcs_by_stick(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Hub(url)) as prepared:
        prepared.create()
        add_centre(prepared)
        code = code_for(prepared)
    desk = made_desk(tmp_path / "home")
    assert "登记" in desk.run("courier", "write", tmp_path / "a.thx", code=1)
    with run_hub(url) as hub:
        desk.run("enrol", hub.start(), code)
    packet = tmp_path / "甲镇.thx"
    assert "第 1 号交换包" in desk.run("courier", "write", packet)
    process = HubProcess(url)
    answer = tmp_path / "回执.thx"
    said = process.command("courier", str(packet), "--answer", str(answer))
    assert said.startswith("甲镇卫生院 1 号电脑的第 1 号交换包：收下")
    assert "县级都已确认" in desk.run("courier", "read", answer)
    assert "没有待发的记录" in desk.run("sync", "--status")
    desk.run("courier", "read", answer)
    process.command("courier", str(packet))
    assert (tmp_path / "甲镇-回执.thx").exists()
    assert "不是交换包" in desk.run("courier", "read", tmp_path / "hub.db", code=1)
    assert "没有“" in desk.run("courier", "read", tmp_path / "无.thx", code=1)
    assert "文件夹" in desk.run("courier", "write", tmp_path / "无" / "a", code=1)


def test_a_pc_without_a_link(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Hub(url)) as prepared:
        prepared.create()
        add_centre(prepared)
    process, desk = HubProcess(url), made_desk(tmp_path / "home")
    invitation, packet = tmp_path / "邀请", tmp_path / "申请.thx"
    assert "登记邀请" in process.command("enrol", CODE, "--invitation", str(invitation))
    desk.run("courier", "join", invitation, packet)
    process.command("courier", str(packet))
    assert "已在县级平台登记" in desk.run("courier", "read", tmp_path / "申请-回执.thx", code=1)
    desk.run("courier", "write", tmp_path / "包.thx")
    process.command("courier", str(tmp_path / "包.thx"))
    assert "县级都已确认" in desk.run("courier", "read", tmp_path / "包-回执.thx")
