"""Formulas: exact arithmetic in which a blank stays blank."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.services.returns.formulas import (
    Number,
    codes_needed,
    holds,
    names_in,
    parsed,
    rounded,
    worked_out,
)

FIGURES = st.one_of(st.none(), st.integers(-(10**12), 10**12))


class Around:
    """Surroundings with one policy and three periods before."""

    def policy(self, code: str) -> Number | None:
        return {"half": Fraction(1, 2), "ten": 10}.get(code)

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[Number, ...]]:
        return [(10,) * len(codes), (20,) * len(codes), (30,) * len(codes)]

    def compared(self, code: str, column: str) -> Number | None:
        return {"last": 7, "year_ago": None}.get(column) if code == "A" else None

    def monthly(self, form: str, code: str) -> Number | None:
        return 120 if (form, code) == ("m", "A") else None


AROUND = Around()


@given(FIGURES, FIGURES, FIGURES)
def test_a_sum_with_a_blank_part_is_blank_and_a_total_leaves_it_out(
    a: int | None, b: int | None, c: int | None
) -> None:
    names: dict[str, Number | None] = {"A": a, "B": b, "C": c}
    known = [each for each in (a, b, c) if each is not None]
    whole = None if None in (a, b, c) else sum(known)
    assert worked_out("A + B + C", names, AROUND) == whole
    assert worked_out("total(A, B, C)", names, AROUND) == sum(known)


@given(FIGURES, FIGURES)
def test_a_division_by_zero_is_blank_and_a_share_is_exact(a: int | None, b: int | None) -> None:
    found = worked_out("100 * A / B", {"A": a, "B": b}, AROUND)
    if a is None or not b:
        assert found is None
    else:
        assert found == Fraction(100 * a, b)


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("policy('half') * A", 2),
        ("last(A) + A", 11),
        ("year_ago(A)", None),
        ("monthly('m', 'A')", 120),
        ("monthly('m', 'B')", None),
        ("usual(A)", 20),
        ("usual(A, A)", 1),
        ("-A", -4),
        ("policy('none') + A", None),
    ],
)
def test_what_formulas_may_look_up(formula: str, wanted: Number | None) -> None:
    assert worked_out(formula, {"A": 4}, AROUND) == wanted


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        ("A <= B", True),
        ("A > B", False),
        ("A < B and B < 3", False),
        ("A > B or B == 5", True),
        ("not A == 4", False),
        ("A == C", True),
        ("filled(C)", False),
        ("within(B, A, 25)", True),
        ("within(B, A, 24)", False),
    ],
)
def test_rules(rule: str, wanted: bool) -> None:
    assert holds(rule, {"A": 4, "B": 5, "C": None}, AROUND) is wanted


def test_what_a_formula_needs_first() -> None:
    formula = "A + total(B, C) + last(D) + usual(E, F)"
    assert names_in(formula) == set("ABCDEF")
    assert codes_needed(formula) == set("ABC"), "earlier periods are there already"


@pytest.mark.parametrize(
    "formula",
    [
        "filled()",
        "filled(A + 1)",
        "last(A, B)",
        "last(3)",
        "policy(A)",
        "policy('a', 'b')",
        "monthly('m')",
        "within(A, B)",
        "'a' * 1000000000",
        "A < 'b'",
        "(" * 300 + "A" + ")" * 300,
        "-" * 100_000 + "A",
        "True",
        "A ** 99",
        "A // 2",
        "A < B < C",
        "steady(A)",
        "lambda: A",
        "A[0]",
        "",
    ],
)
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(UserError):
        parsed(formula)


def test_a_code_that_is_not_there_is_told() -> None:
    with pytest.raises(UserError, match="X"):
        worked_out("X + 1", {"A": 1}, AROUND)


@given(st.fractions(min_value=-(10**6), max_value=10**6))
def test_rounding_is_half_away_from_zero(value: Fraction) -> None:
    found = rounded(value)
    assert abs(found - value) <= Fraction(1, 2)
    if abs(found - value) == Fraction(1, 2):
        assert abs(found) > abs(value)
