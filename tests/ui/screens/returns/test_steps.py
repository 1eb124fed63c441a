"""The way of a return: its steps and who may take them, the county's answer, the lock."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from desktop.models.registers import find_register
from desktop.models.registers.return_exceptions import REGISTER as EXCEPTIONS
from desktop.models.registers.returns import ACCEPTED, RECEIVED, RETURNED
from desktop.models.store import save
from desktop.ui.dialogs import Dialog
from desktop.ui.screens.returns.page import ReturnsPage
from desktop.ui.screens.returns.steps import steps_of
from desktop.ui.screens.returns.unlocking import UnlockDialog
from tests.ui.screens.returns.filling_returns import (
    MEDICAL,
    advance,
    answer,
    county_says,
    explain,
    fill,
    hand_in,
    put,
    shown,
    tip,
)

FORM = MEDICAL[0]


def done(page: ReturnsPage) -> list[str]:
    return [step.label for step in page.steps.steps if step.done]


def pill(page: ReturnsPage) -> str:
    return page.due.rows[MEDICAL].pill.text()


def message(page: ReturnsPage) -> str:
    dialogs = [each for each in page.findChildren(Dialog) if each.isVisible()]
    assert len(dialogs) == 1
    text = dialogs[0].heading.text()
    dialogs[0].reject()
    return text


def as_clerk(page: ReturnsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let somebody else than a director be signed in."""
    centre = page.worker.centre
    monkeypatch.setattr(centre, "unlocked", replace(centre.unlocked, role="statistician"))


def test_errors_keep_it_from_being_checked_and_are_shown(page: ReturnsPage) -> None:
    advance(page)
    assert page.side.tabs.currentIndex() == 1
    assert "还不能上报" in page.notice.text.text()
    first = page.side.findings.rows[0]
    assert first.pill.text() == "错误"
    first.go.click()
    assert page.body.grid.key == first.finding.code
    assert done(page) == ["草稿"]


def test_it_goes_from_draft_to_checked_to_approved_to_submitted(page: ReturnsPage) -> None:
    fill(page)
    advance(page)
    assert done(page)[-1] == "已审核"
    assert pill(page) == "待批准"
    assert "待院长批准" in page.notice.text.text()
    advance(page, "yes")
    assert done(page)[-1] == "已批准"
    assert pill(page) == "待上报"
    advance(page, "yes")
    assert done(page)[-1] == "已上报"
    assert pill(page) == "已上报 · 待上传"
    assert "待上传" in page.notice.text.text()
    assert "院长" in page.steps.steps[3].detail
    put(page, "M11", "1")
    assert not page.has_unsaved()
    assert all(row.answer.isReadOnly() for row in page.side.findings.rows)


def test_what_is_typed_is_saved_before_the_next_step(page: ReturnsPage) -> None:
    fill(page)
    put(page, "M13", "0")
    put(page, "M31", "97")
    advance(page)
    assert shown(page, "M31") == "97"
    assert page.opened.status == "已审核"


def test_a_change_after_checking_makes_it_a_draft_again(page: ReturnsPage) -> None:
    fill(page)
    advance(page)
    put(page, "M31", "97")
    page.save()
    assert done(page) == ["草稿"]


def test_a_checked_return_can_be_taken_back(page: ReturnsPage) -> None:
    fill(page)
    advance(page)
    page.notice._buttons[0].click()
    assert done(page) == ["草稿"]


def test_only_a_director_approves(page: ReturnsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(page)
    as_clerk(page, monkeypatch)
    advance(page)
    assert page.opened.status == "已审核", "anyone may check"
    advance(page)
    assert "院长" in message(page)
    assert page.opened.status == "已审核"


def test_received_is_said_only_from_the_receipt(page: ReturnsPage) -> None:
    fill(page)
    hand_in(page)
    assert "县级已接收" not in done(page)
    county_says(page, FORM, status=RECEIVED, received_at="2026-11-03T09:10:00+08:00")
    assert pill(page) == "县级已接收"
    assert done(page)[-1] == "县级已接收"
    assert "2026-11-03 09:10 接收" in page.notice.text.text()
    county_says(
        page, FORM, status=ACCEPTED, answered_at="2026-11-04T10:00:00+08:00", answered_by="王科员"
    )
    assert pill(page) == "县级已审定"
    assert "王科员" in page.notice.text.text()


def test_late_is_told_in_the_list_and_in_the_steps(page: ReturnsPage) -> None:
    fill(page)
    hand_in(page)
    county_says(page, FORM, submitted_at="2026-11-05T09:10:00+08:00")
    assert "逾期 2 天报出" in page.due.rows[MEDICAL].when.whole_text()
    assert page.steps.steps[3].late
    assert "逾期 2 天" in page.steps.steps[3].detail
    county_says(page, FORM, submitted_at="2026-11-03T23:10:00+08:00")
    assert "按时报出" in page.due.rows[MEDICAL].when.whole_text()
    assert not page.steps.steps[3].late


def test_a_submitted_return_is_corrected_with_the_differences_marked(page: ReturnsPage) -> None:
    fill(page)
    hand_in(page)
    advance(page, "yes")
    assert page.opened.revision == 2
    assert "更正对象" in page.notice.text.text()
    put(page, "M31", "100")
    page.save()
    assert page.flow.opened.changed["M31"] == "96"
    assert "已上报的是 96" in tip(page, "M31")
    assert "已上报的是" not in tip(page, "M12")


def sent_back(page: ReturnsPage) -> None:
    county_says(
        page,
        FORM,
        status=RETURNED,
        answered_at="2026-11-04T10:00:00+08:00",
        answered_by="王科员",
        remarks=json.dumps({"": "出院人数与病案不符", "M31": "请核对"}, ensure_ascii=False),
    )


def test_what_the_county_says_stands_on_the_page_and_on_the_cell(page: ReturnsPage) -> None:
    fill(page)
    hand_in(page)
    sent_back(page)
    assert pill(page) == "县级退回"
    assert "出院人数与病案不符" in page.notice.text.text()
    assert "县级意见：请核对" in tip(page, "M31")
    assert steps_of(page.opened)[-1].label == "县级退回"
    put(page, "M31", "100")
    page.save()
    assert page.opened.revision == 2, "typing begins the correction"
    assert "县级意见：请核对" in tip(page, "M31"), "the remark stays until it is answered"
    assert "已上报的是 96" in tip(page, "M31")
    assert "正在改的是第 2 版" in page.notice.text.text()


def test_it_comes_back_while_a_newer_draft_is_under_way(page: ReturnsPage) -> None:
    fill(page)
    hand_in(page)
    advance(page, "yes")
    put(page, "M31", "100")
    page.save()
    with page.worker.centre.store.writing() as session:
        table = find_register("returns").table
        session.execute(
            table.update()
            .where(table.c.revision == 1)
            .values(
                status=RETURNED,
                answered_by="王科员",
                answered_at="2026-11-04T10:00:00+08:00",
                remarks=json.dumps({"": "重报", "M12": "急诊偏少"}),
            )
        )
    page.worker.broadcast({"returns"})
    assert page.opened.revision == 2
    assert shown(page, "M31") == "100", "the local draft is not lost"
    assert "退回第 1 版：重报" in page.notice.text.text()
    assert "急诊偏少" in tip(page, "M12")
    explain(page)
    hand_in(page)
    assert page.opened.revision == 2


# The lock


@pytest.fixture
def locked(page: ReturnsPage) -> ReturnsPage:
    """A return whose lock day has long gone by."""
    with page.worker.centre.store.writing() as session:
        save(
            session,
            find_register("policy"),
            {
                "code": "return.lock_days",
                "name": "报表逾期锁定天数",
                "value": "10",
                "valid_from": date(2020, 6, 1),
            },
        )
    page.show_period("2026-01")
    return page


def test_a_locked_return_says_why_and_takes_no_typing(locked: ReturnsPage) -> None:
    assert "锁定" in locked.notice.text.text()
    put(locked, "M11", "5")
    assert not locked.has_unsaved()
    assert locked.due.rows[(FORM, "2026-01")].pill.text() == "已锁定"


def test_the_director_opens_it_with_a_reason_until_a_day(locked: ReturnsPage) -> None:
    advance(locked)
    [dialog] = locked.findChildren(UnlockDialog)
    dialog.yes.click()
    assert "原因" in dialog.error.text(), "a reason is asked for"
    dialog.reason.setText("停电两天，补报")
    dialog.until.line.setText("随便")
    dialog.yes.click()
    assert dialog.error.isVisible()
    until = date.today() + timedelta(days=2)
    dialog.until.line.setText(until.isoformat())
    dialog.yes.click()
    assert "停电两天，补报" in locked.notice.text.text()
    put(locked, "M11", "5")
    locked.save()
    assert shown(locked, "M11") == "5"
    with locked.worker.centre.store.reading() as session:
        [row] = session.execute(EXCEPTIONS.table.select()).all()
    assert (row.opened_by, row.valid_until, row.form) == ("院长", until, FORM)


def test_nobody_else_opens_a_lock(locked: ReturnsPage, monkeypatch: pytest.MonkeyPatch) -> None:
    as_clerk(locked, monkeypatch)
    advance(locked)
    assert not locked.findChildren(UnlockDialog)
    assert "院长" in message(locked)


def test_the_question_before_submitting_can_be_refused(page: ReturnsPage) -> None:
    fill(page)
    advance(page)
    advance(page)
    answer(page, "no")
    assert page.opened.status == "已审核"
