"""What a hub lost with its disk after the last backup comes again from the PCs that have it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from county.answering import Wanted, accept
from county.storage import renew_generation
from desktop.models.register import Values
from desktop.sync import conflicts
from desktop.sync.issues import CAME_APART
from tests.county.published_files import drugs
from tests.county.publishing_parts import ASPIRIN, rows, send
from tests.sync.direct import Lost
from tests.sync.meetings import told
from tests.sync.parts import CODE, PC, settle, staff
from tests.sync.restored import Restored, assert_same, lose_work, restored, table_of

__all__ = ["restored"]

DRAFT: Values = {"form": "f", "month": "2026-10", "revision": 1, "status": "草稿"}
HANDED: Values = {"status": "已上报", "submitted_by": "院长", "submitted_at": "2026-11-01"}


def test_what_a_restored_hub_and_a_dead_pc_have_lost_comes_from_another(
    restored: Restored,
) -> None:
    left, third = restored.left, restored.third
    work = lose_work(restored)
    report = left.sync()
    assert report.found.offered
    settle(left, third)
    work.assert_back(left, third)
    assert_same(restored.hub, left, third)


def test_an_offered_value_gives_way_to_its_authors_later_one(restored: Restored) -> None:
    author, left, third = restored.gone, restored.left, restored.third
    id = author.save("staff", staff("原来的"))
    settle(author, left, third)
    restored.back_up()
    author.save("staff", {"name": "第一次改"}, id)
    settle(author, left)
    author.save("staff", {"name": "第二次改"}, id)
    author.sync()
    restored.restore()
    left.sync()
    third.sync()
    assert third.load("staff", id)["name"] == "第一次改"
    settle(author, left, third)
    for pc in (author, left, third):
        assert pc.load("staff", id)["name"] == "第二次改"
        with pc.store.reading() as session:
            assert conflicts.list_issues(session) == []
    assert_same(restored.hub, author, left, third)


def test_an_older_value_never_replaces_what_was_written_since(restored: Restored) -> None:
    """A PC that had not exchanged after the backup has nothing to offer, only to fetch."""
    author, left, third = restored.gone, restored.left, restored.third
    id = author.save("staff", staff("原来的"))
    settle(author, left, third)
    author.save("staff", {"name": "备份里的"}, id)
    author.sync()
    restored.back_up()
    restored.restore()
    third.sync()
    third.save("staff", {"name": "恢复之后改的"}, id)
    third.sync()
    report = left.sync()
    assert not report.found.offered
    assert left.load("staff", id)["name"] == "恢复之后改的"
    assert_same(restored.hub, left, third)


def test_a_hub_restored_twice_offers_records_but_guesses_no_values(restored: Restored) -> None:
    author, left = restored.gone, restored.left
    id = author.save("staff", staff("原来的"))
    settle(author, left)
    restored.back_up()
    author.save("staff", {"name": "备份之后改的"}, id)
    made = author.save("staff", staff("备份之后"))
    settle(author, left)
    restored.restore()
    with restored.hub.owning() as connection:
        renew_generation(connection)
    left.sync()
    with restored.hub.reading() as connection:
        rows = {row.id: row.name for row in connection.execute(table_of("staff").select())}
    assert rows[id] == "原来的"
    assert made in rows
    author.sync()
    left.sync()
    assert left.load("staff", id)["name"] == "备份之后改的"


def test_an_offer_cut_off_is_made_again(restored: Restored) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("staff", staff("原来的"))
    settle(gone, left)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, id)
    made = [gone.save("staff", staff(f"备份之后{number}")) for number in range(3)]
    settle(gone, left)
    restored.restore()
    fates = iter(["pass", "lost", "unanswered", "pass"])
    assert left.client is not None
    left.client._fate = lambda: next(fates, "pass")
    for _try in range(3):
        with suppress(Lost):
            left.sync()
        oldest = left.status().oldest_waiting
        assert oldest is None or oldest.year >= 2026
    with restored.hub.reading() as connection:
        assert set(made) <= {row.id for row in connection.execute(table_of("staff").select())}
    assert left.load("staff", id)["name"] == "备份之后改的"
    assert_same(restored.hub, left)


def test_what_this_pc_did_not_edit_of_a_record_is_offered_all_the_same(restored: Restored) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("staff", staff("原来的"))
    settle(gone, left)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, id)
    settle(gone, left)
    left.save("staff", {"phone": "13911111111"}, id)
    restored.restore()
    left.sync()
    left.sync()
    found = left.load("staff", id)
    assert (found["name"], found["phone"]) == ("备份之后改的", "13911111111")
    assert told(left) == []
    assert_same(restored.hub, left)


def test_what_was_edited_here_meanwhile_is_not_offered_in_its_old_state(
    restored: Restored,
) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("staff", staff("原来的"))
    settle(gone, left)
    restored.back_up()
    gone.save("staff", {"name": "备份之后改的"}, id)
    settle(gone, left)
    left.save("staff", {"name": "看过以后改的"}, id)
    restored.restore()
    settle(left, gone)
    assert [pc.load("staff", id)["name"] for pc in (left, gone)] == ["看过以后改的"] * 2
    assert told(left) == []
    assert_same(restored.hub, left, gone)


def test_the_value_of_two_survivors_that_gives_way_is_told(restored: Restored) -> None:
    """Which of the two is later is known only to the PC that is gone."""
    gone, left, third = restored.gone, restored.left, restored.third
    id = gone.save("staff", staff("原来的"))
    settle(gone, left, third)
    restored.back_up()
    gone.save("staff", {"name": "第一次改"}, id)
    settle(gone, third)
    gone.save("staff", {"name": "第二次改"}, id)
    settle(gone, left)
    restored.restore()
    third.sync()
    assert left.sync().found.told == 1
    settle(third, left)
    assert [pc.load("staff", id)["name"] for pc in (left, third)] == ["第一次改"] * 2
    assert told(left) == [("姓名", "第二次改", "第一次改", CAME_APART)]
    assert told(third) == []
    with left.store.writing() as session:
        (issue,) = conflicts.list_issues(session)
        conflicts.put_back(session, issue.id)
    settle(left, third)
    assert third.load("staff", id)["name"] == "第二次改"
    assert_same(restored.hub, left, third)


@pytest.mark.parametrize("first", ["its own PC", "another PC"])
def test_a_return_submitted_after_the_backup_is_handed_over_again(
    restored: Restored, first: str
) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("returns", DRAFT)
    settle(gone, left)
    restored.back_up()
    gone.save("returns", HANDED, id)
    settle(gone, left)
    restored.restore()
    pc = gone if first == "its own PC" else left
    settle(pc)
    assert state(pc, id) == ("县级已接收", "院长", None)
    settle(gone, left)
    for each in (gone, left):
        assert state(each, id) == ("县级已接收", "院长", None)
        assert each.load("returns", id)["received_at"]
        assert told(each) == []
    assert_same(restored.hub, gone, left)


def test_an_answer_the_hub_has_lost_is_no_longer_there(restored: Restored) -> None:
    gone, left = restored.gone, restored.left
    id = gone.save("returns", DRAFT)
    gone.save("returns", HANDED, id)
    settle(gone, left)
    restored.back_up()
    with restored.hub.writing() as connection:
        accept(connection, Wanted(CODE, "f", "2026-10"), "县统计")
    settle(gone, left)
    assert state(left, id) == ("县级已审定", "院长", "县统计")
    restored.restore()
    settle(gone, left)
    for pc in (gone, left):
        assert state(pc, id) == ("县级已接收", "院长", None)
        assert told(pc) == []
    assert_same(restored.hub, gone, left)


def state(pc: PC, id: bytes) -> tuple[Any, Any, Any]:
    row = pc.load("returns", id)
    return row["status"], row["submitted_by"], row["answered_by"]


def test_a_price_published_again_after_the_backup_is_no_question_to_the_centre(
    restored: Restored, tmp_path: Path
) -> None:
    hub, pc = restored.hub, restored.left
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    settle(pc)
    restored.back_up()
    send(hub, "drugs", drugs(tmp_path, ASPIRIN.replace("12.50", "15.00")))
    settle(pc)
    assert [row.retail_price for row in rows(pc, "drugs")] == [1500]
    restored.restore()
    settle(pc)
    assert [row.retail_price for row in rows(pc, "drugs")] == [1250]
    assert told(pc) == []
    assert_same(hub, pc)
