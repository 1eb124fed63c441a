"""What the top bar says of the exchange, and when it goes by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from desktop.sync import schedule
from desktop.sync.standing import SyncStatus
from desktop.ui.exchange_runner import runner_of, sentence, tone_of
from desktop.ui.page import Desk

NOW = dt.datetime(2026, 11, 22, 4, 0, tzinfo=dt.UTC)


def status(waiting: int = 0, hours: float = 0, **more: object) -> SyncStatus:
    oldest = NOW - dt.timedelta(hours=hours) if waiting else None
    values: dict[str, object] = {
        "enrolled": True,
        "url": "https://hub.example.cn",
        "waiting": waiting,
        "oldest_waiting": oldest,
        "last_success": "2026-11-22T08:12:00+08:00",
        "last_error": "",
        "issues": 0,
    }
    return SyncStatus(**(values | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hours", "tone"), [(1, "soft"), (23, "soft"), (25, "amber"), (71, "amber"), (73, "red")]
)
def test_waiting_turns_amber_after_a_day_and_red_after_three(hours: float, tone: str) -> None:
    assert tone_of(status(5, hours), NOW) == tone


def test_photos_that_cannot_be_sent_for_a_day_turn_amber() -> None:
    waits: dict[str, object] = {"files_waiting": 3, "last_error": "2026-11-22T08:00 连不上"}
    assert tone_of(status(**waits), NOW) == "soft"
    waits["last_success"] = "2026-11-21T08:00:00+08:00"
    assert tone_of(status(**waits), NOW) == "amber"
    waits["last_error"] = ""
    assert tone_of(status(**waits), NOW) == "soft", "nobody has tried yet"


def test_the_word_synced_needs_a_receipt_for_everything() -> None:
    assert "已同步" in sentence(status(), NOW).text
    assert "已同步" not in sentence(status(1), NOW).text
    assert "已同步" not in sentence(status(last_success=""), NOW).text
    assert "已同步" not in sentence(status(refused=1), NOW).text
    assert sentence(status(refused=1), NOW).text.startswith("1 条被县级退回")
    assert sentence(status(files_waiting=3), NOW).text.startswith("待上传照片 3 张")
    assert "已同步" in sentence(status(files_missing=3), NOW).text
    assert sentence(status(enrolled=False), NOW).text == "未连接县级"


def test_the_first_exchange_has_its_place(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    runner = runner_of(desk)
    monkeypatch.setattr(schedule, "is_busy", lambda _day: True)
    runner.begin()
    runner._take_status(status(device=7, url="https://hub.example.cn"))
    place = schedule.place_of(7, "https://hub.example.cn")
    assert runner.next_in == pytest.approx(20 + 900 * place, abs=2)
