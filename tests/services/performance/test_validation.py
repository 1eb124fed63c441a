"""What a scheme has to be before it may be used: sums, sources, and what else is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop.services.performance.scheme import Goal, shipped
from desktop.services.performance.simulating import simulate_facts
from desktop.services.performance.validation import SchemeRefused, problems, refuse_unsound
from tests.services.performance.building import (
    facts,
    scheme,
    usual,
)


def codes(changed: object) -> set[str]:
    return {problem.reason for problem in problems(changed)}  # type: ignore[arg-type]


def test_the_shipped_scheme_is_sound_and_says_that_it_is_a_proposal() -> None:
    assert problems(shipped()) == []
    assert shipped().status == "试行"
    assert "提案" in shipped().clause
    assert all(item.price is None for item in shipped().items)


def test_weights_that_do_not_sum_to_100_are_refused_with_the_sum() -> None:
    items = (replace(scheme().items[0], weight=3550), *scheme().items[1:])
    with pytest.raises(SchemeRefused, match=r"各项目权重合计为 95\.50 分，应为 100 分") as refused:
        refuse_unsound(scheme(items=items))
    assert {"weights_sum", "block_items_sum"} == {p.reason for p in refused.value.problems}


@pytest.mark.parametrize(
    "source",
    [
        "clinic_months.drug_income",
        "clinic_months.outpatient_income",
        "examination_income",
        "耗材收入",
    ],
)
def test_income_cannot_be_a_source(source: str) -> None:
    items = (replace(scheme().items[0], source=source), *scheme().items[1:])
    with pytest.raises(SchemeRefused, match="S2-7b"):
        simulate_facts(facts(**usual()), scheme(items=items))


def test_what_else_is_refused() -> None:
    first, second, third, fourth = scheme().items
    assert codes(scheme(items=(replace(first, source="odd"), second, third, fourth))) == {
        "unknown_source"
    }
    assert codes(scheme(items=(first, second, replace(third, paid=True), fourth))) == {
        "price_without_count"
    }
    assert codes(
        scheme(items=(first, second, replace(third, bands=third.bands[::-1]), fourth))
    ) == {"bad_bands"}
    assert codes(scheme(items=(first, second, third, replace(fourth, per_event=0)))) == {
        "missing_per_event"
    }
    assert codes(scheme(items=(replace(first, code="G02"), second, third, fourth))) == {
        "duplicate_code"
    }
    assert codes(scheme(items=(replace(first, goal=Goal("odd")), second, third, fourth))) == {
        "missing_goal"
    }
    assert codes(scheme(items=(replace(first, formula="bands"), second, third, fourth))) == {
        "bad_bands"
    }
    assert codes(scheme(quality=scheme().quality[:2])) == {"bad_bands"}
    assert codes(scheme(money="pool")) == {"missing_pool"}
