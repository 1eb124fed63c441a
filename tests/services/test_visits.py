from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.errors import RecordRefused, UserError
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many, load
from desktop.services.checklists import (
    Answer,
    Bands,
    add_checklist,
    checklist_on,
    checklists,
    judge,
    load_checklist,
    parse_checklist,
    unified_lists,
)
from desktop.services.findings import (
    findings_of,
    overdue,
    recheck,
    rectification_notice,
    rectify,
)
from desktop.services.records import Records
from desktop.services.visit_entry import Fault, Recorded, Sampled, VisitEntry, record_visit
from desktop.services.visits import plan, routes

BANDS = Bands(9000, 7500)
DAY = date(2026, 11, 6)
TODAY = date(2026, 11, 10)


def answers(**others: str | Answer) -> dict[str, Answer]:
    """Return a checklist in which everything is as it should be, but for some items."""
    made = {item.code: Answer("合格") for item in checklist_on(DAY).items}
    given = {c: a if isinstance(a, Answer) else Answer(a) for c, a in others.items()}
    return made | given


def clinics(centre: Centre, *names: str) -> list[bytes]:
    with centre.store.writing() as session:
        rows = [{"name": name} for name in names]
        return insert_many(session, find_register("clinics"), rows)


def visit(
    centre: Centre, clinic: bytes, given: Mapping[str, Answer], day: date = DAY, **more: object
) -> Recorded:
    entry = VisitEntry(clinic, day, given, **more)  # type: ignore[arg-type]
    return record_visit(centre.store, entry, TODAY)


def count(session: Session, key: str) -> int:
    table = find_register(key).table
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def test_every_checklist_is_sound() -> None:
    for key in checklists():
        checklist = load_checklist(key)
        assert checklist.key == key
        assert len(checklist.by_code) == len(checklist.items)
        assert all(item.points > 0 and item.wording for item in checklist.items)
        assert sum(item.points for item in checklist.items) == 11_000
    assert {each["key"] for each in unified_lists()} == {"five", "six"}
    assert set(unified_lists()[0]["domains"]) <= set(checklist_on(DAY).sections)


def test_score_is_what_was_earned_of_what_applied() -> None:
    every = judge(checklist_on(DAY), answers(), BANDS)
    assert (every.score, every.grade, every.vetoed) == (10_000, "A", False)
    some = judge(checklist_on(DAY), answers(C02="不合格", C01=Answer("计分", 400)), BANDS)
    assert some.score == 9182  # 101 of 110
    other = judge(checklist_on(DAY), answers(C02="不适用", E01="不合格"), BANDS)
    assert other.score == 9714  # 102 of 105
    assert other.by_section["业务"] == (4300, 4300)


def test_critical_items_and_vetoes() -> None:
    critical = judge(checklist_on(DAY), answers(A01="不合格"), BANDS)
    assert (critical.score, critical.grade) == (9636, "B")
    veto = judge(checklist_on(DAY), answers(D01="不合格"), BANDS)
    assert (veto.grade, veto.vetoed) == ("C", True)
    assert judge(checklist_on(DAY), answers(), Bands()).grade == ""


def test_a_blank_item_is_not_a_pass() -> None:
    given = answers()
    del given["C02"]
    with pytest.raises(UserError, match="还有 1 项没有结果：C02"):
        judge(checklist_on(DAY), given, BANDS)
    assert len(judge(checklist_on(DAY), given, BANDS, partial=True).items) == len(given)
    with pytest.raises(UserError, match="没有项目 X1"):
        judge(checklist_on(DAY), answers(X1="合格"), BANDS)
    with pytest.raises(UserError, match="C01 的得分应在 0 到 8 之间"):
        judge(checklist_on(DAY), answers(C01=Answer("计分", 900)), BANDS)
    with pytest.raises(UserError, match="C02 的得分"):
        judge(checklist_on(DAY), answers(C02=Answer("计分", 100)), BANDS)


def test_a_visit_is_written_whole(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲村卫生室")
    made = visit(
        fresh_centre,
        clinic,
        answers(C02="不合格", D03=Answer("不合格", note="阿莫西林过期 2 盒")),
        samples=(Sampled("处方", "王秀英", genuine=True, compliant=False),),
        faults={"C02": Fault("门诊日志缺 3 日", None, date(2026, 11, 30))},
        signed_clinic="赵淑珍",
    )
    assert made.judgement.score == 9091
    assert made.judgement.grade == "B"
    assert made.next_visit_on == date(2027, 1, 5)
    with fresh_centre.store.reading() as session:
        kept = load(session, find_register("visits"), made.visit_id)
        assert (kept["score"], kept["grade"], kept["next_visit_on"]) == (
            9091, "B", date(2027, 1, 5)
        )  # fmt: skip
        assert count(session, "visit_items") == len(checklist_on(DAY).items)
        assert count(session, "visit_samples") == 1
        found = {line.item_code: line for line in findings_of(session, TODAY)}
    assert found["C02"].problem == "门诊日志缺 3 日"
    assert found["C02"].due_on == date(2026, 11, 30)
    assert found["D03"].problem == "阿莫西林过期 2 盒"
    assert found["D03"].due_on == date(2026, 11, 7)  # the item's own term
    assert found["D03"].severity == "关键"
    assert found["D03"].late == 3


def test_nothing_is_written_of_a_visit_that_is_refused(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲村卫生室")
    visit(fresh_centre, clinic, answers(C02="不合格"))
    with pytest.raises(RecordRefused):
        visit(fresh_centre, clinic, answers(C02="不合格"))
    with pytest.raises(UserError, match="还没有到"):
        visit(fresh_centre, clinic, answers(), day=date(2026, 12, 1))
    with pytest.raises(UserError, match="没有结果"):
        visit(fresh_centre, clinic, {})
    with fresh_centre.store.reading() as session:
        assert count(session, "visits") == 1
        assert count(session, "findings") == 1


def test_the_plan_follows_score_and_class(fresh_centre: Centre) -> None:
    a, b, c, d = clinics(fresh_centre, "甲", "乙", "丙", "丁")
    with fresh_centre.store.writing() as session:
        insert_many(session, find_register("clinics"), [{"name": "戊", "status": "撤销"}])
        (staff,) = insert_many(session, find_register("staff"), [{"name": "王医生"}])
        insert_many(
            session,
            find_register("assignments"),
            [{"staff_id": staff, "clinic_id": b, "starts_on": date(2026, 1, 1)},
             {"staff_id": staff, "clinic_id": a, "starts_on": date(2026, 1, 1),
              "ends_on": date(2026, 6, 30)}],
        )  # fmt: skip
    visit(fresh_centre, a, answers(), day=date(2026, 11, 1))
    visit(fresh_centre, b, answers(D01="不合格"), day=date(2026, 10, 1))
    visit(fresh_centre, c, answers(), next_visit_on=TODAY)
    with fresh_centre.store.reading() as session:
        lines = {line.clinic_id: line for line in plan(session, TODAY)}
        order = [line.clinic for line in plan(session, TODAY)]
    assert order == ["丁", "乙", "丙", "甲"]
    assert (lines[b].state, lines[b].late, lines[b].grade) == ("overdue", 10, "C")
    assert (lines[b].staff, lines[b].open_findings, lines[b].overdue_findings) == ("王医生", 1, 1)
    assert lines[c].state == "today"
    assert (lines[a].state, lines[a].next_on, lines[a].staff) == ("later", date(2027, 1, 30), "")
    assert (lines[d].state, lines[d].last_on) == ("never", None)
    made = routes(list(lines.values()))
    assert [(route.staff, [line.clinic for line in route.lines]) for route in made] == [
        ("王医生", ["乙"]),
        ("", ["丁", "丙"]),
    ]


def test_visits_of_two_pcs_on_one_day_are_both_kept(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    rows = [
        {"clinic_id": clinic, "visited_on": DAY, "kind": "日常督导", "score": score, "grade": "A"}
        for score in (9000, 9500)
    ]
    with fresh_centre.store.writing() as session:
        # As the exchange writes what the other PC has entered.
        insert_many(session, find_register("visits"), rows)
    with fresh_centre.store.reading() as session:
        assert count(session, "visits") == 2
        (line,) = plan(session, TODAY)
    assert line.score == 9500


def test_findings_to_closure(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲村卫生室")
    made = visit(fresh_centre, clinic, answers(C02="不合格"), day=date(2026, 10, 1))
    finding = made.findings[0]
    store = fresh_centre.store
    with store.writing() as session:
        assert [line.late for line in overdue(session, TODAY)] == [25]
        notice = rectification_notice(session, made.visit_id, TODAY)
        assert (notice.clinic, notice.due_on, len(notice.lines)) == (
            "甲村卫生室", date(2026, 10, 16), 1
        )  # fmt: skip
        with pytest.raises(UserError, match="登记整改后"):
            recheck(session, finding, passed=True, on=TODAY)
        with pytest.raises(UserError, match="整改情况"):
            rectify(session, finding, " ", TODAY)
        with pytest.raises(UserError, match="不能早于"):
            rectify(session, finding, "已补齐", date(2026, 9, 1))
        rectify(session, finding, "已补齐", TODAY)
        assert overdue(session, TODAY) == []
        with pytest.raises(UserError, match="另定整改期限"):
            recheck(session, finding, passed=False, on=TODAY)
        recheck(session, finding, passed=False, on=TODAY, due_on=date(2026, 11, 20))
        assert findings_of(session, TODAY)[0].open
        rectify(session, finding, "再次补齐", date(2026, 11, 18))
        recheck(session, finding, passed=True, on=date(2026, 11, 19))
        assert findings_of(session, TODAY, open_only=True) == []
        with pytest.raises(UserError, match="已整改"):
            rectify(session, finding, "x", TODAY)
        with pytest.raises(UserError, match="没有待整改"):
            rectification_notice(session, made.visit_id, TODAY)


def test_a_repeated_finding_is_shown_as_such(fresh_centre: Centre) -> None:
    (clinic,) = clinics(fresh_centre, "甲")
    visit(fresh_centre, clinic, answers(C02="不合格"), day=date(2025, 10, 1))
    first = visit(fresh_centre, clinic, answers(C02="不合格"), day=date(2026, 10, 2))
    assert first.repeats == ()
    second = visit(fresh_centre, clinic, answers(C02="不合格", B02="不合格"))
    assert second.repeats == ("C02",)
    with fresh_centre.store.reading() as session:
        times = {
            (line.item_code, line.found_on): line.times for line in findings_of(session, TODAY)
        }
    assert times == {
        ("C02", date(2025, 10, 1)): 1,
        ("C02", date(2026, 10, 2)): 1,
        ("C02", DAY): 2,
        ("B02", DAY): 1,
    }


NEXT_YEAR = """
key = "visit_checklist_2027"
title = "村卫生室督导检查表（2027版）"
version = 2
valid_from = 2027-01-01
clause = "县卫健委"

[[section]]
name = "业务"

[[section.item]]
code = "C01"
wording = "门诊日志登记完整"
points = 100
"""


def test_a_version_added_holds_from_its_day_and_travels(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        add_checklist(session, NEXT_YEAR)
    with fresh_centre.store.writing() as session:
        assert add_checklist(session, NEXT_YEAR).version == 2  # Once more changes nothing.
        records = Records(session)
        assert checklist_on(date(2026, 12, 31), records).key == "visit_checklist_2026"
        assert checklist_on(date(2027, 1, 1), records).title == "村卫生室督导检查表（2027版）"
        assert load_checklist("visit_checklist_2027", records).items[0].points == 10_000
        with pytest.raises(UserError, match="内容不同"):
            add_checklist(session, NEXT_YEAR.replace("= 100", "= 90"))
        (row,) = session.execute(select(find_register("checklists").table)).all()
        assert (row.code, row.version) == ("visit_checklist_2027", 2)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('key = "', "key = ", "line 2"),
        ('code = "C01"', "", "code"),
        ("points = 100", 'points = "viel"', "ConversionSyntax"),
        ("points = 100", "points = 0", "C01 没有分值"),
        ("version = 2", 'version = "2"', "version"),
        ("visit_checklist_2027", "mine", "visit_checklist_"),
        ('name = "业务"', "", "name"),
        ('title = "', 'colour = "', "colour"),
    ],
)
def test_a_broken_version_is_refused_with_what_is_wrong(old: str, new: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        parse_checklist(NEXT_YEAR.replace(old, new))
