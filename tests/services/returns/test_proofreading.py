"""Proof-reading: every line of every form that ships, its source and checks in words."""

from __future__ import annotations

import pytest

from desktop.services.returns.library import library
from desktop.services.returns.proofreading import formula_words, proof_lines


@pytest.mark.parametrize("key", library().keys)
def test_every_line_says_its_unit_source_and_checks(key: str) -> None:
    form = library().find(key)
    lines = [line for line in proof_lines(form) if line.code]
    assert [line.code for line in lines] == [line.code for line in form.items]
    assert all(line.label and line.source for line in lines)
    assert not [line for line in lines if "source" in line.source]
    required = {line.code for line in form.items if line.required}
    if any(rule.each == "required" for rule in form.rule):
        told = {line.code for line in lines if "本期已填" in line.checks or "填" in line.checks}
        assert required <= told


def test_the_monthlys_total_is_told_with_its_formula_and_checks() -> None:
    lines = {line.code: line for line in proof_lines(library().find("medical_services_monthly"))}
    assert lines["M10"].source == "算式：M11 + M12 + 合计（M13, M80）"
    assert lines["M11"].source == "填报"
    assert "C15 错误：本期已填" in lines["M11"].checks
    assert "C01 错误：M10＝M11＋M12＋M13＋M80" in lines["M11"].checks
    assert lines["M80"].source.startswith("台账：诊疗人次。各村卫生室月报中这一项之和")
    assert "高血压" in lines["F04"].source


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("100 * M17 / M10", "100×M17÷M10"),
        ('A1 >= policy("x.y")', "A1 ≥ 政策参数 x.y"),
        ("filled(A1) and last(A1) == 0", "A1已填 and A1上期 ＝ 0"),
    ],
)
def test_a_formula_is_written_as_people_write_it(formula: str, words: str) -> None:
    assert formula_words(formula) == words
