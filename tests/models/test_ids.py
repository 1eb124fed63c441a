"""Ids are UUIDv7, rise, and never meet another process's."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from uuid import RFC_4122, UUID

import pytest

from desktop.models import ids
from desktop.models.ids import id_space, keyed_id, new_id, seeded_id
from dev import ROOT


def test_an_id_is_a_uuid_of_version_seven_and_of_now() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    read = UUID(bytes=made)
    assert (read.version, read.variant, len(made)) == (7, RFC_4122, 16)
    # Earlier tests may have moved the clock of ids on, never back.
    assert before <= read.int >> 80 <= before + 60_000


def test_ids_rise_and_share_their_tail() -> None:
    made = [new_id() for _ in range(50_000)]
    assert made == sorted(set(made))
    assert len({each[8:13] for each in made[:1000]}) == 1  # the random part, 40 bits and variant


def test_ids_rise_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_id()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_000_000_000)
    later = [new_id() for _ in range(3)]
    assert [first, *later] == sorted({first, *later})


def test_ids_rise_when_the_counter_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_counter", (1 << 22) - 3)
    made = [new_id() for _ in range(6)]
    assert made == sorted(set(made))
    assert all(UUID(bytes=each).version == 7 for each in made)
    assert all(UUID(bytes=each).variant == RFC_4122 for each in made)


def test_threads_never_make_the_same_id() -> None:
    made: list[list[bytes]] = [[] for _ in range(4)]

    def make(into: list[bytes]) -> None:
        into.extend(new_id() for _ in range(5000))

    threads = [threading.Thread(target=make, args=(each,)) for each in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [one for each in made for one in each]
    assert len(set(everything)) == 20_000


_PROGRAM = "from desktop.models.ids import new_id; print(*(new_id().hex() for _ in range(2000)))"


def test_processes_started_together_never_make_the_same_id() -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", _PROGRAM], cwd=ROOT, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    made = [process.communicate()[0].decode().split() for process in running]
    assert len({one for each in made for one in each}) == 4000
    assert made[0][0][17:] != made[1][0][17:]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_never_repeats_its_parents_ids() -> None:
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    new_id()

    def child() -> None:
        send.send([new_id() for _ in range(500)])

    process = context.Process(target=child)
    process.start()
    mine = [new_id() for _ in range(500)]
    theirs = receive.recv()
    process.join()
    receive.close()
    send.close()
    assert len({*mine, *theirs}) == 1000


def test_what_set_up_makes_has_the_same_id_on_every_pc() -> None:
    one = seeded_id("411081101", "青禾镇中心卫生院", "division", "411081101001")
    assert one == seeded_id("411081101", "青禾镇中心卫生院", "division", "411081101001")
    assert one != seeded_id("411081101", "青禾镇中心卫生院", "division", "411081101002")
    assert seeded_id("甲", "乙丙") != seeded_id("甲乙", "丙")
    assert (UUID(bytes=one).version, UUID(bytes=one).variant) == (7, RFC_4122)
    assert one < new_id()


def test_a_keyed_id_is_a_uuid_of_version_eight_and_the_same_everywhere() -> None:
    space = id_space("330523100", "staff")
    made = keyed_id(space, "11010519491231002X")
    read = UUID(bytes=made)
    assert (read.version, read.variant, len(made)) == (8, RFC_4122, 16)
    # Other PCs run other versions: this very id must come out for ever.
    assert made.hex() == "d33a3f407d61835896f9e619faa42498"
    assert made != keyed_id(space, "110105194912310011")
    assert made != keyed_id(id_space("330523101", "staff"), "11010519491231002X")
    assert made != keyed_id(id_space("330523100", "doctors"), "11010519491231002X")
