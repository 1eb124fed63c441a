from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from desktop.errors import UserError
from desktop.services.performance.scheme import FULL
from desktop.services.performance.simulating import simulate_facts
from desktop.services.performance.wording import explain_item, explain_work
from desktop.services.periods import parse_period
from tests.services.performance.building import (
    MONTHS,
    clinic,
    doctor,
    event,
    facts,
    finding,
    key,
    month,
    posting,
    scheme,
    target,
    usual,
)

ONE = key(2, 1)
TWO = key(2, 2)


def test_periods() -> None:
    assert parse_period("2026-Q4").months == MONTHS
    assert parse_period("2026q1").key == "2026-Q1"
    assert len(parse_period("2026").months) == 12
    assert parse_period("2026-02").last == date(2026, 2, 28)
    assert parse_period("2026-Q4").label == "2026年第4季度"
    for wrong in ("2026-13", "2026-Q5", "26-10", ""):
        with pytest.raises(UserError, match="期间"):
            parse_period(wrong)


def test_full_marks_are_100_and_the_work_is_paid() -> None:
    made = simulate_facts(facts(**usual()), scheme())
    result = made.by_doctor[ONE]
    assert result.score == FULL
    assert result.coefficient == 10_000
    assert result.work == 120 * 500 + 60 * 300
    assert result.subsidies == 3 * 30000
    assert result.pay == 78_000 + 90_000
    assert "应 120 人次，实 120 人次（2026-10 40，2026-11 40，2026-12 40），完成 100.0%" in (
        explain_item(result.line("G01"), made.held)
    )
    assert explain_work(result.work_lines[0], made.held) == (
        "01村卫生室 高血压随访 120 人次 × 5.00 元 = 600.00 元。"
    )


def test_points_lost_stand_in_their_line() -> None:
    made = simulate_facts(facts(**usual(hypertension_followups=27)), scheme())
    result = made.by_doctor[ONE]
    line = result.line("G01")
    assert line.points == 2700  # 81 of 120 is 67.5 %, of 40 points
    assert line.lost == 1300
    assert result.score == 8700
    assert result.coefficient == 9000
    assert result.quality == round((81 * 500 + 60 * 300) * 0.9)
    assert [each.item.code for each in result.losses] == ["G01"]


def test_a_missing_month_is_named_and_never_a_zero() -> None:
    parts = usual()
    parts["months"] = parts["months"][:2]
    made = simulate_facts(facts(**parts), scheme())
    line = made.by_doctor[ONE].line("G01")
    assert line.state == "partial"
    assert line.lost == 1333  # a third of 40 points
    assert "2026-12 缺报，不按 0 计" in explain_item(line, made.held)
    assert made.by_doctor[ONE].line("H02").lost == 500
    assert [notice.code for notice in made.notices if notice.code == "month_missing"]
    blank = usual()
    blank["months"] = tuple(each._replace(hypertension_followups=None) for each in blank["months"])
    whole = simulate_facts(facts(**blank), scheme()).by_doctor[ONE].line("G01")
    assert whole.state == "missing"
    assert whole.points == 0
    assert "缺报，不得分（不按 0 计）" in explain_item(whole, made.held)


def test_a_missing_month_can_be_spread_instead() -> None:
    parts = usual()
    parts["months"] = parts["months"][:2]
    items = tuple(replace(item, missing="not_applicable") for item in scheme().items)
    result = simulate_facts(facts(**parts), scheme(items=items)).by_doctor[ONE]
    assert result.line("G01").lost == 0
    assert result.line("T01").lost == 0


def test_a_target_of_zero_gives_its_weight_to_the_block() -> None:
    parts = usual()
    parts["targets"] = (*parts["targets"], target(3, "高血压随访人次", "2026", 0, at=1))
    made = simulate_facts(facts(**parts), scheme())
    result = made.by_doctor[ONE]
    assert result.line("G01").weight == 0
    assert result.line("G02").weight == 6000
    assert result.score == FULL
    assert "目标为 0" in explain_item(result.line("G01"), made.held)


def test_without_a_target_an_item_is_not_scored_and_is_listed() -> None:
    parts = usual()
    parts["targets"] = parts["targets"][:1]
    made = simulate_facts(facts(**parts), scheme())
    assert made.by_doctor[ONE].line("G02").state == "no_target"
    assert made.by_doctor[ONE].score == FULL
    assert "no_target" in [notice.code for notice in made.notices]


def test_a_clinics_own_target_of_the_month_goes_before_all_others() -> None:
    parts = usual()
    own = [target(10 + n, "高血压随访人次", when, 80, at=1) for n, when in enumerate(MONTHS)]
    parts["targets"] = (*parts["targets"], *own)
    line = simulate_facts(facts(**parts), scheme()).by_doctor[ONE].line("G01")
    assert line.points == 2000


def test_nothing_measurable_gives_no_score() -> None:
    items = tuple(item for item in scheme().items if item.code == "T01")
    alone = scheme(
        items=(replace(items[0], weight=FULL),), blocks=(replace(scheme().blocks[1], weight=FULL),)
    )
    parts = usual(visits=0, tcm_visits=0)
    result = simulate_facts(facts(**parts), alone).by_doctor[ONE]
    assert result.score is None
    assert result.quality == 0


def test_a_doctor_of_two_clinics_has_the_mean_by_days() -> None:
    parts = usual()
    parts["clinics"] = (clinic(1), clinic(2))
    parts["months"] += tuple(
        month(10 + n, 2, when, hypertension_followups=20, diabetes_followups=20, visits=100,
              tcm_visits=40)
        for n, when in enumerate(MONTHS)
    )  # fmt: skip
    parts["postings"] = (
        posting(1, 1, 1, "2026-01-01", share=50),
        posting(2, 1, 2, "2026-01-01", share=50),
    )
    made = simulate_facts(facts(**parts), scheme())
    result = made.by_doctor[ONE]
    assert result.line("G01").lost == 1000  # half of 20 points lost at the second clinic
    assert sum(line.weight for line in result.lines) == FULL
    assert {name for _id, name, _days in result.clinics} == {"01村卫生室", "02村卫生室"}
    assert result.work == (120 + 60) * 500 + (60 + 60) * 300
    assert "（在岗占 50.0%）" in explain_item(result.line("G01"), made.held)
    assert result.subsidies == 90_000  # two halves are one whole


def test_moving_in_mid_quarter_shares_the_month_by_days() -> None:
    parts = usual()
    parts["doctors"] = (doctor(1, 1), doctor(2, 1))
    parts["postings"] = (
        posting(1, 1, 1, "2026-01-01", "2026-11-15"),
        posting(2, 2, 1, "2026-11-16"),
    )
    made = simulate_facts(facts(**parts), scheme())
    first, second = made.by_doctor[ONE], made.by_doctor[TWO]
    assert first.work == 60 * 500 + 30 * 300
    assert second.work == 60 * 500 + 30 * 300
    assert first.subsidies == 45_000
    assert "按在岗时间分得" in explain_work(first.work_lines[0], made.held)


def test_leave_takes_the_days_and_the_other_doctor_is_paid() -> None:
    parts = usual()
    parts["doctors"] = (doctor(1, 1), doctor(2, 1))
    parts["postings"] = (posting(1, 1, None, "2026-11-01", "2026-11-30", kind="请假"),)
    made = simulate_facts(facts(**parts), scheme())
    assert made.by_doctor[ONE].work == 20 * 2 * 500 + 10 * 2 * 300
    assert made.by_doctor[TWO].work == (20 + 40 + 20) * 500 + (10 + 20 + 10) * 300
    assert made.by_doctor[ONE].subsidies == 60_000


def test_leave_of_the_whole_period_gives_no_score() -> None:
    parts = usual()
    parts["postings"] = (posting(1, 1, None, "2026-09-01", "2027-01-31", kind="请假"),)
    made = simulate_facts(facts(**parts), scheme())
    assert ONE not in made.by_doctor
    codes = [notice.code for notice in made.notices]
    assert "clinic_without_doctor" in codes
    assert "doctor_without_posting" in codes
    assert codes.count("work_without_doctor") == 6


def test_overlapping_shares_are_named() -> None:
    parts = usual()
    parts["clinics"] = (clinic(1), clinic(2))
    parts["postings"] = (posting(1, 1, 1, "2026-01-01"), posting(2, 1, 2, "2026-01-01"))
    made = simulate_facts(facts(**parts), scheme())
    assert "share_over_100" in [notice.code for notice in made.notices]


def test_without_a_licence_the_item_has_no_points() -> None:
    items = tuple(replace(item, needs_licence=item.code == "T01") for item in scheme().items)
    parts = usual()
    parts["doctors"] = (
        doctor(1, 1, licence_expires_on=date(2026, 6, 1)),
        doctor(2, 1, licence_expires_on=None),
    )
    made = simulate_facts(facts(**parts), scheme(items=items))
    assert made.by_doctor[ONE].line("T01").points == 0
    assert made.by_doctor[TWO].line("T01").points == 2000
    assert {"licence_expired", "licence_unknown"} <= {notice.code for notice in made.notices}


def test_entries_take_points_off_one_doctor_or_all_of_the_clinic_that_day() -> None:
    parts = usual()
    parts["doctors"] = (doctor(1, 1), doctor(2, 1))
    parts["postings"] = (posting(1, 1, 1, "2026-01-01"), posting(2, 2, 1, "2026-12-01"))
    parts["events"] = (
        event(1, "扣分", "H02", who=1, quantity=2),
        event(2, "扣分", "T01", at=1, points=150),
    )
    made = simulate_facts(facts(**parts), scheme())
    assert made.by_doctor[ONE].line("H02").lost == 1000
    assert made.by_doctor[ONE].line("T01").lost == 150
    assert made.by_doctor[TWO].line("T01").lost == 0  # came after that day
    assert "2026-11-06 事由，扣 1.5 分" in explain_item(made.by_doctor[ONE].line("T01"), made.held)


def test_a_veto_takes_the_quality_pay() -> None:
    parts = usual()
    parts["events"] = (event(1, "一票否决", "V01", who=1, reason="虚假随访 3 份"),)
    result = simulate_facts(facts(**parts), scheme()).by_doctor[ONE]
    assert result.score == 0
    assert result.quality == 0
    assert result.pay == result.subsidies
    assert [(veto.label, veto.reason) for veto in result.vetoes] == [("虚假档案", "虚假随访 3 份")]


def test_money_entries_and_what_cannot_be_recovered() -> None:
    parts = usual()
    parts["events"] = (
        event(1, "奖励", "R", who=1, amount=10_000),
        event(2, "扣款", "M", who=1, amount=1_000_000),
        event(3, "扣款", "M", at=1, amount=100),
    )
    made = simulate_facts(facts(**parts), scheme())
    result = made.by_doctor[ONE]
    assert result.pay == 0
    assert result.unrecovered == 1_000_000 - (78_000 + 90_000 + 10_000)
    assert {"unrecovered", "money_without_doctor"} <= {n.code for n in made.notices}


def test_overdue_and_repeated_findings() -> None:
    items = (
        replace(scheme().items[3], source="findings.overdue", code="A02", weight=1000),
        replace(scheme().items[3], source="findings.repeat", code="A03", weight=1000),
        *scheme().items[:3],
    )
    parts = usual()
    parts["findings"] = (
        finding(1, 1, "2026-03-01", "2026-03-15", "2026-03-10"),
        finding(2, 1, "2026-10-20", "2026-11-01"),
        finding(3, 1, "2026-12-20", "2027-01-10"),
    )
    made = simulate_facts(facts(**parts), scheme(items=items))
    assert made.by_doctor[ONE].line("A02").lost == 500
    assert made.by_doctor[ONE].line("A03").lost == 1000
    assert len(made.by_doctor[ONE].line("A03").outcomes[0][2].reading.rows) == 2


def test_two_months_entered_apart_are_named_and_the_later_counts() -> None:
    parts = usual()
    parts["months"] = (*parts["months"], month(99, 1, "2026-12", hypertension_followups=10))
    made = simulate_facts(facts(**parts), scheme())
    assert "month_twice" in [notice.code for notice in made.notices]
    assert dict(made.by_doctor[ONE].line("G01").outcomes[0][2].reading.parts)["2026-12"] == 10


DUE = tuple((when, date(2026 + (when == "2026-12"), int(when[5:]) % 12 + 1, 5)) for when in MONTHS)


def late_reports(*received: date | None) -> tuple[int, str]:
    """Return what the reports that came on these days cost, and why."""
    items = (*scheme().items[:3], replace(scheme().items[3], source="reports.late"))
    parts = usual()
    parts["months"] = tuple(
        row._replace(received_on=day) for row, day in zip(parts["months"], received, strict=True)
    )
    made = simulate_facts(replace(facts(**parts), due=DUE), scheme(items=items))
    line = made.by_doctor[ONE].line("H02")
    (_clinic, _days, outcome), *_more = line.outcomes
    assert len(outcome.reading.rows) == len(outcome.reading.late)
    return line.lost, explain_item(line, made.held)


def test_a_report_is_late_from_the_day_after_it_was_due() -> None:
    in_time = late_reports(date(2026, 11, 5), date(2026, 12, 1), date(2027, 1, 5))
    assert in_time[0] == 0
    lost, said = late_reports(date(2026, 11, 6), None, date(2027, 1, 9))
    assert lost == 1000
    assert "2026-10 于 2026-11-06 收到，应 2026-11-05 前" in said
    assert "2026-12 于 2027-01-09 收到，应 2027-01-05 前" in said
    assert "2026-11 于" not in said  # Nobody knows when it came.


def test_of_two_reports_of_a_month_the_first_to_come_counts_for_its_day() -> None:
    items = (*scheme().items[:3], replace(scheme().items[3], source="reports.late"))
    parts = usual()
    first, *others = parts["months"]
    parts["months"] = (
        first._replace(received_on=date(2026, 11, 4)),
        *others,
        month(99, 1, "2026-10", received_on=date(2026, 11, 20)),
    )
    made = simulate_facts(replace(facts(**parts), due=DUE), scheme(items=items))
    assert made.by_doctor[ONE].line("H02").lost == 0


def test_a_missing_report_is_missing_and_not_late() -> None:
    items = (*scheme().items[:3], replace(scheme().items[3], source="reports.late"))
    parts = usual()
    parts["months"] = parts["months"][1:]
    made = simulate_facts(replace(facts(**parts), due=DUE), scheme(items=items))
    assert made.by_doctor[ONE].line("H02").lost == 0
    by_month = simulate_facts(facts(**parts), scheme()).by_doctor[ONE].line("H02")
    assert "缺报的月报 1 份（2026-10）" in explain_item(by_month, made.held)


def test_performed_contracts_are_measured_by_their_target() -> None:
    performed = replace(scheme().items[0], source="clinic_months.contracts_performed", code="Q03")
    items = (performed, *scheme().items[1:])
    parts = usual(contracts_performed=30)
    without = simulate_facts(facts(**parts), scheme(items=items)).by_doctor[ONE].line("Q03")
    assert (without.weight, without.state) == (0, "no_target")
    parts["targets"] = (*parts["targets"], target(9, "签约履约服务人次", "2026", 480))
    line = simulate_facts(facts(**parts), scheme(items=items)).by_doctor[ONE].line("Q03")
    assert line.points == line.weight * 90 // 120
    parts["months"] = tuple(row._replace(contracts_performed=None) for row in parts["months"])
    missing = simulate_facts(facts(**parts), scheme(items=items)).by_doctor[ONE].line("Q03")
    assert (missing.state, missing.points) == ("missing", 0)
    # A figure nobody has to reach is scored for nobody, reported or not.
    parts["targets"] = parts["targets"][:-1]
    aimless = simulate_facts(facts(**parts), scheme(items=items)).by_doctor[ONE].line("Q03")
    assert (aimless.weight, aimless.state) == (0, "no_target")


def test_a_closed_clinic_owes_nothing_after_its_last_day() -> None:
    parts = usual()
    parts["clinics"] = (clinic(1, status="撤销", closed_on=date(2026, 11, 30)),)
    parts["months"] = parts["months"][:2]
    made = simulate_facts(facts(**parts), scheme())
    assert made.by_doctor[ONE].score == FULL
    assert made.by_doctor[ONE].subsidies == 60_000
