"""The life of a return: filled in, checked, explained, frozen, corrected."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Frozen, NotFound, UserError
from desktop.models.registers import find_register
from desktop.models.registers.returns import RECEIVED, REGISTER, RETURNED, Return
from desktop.models.store import change_many, save
from desktop.services.periods import parse_period
from desktop.services.returns import (
    ComposedReturn,
    Records,
    compose,
    differences,
    filing,
    open_return,
)
from desktop.services.returns.formulas import Number, holds
from desktop.services.returns.library import library
from tests.services.conftest import Adding
from tests.services.returns.test_medical_form import clinic_month, clinics

FORM = "medical_services_monthly"
MONTH = "2026-10"
OUTPATIENT = {"M11": "3620", "M12": "134"}


class _Nothing:
    """Surroundings in which nothing is known."""

    def policy(self, code: str) -> None:
        return None

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[Number, ...]]:
        return []

    def compared(self, code: str, column: str) -> None:
        return None

    def monthly(self, form: str, code: str) -> None:
        return None


_NOTHING = _Nothing()


def typed(session: Session, month: str = MONTH, **cells: str) -> ComposedReturn:
    return filing.set_typed(session, FORM, month, cells)


def rules(composed: ComposedReturn) -> set[str]:
    return {finding.key for finding in composed.findings}


@pytest.fixture
def submitted(session: Session) -> Iterator[ComposedReturn]:
    typed(session, **OUTPATIENT)
    return filing.submit_all_steps(session, FORM, MONTH, "张院长")


def test_typed_items_come_back_as_typed_and_blank_is_not_zero(session: Session) -> None:
    composed = typed(session, M11="3,620", M12="0", M51="204.93")
    assert composed.cell("M11").this == 3620
    assert composed.cell("M12").this == 0
    assert composed.cell("M51").this == 20_493_000
    assert composed.cell("M13").this is None
    again = typed(session, M12="")
    assert again.cell("M12").this is None
    assert again.cell("M10").this is None, "a required part is blank, so the total is"


def test_the_total_is_the_sum_of_its_parts(session: Session, add: Adding) -> None:
    first, _second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, MONTH, visits=7569))
    assert typed(session, **OUTPATIENT).cell("M10").columns == (11323, None, None, 11323)


def test_earlier_months_of_typed_items_come_from_their_returns(session: Session) -> None:
    typed(session, "2025-10", M11="90", M12="1")
    typed(session, "2026-09", M11="100", M12="0")
    filing.submit_all_steps(session, FORM, "2026-09", "张院长")
    typed(session, "2026-02", M11="10")
    composed = typed(session, M11="110", M12="5")
    assert composed.cell("M11").columns == (110, 100, 90, 220)
    assert composed.cell("M10").columns == (115, 100, 91, 225)
    assert "本年累计只含有数的 3 期" in composed.cell("M11").how


def test_a_correction_counts_once_it_is_submitted(session: Session) -> None:
    typed(session, "2026-09", M11="100", M12="0")
    filing.submit_all_steps(session, FORM, "2026-09", "张院长")
    filing.revise(session, FORM, "2026-09")
    typed(session, "2026-09", M11="999")
    assert compose(session, FORM, MONTH).cell("M11").last == 100, "the correction is a draft yet"
    explained = {finding.key: "更正" for finding in compose(session, FORM, "2026-09").findings}
    filing.set_explanations(session, FORM, "2026-09", explained)
    filing.submit_all_steps(session, FORM, "2026-09", "张院长")
    assert compose(session, FORM, MONTH).cell("M11").last == 999


def test_snapshot_figures_of_earlier_months_come_from_their_returns(
    session: Session, add: Adding
) -> None:
    add("drugs", {"name": "甲"})
    filing.save_draft(session, FORM, "2026-09")
    add("drugs", {"name": "乙"})
    assert compose(session, FORM, MONTH).cell("F30").columns == (2, 1, None, None)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"M11": "许多"}, "不是数字"),
        ({"M11": "3.5"}, "应为整数"),
        ({"M11": "-1"}, "不能小于 0"),
        ({"M51": "1.000001"}, "小数位太多"),
    ],
)
def test_what_is_no_figure_is_refused_in_words(
    session: Session, cells: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        typed(session, **cells)


def test_only_typed_items_can_be_typed(session: Session) -> None:
    with pytest.raises(NotFound, match="M80"):
        typed(session, M80="3")


# Check rules: each holds on good figures and fails on bad ones.


def test_c15_required_items_must_be_filled(session: Session) -> None:
    assert {"C15:M11", "C15:M12"} <= rules(compose(session, FORM, MONTH))
    with pytest.raises(UserError, match="C15:M12"):
        filing.submit_all_steps(session, FORM, MONTH, "张院长")
    assert not {"C15:M11", "C15:M12"} & rules(typed(session, M11="0", M12="0"))


def test_c02_chinese_medicine_is_part_of_the_visits(session: Session) -> None:
    assert "C02" in rules(typed(session, M11="10", M12="1", M17="12"))
    assert "C02" not in rules(typed(session, M13="1"))


def test_c02b_and_c09b_on_the_clinics_figures(session: Session, add: Adding) -> None:
    first, second, _closed = clinics(add)
    bad = {"tcm_visits": 3, "outpatient_income": 100, "drug_income": 300}
    add("clinic_months", clinic_month(first, MONTH, visits=2, **bad))
    assert {"C02b", "C09b"} <= rules(compose(session, FORM, MONTH))
    add("clinic_months", clinic_month(second, MONTH, visits=1, outpatient_income=200))
    assert not {"C02b", "C09b"} & rules(compose(session, FORM, MONTH))


def test_c07_discharges_and_inpatient_income_go_together(session: Session) -> None:
    assert "C07" in rules(typed(session, M31="0", M55="3"))
    assert "C07" in rules(typed(session, M31="2", M55="0"))
    assert "C07" not in rules(typed(session, M31="2", M55="1"))
    assert "C07" not in rules(typed(session, M31="")), "a blank is not judged"


def test_c09_drugs_are_part_of_the_income(session: Session) -> None:
    assert "C09" in rules(typed(session, M51="1", M52="1.1"))
    assert "C09" not in rules(typed(session, M52="1"))


def test_c10_fee_a_visit_near_the_usual(session: Session) -> None:
    for month in ("2026-07", "2026-08", "2026-09"):
        typed(session, month, M11="90", M12="10", M51="5")
    assert "C10" not in rules(typed(session, M11="100", M12="0", M51="6.5"))
    assert "C10" in rules(typed(session, M51="6.51"))
    assert "C10" in rules(typed(session, M51="3.4"))


def test_c12_large_changes_ask_for_an_explanation(session: Session) -> None:
    typed(session, "2026-09", M11="100", M31="4")
    assert "C12:M11" not in rules(typed(session, M11="150", M31="9"))
    assert "C12:M31" not in rules(compose(session, FORM, MONTH)), "too few to ask about"
    found = typed(session, M11="151").findings
    message = next(each.message for each in found if each.key == "C12:M11")
    assert message == "M11 其中：门诊本月 151，上月 100，去年同期 空白，变动超过 50%。"


@pytest.mark.parametrize(
    ("rule", "figures"),
    [
        ("C01", {"M10": 9, "M11": 1, "M12": 1, "M13": None, "M80": 6}),
        ("C02c", {"F02": 3, "F01": 2}),
    ],
)
def test_rules_over_computed_lines_catch_forged_figures(
    rule: str, figures: dict[str, int | None], session: Session
) -> None:
    declared = next(each for each in library().find(FORM).rule if each.id == rule)

    assert not holds(declared.rule, figures, _NOTHING)
    good = {**figures, "M10": 8, "F02": 2}
    assert holds(declared.rule, good, _NOTHING)


def test_every_rule_of_the_form_has_a_test_here() -> None:
    from pathlib import Path

    text = Path(__file__).read_text(encoding="utf-8")
    figures = Path(__file__).with_name("test_medical_form.py").read_text(encoding="utf-8")
    untested = [
        rule.id for rule in library().find(FORM).rule if f'"{rule.id}' not in text + figures
    ]
    assert not untested


@pytest.mark.parametrize(
    "formula", ["__import__('os')", "M11.real", "M11 if 1 else 2", "print(M11)", "M11 <", "[M11]"]
)
def test_a_formula_is_no_program(formula: str) -> None:
    with pytest.raises(UserError):
        holds(formula, {"M11": 1}, _NOTHING)


# Freezing


def test_a_query_needs_an_explanation_before_submitting(session: Session) -> None:
    typed(session, M31="0", M55="3", **OUTPATIENT)
    with pytest.raises(UserError, match="C07"):
        filing.submit_all_steps(session, FORM, MONTH, "张院长")
    explained = filing.set_explanations(session, FORM, MONTH, {"C07": "上月病人本月结算"})
    assert explained.blocking == []
    done = filing.submit_all_steps(session, FORM, MONTH, "张院长")
    assert done.frozen
    assert [finding.explanation for finding in done.findings] == ["上月病人本月结算"]


def test_a_submitted_return_never_changes(session: Session, submitted: ComposedReturn) -> None:
    for change in (
        lambda: typed(session, M11="1"),
        lambda: filing.set_explanations(session, FORM, MONTH, {"C07": "x"}),
        lambda: filing.submit_all_steps(session, FORM, MONTH, "李四"),
        lambda: save(session, REGISTER, {"typed": "{}"}, submitted.record_id),
    ):
        with pytest.raises(Frozen):
            change()


def test_a_submitted_return_reads_as_submitted_whatever_happens_later(
    session: Session, submitted: ComposedReturn, add: Adding
) -> None:
    first, _second, _closed = clinics(add)
    add("clinic_months", clinic_month(first, MONTH, visits=1))
    again = open_return(session, FORM, MONTH)
    assert again.figures == submitted.figures
    assert again.checksum == submitted.checksum
    assert [each.how for each in again.lines] == [each.how for each in submitted.lines]
    assert filing.save_draft(session, FORM, MONTH).checksum == submitted.checksum
    recomputed = compose(session, FORM, MONTH)
    assert differences(again, recomputed) == ["M10", "M80", "F20", "F21"]


def test_the_stored_checksum_is_over_the_figures(
    session: Session, submitted: ComposedReturn
) -> None:
    row = session.execute(select(Return).where(Return.id == submitted.record_id)).scalar_one()
    assert row.checksum == submitted.checksum
    assert row.submitted_by == "张院长"
    assert json.loads(row.figures or "")["figures"]["M11"] == [3620, None, None, 3620]
    assert submitted.check_code == f"{row.checksum[:4]}-{row.checksum[4:8]}".upper()


def test_a_correction_names_what_it_corrects(session: Session, submitted: ComposedReturn) -> None:
    draft = filing.revise(session, FORM, MONTH)
    assert (draft.revision, draft.status, draft.typed) == (2, "草稿", submitted.typed)
    assert draft.replaces == f"第 1 版（校验码 {submitted.check_code}）"
    assert draft.checksum != submitted.checksum
    typed(session, M11="3621")
    done = filing.submit_all_steps(session, FORM, MONTH, "张院长")
    assert [(row.revision, row.status) for row in filing.listed(session, MONTH)] == [
        (2, "已上报"),
        (1, "已上报"),
    ]
    assert done.cell("M11").this == 3621


def test_a_draft_needs_no_correction(session: Session) -> None:
    typed(session, **OUTPATIENT)
    with pytest.raises(UserError, match="还没有上报"):
        filing.revise(session, FORM, MONTH)


def test_a_return_sent_back_is_corrected_as_a_new_revision(
    session: Session, submitted: ComposedReturn
) -> None:
    assert submitted.record_id is not None
    change_many(session, REGISTER, [(submitted.record_id, {"status": RETURNED})])
    again = typed(session, M11="5")
    assert (again.revision, again.cell("M11").this) == (2, 5)


def test_an_accepted_return_is_frozen_too(session: Session, submitted: ComposedReturn) -> None:
    assert submitted.record_id is not None
    change_many(session, REGISTER, [(submitted.record_id, {"status": RECEIVED})])
    with pytest.raises(Frozen):
        typed(session, M11="5")
    assert open_return(session, FORM, MONTH).status == RECEIVED


def test_composing_again_without_a_change_writes_nothing(session: Session) -> None:
    first = typed(session, **OUTPATIENT)
    table = find_register("returns").table
    before = session.execute(select(table)).all()
    filing.save_draft(session, FORM, MONTH)
    assert session.execute(select(table)).all() == before
    assert first.record_id == before[0].id


def test_a_month_ahead_is_refused() -> None:
    from datetime import date

    filing.refuse_future(parse_period("2026-11"), date(2026, 11, 1))
    filing.refuse_future(parse_period("2026-W47"), date(2026, 11, 16))
    with pytest.raises(UserError, match="还没有开始"):
        filing.refuse_future(parse_period("2026-12"), date(2026, 11, 30))


def test_records_of_another_place_give_the_same_return(
    session: Session, submitted: ComposedReturn
) -> None:
    records = Records(session, lambda key: select(find_register(key).table).subquery())
    assert open_return(records, FORM, MONTH).checksum == submitted.checksum
