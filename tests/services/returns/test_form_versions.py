"""Forms in the centre's hands: copied, changed, kept from a day on, told where broken."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from desktop.errors import Frozen, UserError
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.returns.composing import compose
from desktop.services.returns.declaring import BrokenForm, declared_form, read_form
from desktop.services.returns.filing import save_draft
from desktop.services.returns.forms import Form, Line
from desktop.services.returns.library import CENTRE, COUNTY, library, shipped_texts
from desktop.services.returns.versions import (
    copied,
    keep_form,
    listed_forms,
    take_in,
    withdraw_form,
)
from desktop.services.returns.writing import Place, write_form

MINI = """
key = "mini"
title = "试表"
short = "试表"
valid_from = 2026-01-01
[[section]]
title = "一"
[[section.line]]
code = "A1"
label = "有效签约"
source = { figure = "contracts.in_force" }
[[section.line]]
code = "A2"
label = "义诊"
unit = "次"
[[rule]]
id = "C15"
level = "E"
each = "required"
rule = "filled(this)"
message = "{code} {label}未填报"
"""


def mini() -> Form:
    return declared_form(MINI, "mini")


def with_line(form: Form, line: Line) -> Form:
    section = msgspec.structs.replace(form.section[0], line=(*form.section[0].line, line))
    return msgspec.structs.replace(form, section=(section, *form.section[1:]))


@pytest.mark.parametrize("key", sorted(shipped_texts()))
def test_every_shipped_form_is_written_and_read_back_as_it_was(key: str) -> None:
    text = shipped_texts()[key]
    written = write_form(declared_form(text, key)).text
    assert declared_form(written, key) == declared_form(text, key)
    assert read_form(written, key) == read_form(text, key)


@given(st.text(st.characters(codec="utf-8"), max_size=20), st.text(max_size=8))
def test_any_words_of_a_label_survive_being_written(label: str, unit: str) -> None:
    encodable = unit.encode("utf-8", "ignore").decode()
    form = with_line(mini(), Line(code="A3", label=label, unit=encodable))
    assert declared_form(write_form(form).text, "mini") == form


def test_a_fault_is_traced_to_the_part_it_stands_in() -> None:
    broken = with_line(mini(), Line(code="A3", label="坏", source={"formula": "A9 + 1"}))
    written = write_form(broken)
    with pytest.raises(BrokenForm) as caught:
        declared_form(written.text, "mini")
    assert [written.place(fault.line) for fault in caught.value.faults] == [Place("item", 0, 2)]


def test_a_form_that_changes_in_mid_year_leaves_the_months_before_as_they_were(
    session: Session,
) -> None:
    keep_form(session, mini(), date(2026, 1, 1))
    changed = with_line(mini(), Line(code="A3", label="新指标", unit="人"))
    keep_form(session, changed, date(2026, 7, 1))
    before = compose(session, "mini", "2026-06")
    after = compose(session, "mini", "2026-07")
    assert list(before.cells) == ["A1", "A2"]
    assert list(after.cells) == ["A1", "A2", "A3"]
    assert (before.form.version, after.form.version) == (1, 2)
    assert before.form.valid_to == date(2026, 6, 30)
    assert after.form.origin == CENTRE
    with pytest.raises(UserError, match="没有用于"):
        library(Records(session)).find("mini", parse_period("2025-12"))


def test_what_a_version_before_was_filled_in_with_is_compared_with_the_new_one(
    session: Session,
) -> None:
    from desktop.services.returns.filing import set_typed

    keep_form(session, mini(), date(2026, 1, 1))
    keep_form(session, with_line(mini(), Line(code="A3", label="新")), date(2026, 7, 1))
    set_typed(session, "mini", "2026-06", {"A2": "4"})
    later = compose(session, "mini", "2026-07")
    assert later.cells["A2"].last == 4
    assert later.cells["A3"].last is None


def test_a_version_by_which_nothing_was_submitted_is_changed_in_place(session: Session) -> None:
    first = keep_form(session, mini(), date(2026, 1, 1))
    again = keep_form(
        session, with_line(mini(), Line(code="B", label="二")), date(2026, 2, 1), first
    )
    assert again == first
    (kept,) = [each for each in listed_forms(Records(session)) if each.version.code == "mini"]
    assert kept.version.valid_from == date(2026, 2, 1)
    assert kept.declared is not None
    assert len(kept.declared.lines) == 3


def test_a_version_a_return_was_submitted_by_is_left_and_a_new_one_made(session: Session) -> None:
    first = keep_form(session, mini(), date(2026, 1, 1))
    made = save_draft(session, "mini", "2026-06")
    table = find_register("returns").table
    assert made.record_id is not None
    session.execute(
        table.update()
        .where(table.c.id == made.record_id)
        .values(submitted_at="2026-07-01T08:00:00+08:00", status="已上报")
    )
    second = keep_form(
        session, with_line(mini(), Line(code="B", label="二")), date(2026, 8, 1), first
    )
    assert second != first
    versions = [each.version for each in listed_forms(Records(session)) if each.editable]
    assert [(each.version, each.valid_to) for each in versions] == [
        (2, None),
        (1, date(2026, 7, 31)),
    ]


def test_an_own_version_of_a_shipped_form_stands_before_it_from_its_day_on(
    session: Session,
) -> None:
    key = "medical_services_monthly"
    declared = declared_form(shipped_texts()[key], key)
    keep_form(session, with_line(declared, Line(code="Z99", label="自增")), date(2026, 7, 1))
    found = library(Records(session))
    assert found.find(key, parse_period("2026-06")).origin == ""
    assert found.find(key, parse_period("2026-07")).origin == CENTRE
    assert found.find(key, parse_period("2026-07")).version == declared.version + 1


def publish(session: Session, form: Form, valid_from: date) -> bytes:
    """Put a form into the register as the exchange does when the county has published it."""
    (id,) = insert_many(
        session,
        find_register("return_forms"),
        [
            {
                "code": form.key,
                "title": form.title,
                "version": form.version,
                "valid_from": valid_from,
                "body": write_form(form).text,
            }
        ],
    )
    marks = find_register("county_marks")
    mask = sum(1 << field.number for field in find_register("return_forms").stored)
    values: Values = {"id": id, "register": 40, "fields": mask, "published_on": valid_from}
    insert_many(session, marks, [values])
    return id


def test_the_countys_form_stands_before_the_centres_and_cannot_be_changed(
    session: Session,
) -> None:
    keep_form(session, mini(), date(2026, 1, 1))
    keep_form(session, with_line(mini(), Line(code="B", label="二")), date(2026, 2, 1))
    publish(session, msgspec.structs.replace(mini(), title="县表", version=1), date(2026, 3, 1))
    found = library(Records(session))
    assert found.find("mini", parse_period("2026-02")).origin == CENTRE
    assert found.find("mini", parse_period("2026-03")).origin == COUNTY
    with pytest.raises(Frozen, match="由县里发布"):
        keep_form(session, mini(), date(2026, 5, 1))
    own = copied(mini(), Records(session))
    assert own.key == "own_1"
    keep_form(session, own, date(2026, 5, 1))
    assert copied(mini(), Records(session)).key == "own_2"


def test_a_broken_form_is_refused_with_line_and_reason(session: Session) -> None:
    bad = MINI.replace("contracts.in_force", "contracts.nothing")
    with pytest.raises(BrokenForm, match=r"第 8 行：没有名为“contracts.nothing”的数据指标"):
        take_in(session, bad, "坏表.toml")
    assert not [each for each in listed_forms(Records(session)) if each.version.code == "mini"]


@pytest.mark.parametrize("body", ["key =", "title = 3", MINI.replace('"A2"', '"A1"'), "", "\x00"])
def test_a_broken_form_that_was_received_does_not_take_the_others_down(
    session: Session, body: str
) -> None:
    keep_form(session, mini(), date(2026, 1, 1))
    row: Values = {"code": "bad", "title": "坏表", "version": 1, "valid_from": date(2026, 1, 1)}
    insert_many(session, find_register("return_forms"), [{**row, "body": body}])
    found = library(Records(session))
    assert found.find("mini").title == "试表"
    assert "bad" in found.broken
    with pytest.raises(BrokenForm):
        found.find("bad", parse_period("2026-10"))
    listed = {each.version.code: each for each in listed_forms(Records(session))}
    assert listed["bad"].title == "坏表"
    assert listed["bad"].broken is not None


def test_a_withdrawn_version_is_gone_or_ends(session: Session) -> None:
    first = keep_form(session, mini(), date(2026, 1, 1))
    withdraw_form(session, first, date(2026, 5, 1))
    assert "mini" not in library(Records(session)).keys


def test_a_later_version_that_holds_already_is_told(session: Session) -> None:
    keep_form(session, mini(), date(2026, 7, 1))
    with pytest.raises(UserError, match="2026-03-01 或之后"):
        keep_form(session, mini(), date(2026, 3, 1))
