"""Composing forms of every shape: tables, each clinic, carried figures, weeks and years."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Frozen, UserError
from desktop.models.registers import find_register
from desktop.models.registers.policy import Policy
from desktop.models.registers.returns import APPROVED, CHECKED, DRAFT, RETURNED, SUBMITTED
from desktop.models.store import change_many, save
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns import compose, filing, open_return
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.declaring import read_form
from desktop.services.returns.forms import Form
from desktop.services.returns.locks import lock_of, open_again
from desktop.services.returns.sheet import sheet_of
from tests.services.conftest import Adding
from tests.services.returns.test_medical_form import clinic_month, clinics

FORM = "medical_services_monthly"
MONTH = "2026-10"


def form_of(body: str, **head: str) -> Form:
    lines = "\n".join(f"{key} = {value}" for key, value in head.items())
    text = f'key = "little"\ntitle = "试表"\nshort = "试表"\nmoney = "元"\n{lines}\n{body}'
    return read_form(text, "little")


def this(composed: ComposedReturn) -> dict[str, int | None]:
    return {key: cell.this for key, cell in composed.cells.items()}


TABLE = """
[[section]]
title = "一"
[[section.line]]
code = "S1"
label = "合计诊疗"
unit = "人次"
source = { formula = "V1" }
[[section.line]]
code = "S2"
label = "中医占比"
unit = "%"
shape = "rate"
source = { formula = "100 * V2 / V1" }
[[section]]
title = "二"
rows = "clinic"
[[section.column]]
code = "V1"
label = "诊疗"
source = { figure = "clinic.visits" }
[[section.column]]
code = "V2"
label = "中医"
source = { figure = "clinic.tcm_visits" }
[[section.column]]
code = "V3"
label = "占比"
unit = "%"
shape = "rate"
source = { formula = "100 * V2 / V1" }
[[section.column]]
code = "V4"
label = "补填"
unit = "元"
shape = "money"
[[rule]]
id = "T1"
level = "E"
each = "rows"
section = 2
rule = "V2 <= V1"
message = "{row}中医 {V2} 大于诊疗 {V1}。"
"""


def test_a_table_has_a_row_per_clinic_its_formulas_and_a_total(
    session: Session, add: Adding
) -> None:
    first, second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, MONTH, visits=200, tcm_visits=50))
    add("clinic_months", clinic_month(second, MONTH, visits=100, tcm_visits=101))
    composed = compose(session, form_of(TABLE), MONTH)
    one, two = first.hex(), second.hex()
    found = this(composed)
    assert (found["S1"], found["S2"]) == (300, 5033)
    assert (found[f"V3@{one}"], found[f"V3@{two}"], found["V3@*"]) == (2500, 10100, 5033)
    assert found["V4@*"] is None, "nothing was filled in"
    assert [(each.key, each.code) for each in composed.findings] == [(f"T1:V2@{two}", f"V2@{two}")]
    assert composed.findings[0].message.endswith("中医 101 大于诊疗 100。")
    sheet = sheet_of(composed, date(2026, 11, 2))
    table = sheet.parts[0].blocks[1]
    assert table.rows[-1].total
    assert table.rows[-1].cells == ("300", "151", "50.3", "")


def test_a_clinic_that_missed_the_month_keeps_its_row_with_blanks(
    session: Session, add: Adding
) -> None:
    first, second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, MONTH, visits=200, tcm_visits=0))
    found = this(compose(session, form_of(TABLE), MONTH))
    assert found[f"V1@{second.hex()}"] is None
    assert found[f"V3@{second.hex()}"] is None
    assert found[f"V3@{first.hex()}"] == 0, "none of two hundred is known to be none"
    assert found["V1@*"] == 200


def test_a_month_with_no_data_is_all_blank(session: Session) -> None:
    composed = compose(session, form_of(TABLE), MONTH)
    assert not any(value is not None for value in this(composed).values())
    assert not composed.findings


CARRIED = """
[[section]]
title = "一"
[[section.line]]
code = "B1"
label = "期初"
unit = "个"
kind = "stock"
source = { carried = "B4" }
[[section.line]]
code = "B2"
label = "增加"
unit = "个"
[[section.line]]
code = "B3"
label = "减少"
unit = "个"
[[section.line]]
code = "B4"
label = "期末"
unit = "个"
kind = "stock"
source = { formula = "total(B1, B2) - B3" }
[[rule]]
id = "OPEN"
level = "E"
rule = "B1 == last(B4)"
message = "期初不等于上期期末。"
"""


def keep_form(session: Session, body: str, **head: str) -> Form:
    """Keep a form of the centre's own; returns it as it is read."""
    form = form_of(body, **head)
    lines = "\n".join(f"{key} = {value}" for key, value in head.items())
    text = f'key = "little"\ntitle = "试表"\nshort = "试表"\nmoney = "元"\n{lines}\n{body}'
    save(
        session,
        find_register("return_forms"),
        {
            "code": "little",
            "title": "试表",
            "version": form.version,
            "valid_from": form.valid_from,
            "body": text,
        },
    )
    return form


def test_an_opening_is_carried_from_the_last_closing(session: Session) -> None:
    keep_form(session, CARRIED)
    filing.set_typed(session, "little", "2026-09", {"B2": "7", "B3": "2"})
    october = filing.set_typed(session, "little", MONTH, {"B2": "1", "B3": "3"})
    assert this(october) == {"B1": 5, "B2": 1, "B3": 3, "B4": 3}
    assert not [finding for finding in october.findings if finding.rule == "OPEN"]


def test_a_week_and_a_year(session: Session, add: Adding) -> None:
    keep_form(session, CARRIED, period='"week"', due="{ weekday = 5 }")
    made = filing.set_typed(session, "little", "2026-W44", {"B2": "7", "B3": "2"})
    assert (made.period.key, made.cell("B4").this) == ("2026-W44", 5)
    row = filing.listed(session, "2026-W44")[0]
    assert (row.month, row.period) == ("2026-11", "2026-W44")
    with pytest.raises(UserError, match="周报"):
        filing.set_typed(session, "little", MONTH, {"B2": "7"})
    yearly = form_of(
        TABLE.split('[[section]]\ntitle = "二"', maxsplit=1)[0]
        .replace('"V1"', '"1 + 1"')
        .replace("100 * V2 / V1", "3"),
        period='"year"',
    )
    assert this(compose(session, yearly, "2026")) == {"S1": 2, "S2": 300}


EACH = """
[[section]]
title = "一"
columns = ["this", "year_ago"]
[[section.line]]
code = "Y1"
label = "诊疗"
source = { figure = "clinic.visits" }
[[section.line]]
code = "Y2"
label = "床位"
unit = "张"
required = true
[[rule]]
id = "C13"
level = "Q"
rule = "Y1 >= 365"
message = "{row}全年诊疗 {Y1}，少于 365。"
[[rule]]
id = "C15"
level = "E"
each = "required"
rule = "filled(this)"
message = "{label}未填报。"
"""


def test_a_form_filled_in_for_each_clinic(session: Session, add: Adding) -> None:
    first, second, _closed = clinics(add)
    for month in ("2026-01", "2026-02"):
        add("clinic_months", clinic_month(first, month, visits=200))
    add("clinic_months", clinic_month(second, "2026-01", visits=20))
    form = form_of(EACH, period='"year"', each='"clinic"')
    composed = compose(session, form, "2026")
    one, two = first.hex(), second.hex()
    assert [sheet.subject for sheet in composed.sheets][:2] == [one, two]
    found = this(composed)
    assert (found[f"Y1@{one}"], found[f"Y1@{two}"]) == (400, 20)
    keys = {finding.key for finding in composed.findings}
    assert f"C13:Y1@{two}" in keys
    assert f"C13:Y1@{one}" not in keys
    assert {f"C15:Y2@{one}", f"C15:Y2@{two}"} <= keys
    assert len(sheet_of(composed, date(2027, 1, 5)).parts) == len(composed.sheets)


def test_a_form_that_changes_in_the_middle_of_a_year(session: Session) -> None:
    keep_form(session, CARRIED, valid_from="2026-01-01")
    newer = CARRIED.replace('label = "增加"', 'label = "购入"')
    keep_form(session, newer, version="2", valid_from="2026-07-01")
    assert compose(session, "little", "2026-06").form.by_code["B2"].label == "增加"
    assert compose(session, "little", "2026-07").form.by_code["B2"].label == "购入"
    filing.set_typed(session, "little", "2026-06", {"B2": "7", "B3": "2"})
    assert compose(session, "little", "2026-07").cell("B1").this == 5, "codes carry on"


def test_a_huge_value_and_a_negative_stock(session: Session) -> None:
    keep_form(session, CARRIED)
    made = filing.set_typed(session, "little", MONTH, {"B2": "2,500,000,000", "B3": "2500000005"})
    assert made.cell("B4").this == -5
    cells = sheet_of(made, date(2026, 11, 1)).parts[0].blocks[0].rows
    assert [row.cells[2] for row in cells] == ["", "2,500,000,000", "2,500,000,005", "−5"]


# The steps of a return's life


def test_each_step_is_recorded_and_typing_makes_it_a_draft_again(session: Session) -> None:
    keep_form(session, CARRIED)
    filing.set_typed(session, "little", MONTH, {"B2": "1", "B3": "0"})
    with pytest.raises(UserError, match="还没有审核"):
        filing.approve(session, "little", MONTH, "张院长")
    checked = filing.check(session, "little", MONTH, "王秀兰")
    assert (checked.status, checked.checked_by) == (CHECKED, "王秀兰")
    with pytest.raises(UserError, match="还没有批准"):
        filing.submit(session, "little", MONTH, "王秀兰")
    approved = filing.approve(session, "little", MONTH, "张院长")
    assert (approved.status, approved.approved_by) == (APPROVED, "张院长")
    again = filing.set_typed(session, "little", MONTH, {"B2": "2"})
    assert (again.status, again.checked_by, again.approved_by) == (DRAFT, "", "")
    filing.check(session, "little", MONTH, "王秀兰")
    filing.approve(session, "little", MONTH, "张院长")
    done = filing.submit(session, "little", MONTH, "王秀兰")
    assert (done.status, done.approved_by, done.submitted_by) == (SUBMITTED, "张院长", "王秀兰")


def test_what_the_registers_change_after_approval_has_to_be_checked_again(
    session: Session, add: Adding
) -> None:
    first, _second, _closed = clinics(add)
    filing.set_typed(session, FORM, MONTH, {"M11": "10", "M12": "0"})
    texts = {each.key: "已核" for each in open_return(session, FORM, MONTH).findings}
    filing.set_explanations(session, FORM, MONTH, texts)
    filing.check(session, FORM, MONTH, "王秀兰")
    filing.approve(session, FORM, MONTH, "张院长")
    add("clinic_months", clinic_month(first, MONTH, visits=1))
    assert open_return(session, FORM, MONTH).status == DRAFT
    with pytest.raises(UserError):
        filing.submit(session, FORM, MONTH, "张院长")
    assert open_return(session, FORM, MONTH).status != SUBMITTED


def test_cells_are_records_with_a_history(session: Session) -> None:
    keep_form(session, CARRIED)
    for value in ("1", "2", ""):
        filing.set_typed(session, "little", MONTH, {"B2": value})
    table = find_register("return_cells").table
    rows = session.execute(select(table.c.cell, table.c.value)).all()
    assert [tuple(row) for row in rows] == [("B2", None)], "one record, blank again"
    assert compose(session, "little", MONTH).cell("B2").this is None


def test_a_return_sent_back_while_a_newer_draft_exists(session: Session) -> None:
    keep_form(session, CARRIED)
    filing.set_typed(session, "little", MONTH, {"B2": "1", "B3": "0"})
    sent = filing.submit_all_steps(session, "little", MONTH, "张院长")
    filing.revise(session, "little", MONTH)
    filing.set_typed(session, "little", MONTH, {"B2": "9"})
    register = find_register("returns")
    assert sent.record_id is not None
    said = {"status": RETURNED, "remarks": '{"": "请核对", "B2": "与台账不符"}'}
    change_many(session, register, [(sent.record_id, said)])
    now = open_return(session, "little", MONTH)
    assert (now.revision, now.status, now.cell("B2").this) == (2, DRAFT, 9), "the draft stays"
    assert now.remarks == {"": "请核对", "B2": "与台账不符"}
    again = filing.submit_all_steps(session, "little", MONTH, "张院长")
    assert again.revision == 2
    assert again.remarks == {}, "the county has not said anything of this one"


def test_a_late_return_is_locked_until_someone_opens_it(session: Session) -> None:
    keep_form(session, CARRIED, due="{ day = 3 }")
    rule = session.execute(select(Policy.id).where(Policy.code == "return.lock_days")).scalar_one()
    save(session, find_register("policy"), {"value": "10"}, rule)
    records = Records(session)
    period = parse_period("2026-08")
    form = compose(session, "little", period).form
    assert lock_of(records, form, period, date(2026, 9, 13)) is None
    lock = lock_of(records, form, period, date(2026, 9, 14))
    assert lock is not None
    assert "2026-09-14 锁定" in lock.reason
    with pytest.raises(Frozen, match="锁定"):
        filing.set_typed(session, "little", "2026-08", {"B2": "1"})
    with pytest.raises(UserError, match="原因"):
        open_again(session, "little", period, " ", "张院长", date(2999, 1, 1))
    open_again(session, "little", period, "县里同意补报", "张院长", date(2999, 1, 1))
    assert filing.set_typed(session, "little", "2026-08", {"B2": "1"}).cell("B2").this == 1
