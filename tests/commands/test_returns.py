"""`thdesk returns` and `thdesk print` as the county's technician calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import returns
from desktop.errors import Frozen, NotFound, UserError
from desktop.models.opening import Centre
from tests.helpers.centres import PASSWORD

MONTH = "2026-10"


class Desk:
    """The two commands over one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.app = typer.Typer()
        self.app.callback(invoke_without_command=True)(cli.start)
        returns.attach(self.app)

    def run(self, *words: str) -> Result:
        environment = {"THDESK_HOME": str(self.home), "THDESK_PASSWORD": PASSWORD}
        return CliRunner().invoke(self.app, cli.forward(list(words)), env=environment)

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exception is None, result.output
        return result.output

    def json(self, *words: str) -> Any:
        return json.loads(self.done(*words, "--json"))

    def refused(self, kind: type[UserError], *words: str) -> str:
        result = self.run(*words)
        assert isinstance(result.exception, kind), result.output
        return str(result.exception)


@pytest.fixture
def desk(fresh_centre: Centre) -> Desk:
    fresh_centre.close()
    return Desk(fresh_centre.home)


def compose(desk: Desk, *words: str) -> dict[str, Any]:
    (made,) = desk.json("returns", "compose", "--period", MONTH, *words)
    assert isinstance(made, dict)
    return made


def test_compose_set_print_submit_list(desk: Desk, tmp_path: Path) -> None:
    made = compose(desk, "--set", "M11=3620", "--set", "M12=134", "--set", "M51=204.93")
    lines = {line["code"]: line for line in made["lines"]}
    assert (lines["M11"]["this"], lines["M51"]["this"]) == (3620, 204.93)
    assert lines["M13"]["this"] is None
    assert made["status"] == "草稿"

    out = tmp_path / "out"
    (printed,) = desk.json("returns", "print", "--period", MONTH, "--out", str(out))
    assert [file.name for file in out.iterdir()] == ["2026-10-医疗服务月报（草稿）.pdf"]
    assert printed["check_code"] == made["check_code"]

    (done,) = desk.json("returns", "submit", "--period", MONTH)
    assert (done["status"], done["check_code"]) == ("已上报", made["check_code"])
    (printed,) = desk.json("returns", "print", "--period", MONTH, "--out", str(out))
    assert printed["file"].endswith("2026-10-医疗服务月报.pdf")
    assert Path(printed["file"]).read_bytes().startswith(b"%PDF")
    (row,) = desk.json("returns", "list", "--period", MONTH)
    assert (row["period"], row["revision"], row["status"]) == (MONTH, 1, "已上报")

    assert "更正" in desk.refused(Frozen, "returns", "compose", "--period", MONTH, "--set", "M11=1")
    assert "第 2 版" in desk.done("returns", "revise", "--period", MONTH)
    assert compose(desk)["revision"] == 2


def test_submitting_tells_what_is_missing(desk: Desk) -> None:
    said = desk.refused(UserError, "returns", "submit", "--period", MONTH)
    assert "C15:M11 M11 其中：门诊未填报" in said
    compose(desk, "--set", "M11=1", "--set", "M12=1", "--set", "M31=0", "--set", "M55=1")
    assert "C07" in desk.refused(UserError, "returns", "submit", "--period", MONTH)
    compose(desk, "--explain", "C07=本月结算上月病人")
    desk.done("returns", "submit", "--period", MONTH)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compose", "--period", "2026-13"), "不是月份"),
        (("compose", "--period", "2999-01"), "还没有开始"),
        (("compose", "--period", MONTH, "--set", "M11"), "缺等号"),
        (("print", "--period", ""), "请用 --period"),
    ],
)
def test_wrong_words_are_refused(desk: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in desk.refused(UserError, "returns", *words)


def test_an_unknown_form_is_refused_with_those_there_are(desk: Desk) -> None:
    said = desk.refused(NotFound, "returns", "compose", "--period", MONTH, "--form", "../x")
    assert "medical_services_monthly" in said


def test_the_table_is_readable_without_json(desk: Desk) -> None:
    said = desk.done("returns", "compose", "--period", MONTH, "--set", "M12=0")
    assert "M12\t其中：急诊\t人次\t0" in said
    assert "E C15:M11" in said


def test_a_register_prints_as_a_list(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "villages.pdf"
    done = desk.json("print", "divisions", str(file))
    assert file.read_bytes().startswith(b"%PDF")
    assert done["rows"] > 0
    assert desk.refused(NotFound, "print", "nothing", str(file))
