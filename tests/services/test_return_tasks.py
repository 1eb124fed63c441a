"""Reminders of returns: what is due, overdue, sent back and locked, over all kinds of periods."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from importlib import import_module

import pytest
from sqlalchemy.orm import Session

from desktop.models.register import Values
from desktop.services.records import Records
from desktop.services.return_tasks import ReturnsDue
from desktop.services.returns.library import Library
from desktop.services.returns.versions import take_in
from desktop.services.tasks import Task, Urgency

TODAY = date(2026, 11, 21)

Adding = Callable[..., list[bytes]]

_FORM = """
key = "{key}"
title = "{title}"
short = "{title}"
period = "{period}"
due = {due}
valid_from = 2025-01-01
[[section]]
title = "一"
[[section.line]]
code = "A1"
label = "数"
"""

FORMS = (
    ("m1", "月报甲", "month", "{ day = 3 }"),
    ("m2", "月报乙", "month", "{ day = 3 }"),
    ("m3", "月报丙", "month", "{ day = 3 }"),
    ("w1", "周报", "week", "{ weekday = 5 }"),
    ("y1", "年报", "year", "{ month = 1, day = 20 }"),
)


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch, session: Session) -> None:
    module = import_module("desktop.services.returns.library")
    monkeypatch.setattr(module, "shipped_versions", lambda: iter(()))
    for key, title, period, due in FORMS:
        take_in(session, _FORM.format(key=key, title=title, period=period, due=due), key)


def row(form: str, period: str, status: str, **more: object) -> Values:
    month = period[:7] if "W" not in period else "2026-11"
    return {"form": form, "month": month, "period": period, "status": status, "revision": 1, **more}  # type: ignore[dict-item]


def told(session: Session, today: date = TODAY, begun: str = "") -> list[Task]:
    return ReturnsDue(Records(session), today, begun).tasks(7)


def short(tasks: list[Task]) -> list[tuple[str, str]]:
    return [(task.title, task.badge) for task in tasks]


def test_a_new_centre_is_reminded_of_what_lies_ahead_only(session: Session) -> None:
    assert short(told(session)) == [
        ("周报（第47周）", "逾期 1 天"),
        ("3 张报表待报（11月）", "还有 12 天"),
    ]


def test_last_month_is_asked_for_where_clinics_have_reported_it(session: Session) -> None:
    tasks = told(session, begun="2026-10")
    assert ("3 张报表待报（10月）", "逾期 18 天") in short(tasks)
    overdue = next(task for task in tasks if task.badge == "逾期 18 天")
    assert overdue.urgency is Urgency.RED
    assert overdue.parameters == {"month": "2026-10", "form": "m1"}
    assert "月报甲、月报乙、月报丙" in overdue.detail


def test_all_that_is_overdue_for_a_period_stands_in_one_line(session: Session) -> None:
    text = _FORM.format(key="m4", title="月报丁", period="month", due="{ day = 8 }")
    take_in(session, text, "m4")
    tasks = told(session, begun="2026-10")
    assert ("4 张报表待报（10月）", "逾期 18 天") in short(tasks)
    # Before they are overdue, each day has its own line.
    ahead = short(told(session, date(2026, 11, 30)))
    assert ("3 张报表待报（11月）", "还有 3 天") in ahead
    assert ("月报丁（11月）", "还有 8 天") in ahead


def test_what_was_submitted_is_not_told(session: Session, add: Adding) -> None:
    add("returns", row("m1", "2026-10", "已上报"), row("m2", "2026-10", "县级已审定"))
    titles = [title for title, _badge in short(told(session))]
    assert "月报丙（10月）" in titles
    assert "月报甲（11月）" in titles
    assert "月报甲（10月）" not in titles
    assert "月报丙（11月）" not in titles, "one month at a time"


def test_a_return_sent_back_stands_first_with_the_countys_reason(
    session: Session, add: Adding
) -> None:
    remarks = json.dumps({"": "诊疗人次与基金结算不符", "A1": "请核"}, ensure_ascii=False)
    add("returns", row("m2", "2026-09", "退回重报", remarks=remarks))
    first = told(session)[0]
    assert (first.kind, first.title, first.badge) == ("returned", "月报乙（9月）", "退回重报")
    assert first.detail == "县级退回：诊疗人次与基金结算不符"
    assert first.parameters == {"month": "2026-09", "form": "m2"}
    # A newer draft of it is at work: it still has to be handed in again.
    add("returns", row("m2", "2026-09", "草稿", revision=2))
    assert told(session)[0].kind == "returned"
    add("returns", row("m2", "2026-09", "已上报", revision=3))
    assert "returned" not in {task.kind for task in told(session)}


def test_only_a_remark_on_a_cell_is_told_with_the_cell(session: Session, add: Adding) -> None:
    add("returns", row("m2", "2026-09", "退回重报", remarks='{"A1": "请核"}'))
    assert told(session)[0].detail == "县级退回：A1 请核"


def test_a_locked_return_says_since_when(session: Session, add: Adding) -> None:
    add(
        "policy",
        {"code": "return.lock_days", "name": "锁", "value": "5", "valid_from": date(2020, 1, 1)},
    )
    locked = [task for task in told(session, begun="2026-10") if task.badge == "已锁定"]
    locked = [task for task in locked if task.parameters["form"] != "w1"]
    assert [task.title for task in locked] == ["月报甲（10月）", "月报乙（10月）", "月报丙（10月）"]
    assert all("2026-11-09 锁定" in task.detail for task in locked)


def test_the_annual_return_is_told_a_month_ahead_and_when_overdue(
    session: Session, add: Adding
) -> None:
    add("returns", row("m1", "2026-11", "已上报"))

    def annual(today: date) -> list[tuple[str, str]]:
        return [each for each in short(told(session, today)) if each[0].startswith("年报")]

    assert annual(date(2026, 12, 1)) == []
    assert annual(date(2026, 12, 25)) == [("年报（2026年）", "还有 26 天")]
    assert annual(date(2027, 1, 20)) == [("年报（2026年）", "今天截止")]
    assert annual(date(2027, 1, 22)) == [("年报（2026年）", "逾期 2 天")]


def test_a_draft_of_long_ago_is_not_forgotten(session: Session, add: Adding) -> None:
    add("returns", row("m1", "2026-05", "草稿"))
    assert ("月报甲（5月）", "逾期 171 天") in short(told(session))


def test_no_form_no_reminder(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.services.return_tasks.library", lambda _records: Library(()))
    assert told(session) == []
