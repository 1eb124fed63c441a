"""`thdesk returns verify` and `print --pack`: from the desk to the paper and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from typer.testing import Result

from desktop.errors import NotFound, UserError
from desktop.models.opening import Centre
from tests.commands.test_returns import FILLED, MONTH, OF, Desk


@pytest.fixture
def desk(fresh_centre: Centre) -> Desk:
    fresh_centre.close()
    return Desk(fresh_centre.home)


@pytest.fixture
def submitted(desk: Desk) -> dict[str, Any]:
    desk.done("returns", "compose", *OF, *FILLED)
    findings = desk.json("returns", "compose", *OF)[0]["findings"]
    texts = [word for each in findings for word in ("--explain", f"{each['key']}=已核对")]
    desk.done("returns", "compose", *OF, *texts)
    (made,) = desk.json("returns", "submit", *OF)
    assert isinstance(made, dict)
    return made


def said(desk: Desk, paper: str) -> Result:
    return desk.run("returns", "verify", paper)


def test_a_code_is_confirmed_with_the_figures_the_paper_must_show(
    desk: Desk, submitted: dict[str, Any]
) -> None:
    done = said(desk, submitted["check_code"])
    assert done.exit_code == 0
    assert "相符：青禾镇中心卫生院2026年10月" in done.output
    assert "其中：门诊\tM11\t人次\t3,620" in done.output
    wrong = said(desk, "0000-0001")
    assert wrong.exit_code == 1
    assert "可能被改动过" in wrong.output
    assert isinstance(said(desk, "hello").exception, UserError)


def test_a_printed_file_and_a_workbook_are_confirmed(
    desk: Desk, submitted: dict[str, Any], tmp_path: Path
) -> None:
    out = str(tmp_path)
    (paper,) = desk.json("returns", "print", *OF, "--out", out)
    (book,) = desk.json("returns", "export", *OF, "--out", out)
    for file in (paper["file"], book["file"]):
        (proof,) = desk.json("returns", "verify", file)
        assert proof["verdict"] == "matches"
        assert proof["check_code"] == submitted["check_code"]
    desk.refused(NotFound, "returns", "verify", str(tmp_path / "none.pdf"))


def test_an_altered_file_is_refused_with_the_cell(
    desk: Desk, submitted: dict[str, Any], tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    (made,) = desk.json("returns", "export", *OF, "--out", str(tmp_path))
    book = load_workbook(made["file"])
    for row in book.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == 134:
                cell.value = 143
    book.save(made["file"])
    book.close()
    done = said(desk, made["file"])
    assert done.exit_code == 1
    assert "被改动过" in done.output
    assert "M12" in done.output
    assert "纸上是“143”，上报的是“134”" in done.output


def test_the_pack_is_one_file_with_a_cover(
    desk: Desk, submitted: dict[str, Any], tmp_path: Path
) -> None:
    words = ("returns", "print", "--period", MONTH, "--pack", "--out", str(tmp_path))
    (made,) = desk.json(*words)
    assert len(made["forms"]) == len(made["pages_of_each"]) >= 8
    assert made["pages"] == 1 + sum(made["pages_of_each"])
    assert submitted["check_code"] in made["check_codes"]
    assert sum(code.startswith("D-") for code in made["check_codes"]) == len(made["forms"]) - 1
    proofs = {each["verdict"] for each in _verdicts(desk, made["file"])}
    assert proofs == {"matches", "draft"}
    (both,) = desk.json(*words, "--duplex")
    assert both["pages"] > made["pages"]
    document = pypdfium2.PdfDocument(both["file"])
    assert len(document) == both["pages"]
    document.close()


def _verdicts(desk: Desk, file: str) -> list[dict[str, Any]]:
    import json

    done = desk.run("returns", "verify", file, "--json")
    assert done.exit_code == 1, "drafts are no proof"
    found = json.loads(done.output)
    assert isinstance(found, list)
    return found
