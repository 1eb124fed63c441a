"""Forms as data: what a form may say, and the line and reason of what it may not."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.services.figures.catalogue import find_figure
from desktop.services.periods import parse_period
from desktop.services.returns.declaring import BrokenForm, read_form
from desktop.services.returns.library import library, shipped_texts

GOOD = """\
key = "little"
title = "试表"
short = "试表"
due = { day = 5 }

[[section]]
title = "一、签约"

[[section.line]]
code = "A1"
label = "有效签约"
source = { figure = "contracts.in_force", group = "elderly" }

[[section.line]]
code = "A2"
label = "门诊"
unit = "人次"
required = true

[[section.line]]
code = "A3"
label = "合计"
unit = "人次"
source = { formula = "A1 + A2 + total(B1)" }

[[section]]
title = "二、各组"
rows = "group"
total = false

[[section.column]]
code = "B1"
label = "签约"
source = { figure = "contracts.in_force" }

[[rule]]
id = "C15"
level = "E"
each = "required"
rule = "filled(this)"
message = "{code} 未填报。"
"""


def line_of(text: str) -> int:
    """Return the line of a piece of the good form."""
    return GOOD[: GOOD.index(text)].count("\n") + 1


def faults(old: str, new: str) -> list[tuple[int, str]]:
    """Return what is found wrong when a piece of the good form is replaced."""
    assert old in GOOD
    with pytest.raises(BrokenForm) as caught:
        read_form(GOOD.replace(old, new, 1), "little")
    return [(fault.line, fault.reason) for fault in caught.value.faults]


def test_a_good_form_takes_what_it_does_not_say_from_its_figures() -> None:
    form = read_form(GOOD, "little")
    first = form.by_code["A1"]
    assert (first.kind, first.shape, first.unit) == ("stock", "count", "份")
    assert form.by_code["A2"].typed
    assert form.by_code["A3"].formula == "A1 + A2 + total(B1)"


@pytest.mark.parametrize(
    ("old", "new", "at", "words"),
    [
        ('code = "A2"', 'code = "A1"', '[[section.line]]\ncode = "A1"', "重复"),
        ("A1 + A2", "A1 + A9", '[[section.line]]\ncode = "A3"', "A9"),
        ("A1 + A2", "A3 + A2", '[[section.line]]\ncode = "A3"', "成了圈"),
        ("A1 + A2", "(A1", '[[section.line]]\ncode = "A3"', "写法不对"),
        ("A1 + A2", "open('x')", '[[section.line]]\ncode = "A3"', "没有函数"),
        ("A1 + A2", "A1.real", '[[section.line]]\ncode = "A3"', "不允许"),
        ('title = "一、签约"', 'titel = "一、签约"', 'title = "一、签约"', "titel"),
        ("due = { day = 5 }", "due = 5", "due =", "Expected"),
        ("contracts.in_force", "contracts.nothing", '[[section.line]]\ncode = "A1"', "没有名为"),
        ('group = "elderly"', 'group = "old"', '[[section.line]]\ncode = "A1"', "old"),
        ('group = "elderly"', "people = 3", '[[section.line]]\ncode = "A1"', "没有参数"),
        ('rows = "group"', 'rows = "planet"', '[[section]]\ntitle = "二', "planet"),
        ('rows = "group"', 'rows = "clinic"', '[[section.column]]\ncode = "B1"', "不能按"),
        ('level = "E"', 'level = "X"', 'level = "E"', "X"),
        ("filled(this)", "filled(that)", "[[rule]]", "that"),
        ("{code} 未填报。", "{code 未填报。", "[[rule]]", "花括号"),
        ("required = true", 'required = "ja"', "required = true", "bool"),
        ('key = "little"', 'key = "../x"', 'key = "little"', "key"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, at: str, words: str) -> None:
    found = faults(old, new)
    assert (line_of(at), True) in [(line, words in reason) for line, reason in found], found


def test_all_faults_are_told_at_once() -> None:
    text = GOOD.replace('code = "A2"', 'code = "A1"').replace('"elderly"', '"old"')
    with pytest.raises(BrokenForm) as caught:
        read_form(text, "little")
    assert len(caught.value.faults) >= 3
    assert [fault.line for fault in caught.value.faults] == sorted(
        fault.line for fault in caught.value.faults
    )


def test_a_toml_mistake_is_told_with_its_line() -> None:
    text = GOOD.replace('short = "试表"', "short = 试表")
    with pytest.raises(BrokenForm, match="第 3 行"):
        read_form(text, "little")


@pytest.mark.parametrize("key", sorted(shipped_texts()))
def test_every_form_that_ships_can_be_read(key: str) -> None:
    form = read_form(shipped_texts()[key], key)
    assert form.key == key
    assert form.basis, "says where its items come from"
    for line in form.items:
        # What only rows have is counted in each row's own unit, which stands beside its name.
        by_row = bool(line.figure) and find_figure(line.figure).rows_only
        assert line.unit or line.money or by_row, f"{line.code} has no unit"


@settings(deadline=None, max_examples=60)
@given(st.integers(min_value=0, max_value=10**9))
def test_a_damaged_form_is_refused_in_words_and_never_breaks_the_program(seed: int) -> None:
    chance = random.Random(seed)
    texts = shipped_texts()
    text = texts[chance.choice(sorted(texts))]
    for _each in range(chance.randint(1, 4)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randint(0, 30))
        piece = chance.choice(["", '"', "]", "[[rule]]\n", "= 3\n", "M10", "\x00", "{", "total("])
        text = text[:start] + piece + text[end:]
    with suppress(BrokenForm):
        read_form(text, "damaged")


def test_the_version_that_holds_for_a_period_is_taken() -> None:
    found = library()
    key = "medical_services_monthly"
    assert found.find(key, parse_period("2026-10")).key == key
    shown = [form.key for form in found.for_period(parse_period("2026-10"))]
    assert shown[0] == key
    assert all(found.find(key).period == "month" for key in shown)


def test_due_days() -> None:
    month = read_form(GOOD, "little")
    assert month.due_on(parse_period("2026-12")) == date(2027, 1, 5)
    last = read_form(GOOD.replace("day = 5", "day = 31"), "little")
    assert last.due_on(parse_period("2026-01")) == date(2026, 2, 28), "a short month ends sooner"
    week = read_form(
        GOOD.replace("due = { day = 5 }", 'due = { weekday = 5 }\nperiod = "week"'), "little"
    )
    assert week.due_on(parse_period("2026-W44")) == date(2026, 10, 30)
    year = read_form(
        GOOD.replace("due = { day = 5 }", 'due = { month = 1, day = 20 }\nperiod = "year"'),
        "little",
    )
    assert year.due_on(parse_period("2026")) == date(2027, 1, 20)
