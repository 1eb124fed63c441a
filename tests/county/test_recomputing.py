from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from county import receipts
from county.answering import Wanted, accept, send_back
from county.cli import app
from county.recomputing import differences
from county.storage import Hub
from county.tables import register_tables
from desktop.models.registers.returns import ACCEPTED, RETURNED, SUBMITTED
from desktop.services.returns import DEFAULT_FORM, filing
from tests.sync.parts import CODE, PC, add_centre, code_for

MONTH = "2026-10"
SPOILT = [
    None,
    "[1",
    "[]",
    '"f"',
    "{}",
    '{"form": 3}',
    '{"form": []}',
    '{"form": {"key": "f"}}',
    '{"form": {"key": "f"}, "figures": {"M11": ["a"]}}',
    "[" * 100_000,
]
"""What no program of ours keeps with a return."""


def test_the_hub_reaches_the_same_figures_from_its_own_rows(
    hub: Hub, make_pc: Callable[..., PC]
) -> None:
    pc, neighbour = make_pc(), make_pc(name="乙镇卫生院", code="330523101")
    add_centre(hub, "330523101", "乙镇卫生院")
    pc.join(hub, code_for(hub))
    neighbour.join(hub, code_for(hub, "330523101"))
    months = [fill(each) for each in (pc, neighbour)]
    with pc.store.writing() as session:
        made = filing.save_draft(session, DEFAULT_FORM, MONTH)
    assert made.record_id is not None
    assert any(columns[0] for columns in made.figures.values())
    pc.save("returns", {"status": SUBMITTED, "submitted_by": "院长"}, made.record_id)
    pc.sync()
    neighbour.sync()
    with hub.reading() as connection:
        (listed,) = receipts.listing(connection)
        assert bytes.fromhex(listed.id) == made.record_id
        assert differences(connection, made.record_id) == []
    pc.save("clinic_months", {"visits": 777}, months[0])
    pc.sync()
    with hub.reading() as connection:
        assert differences(connection, made.record_id)
        table = register_tables()[receipts.NUMBER][1]
        assert connection.execute(select(table.c.status)).scalar() == "县级已接收"


def fill(pc: PC) -> bytes:
    clinic = pc.save("clinics", {"name": "东村卫生室"})
    return pc.save("clinic_months", {"clinic_id": clinic, "month": MONTH, "visits": 120})


@pytest.mark.parametrize("figures", SPOILT)
def test_a_spoilt_return_stops_neither_the_check_nor_the_answer_to_another(
    sqlite_hub: Hub, make_pc: Callable[..., PC], figures: str | None
) -> None:
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    with pc.store.writing() as session:
        good = filing.save_draft(session, DEFAULT_FORM, MONTH).record_id
        spoilt = pc.save_raw(
            session, "returns", form="f", month=MONTH, status=SUBMITTED, figures=figures
        )
    assert good is not None
    pc.save("returns", {"status": SUBMITTED, "submitted_by": "院长"}, good)
    assert pc.sync().refused == []
    where = ("--database", str(sqlite_hub.url))
    result = CliRunner().invoke(app, ["returns", "--check", "--json", *where])
    assert result.exit_code == 1, result.exception
    found = {each["id"]: each["differences"] for each in json.loads(result.stdout)}
    assert found == {good.hex(): [], spoilt.hex(): ["报表内容看不懂，请退回重报"]}
    with sqlite_hub.writing() as connection:
        taken = accept(connection, Wanted(CODE, DEFAULT_FORM, MONTH), "县统计")
        back = send_back(connection, Wanted(CODE, "f", MONTH), "县统计", "看不懂", {})
    assert (taken.id, taken.status) == (good.hex(), ACCEPTED)
    assert (back.id, back.status) == (spoilt.hex(), RETURNED)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"typed": '"x"'},
        {"typed": '{"M11": {}}'},
        {"typed": "[" * 100_000},
        {"period": "2026-W99"},
        {"period": "9999-12"},
    ],
    ids=str,
)
def test_a_return_with_one_spoilt_part_stops_the_check_of_no_other(
    sqlite_hub: Hub, make_pc: Callable[..., PC], spoilt: dict[str, str]
) -> None:
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    with pc.store.writing() as session:
        made = filing.save_draft(session, DEFAULT_FORM, MONTH).record_id
    assert made is not None
    pc.save("returns", {"status": SUBMITTED, "submitted_by": "院长"}, made)
    pc.sync()
    table = register_tables()[receipts.NUMBER][1]
    with sqlite_hub.writing() as connection:
        connection.execute(update(table).values(spoilt))
        assert differences(connection, made) == ["报表内容看不懂，请退回重报"]
