"""The story of a cell: its source, its parts, the records behind it, its past, who typed it."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from desktop.services.figures.clauses import in_words
from desktop.services.returns import compose, filing
from desktop.services.returns.story import CellStory, cell_story
from tests.services.conftest import Adding

FORM = "medical_services_monthly"
MONTH = "2026-10"


def story(session: Session, key: str, form: str = FORM, period: str = MONTH) -> CellStory:
    return cell_story(session, compose(session, form, period), key)


def two_clinics(add: Adding) -> list[bytes]:
    ids = [add("clinics", {"name": name})[0] for name in ("上河村卫生室", "下河村卫生室")]
    for clinic, visits in zip(ids, (30, 12), strict=True):
        add("clinic_months", {"clinic_id": clinic, "month": MONTH, "visits": visits})
    return ids


def test_a_figure_tells_its_definition_and_the_records_that_come_to_it(
    session: Session, add: Adding
) -> None:
    two_clinics(add)
    told = story(session, "M80")
    assert told.text == "42"
    assert "各村卫生室月报中这一项之和" in told.how
    [behind] = told.behind
    assert (behind.behind.register, behind.behind.adds) == ("clinic_months", "visits")
    assert behind.comes_to == 42
    assert behind.text == "42"


def test_a_row_of_a_table_tells_only_of_its_own_records(session: Session, add: Adding) -> None:
    first, _second = two_clinics(add)
    told = story(session, f"V80@{first.hex()}")
    assert told.behind[0].comes_to == 30
    assert story(session, "V80@*").behind[0].comes_to == 42


def test_a_rate_tells_its_numerator_and_its_denominator(session: Session, add: Adding) -> None:
    two_clinics(add)
    told = story(session, "W04", "village_clinics_monthly")
    assert [part.text for part in told.parts] == ["2", "2"]
    assert [each.behind.register for each in told.behind] == ["clinic_months", "clinics"]


def test_a_blank_figure_has_no_list(session: Session) -> None:
    told = story(session, "D36", "drugs_monthly")
    assert (told.text, told.behind) == ("", ())
    assert "缺政策参数" in told.how


def test_a_formula_tells_its_parts_with_their_figures(session: Session, add: Adding) -> None:
    two_clinics(add)
    filing.set_typed(session, FORM, MONTH, {"M11": "100", "M12": "5"})
    told = story(session, "M10")
    assert {part.key: part.text for part in told.parts} == {
        "M11": "100",
        "M12": "5",
        "M13": "",
        "M80": "42",
    }
    assert not told.behind


def test_a_formula_in_a_table_names_the_cells_of_its_row(session: Session, add: Adding) -> None:
    first, _second = two_clinics(add)
    told = story(session, f"V91@{first.hex()}")
    assert {part.key for part in told.parts} == {
        f"{code}@{first.hex()}" for code in ("V85", "V86", "V87")
    }


def test_the_last_twelve_periods_name_least_and_most_and_keep_blanks(
    session: Session,
) -> None:
    for month, count in (("2026-07", "90"), ("2026-08", "0"), ("2026-09", "120")):
        filing.set_typed(session, FORM, month, {"M11": count})
    told = story(session, "M11")
    assert told.earlier[0].period == "2025-10"
    assert len(told.earlier) == 12
    values = {each.period: each.value for each in told.earlier}
    assert (values["2026-08"], values["2026-06"]) == (0, None)
    assert (told.least, told.most) == (0, 120)


def test_each_typing_is_told_with_the_value_it_replaced(session: Session) -> None:
    for text in ("3486", "", "0"):
        filing.set_typed(session, FORM, MONTH, {"M11": text})
    edits = story(session, "M11").edits
    assert [(edit.before, edit.after) for edit in edits] == [
        ("空白", "0"),
        ("3,486", "空白"),
        ("空白", "3,486"),
    ]
    assert all(edit.at is not None for edit in edits)
    assert not story(session, "M80").edits


def test_what_another_pc_filled_in_first_names_nobody(session: Session) -> None:
    from desktop.models.local import Change

    filing.set_typed(session, FORM, MONTH, {"M11": "7"})
    session.query(Change).delete()
    [edit] = story(session, "M11").edits
    assert (edit.at, edit.person, edit.after) == (None, "", "7")


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("S4-4c", "天津市紧密型区域医共体实施方案（2024，征求意见稿） S4-4c"),
        ("facts a M80–M89", "卫生资源与医疗服务统计调查制度 M80–M89"),
        ("facts c", "家庭医生签约服务规范"),
        ("监测指标 9", "监测指标 9"),
    ],
)
def test_clauses_name_their_documents(clause: str, words: str) -> None:
    assert in_words(clause) == words


def test_several_clauses_stand_in_a_row() -> None:
    assert in_words("S1-6.1d; facts f").count("、") == 1
