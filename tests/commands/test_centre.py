from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import centre, init
from desktop.errors import UserError, WrongPassword
from desktop.models.vault import NotAllowed, WeakPassword

PASSWORD = "chunge-2026"


class Desk:
    """The command line over one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.app = typer.Typer()
        self.app.callback(invoke_without_command=True)(cli.start)
        init.attach(self.app)
        centre.attach(self.app)

    def run(self, *words: str, person: str = "", password: str = PASSWORD, new: str = "") -> Result:
        environment = {
            "THDESK_HOME": str(self.home),
            "THDESK_PERSON": person or None,
            "THDESK_PASSWORD": password,
            "THDESK_NEW_PASSWORD": new or None,
        }
        return CliRunner().invoke(self.app, cli.forward(list(words)), env=environment)

    def done(self, *words: str, person: str = "", password: str = PASSWORD, new: str = "") -> str:
        result = self.run(*words, person=person, password=password, new=new)
        assert result.exception is None, result.output
        return result.output

    def refused(self, kind: type[UserError], *words: str, **options: str) -> str:
        result = self.run(*words, **options)
        assert isinstance(result.exception, kind), result.output
        return str(result.exception)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "centre")


@pytest.fixture
def recovery(desk: Desk) -> str:
    said = desk.done("init", "--centre", "城关镇卫生院", "--code", "410183", "--person", "张院长")
    return said.rsplit("：", 1)[1].strip()


def test_backup_restore_and_verify(desk: Desk, recovery: str, tmp_path: Path) -> None:
    made = json.loads(desk.done("backup", "--to", str(tmp_path / "stick"), "--json"))
    assert Path(made["file"]).stat().st_size == made["bytes"]
    assert "没有发现问题" in desk.done("verify")
    assert "没有发现问题" in desk.done("verify", made["file"])
    assert json.loads(desk.done("verify", made["file"], "--json", "--recovery", recovery)) == []
    said = desk.done("restore", made["file"])
    assert "恢复前的数据保存在" in said
    other = Desk(tmp_path / "another pc")
    assert "恢复前" not in other.done("restore", made["file"], "--recovery", recovery)
    assert "张院长" in other.done("people")
    assert "没有发现问题" in other.done("verify")


def test_the_first_command_of_a_day_leaves_a_backup(desk: Desk, recovery: str) -> None:
    desk.done("backup")
    made = sorted(path.name[18:] for path in (desk.home / "backups").iterdir())
    assert made == ["daily.thdb", "manual.thdb"]


def test_verify_names_the_damage(desk: Desk, recovery: str) -> None:
    file = desk.home / "centre.db"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    result = desk.run("verify", "--json")
    assert result.exit_code == 1
    assert [finding["code"] for finding in json.loads(result.stdout)] == ["page"]
    assert "hmac" not in result.stderr


def test_people_come_change_and_go(desk: Desk, recovery: str) -> None:
    desk.done("people", "add", "李四", "--role", "statistics", new="lisi-2026")
    assert "可选：张院长、李四" in desk.refused(UserError, "verify")
    desk.refused(NotAllowed, "people", "remove", "张院长", person="李四", password="lisi-2026")
    desk.refused(WeakPassword, "people", "passwd", person="李四", password="lisi-2026", new="123")
    desk.done("people", "passwd", person="李四", password="lisi-2026", new="lisi-2027")
    desk.refused(WrongPassword, "verify", person="李四", password="lisi-2026")
    desk.done("verify", person="李四", password="lisi-2027")
    desk.done("people", "passwd", "李四", "--recovery", recovery, new="lisi-2028")
    desk.done("verify", person="李四", password="lisi-2028")
    desk.done("people", "remove", "李四", person="张院长")
    everyone = json.loads(desk.done("people", "--json"))
    assert [(each["name"], each["role"]) for each in everyone] == [("张院长", "director")]


def test_a_new_recovery_key_voids_the_old(desk: Desk, recovery: str) -> None:
    said = desk.done("people", "recovery")
    renewed = said.rsplit("：", 1)[1].strip()
    assert "不符" in desk.refused(
        UserError, "people", "passwd", "张院长", "--recovery", recovery, new="another-1"
    )
    desk.done("people", "passwd", "张院长", "--recovery", renewed, new="another-1")
    desk.done("verify", password="another-1")
