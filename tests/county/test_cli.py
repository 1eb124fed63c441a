from __future__ import annotations

import io
import json
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from county.cli import app, main
from county.storage import Hub
from county.tables import CODES
from desktop.errors import NotFound, UserError

RUN = CliRunner()


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    monkeypatch.setenv("COUNTY_HUB_DATABASE", url)
    return url


def run(*words: str) -> str:
    result = RUN.invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_a_technicians_first_day(database: str) -> None:
    run("init")
    run("init")
    run("centre", "add", "--code", "330523100", "--name", "甲镇卫生院")
    run("centre", "add", "--code", "330523101", "--name", "乙镇卫生院")
    assert [each["name"] for each in json.loads(run("centre", "list", "--json"))] == [
        "甲镇卫生院",
        "乙镇卫生院",
    ]
    first, second = run("enrol", "330523100"), run("enrol", "乙镇卫生院", "--hours", "1")
    assert len(first.replace("-", "")) == len(second.replace("-", "")) == 10
    assert first != second
    assert run("devices", "--json") == run("returns", "--json") == run("quarantine", "--json")
    assert run("verify") == "数据库完好。"
    run("restored")


def test_the_database_can_be_named_on_every_command(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    run("init", "--database", url)
    run("centre", "add", "--code", "1", "--name", "丙", "--database", url)
    assert "丙" in run("centre", "list", "--database", url)


@pytest.mark.parametrize(
    "words",
    [
        ("devices",),
        ("enrol", "没有的"),
        ("serve", "--port", "0"),
        ("centre", "add", "--code", " ", "--name", "x"),
    ],
)
def test_the_worlds_errors_are_sentences(database: str, words: tuple[str, ...]) -> None:
    with pytest.raises(UserError) as refused:
        RUN.invoke(app, words, catch_exceptions=False)
    assert str(refused.value)


def test_without_a_database_it_says_how_to_name_one() -> None:
    with pytest.raises(UserError, match="COUNTY_HUB_DATABASE"):
        RUN.invoke(app, ["devices"], catch_exceptions=False)


def test_revoking_needs_a_known_pc(database: str) -> None:
    run("init")
    with pytest.raises(UserError):
        RUN.invoke(app, ["revoke", "7"], catch_exceptions=False)


@pytest.mark.parametrize(
    "words",
    [
        ("stale", "--days", "999999999"),
        ("prune", "--days", "99999999999999"),
        ("enrol", "330523100", "--hours", "999999999999999"),
        ("enrol", "330523100", "--hours", "-5"),
        ("revoke", "99999999999999999999"),
    ],
)
def test_numbers_that_cannot_be_are_refused(database: str, words: tuple[str, ...]) -> None:
    run("init")
    run("centre", "add", "--code", "330523100", "--name", "甲镇卫生院")
    assert RUN.invoke(app, words, catch_exceptions=False).exit_code == 2


def test_the_largest_numbers_are_taken(database: str) -> None:
    run("init")
    run("centre", "add", "--code", "330523100", "--name", "甲镇卫生院")
    run("stale", "--days", "36500")
    run("prune", "--days", "36500")
    run("enrol", "330523100", "--hours", "8784")
    with pytest.raises(NotFound):
        RUN.invoke(app, ["revoke", "2147483647"], catch_exceptions=False)


@pytest.mark.parametrize("file", [".", "/", ""])
@pytest.mark.parametrize(
    "words", [("courier",), ("backup",), ("enrol", "330523100", "--invitation")]
)
def test_a_folder_is_no_file(
    database: str, tmp_path: Path, words: tuple[str, ...], file: str
) -> None:
    run("init")
    run("centre", "add", "--code", "330523100", "--name", "甲镇卫生院")
    for path in (file, str(tmp_path)):
        with pytest.raises(UserError, match="文件"):
            RUN.invoke(app, [*words, path], catch_exceptions=False)
    with closing(Hub(database)) as hub, hub.reading() as connection:
        assert connection.execute(select(CODES)).all() == []


def test_an_unknown_language_is_told(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["county-hub", "--lang", "fr", "init"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err == "错误：没有“fr”这种界面语言。可用的有：zh、en。\n"


def test_an_old_console_gets_every_character(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, "cp1252"))
    monkeypatch.setattr(sys, "argv", ["county-hub", "init"])
    with pytest.raises(SystemExit) as ended:
        main()
    sys.stdout.flush()
    assert ended.value.code == 0
    assert "数据库已就绪" in printed.getvalue().decode()
