from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from desktop import cli
from desktop.commands import performance
from desktop.errors import Frozen, UserError
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.performance.scheme import shipped
from desktop.services.performance.schemes import install_proposal
from desktop.services.performance.sheets import Adjustment, sheets, supplement
from tests.helpers.centres import PASSWORD, reopen
from tests.helpers.samples import id_number


@pytest.fixture
def home(new_centre_folder: Path, tmp_path: Path) -> Path:
    """A centre of one clinic with one doctor and one month's figures."""
    home = tmp_path / "centre"
    shutil.copytree(new_centre_folder, home)
    with reopen(home) as centre, centre.store.writing() as session:

        def add(key: str, **values: object) -> bytes:
            return insert_many(session, find_register(key), [dict(values)])[0]  # type: ignore[list-item]

        clinic = add("clinics", name="青山村卫生室", population=1000)
        add("village_doctors", name="赵淑珍", id_number=id_number(1), clinic_id=clinic)
        add("clinic_months", clinic_id=clinic, month="2026-10", hypertension_followups=31)
        add("targets", figure="高血压随访人次", period="2026-10", value=46)
    return home


def run(home: Path, *words: str) -> Result:
    app = typer.Typer()
    app.callback(invoke_without_command=True)(cli.start)
    performance.attach(app)
    environment = {"THDESK_HOME": str(home), "THDESK_PASSWORD": PASSWORD}
    return CliRunner().invoke(app, cli.forward(list(words)), env=environment)


def done(home: Path, *words: str) -> str:
    result = run(home, *words)
    assert result.exception is None, result.output
    return result.stdout


def test_a_simulation_says_every_line(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    printed = done(
        home, "performance", "simulate", "--period", "2026-10", "--json", "--out", str(out)
    )
    said = json.loads(printed)
    assert said["period"] == "2026-10"
    assert said["centre"] == "青禾镇中心卫生院"
    (doctor,) = said["doctors"]
    line = next(item for item in doctor["items"] if item["code"] == "G01")
    assert "应 46 人次，实 31 人次，完成 67.4%" in line["sentence"]
    assert line["rows"][0][0] == "clinic_months"
    assert {notice["code"] for notice in said["notices"]} >= {"no_price", "licence_unknown"}
    assert json.loads((out / "performance-2026-10.json").read_text("utf-8")) == said
    assert "赵淑珍" in done(home, "performance", "simulate", "--period", "2026-10")
    assert isinstance(
        run(home, "performance", "simulate", "--period", "2026-99").exception, UserError
    )


def test_approval_asks_then_freezes(home: Path) -> None:
    refused = run(home, "performance", "approve", "--period", "2026-10", "--yes")
    assert isinstance(refused.exception, UserError)
    assert "没有在执行" in str(refused.exception)
    with reopen(home) as centre, centre.store.writing() as session:
        install_proposal(session, date(2026, 1, 1))
    done(home, "performance", "install", "--since", "2026-01-01")
    asked = run(home, "performance", "approve", "--period", "2026-10")
    assert isinstance(asked.exception, UserError)
    assert "未接入县级平台" in asked.stderr
    said = json.loads(
        done(home, "performance", "approve", "--period", "2026-10", "--yes", "--json")
    )
    assert said["scheme"]["name"] == shipped().name
    again = run(home, "performance", "approve", "--period", "2026-10", "--yes")
    assert isinstance(again.exception, Frozen)
    (sheet,) = json.loads(done(home, "performance", "sheets", "--json"))
    assert (sheet["period"], sheet["kind"], sheet["checksum"]) == (
        "2026-10",
        "正表",
        said["checksum"],
    )
    assert "2026-10\t正表" in done(home, "performance", "sheets")


def test_the_plan_lists_every_clinic(home: Path) -> None:
    (line,) = json.loads(done(home, "visits", "plan", "--json"))
    assert (line["clinic"], line["state"], line["last_on"]) == ("青山村卫生室", "never", None)
    assert "青山村卫生室\t从未督导" in done(home, "visits", "plan")


def test_a_supplement_is_printed_beside_the_sheet(home: Path, tmp_path: Path) -> None:
    done(home, "performance", "install", "--since", "2026-01-01")
    done(home, "performance", "approve", "--period", "2026-10", "--yes")
    with reopen(home) as centre:
        with centre.store.reading() as session:
            (sheet,) = sheets(session, "2026-10")
        assert sheet.statement is not None
        (doctor,) = sheet.statement.doctors
        adjustments = [Adjustment(doctor.id, doctor.name, 2550, "漏记随访")]
        supplement(centre.store, sheet.id, adjustments, "更正", datetime(2026, 11, 9, 8, 0))
    out = tmp_path / "papers"
    done(home, "performance", "print", "--period", "2026-10", "--out", str(out))
    assert (out / "2026-10-补充表1.pdf").stat().st_size > 0
    assert {path.name for path in out.glob("*.pdf")} >= {"2026-10-发放表.pdf", "2026-10-公示.pdf"}


def test_the_papers_of_a_year_are_printed(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "year"
    done(home, "performance", "year", "--year", "2026", "--out", str(out))
    # Nothing was approved and no fund was booked: the task letters stand alone.
    assert {path.name for path in out.iterdir()} == {"2026-目标任务书.pdf"}
    wrong = run(home, "performance", "year", "--year", "26", "--out", str(out))
    assert isinstance(wrong.exception, UserError)
