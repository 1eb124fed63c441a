"""`thdesk indicators` and `thdesk lookback` as the county's technician calls them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import typer
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import indicators
from desktop.errors import NotFound, UserError
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from tests.helpers.centres import PASSWORD

MONTH = ("--period", "2026-10")


class Desk:
    """The two commands over one data folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.app = typer.Typer()
        self.app.callback(invoke_without_command=True)(cli.start)
        indicators.attach(self.app)

    def run(self, *words: str) -> Result:
        environment = {"THDESK_HOME": str(self.home), "THDESK_PASSWORD": PASSWORD}
        return CliRunner().invoke(self.app, cli.forward(list(words)), env=environment)

    def done(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exception is None, result.output
        return result.output

    def json(self, *words: str) -> Any:
        result = self.run(*words, "--json")
        assert result.exception is None, result.output
        return json.loads(result.stdout)


@pytest.fixture
def desk(fresh_centre: Centre) -> Desk:
    with fresh_centre.store.writing() as session:
        clinics = find_register("clinics")
        ids = insert_many(session, clinics, [{"name": "甲村"}, {"name": "乙村"}, {"name": "丙村"}])
        months = find_register("clinic_months")
        insert_many(
            session,
            months,
            [
                {"clinic_id": ids[0], "month": "2025-10", "visits": 100},
                {"clinic_id": ids[0], "month": "2026-08", "visits": 300},
                {"clinic_id": ids[0], "month": "2026-10", "visits": 200},
                {"clinic_id": ids[1], "month": "2026-10", "visits": 400},
            ],
        )
    home = fresh_centre.home
    fresh_centre.close()
    return Desk(home)


def test_the_self_score_is_told_and_filled_in(desk: Desk) -> None:
    told = desk.json("indicators", *MONTH, "--set", "D2.n=36", "--set", "D2.d=100")
    slots = next(item for item in told["items"] if item["code"] == "D2")
    assert (slots["value"], slots["target"], slots["to_close"]) == (36, 40, 4)
    assert (told["points"], told["weight_scored"], told["percent"]) == (7.2, 8, 90)
    assert "再下放 4 个专家号即达 40%。" in desk.done("indicators", *MONTH)
    cleared = desk.json("indicators", *MONTH, "--set", "D2.n=")
    assert cleared["points"] is None


def test_paper_and_workbook_are_written(desk: Desk, tmp_path: Path) -> None:
    desk.done("indicators", *MONTH, "--set", "D2.n=36", "--set", "D2.d=100", "--out", str(tmp_path))
    with pypdfium2.PdfDocument(tmp_path / "2026-10-自评表.pdf") as pdf:
        text = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    for words in ("紧密型", "同质化", "控费用", "促分工", "保健康", "再下放 4 个专家号即达 40%"):
        assert words in text
    book = CalamineWorkbook.from_path(str(tmp_path / "2026-10-自评表.xlsx"))
    rows = {row[1]: row for row in book.get_sheet_by_index(0).to_python()[3:]}
    assert rows["D2"][3:7] == [36, 100, 36, 40]
    assert rows["D1"][5] == "", "blank is not zero"


def test_a_measure_is_looked_back_on_with_gaps(desk: Desk, tmp_path: Path) -> None:
    told = desk.json("lookback", "medical_services_monthly:M80", *MONTH, "--out", str(tmp_path))
    rows = {row[0]: row[1:] for row in told["rows"]}
    assert rows["2026-10"] == [600, 100]
    assert rows["2026-09"] == [None, None]
    assert rows["2026-08"] == [300, None]
    assert len(rows) == 12
    book = CalamineWorkbook.from_path(str(tmp_path / "2026-10-指标走势.xlsx"))
    cells = {row[0]: row[1] for row in book.get_sheet_by_index(0).to_python()[3:]}
    assert (cells["2026-10"], cells["2026-09"]) == (600, "")


def test_clinics_are_compared(desk: Desk, tmp_path: Path) -> None:
    told = desk.json("lookback", "clinic.visits", *MONTH, "--clinics", "--out", str(tmp_path))
    assert told["rows"] == [["乙村", 400], ["甲村", 200], ["丙村", None]]
    with pypdfium2.PdfDocument(tmp_path / "2026-10-各室对比.pdf") as pdf:
        text = pdf[0].get_textpage().get_text_bounded()
    assert "平均 300" in text
    assert "没有数的：丙村" in text


@pytest.mark.parametrize(
    ("words", "kind", "said"),
    [
        (("indicators", *MONTH, "--set", "D2.n"), UserError, "代码=数值"),
        (("indicators", *MONTH, "--set", "ZZ=1"), NotFound, "ZZ"),
        (("indicators", "--period", "2026-13"), UserError, "不是期间"),
        (("lookback", "no.such", *MONTH), NotFound, r"no\.such"),
        (("lookback", "contracts.paid", *MONTH, "--clinics"), UserError, "不能按"),
        (("lookback", "contracts.in_force[elderly]", *MONTH), UserError, "不是指标"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    desk: Desk, words: tuple[str, ...], kind: type[Exception], said: str
) -> None:
    result = desk.run(*words)
    assert isinstance(result.exception, kind)
    with pytest.raises(kind, match=said):
        raise result.exception


def test_the_countys_scheme_is_taken_in_from_a_file(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "方案.toml"
    file.write_text(
        'key = "own"\ntitle = "县方案"\n[[group]]\ncode = "A"\nlabel = "紧密型"\n'
        '[[item]]\ncode = "A1"\ngroup = "A"\nlabel = "村卫生室数"\nweight = 100\n'
        'value = [{ figure = "clinics.working" }]\n',
        "utf-8",
    )
    assert desk.json("indicators", *MONTH, "--scheme", str(file))["scheme"] == "own"
    assert desk.json("indicators", "--period", "2026-09")["scheme"] == "consortium"
    file.write_bytes(b"\xff\xfe")
    assert isinstance(desk.run("indicators", *MONTH, "--scheme", str(file)).exception, UserError)
