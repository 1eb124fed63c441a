"""`thdesk returns` and `thdesk print` as the county's technician calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from desktop.errors import Frozen, NotFound, UserError
from desktop.models.vault import NotAllowed, Vault
from tests.commands.returns_desk import FILLED, MONTH, OF, Desk
from tests.helpers.centres import CHEAP, PASSWORD, PERSON


def compose(desk: Desk, *words: str) -> dict[str, Any]:
    (made,) = desk.json("returns", "compose", *OF, *words)
    assert isinstance(made, dict)
    return made


def test_compose_set_submit_revise(desk: Desk) -> None:
    made = compose(desk, "--set", "M11=3620", "--set", "M12=134", "--set", "M51=204.93")
    lines = {line["code"]: line for line in made["lines"]}
    assert (lines["M11"]["this"], lines["M51"]["this"]) == (3620, 204.93)
    assert lines["M13"]["this"] is None
    assert made["status"] == "草稿"
    (done,) = desk.json("returns", "submit", *OF)
    assert (done["status"], done["check_code"]) == ("已上报", made["check_code"])
    assert "更正" in desk.refused(Frozen, "returns", "compose", *OF, "--set", "M11=1")
    assert "第 2 版" in desk.done("returns", "revise", *OF)
    assert compose(desk)["revision"] == 2


def test_the_papers_are_named_by_form_and_state(desk: Desk, tmp_path: Path) -> None:
    made, out = compose(desk, *FILLED), tmp_path / "out"
    (printed,) = desk.json("returns", "print", *OF, "--out", str(out))
    assert [file.name for file in out.iterdir()] == ["2026-10-医疗服务月报（草稿）.pdf"]
    assert printed["check_code"] == made["check_code"]
    desk.done("returns", "submit", *OF)
    (printed,) = desk.json("returns", "print", *OF, "--out", str(out))
    assert printed["file"].endswith("2026-10-医疗服务月报.pdf")
    assert Path(printed["file"]).read_bytes().startswith(b"%PDF")


def test_the_list_tells_state_due_day_and_what_is_late(desk: Desk) -> None:
    compose(desk, *FILLED)
    (row,) = desk.json("returns", "list", *OF)
    days_left = (date(2026, 11, 3) - date.today()).days
    assert (row["status"], row["due"], row["days_left"]) == ("草稿", "2026-11-03", days_left)
    (done,) = desk.json("returns", "submit", *OF)
    (row,) = desk.json("returns", "list", *OF)
    assert (row["period"], row["revision"], row["status"]) == (MONTH, 1, "已上报")
    assert (row["days_left"], row["late_days"]) == (None, max(0, -days_left))
    assert row["check_code"] == done["check_code"]
    said = desk.done("returns", "list", *OF)
    assert "2026-11-03 前" in said
    assert done["check_code"] in said
    (kept,) = desk.json("returns", "list")
    assert (kept["period"], kept["check_code"]) == (MONTH, done["check_code"])


def test_check_tells_the_cells_and_ends_with_1_until_nothing_blocks(desk: Desk) -> None:
    result = desk.run("returns", "check", *OF, "--json")
    assert result.exit_code == 1
    (seen,) = json.loads(result.output)
    assert ("C15:M11", "M11", "E") in {
        (each["key"], each["cell"], each["level"]) for each in seen["findings"]
    }
    compose(desk, *FILLED)
    assert "草稿" in desk.done("returns", "check", *OF, "--dry-run")
    assert "已审核" in desk.done("returns", "check", *OF)
    assert "已批准" in desk.done("returns", "approve", *OF)
    (row,) = desk.json("returns", "list", *OF)
    assert row["status"] == "已批准"
    assert "已批准" in desk.done("returns", "check", *OF), "looking again changes nothing"


def test_only_the_director_approves(desk: Desk) -> None:
    compose(desk, *FILLED)
    vault = Vault(desk.home, cost=CHEAP)
    director = vault.sign_in(PERSON, PASSWORD)
    vault.add_person(director, "小李", PASSWORD, role="statistics")
    for verb in ("approve", "submit"):
        assert "院长" in desk.refused(NotAllowed, "--as", "小李", "returns", verb, *OF)
    desk.done("--as", PERSON, "returns", "approve", *OF)
    assert "校验码" in desk.done("--as", "小李", "returns", "submit", *OF)


def test_submitting_tells_what_is_missing(desk: Desk) -> None:
    said = desk.refused(UserError, "returns", "submit", *OF)
    assert "C15:M11 M11 其中：门诊未填报" in said
    assert "2026-10《基层医疗卫生机构医疗服务月报表》还有" in said, "of several the one is named"
    compose(desk, "--set", "M11=1", "--set", "M12=1", "--set", "M31=0", "--set", "M55=1")
    assert "C07" in desk.refused(UserError, "returns", "submit", *OF)
    compose(desk, "--explain", "C07=本月结算上月病人")
    desk.done("returns", "submit", *OF)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compose", "--period", "2026-13"), "不是期间"),
        (("compose", "--period", "2999-01"), "还没有开始"),
        (("compose", "--period", MONTH, "--set", "M11"), "缺等号"),
        (("print", "--period", ""), "请用 --period"),
        (("compose", *OF, "--set", "M11=abc"), "不是数字"),
        (("compose", *OF, "--set", "M11=-1"), "不能小于 0"),
        (("compose", *OF, "--set", "M11=1.5"), "应为整数"),
        (("compose", *OF, "--set", "M10=5"), "不是填报项"),
        (("forms", "check", "没有.toml"), "找不到"),
    ],
)
def test_wrong_words_are_refused(desk: Desk, words: tuple[str, ...], said: str) -> None:
    assert said in desk.refused(UserError, "returns", *words)


def test_an_unknown_form_is_refused_with_those_there_are(desk: Desk) -> None:
    said = desk.refused(NotFound, "returns", "compose", "--period", MONTH, "--form", "../x")
    assert "medical_services_monthly" in said


def test_the_table_is_readable_without_json(desk: Desk) -> None:
    said = desk.done("returns", "compose", *OF, "--set", "M12=0")
    assert "M12\t其中：急诊\t人次\t0" in said
    assert "E C15:M11" in said


def test_a_register_prints_as_a_list(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "villages.pdf"
    done = desk.json("print", "divisions", str(file))
    assert file.read_bytes().startswith(b"%PDF")
    assert done["rows"] > 0
    assert desk.refused(NotFound, "print", "nothing", str(file))


MINI = """
key = "mini"
title = "试表"
short = "试表"
version = 1
period = "month"
[[section]]
title = "一"
[[section.line]]
code = "A1"
label = "有效签约"
source = { figure = "contracts.in_force" }
[[section.line]]
code = "A2"
label = "接待"
unit = "人次"
[[section.line]]
code = "A3"
label = "合计"
source = { formula = "A1 + A2" }
"""


@pytest.fixture
def mini(tmp_path: Path) -> Path:
    file = tmp_path / "mini.toml"
    file.write_text(MINI, encoding="utf-8")
    return file


def test_a_form_is_tried_and_kept(desk: Desk, mini: Path) -> None:
    tried = desk.done("returns", "forms", "check", str(mini), "--period", MONTH)
    assert "可以使用" in tried
    assert "A2\t接待\t人次" in tried
    assert desk.json("returns", "forms", "add", str(mini))["version"] == 1
    assert "已经有了" in desk.refused(UserError, "returns", "forms", "add", str(mini))
    listed = {each["form"]: each["version"] for each in desk.json("returns", "forms", "list")}
    assert listed["mini"] == 1
    compose_words = ("returns", "compose", "--period", MONTH, "--form", "mini")
    (made,) = desk.json(*compose_words, "--set", "A2=5")
    assert [line["this"] for line in made["lines"]] == [None, 5, None]


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ('code = "A2"', 'code = "A1"', "第 13 行：代码“A1”重复"),
        ("A1 + A2", "A3 + A2", "成了圈"),
        ("A1 + A2", "A1 + B9", "B9 不是本表的代码"),
        ("contracts.in_force", "contracts.nix", "没有名为“contracts.nix”"),
        ('title = "一"', 'titel = "一"', "第 8 行"),
        ("[[section]]", "[[section", "第 7 行"),
    ],
)
def test_a_broken_form_is_refused_with_its_line(
    desk: Desk, mini: Path, wrong: str, right: str, said: str
) -> None:
    mini.write_text(MINI.replace(wrong, right, 1), encoding="utf-8")
    for verb in ("check", "add"):
        assert said in desk.refused(UserError, "returns", "forms", verb, str(mini))
    assert "mini" not in {each["form"] for each in desk.json("returns", "forms", "list")}


def test_a_form_can_be_proof_read(desk: Desk) -> None:
    shown = desk.done("returns", "forms", "show", "medical_services_monthly")
    assert "M11\t其中：门诊\t人次\t填报项" in shown
    assert "算式" in shown


def test_the_catalogue_gives_definition_and_clause(desk: Desk) -> None:
    said = desk.json("returns", "figures")
    assert {"key", "definition", "clause", "unit"} <= said[0].keys()
    assert all(each["definition"] and each["clause"] for each in said)
    (one,) = desk.json("returns", "figures", "contracts.in_force")[:1]
    assert one["key"] == "contracts.in_force"
    assert "contracts.in_force" in desk.done("returns", "figures", "contracts.in_force")


def test_a_cell_is_explained(desk: Desk) -> None:
    compose(desk, *FILLED)
    said = desk.json("returns", "explain", "M11", *OF)
    assert (said["source"], said["shown"]["本月"]) == ("填报项", "3,620")
    assert "没有“X1”这一格" in desk.refused(NotFound, "returns", "explain", "X1", *OF)


def test_the_commands_work_without_qt(desk: Desk) -> None:
    """A hub's or a technician's machine has no window system."""
    words = ["returns", "compose", "--period", MONTH, "--json"]
    code = (
        "import sys; from desktop import cli; sys.argv = ['thdesk', *sys.argv[1:]]\n"
        "try: cli.main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not any(name.startswith('PySide6') for name in sys.modules)"
    )
    environment = os.environ | {"THDESK_HOME": str(desk.home), "THDESK_PASSWORD": PASSWORD}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["period"] == MONTH


def test_a_week_and_a_year_are_periods_too(desk: Desk, mini: Path) -> None:
    mini.write_text(MINI.replace('"month"', '"week"'), encoding="utf-8")
    tried = desk.json("returns", "forms", "check", str(mini), "--period", "2026-W44")
    assert (tried["period"], tried["due"]) == ("2026-W44", "2026-11-01")
    mini.write_text(MINI.replace('"month"', '"year"'), encoding="utf-8")
    assert desk.json("returns", "forms", "check", str(mini), "--period", "2025")["period"] == "2025"
    assert "期别" in desk.refused(NotFound, "returns", "compose", *OF[2:], "--period", "2026-W44")
    said = desk.refused(UserError, "returns", "compose", "--period", "2026-Q1")
    assert "这种期间" in said
