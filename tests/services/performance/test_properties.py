"""What must hold whatever the rows are."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.services.performance.facts import Facts, decode_facts
from desktop.services.performance.rounding import apportion, rounded
from desktop.services.performance.scheme import FULL, ONE, Scheme
from desktop.services.performance.simulating import Changes, simulate_facts, what_if
from desktop.services.performance.wording import explain_item, explain_subsidy, explain_work
from tests.services.performance.building import (
    MONTHS,
    clinic,
    doctor,
    event,
    facts,
    key,
    month,
    posting,
    scheme,
    target,
)


def with_late_reports() -> Scheme:
    """Return the scheme with half of the reports' weight for being in time."""
    *others, reports = scheme().items
    half = replace(reports, weight=reports.weight // 2)
    return scheme(items=(*others, half, replace(half, code="H03", source="reports.late")))


counts = st.none() | st.integers(0, 500)


@st.composite
def centres(draw: st.DrawFn) -> Facts:
    """Clinics with months in part missing, doctors who move, share, leave and are fined."""
    clinics = draw(st.integers(1, 4))
    doctors = draw(st.integers(0, 6))
    parts: dict[str, Any] = {
        "clinics": tuple(clinic(n, remote=draw(st.booleans())) for n in range(clinics)),
        "doctors": tuple(
            doctor(n, draw(st.none() | st.integers(0, clinics - 1))) for n in range(doctors)
        ),
        "months": tuple(
            month(
                at * 10 + n, at, when, hypertension_followups=draw(counts),
                diabetes_followups=draw(counts), visits=draw(counts), tcm_visits=draw(counts),
                received_on=draw(st.none() | st.dates(date(2026, 10, 1), date(2027, 2, 28))),
            )
            for at in range(clinics)
            for n, when in enumerate(MONTHS)
            if draw(st.integers(0, 4))
        ),
        "targets": (
            target(1, "高血压随访人次", "2026", draw(st.integers(0, 3000))),
            target(2, "糖尿病随访人次", "2026-Q4", draw(st.integers(0, 900))),
        ),
    }  # fmt: skip
    starts = st.dates(date(2026, 8, 1), date(2027, 1, 31))
    parts["postings"] = tuple(
        posting(
            n, draw(st.integers(0, doctors - 1)), draw(st.integers(0, clinics - 1)),
            (start := draw(starts)).isoformat(),
            (start + timedelta(days=draw(st.integers(0, 200)))).isoformat(),
            draw(st.none() | st.integers(1, 100)), draw(st.sampled_from(("任职", "请假"))),
        )
        for n in range(draw(st.integers(0, 8)) if doctors else 0)
    )  # fmt: skip
    parts["events"] = tuple(
        event(
            n, draw(st.sampled_from(("扣分", "扣款", "奖励", "一票否决"))),
            draw(st.sampled_from(("G01", "H02", "V01"))), who=draw(st.integers(0, doctors - 1)),
            points=draw(counts), amount=draw(counts),
        )
        for n in range(draw(st.integers(0, 4)) if doctors else 0)
    )  # fmt: skip
    due = tuple((when, date(2027, 1, 5)) for when in MONTHS if draw(st.booleans()))
    return replace(facts(**parts), due=due)


@given(st.integers(0, 10**9), st.lists(st.fractions(0, 1000, max_denominator=999), max_size=40))
def test_shares_add_up_and_stay_within_one_unit(whole: int, parts: list[Fraction]) -> None:
    shares = apportion(whole, parts)
    assert len(shares) == len(parts)
    if sum(parts) > 0:
        assert sum(shares) == whole
        for share, part in zip(shares, parts, strict=True):
            assert abs(share - whole * part / sum(parts)) < 1


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_rounding_is_half_away_from_zero(above: int, below: int) -> None:
    exact = Fraction(above, below)
    assert abs(rounded(above, below) - exact) <= Fraction(1, 2)
    assert rounded(-above, below) == -rounded(above, below)


@given(centres(), st.integers(0, 10**8))
def test_money_sums_to_the_pool(rows: Facts, pool: int) -> None:
    for by in ("work", "score"):
        made = simulate_facts(rows, scheme(money="pool", pool_monthly=pool, pool_by=by))
        shared = sum(result.quality for result in made.doctors)
        assert made.pool == pool * 3
        assert shared == made.pool or (
            shared == 0 and (not pool or "pool_unshared" in {n.code for n in made.notices})
        )


@given(centres())
def test_a_clinics_units_are_paid_once(rows: Facts) -> None:
    made = simulate_facts(rows, scheme())
    for item in ("G01", "G02"):
        price = made.scheme.by_code[item].price or 0
        for place in rows.clinics:
            lines = [
                line
                for result in made.doctors
                for line in result.work_lines
                if line.item.code == item and line.clinic == place.id
            ]
            of = lines[0].of if lines else 0
            assert sum(line.amount for line in lines) == price * of
            assert sum(Fraction(line.quantity) for line in lines) == of
    assert made.total == sum(result.pay for result in made.doctors)
    assert made.total == sum(each.pay for each in made.clinics) + sum(
        result.pay for result in made.doctors if result.main_clinic is None
    )


@given(centres())
def test_the_lines_add_up_to_the_score_and_to_the_money(rows: Facts) -> None:
    made = simulate_facts(rows, with_late_reports())
    for result in made.doctors:
        assert result.pay >= 0
        assert result.unrecovered >= 0
        assert result.quality == rounded(result.work * result.coefficient, ONE)
        assert result.work == sum(line.amount for line in result.work_lines)
        assert result.subsidies == sum(line.amount for line in result.subsidy_lines)
        if result.score is not None:
            assert sum(line.weight for line in result.lines) == FULL
            assert all(0 <= line.lost <= line.weight for line in result.lines)
            total = sum(block.points for block in made.blocks_of(result))
            assert result.score == (0 if result.vetoes else total)
        assert all(explain_item(line, made.held) for line in result.lines)
        assert all(explain_work(line, made.held) for line in result.work_lines)
        assert all(explain_subsidy(line) for line in result.subsidy_lines)


@given(centres(), st.randoms(use_true_random=False))
def test_order_never_matters(rows: Facts, chance: random.Random) -> None:
    parts = {}
    for name in ("clinics", "doctors", "postings", "months", "targets", "events"):
        shuffled = list(getattr(rows, name))
        chance.shuffle(shuffled)
        parts[name] = tuple(shuffled)
    one = simulate_facts(rows, with_late_reports())
    other = simulate_facts(decode_facts(replace(rows, **parts).encode()), with_late_reports())
    assert one.numbers == other.numbers
    assert one.checksum == other.checksum
    assert one.notices == other.notices


@given(
    centres(),
    st.sampled_from(("hypertension_followups", "diabetes_followups", "tcm_visits")),
    st.integers(1, 300),
    st.data(),
)
def test_more_of_a_good_figure_never_lowers_a_score(
    rows: Facts, figure: str, more: int, data: st.DataObject
) -> None:
    assume(rows.months)
    at = data.draw(st.integers(0, len(rows.months) - 1))
    old = getattr(rows.months[at], figure)
    assume(old is not None)
    better = rows.months[at]._replace(**{figure: old + more})
    improved = replace(rows, months=(*rows.months[:at], better, *rows.months[at + 1 :]))
    before, after = simulate_facts(rows, scheme()), simulate_facts(improved, scheme())
    for result in before.doctors:
        then = after.by_doctor[result.id]
        assert (then.score or 0) >= (result.score or 0)
        assert then.coefficient >= result.coefficient
        assert then.pay >= result.pay


@given(centres(), st.integers(0, 4000))
def test_what_if_is_the_simulation_of_the_changed_scheme(rows: Facts, weight: int) -> None:
    made = simulate_facts(rows, scheme())
    changes = Changes(weights={"G01": weight, "G02": 6000 - weight}, prices={"G01": 700})
    tried = what_if(made, changes)
    again = simulate_facts(rows, tried.after.scheme)
    assert tried.after.numbers == again.numbers
    assert {each.id for each in tried.differences} >= {each.id for each in made.doctors}
    assert sum(each.pay_after for each in tried.differences) == again.total
    assert sum(each.pay_before for each in tried.differences) == made.total
    assert key(9, 9) not in made.by_doctor
