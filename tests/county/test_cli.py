from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from county.cli import app
from desktop.errors import UserError

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
