"""The command line: shared options anywhere, exit codes, sentences instead of stacks."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop import __version__, cli, commands
from desktop.cli import forward
from desktop.errors import UserError
from desktop.models import backup
from desktop.models.database import Database
from dev import ROOT
from tests.helpers import processes
from tests.helpers.centres import CODE, PASSWORD

NEW = ("init", "--centre", "青禾镇中心卫生院", "--code", CODE)


@dataclass(frozen=True)
class Done:
    """What a run of the real program said and how it ended."""

    code: int
    out: str
    err: str


def thdesk(home: Path, *words: str, **settings: str) -> Done:
    done = processes.run("desktop", *words, environment=_environment(home, **settings))
    return Done(done.returncode, done.stdout, done.stderr)


def started(home: Path, *words: str) -> Done:
    """Run it in a Python of its own, which has said nothing of how to write Chinese."""
    done = subprocess.run(
        [sys.executable, "-m", "desktop", *words],
        check=False,
        cwd=ROOT,
        env=_environment(home),
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def _environment(home: Path, **settings: str) -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("THDESK_")} | {
        "THDESK_HOME": str(home),
        "THDESK_PASSWORD": PASSWORD,
        **settings,
    }


# ---- Options anywhere ----


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("list staff --home A", "--home A list staff"),
        ("--home A list staff", "--home A list staff"),
        ("list --home=A staff --as 李四 --json", "--home=A --as 李四 list staff --json"),
        ("list staff --lang en", "--lang en list staff"),
        ("list staff --home", "--home list staff"),
        ("list staff --homes A", "list staff --homes A"),
        ("list staff -- --home A", "list staff -- --home A"),
        ("--lang en list -- --lang", "--lang en list -- --lang"),
        ("", ""),
    ],
)
def test_shared_options_come_first_wherever_they_were_typed(typed: str, read: str) -> None:
    assert forward(typed.split()) == read.split()


_WORDS = st.sampled_from(["list", "staff", "--json", "--where", "x=1", "-h", "--"])


@given(st.lists(_WORDS, max_size=6), st.integers(0, 6))
def test_no_word_is_lost_and_the_others_keep_their_order(words: list[str], place: int) -> None:
    place = min(place, words.index("--") if "--" in words else len(words))
    typed = [*words[:place], "--home", "A", *words[place:]]
    assert forward(typed) == ["--home", "A", *words]


# ---- What the real program says ----


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A centre made by the command itself."""
    home = tmp_path_factory.mktemp("cli") / "centre"
    done = started(home, *NEW, "--person", "张院长")
    assert (done.code, done.err) == (0, "")
    assert "已建立“青禾镇中心卫生院”" in done.out
    assert "恢复密钥" in done.out
    return home


def test_the_version_is_told(tmp_path: Path) -> None:
    done = started(tmp_path, "--version")
    assert (done.code, done.out, done.err) == (0, f"thdesk {__version__}\n", "")


def test_an_error_of_the_world_is_a_sentence_and_code_one(tmp_path: Path) -> None:
    done = started(tmp_path / "nowhere", "list", "staff")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("错误：“")
    assert "请先运行 thdesk init。" in done.err
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1


def test_the_sentence_is_in_the_language_asked_for(tmp_path: Path) -> None:
    done = thdesk(tmp_path / "nowhere", "list", "staff", "--lang", "en")
    assert done.code == 1
    assert done.err.startswith('Error: There are no data of this program in "')
    assert done.err.endswith("Run thdesk init first.\n")
    other = thdesk(tmp_path / "nowhere", "list", "staff", THDESK_LANG="en")
    assert other.err == done.err


def test_a_language_that_there_is_not_is_told(tmp_path: Path) -> None:
    done = thdesk(tmp_path / "nowhere", "list", "staff", "--lang", "fr")
    assert (done.code, done.out) == (2, "")
    assert done.err == "错误：没有“fr”这种界面语言。可用的有：zh、en。\n"
    other = thdesk(tmp_path / "nowhere", "list", "staff", THDESK_LANG="fr")
    assert (other.code, other.err) == (done.code, done.err)


def test_a_wrong_use_is_code_two(tmp_path: Path) -> None:
    for words in (("init",), ("no-such-command",), ("list",), ("list", "staff", "--home")):
        done = thdesk(tmp_path, *words)
        assert done.code == 2, words
        assert "Traceback" not in done.err


def test_every_command_tells_its_use_without_any_data(tmp_path: Path) -> None:
    cli.attach_all()
    names = {command.name for command in cli.app.registered_commands}
    assert {"init", "list", "import", "export", "backup", "restore", "verify"} <= names
    assert all(command.help or command.callback.__doc__ for command in cli.app.registered_commands)  # type: ignore[union-attr]
    done = thdesk(tmp_path / "nowhere", "init", "-h")
    assert done.code == 0
    assert "--centre" in done.out
    assert not (tmp_path / "nowhere").exists()


def test_options_work_behind_the_command(home: Path, tmp_path: Path) -> None:
    done = thdesk(tmp_path / "nowhere", "list", "divisions", "--home", str(home), "--as", "张院长")
    assert (done.code, done.err) == (0, "")


def test_a_wrong_password_is_refused_and_nobody_else_gets_in(home: Path) -> None:
    done = thdesk(home, "list", "staff", THDESK_PASSWORD="another-2026")
    assert done.code == 1
    assert done.err.startswith("错误：密码不正确。")
    done = thdesk(home, "list", "staff", "--as", "李四")
    assert done.code == 1
    assert "没有名为“李四”的人员" in done.err


def test_a_second_centre_is_not_put_over_the_first(home: Path) -> None:
    done = thdesk(home, *NEW)
    assert done.code == 1
    assert "已经有数据" in done.err


def test_a_field_nobody_knows_and_an_unknown_register_are_named(home: Path) -> None:
    done = thdesk(home, "list", "divisions", "--where", "颜色=红")
    assert done.code == 1
    assert "没有名为“颜色”的字段" in done.err
    done = thdesk(home, "list", "stuff")
    assert done.code == 1
    assert "没有名为“stuff”的台账" in done.err


# ---- The day's backup ----


def test_a_backup_that_fails_is_a_warning_and_the_work_goes_on(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise UserError("磁盘空间不足，备份需要 5 MB。", "请清理磁盘后再试。")

    monkeypatch.setattr(backup, "ensure_daily", full)
    run_here(home, monkeypatch, "list", "divisions", "--json")
    said = capsys.readouterr()
    assert said.out.startswith("[")
    assert said.err == (
        "警告：今日的自动备份没有做成。磁盘空间不足，备份需要 5 MB。请清理磁盘后再试。\n"
    )


def test_a_bug_in_the_backup_is_not_hidden_and_closes_the_centre(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = []

    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    close = Database.close
    monkeypatch.setattr(backup, "ensure_daily", broken)
    monkeypatch.setattr(Database, "close", lambda self: (closed.append(self), close(self)))
    with pytest.raises(ZeroDivisionError):
        run_here(home, monkeypatch, "list", "divisions")
    assert len(closed) == 1


def run_here(home: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    """Run a command in this process, as its entry point does."""
    monkeypatch.setenv("THDESK_HOME", str(home))
    monkeypatch.setenv(commands.PASSWORD_VARIABLE, PASSWORD)
    monkeypatch.setattr(sys, "argv", ["thdesk", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code in (0, None)
