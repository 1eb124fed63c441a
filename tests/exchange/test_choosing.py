"""What a person says of a sheet that nobody recognised holds now and for the next file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop.exchange.choosing import WHOLE, Choosing, NotRecognised, Question, signature
from desktop.exchange.claims import NOT_THIS
from desktop.exchange.headers import Match
from desktop.exchange.importing import preview, take_in
from desktop.exchange.layouts import normal
from desktop.exchange.recognising import recognise, remember, remembered
from desktop.exchange.sheets import read
from desktop.models.opening import Centre
from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import person, workbook, workbooks
from tests.helpers.centres import reopen

ASIDE = [f"{letter}栏" for letter in "甲乙丙丁戊己庚辛"]
STRANGE = ["序号", "谁", "国民号码", "哪个部门", *ASIDE]
SAID = {"谁": "name", "国民号码": "id_number", "哪个部门": "department"}


def rows(order: int) -> list[list[Any]]:
    return [STRANGE, [1, "张三", person(order), "内科", *"一二三四五六七八"]]


def question_of(file: Path, register: str = "") -> Question:
    with pytest.raises(NotRecognised) as told:
        recognise(read(file), {}, register)
    return told.value.question


def read_as(file: Path, register: str) -> Match:
    question = question_of(file)
    sheet = question.sheets[0]
    return question.read(sheet, register, *question.header(sheet, register))


def choosing_of(file: Path) -> Choosing:
    choosing = Choosing(read_as(file, "staff"))
    for heading, key in SAID.items():
        choosing.choose(("staff", heading), key)
    return choosing


def test_what_was_said_of_one_file_reads_the_next_without_the_window(
    thdesk: CommandLine, tmp_path: Path
) -> None:
    first, second = (workbook(tmp_path / f"{at}.xlsx", rows(at)) for at in (1, 2))
    assert thdesk.run("import", second).exit_code == 1
    with reopen(thdesk.home) as centre:
        remember(centre.store, choosing_of(first).answer())
    found = thdesk.take_in(second)
    assert (found["register"], found["created"]) == ("staff", 1)
    assert found.get("unmatched_columns") == ASIDE


def test_a_header_is_known_again_below_another_title(tmp_path: Path) -> None:
    said = choosing_of(workbook(tmp_path / "甲.xlsx", rows(1))).answer()
    pages: dict[str, Any] = {
        "一月": ([["某某卫生院"], [], *rows(1)], ()),
        "二月": ([["某某卫生院"], *rows(2)], ()),
    }
    found = recognise(read(workbooks(tmp_path / "乙.xlsx", pages)), said)
    assert [(table.match.top, len(table.rows)) for table in found] == [(2, 1), (1, 1)]


def test_figures_may_be_headings_where_a_person_says_so(tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "甲.xlsx",
        [["姓名", "身份证号", 2026], ["张三", person(1), "内科"], ["李四", person(2), "药房"]],
    )
    question = question_of(file)
    match = question.read(question.sheets[0], "staff", 0, 1)
    choosing = Choosing(match)
    choosing.choose(("staff", "2026"), "department")
    (table,) = recognise(read(file), choosing.answer())
    assert table.match.columns["department"] == 2
    assert len(table.rows) == 2


def test_another_register_said_later_counts(centre: Centre, tmp_path: Path) -> None:
    file = workbook(
        tmp_path / "甲.xlsx", [["姓名", "身份证号", "科室"], ["张三", person(1), "内科"]]
    )
    sign = signature(recognise(read(file), {})[0].match.headings)
    remember(centre.store, {("residents", sign): WHOLE})
    remember(centre.store, {("staff", sign): WHOLE})
    with centre.store.reading() as session:
        memory = remembered(session)
    assert [key for key, said in memory.items() if said == WHOLE] == [("staff", sign)]


def test_a_choice_between_two_registers_is_asked_with_its_header(tmp_path: Path) -> None:
    file = workbook(tmp_path / "甲.xlsx", [["标题"], ["谁", "味道"], ["豆腐", 3]])
    question = question_of(file)
    assert question.guess is None
    assert question.header(question.sheets[0], "") == (1, 1)
    assert question.header(question.sheets[0], "staff") == (1, 1)


def test_the_nearest_reading_is_where_the_question_begins(tmp_path: Path) -> None:
    heads = ["签约居民", "身份证号", "联系电话", "行政村", "签约团队", "何时签的", "到期日期"]
    cells = ["甲", person(1), "13800000001", "上河", "一", "2026-01-01", "2026-12-31"]
    guess = question_of(workbook(tmp_path / "甲.xlsx", [heads, cells])).guess
    assert guess is not None
    assert guess.register_key == "contracts"
    assert {column.key for column in Choosing(guess).lacking()} == {"signed_on"}


def test_a_field_has_one_heading_and_what_gave_way_comes_back(tmp_path: Path) -> None:
    heads = ["姓名", "国民号码", "哪个部门", "电话", "另一电"]
    file = workbook(tmp_path / "甲.xlsx", [heads, ["张三", person(1), "内科", "138", "139"]])
    choosing = Choosing(read_as(file, "staff"))
    phone, other = ("staff", "电话"), ("staff", "另一电")
    choosing.choose(other, "phone")
    assert choosing.key_at(phone) == NOT_THIS
    # A heading known by its name gives way by itself, and still means the field elsewhere.
    assert phone not in choosing.corrections()
    choosing.choose(other, "note")
    assert choosing.key_at(phone) == "phone"
    choosing.choose(phone, "note")
    assert choosing.corrections() == {phone: "note", other: NOT_THIS}


def test_what_was_remembered_gives_way_for_good(tmp_path: Path) -> None:
    file = workbook(tmp_path / "甲.xlsx", rows(1))
    before = {("staff", "甲栏"): "name"}
    sheet = read(file)[0]
    choosing = Choosing(Question([sheet], before).read(sheet, "staff", 0, 1))
    choosing.choose(("staff", "谁"), "name")
    assert choosing.corrections()["staff", "甲栏"] == NOT_THIS


def test_a_guess_that_was_left_standing_is_no_guess_any_more(tmp_path: Path) -> None:
    file = workbook(tmp_path / "甲.xlsx", rows(1))
    choosing = Choosing(read_as(file, "staff"))
    assert choosing.match.likened == ("id_number",)
    choosing.choose(("staff", "谁"), "name")
    choosing.choose(("staff", "哪个部门"), "department")
    (table,) = recognise(read(file), choosing.answer())
    assert table.match.columns["id_number"] == 2
    assert not table.match.likened


def test_a_signature_is_kept_as_it_is(tmp_path: Path) -> None:
    sign = signature(read_as(workbook(tmp_path / "甲.xlsx", rows(1)), "staff").headings)
    assert normal(sign) == sign


def test_what_one_header_cannot_say_is_not_asked(centre: Centre, tmp_path: Path) -> None:
    heads = ["村医姓名", "身份证号", "执业资质", "卫生室", "所属村", "服务人口"]
    cells = ["王一", person(1), "乡村医生", "新丰村卫生室", "新丰村", 900]
    pair = workbook(tmp_path / "名册.xlsx", [heads, cells])
    (outcome,) = preview(centre.store, [pair])
    assert outcome.plan is not None
    assert len(outcome.plan.parts) == 2
    assert outcome.question is None


def test_a_preview_says_what_it_asks(centre: Centre, tmp_path: Path) -> None:
    file = workbook(tmp_path / "甲.xlsx", rows(1))
    (outcome,) = preview(centre.store, [file])
    assert isinstance(outcome.error, NotRecognised)
    assert outcome.question is outcome.error.question
    remember(centre.store, choosing_of(file).answer())
    (outcome,), receipt = take_in(centre.store, [file])
    assert receipt.created == 1
    assert outcome.question is not None
    assert outcome.question.guess is not None
