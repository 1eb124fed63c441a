"""`county-hub verify-paper`: papers of every centre, held against what the hub has received."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from county.cli import app
from county.storage import Hub
from desktop.printing.fonts import SHIPPED
from desktop.printing.return_page import print_return
from desktop.services.returns import DEFAULT_FORM, ComposedReturn, filing
from desktop.services.returns.sheet import sheet_of
from tests.sync.parts import PC, add_centre, code_for

MONTH, TODAY = "2026-10", date(2026, 11, 2)


def submit(pc: PC, outpatients: str) -> ComposedReturn:
    with pc.store.writing() as session:
        filing.set_typed(session, DEFAULT_FORM, MONTH, {"M11": outpatients, "M12": "0"})
        opened = filing.save_draft(session, DEFAULT_FORM, MONTH)
        texts = {finding.key: "已核对" for finding in opened.findings}
        filing.set_explanations(session, DEFAULT_FORM, MONTH, texts)
        return filing.submit_all_steps(session, DEFAULT_FORM, MONTH, "院长")


@pytest.fixture
def papers(hub: Hub, make_pc: Callable[..., PC]) -> list[ComposedReturn]:
    """Two centres' returns of the same month, received by the hub."""
    pcs = [make_pc(), make_pc(name="乙镇卫生院", code="330523101")]
    add_centre(hub, "330523101", "乙镇卫生院")
    pcs[0].join(hub, code_for(hub))
    pcs[1].join(hub, code_for(hub, "330523101"))
    made = [submit(pc, outpatients) for pc, outpatients in zip(pcs, ("3620", "77"), strict=True)]
    for pc in pcs:
        pc.sync()
    return made


def run(hub: Hub, *words: str) -> Result:
    address = hub.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(app, ["verify-paper", "--database", address, *words])


def test_a_code_of_any_centre_is_confirmed(hub: Hub, papers: list[ComposedReturn]) -> None:
    for made in papers:
        done = run(hub, made.check_code)
        assert done.exit_code == 0, done.output
        assert f"相符：{made.head.name}2026年10月" in done.output
        assert "县级已接收" in done.output
    refused = run(hub, "0000-0001")
    assert refused.exit_code == 1
    assert "可能被改动过" in refused.output


def test_a_printed_file_is_compared_figure_by_figure(
    hub: Hub, papers: list[ComposedReturn], tmp_path: Path
) -> None:
    second = sheet_of(papers[1], TODAY)
    print_return(tmp_path / "true.pdf", second, faces=SHIPPED)
    done = run(hub, str(tmp_path / "true.pdf"))
    assert done.exit_code == 0, done.output
    assert "乙镇卫生院" in done.output
    first = sheet_of(papers[0], TODAY)
    forged = replace(second, parts=first.parts)
    print_return(tmp_path / "forged.pdf", forged, faces=SHIPPED)
    done = run(hub, str(tmp_path / "forged.pdf"), "--json")
    assert done.exit_code == 1
    (proof,) = json.loads(done.output)
    assert proof["verdict"] == "changed"
    assert proof["centre"] == "乙镇卫生院"
    assert {each["key"] for each in proof["differences"]} == {"M10", "M11"}
