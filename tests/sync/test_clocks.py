"""Clocks that were wrong, at a PC or at the hub: an edit of what was seen is later than that."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import select

from county import api, clock, exchanging
from county.storage import Hub
from desktop.commands.sync import say_report
from desktop.errors import UserError
from desktop.models.local import SyncState
from tests.sync.parts import PC, settle, staff
from tests.sync.sticks import Stick, stick

__all__ = ["stick"]

HOUR = 3_600_000
DAY = 24 * HOUR
SetHub = Callable[[int], None]


@pytest.fixture
def set_hub(monkeypatch: pytest.MonkeyPatch) -> SetHub:
    """Let the hub's clock be wrong by so many milliseconds from now on."""
    right = clock.now_ms

    def off(milliseconds: int) -> None:
        for module in (clock, exchanging, api):
            monkeypatch.setattr(module, "now_ms", lambda: right() + milliseconds)

    return off


def floor(pc: PC) -> int:
    with pc.store.reading() as session:
        return int(session.execute(select(SyncState.hlc)).scalar_one())


def test_a_hub_whose_clock_was_put_back_lets_no_edit_lose_to_what_it_replaces(
    two: tuple[PC, PC], set_hub: SetHub
) -> None:
    one, other = two
    id = one.save("staff", staff("王小明"))
    settle(one, other)
    one.save("staff", {"note": "先写的"}, id)
    settle(one, other)
    set_hub(-DAY)
    other.save("staff", {"note": "看过以后改的"}, id)
    with suppress(UserError):  # It may be refused until somebody has put the hub's clock right.
        other.sync()
    set_hub(0)
    settle(other, one)
    assert [pc.load("staff", id)["note"] for pc in two] == ["看过以后改的"] * 2
    assert [pc.status().issues for pc in two] == [0, 0]


def test_an_answer_about_the_clock_that_comes_late_moves_nothing(
    hub: Hub, two: tuple[PC, PC], stick: Stick, set_hub: SetHub
) -> None:
    one, other = two
    id = one.save("staff", staff("王小明"))
    settle(one, other)
    set_hub(-2 * DAY)
    one.save("staff", {"note": "早的"}, id)
    answer = stick.county(stick.write(one))
    set_hub(0)
    settle(one, other)
    other.save("staff", {"note": "旁人后来写的"}, id)
    settle(other, one)
    before = floor(one)
    report = stick.read(one, answer)
    assert floor(one) == before
    assert report.clock_ahead_ms == 0
    one.skew(-HOUR)
    one.save("staff", {"note": "看过以后改的"}, id)
    settle(one, other)
    assert [pc.load("staff", id)["note"] for pc in two] == ["看过以后改的"] * 2


@pytest.mark.parametrize("behind", [0, 20 * 60_000])
def test_a_clock_that_was_put_right_is_not_called_ahead(
    two: tuple[PC, PC],
    set_hub: SetHub,
    capsys: pytest.CaptureFixture[str],
    behind: int,
) -> None:
    one, other = two
    id = one.save("staff", staff("王小明"))
    one.skew(DAY)
    one.save("staff", {"note": "时钟快的时候写的"}, id)
    one.skew(0)
    set_hub(behind)
    say_report(one.sync(), 0)
    assert "本机时间快了" not in capsys.readouterr().out
    settle(other)
    assert other.load("staff", id)["note"] == "时钟快的时候写的"
