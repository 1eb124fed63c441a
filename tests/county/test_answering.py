"""The county accepts a return or sends it back; the centre learns it only from the hub."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from county import receipts
from county.answering import Wanted, accept, send_back
from county.cli import app
from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.errors import Frozen, NotFound, UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.returns import ACCEPTED, RECEIVED, RETURNED, SUBMITTED
from desktop.models.store import change_many, save
from desktop.services.returns import DEFAULT_FORM, filing, from_row
from tests.sync.parts import CODE, PC, add_centre, code_for

Make = Callable[..., PC]
MONTH = "2026-10"
RETURNS, SHEETS = find_register("returns"), find_register("pay_sheets")
HERE = Wanted(CODE, DEFAULT_FORM, MONTH)


@pytest.fixture
def pc(hub: Hub, make_pc: Make) -> PC:
    made = make_pc()
    made.join(hub, code_for(hub))
    made.sync()
    return made


def submit(pc: PC) -> bytes:
    """Submit the month's return as it stands, past its checks."""
    with pc.store.writing() as session:
        made = filing.save_draft(session, DEFAULT_FORM, MONTH)
        assert made.record_id is not None
        handed = {"status": SUBMITTED, "submitted_by": "院长", "submitted_at": "2026-11-03T09:00"}
        save(session, RETURNS, {**handed}, made.record_id)
    pc.sync()
    return made.record_id


def at(pc: PC, id: bytes) -> Any:
    with pc.store.reading() as session:
        return session.execute(select(RETURNS.table).where(RETURNS.table.c.id == id)).one()


def taken(hub: Hub, wanted: Wanted = HERE, by: str = "县统计") -> receipts.ListedReturn:
    with hub.writing() as connection:
        return accept(connection, wanted, by)


def returned(
    hub: Hub, reason: str = "请核对", wanted: Wanted = HERE, **remarks: str
) -> receipts.ListedReturn:
    with hub.writing() as connection:
        return send_back(connection, wanted, "县统计", reason, remarks)


def sound(hub: Hub) -> None:
    with hub.reading() as connection:
        assert problems(connection) == []


def test_accepted_is_what_the_hub_says(hub: Hub, pc: PC) -> None:
    id = submit(pc)
    assert at(pc, id).status == SUBMITTED or at(pc, id).status == RECEIVED
    answered = taken(hub)
    assert (answered.status, answered.answered_by, answered.revision) == (ACCEPTED, "县统计", 1)
    pc.sync()
    row = at(pc, id)
    assert (row.status, row.answered_by, row.remarks) == (ACCEPTED, "县统计", None)
    assert row.received_at <= row.answered_at
    with pytest.raises(UserError, match="县统计"):
        taken(hub)
    with pytest.raises(Frozen):
        pc.save("returns", {"typed": "{}"}, id)
    sound(hub)


def test_sent_back_with_a_remark_per_cell_and_corrected(hub: Hub, pc: PC) -> None:
    first = submit(pc)
    cell = next(iter(from_row(at(pc, first)).figures))
    returned(hub, "与门诊日志不符", HERE, **{cell: "应为 120"})
    pc.sync()
    row = at(pc, first)
    assert row.status == RETURNED
    assert json.loads(row.remarks) == {"": "与门诊日志不符", cell: "应为 120"}
    assert from_row(row).remarks == {"": "与门诊日志不符", cell: "应为 120"}
    with pytest.raises(UserError, match="已退回"):
        returned(hub)
    with pytest.raises(UserError, match="已退回"):
        taken(hub)
    with pc.store.writing() as session:
        filing.revise(session, DEFAULT_FORM, MONTH)
    second = submit(pc)
    assert second != first
    with pytest.raises(UserError, match="第 2 版"):
        taken(hub, Wanted(CODE, DEFAULT_FORM, MONTH, revision=1))
    assert taken(hub, Wanted("甲镇卫生院", DEFAULT_FORM, MONTH, revision=2)).revision == 2
    pc.sync()
    assert (at(pc, first).status, at(pc, second).status) == (RETURNED, ACCEPTED)
    sound(hub)


def test_an_accepted_return_can_still_be_sent_back(hub: Hub, pc: PC) -> None:
    id = submit(pc)
    taken(hub)
    returned(hub, "年底核对有误")
    pc.sync()
    assert at(pc, id).status == RETURNED


def test_what_is_not_there_or_not_said_is_refused(hub: Hub, pc: PC) -> None:
    with pytest.raises(NotFound):
        taken(hub)
    with pc.store.writing() as session:
        filing.save_draft(session, DEFAULT_FORM, MONTH)
    pc.sync()
    with pytest.raises(NotFound):
        taken(hub)
    submit(pc)
    with pytest.raises(UserError, match="--reason"):
        returned(hub, "  ")
    with pytest.raises(UserError, match="Z99"):
        returned(hub, "错", Z99="没有这格")
    with pytest.raises(NotFound):
        taken(hub, Wanted("没有的", DEFAULT_FORM, MONTH))
    with pytest.raises(NotFound, match=DEFAULT_FORM):
        taken(hub, Wanted(CODE, "别的表", MONTH))
    sound(hub)


def test_another_centres_return_is_not_answered(hub: Hub, pc: PC, make_pc: Make) -> None:
    add_centre(hub, "330523101", "乙镇卫生院")
    neighbour = make_pc(name="乙镇卫生院", code="330523101")
    neighbour.join(hub, code_for(hub, "330523101"))
    mine, theirs = submit(pc), submit(neighbour)
    taken(hub)
    pc.sync()
    neighbour.sync()
    assert (at(pc, mine).status, at(neighbour, theirs).status) == (ACCEPTED, RECEIVED)


@pytest.mark.parametrize(
    "said",
    [
        {"status": ACCEPTED},
        {"status": RETURNED},
        {"answered_by": "本院", "answered_at": "2026-11-05"},
        {"remarks": "{}"},
        {"received_at": "2026-11-05"},
    ],
)
def test_a_pc_that_answers_itself_is_not_believed(hub: Hub, pc: PC, said: dict[str, Any]) -> None:
    id = submit(pc)
    pc.sync()
    with pc.store.writing() as session:
        session.execute(update(RETURNS.table).where(RETURNS.table.c.id == id).values(**said))
    pc.sync()
    table = register_tables()[RETURNS.number][1]
    with hub.reading() as connection:
        row = connection.execute(select(table)).one()
    assert row.status == RECEIVED
    assert (row.answered_by, row.answered_at, row.remarks) == (None, None, None)
    assert row.received_at != "2026-11-05"


def test_the_answer_outlives_edits_that_were_under_way(hub: Hub, pc: PC) -> None:
    id = submit(pc)
    pc.sync()
    with pc.store.writing() as session:
        session.execute(
            update(RETURNS.table)
            .where(RETURNS.table.c.id == id)
            .values(explanations='{"Q01": "后来写的"}')
        )
    taken(hub)
    report = pc.sync()
    assert [each.reason for each in report.refused] == ["frozen"]
    pc.sync()
    assert at(pc, id).status == ACCEPTED


# Pay sheets


def test_an_approved_pay_sheet_gets_a_receipt_from_the_hub_alone(hub: Hub, pc: PC) -> None:
    values: Values = {"period": "2026-Q3", "scheme": "方案", "kind": "正表", "total": 100}
    claimed: Values = {"number": 0, "status": "草稿", "received_at": "2026-01-01"}
    draft = pc.save("pay_sheets", values | claimed)
    approved = pc.save("pay_sheets", {**values, "status": "已核定", "number": 1})
    pc.sync()
    pc.sync()
    assert pc.load("pay_sheets", approved)["received_at"]
    table = register_tables()[SHEETS.number][1]
    with hub.reading() as connection:
        held = {row.id: row.received_at for row in connection.execute(select(table))}
    assert held[draft] is None
    assert held[approved] == pc.load("pay_sheets", approved)["received_at"]
    with pc.store.writing() as session:
        change_many(session, SHEETS, [(approved, {"received_at": "2030-01-01"})])
        change_many(session, SHEETS, [(draft, {"status": "已核定"})])
    pc.sync()
    pc.sync()
    with hub.reading() as connection:
        after = {row.id: row.received_at for row in connection.execute(select(table))}
    assert after[approved] == held[approved]
    assert after[draft]
    sound(hub)


# The command


def test_the_commands_of_the_county(
    sqlite_hub: Hub, make_pc: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTY_HUB_DATABASE", str(sqlite_hub.engine.url))
    pc = make_pc()
    pc.join(sqlite_hub, code_for(sqlite_hub))
    id = submit(pc)
    cell = next(iter(from_row(at(pc, id)).figures))

    def run(*words: str) -> Any:
        result = CliRunner().invoke(app, ["returns", *words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    (listed,) = run("list", "--json")
    assert run("--json") == [listed]
    assert (listed["period"], listed["status"]) == (MONTH, RECEIVED)
    where = (CODE, DEFAULT_FORM, MONTH)
    with pytest.raises(UserError, match="--remark"):
        CliRunner().invoke(
            app,
            ["returns", "return", *where, "--reason", "错", "--remark", "没有等号"],
            catch_exceptions=False,
        )
    remark = f"{cell}=应为 120=核对后"
    (back,) = run("return", *where, "--reason", "错", "--remark", remark, "--by", "张", "--json")
    assert (back["status"], back["answered_by"]) == (RETURNED, "张")
    pc.sync()
    assert json.loads(at(pc, id).remarks)[cell] == "应为 120=核对后"
    with pc.store.writing() as session:
        filing.revise(session, DEFAULT_FORM, MONTH)
    submit(pc)
    (done,) = run("accept", *where, "--revision", "2", "--json")
    assert (done["status"], done["revision"]) == (ACCEPTED, 2)
    assert date.fromisoformat(done["answered_at"][:10]) == date.today()
