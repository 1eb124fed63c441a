"""Two requests on their way at once: in their order, overtaking, and with an answer lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest
from sqlalchemy import update

from county.storage import Hub
from county.verifying import problems
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.sync import account, conflicts, engine, line, outbox
from desktop.sync.client import Client, Unreachable
from desktop.sync.issues import refused_records
from desktop.sync.protocol import CLOCK_TOLERANCE_MS, Reply, Request, Status
from desktop.sync.wire import unpack
from tests.sync.direct import DirectClient, Lost, Unasked
from tests.sync.parts import PC, code_for, enrol_at, everything, staff

STAFF = find_register("staff")
MakePC = Callable[..., PC]


class Watched(DirectClient):
    """Keeps what was asked and answered, and lets a test decide the order of arrival."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.under_way: list[list[Any]] = []
        self.most = 0
        self.answers: list[Reply] = []
        self.overtaking = False
        self.losing: Callable[[Request], bool] = lambda _request: False

    def later(self, talk: Callable[[], Any]) -> Future[Any]:
        entry: list[Any] = [talk, None]
        self.under_way.append(entry)
        self.most = max(self.most, len(self.under_way))

        def answer() -> Any:
            if self.overtaking and len(self.under_way) > 1:
                second = self.under_way[1]
                second[1] = second[1] or second[0]()
            self.under_way.remove(entry)
            return entry[1] or entry[0]()

        return Unasked(answer)

    def deliver(self, body: bytes) -> bytes:
        answer = super().deliver(body)
        self.answers.append(unpack(answer, Reply))
        if self.losing(unpack(body, Request)):
            raise Lost("unanswered")
        return answer


@pytest.fixture
def desk(hub: Hub, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch) -> tuple[PC, Watched]:
    """A PC that is in, with forty people to send in small batches."""
    monkeypatch.setattr(engine, "LARGEST_BATCH", 3)
    pc = make_pc()
    client = Watched(hub)
    enrol_at(pc.store, client, code_for(hub))
    for number in range(40):
        pc.save("staff", staff(f"职工{number}"))
    return pc, client


def exchange(pc: PC, client: DirectClient, limit: int) -> Any:
    made = engine.Engine(pc.store, client)
    made._limit = limit
    return made.exchange()


def all_there(hub: Hub, pc: PC) -> bool:
    with hub.reading() as connection:
        assert not problems(connection)
        held = everything(connection)
    return set(held["staff"]) == set(pc.rows()["staff"]) and len(held["staff"]) == 40


def test_the_next_batch_leaves_before_the_answer_to_the_last(
    hub: Hub, desk: tuple[PC, Watched]
) -> None:
    pc, client = desk
    report = exchange(pc, client, 3)
    assert client.most == 2
    assert (report.waiting, report.copied, report.refused) == (0, False, [])
    assert report.pushed >= 40
    assert {each.status for each in client.answers} == {Status.TAKEN}
    assert all_there(hub, pc)


def test_the_last_edits_wait_for_no_answer_and_an_empty_batch_asks(
    hub: Hub, desk: tuple[PC, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, client = desk
    asked: list[Request] = []
    deliver = client.deliver

    def noted(body: bytes) -> bytes:
        asked.append(unpack(body, Request))
        return deliver(body)

    monkeypatch.setattr(client, "deliver", noted)
    exchange(pc, client, 3)
    *edits, page = asked
    assert all(each.first <= each.last and each.want == 0 for each in edits)
    assert all(each.ahead for each in edits[1:])
    assert (page.first, page.last) == (edits[-1].last + 1, edits[-1].last)
    assert page.want > 0
    assert not page.ahead


def test_a_request_that_overtakes_another_is_left_alone(hub: Hub, desk: tuple[PC, Watched]) -> None:
    pc, client = desk
    client.overtaking = True
    report = exchange(pc, client, 3)
    assert Status.EARLY in {each.status for each in client.answers}
    assert (report.waiting, report.copied) == (0, False)
    assert all_there(hub, pc)


@pytest.mark.parametrize("lost", [{1}, {1, 2}])
def test_stamps_far_ahead_are_put_right_once_for_all_that_is_on_its_way(
    hub: Hub, desk: tuple[PC, Watched], lost: set[int]
) -> None:
    """The hub has taken both batches before, so that neither has overtaken the other."""
    pc, client = desk
    exchange(pc, client, 3)

    def edit_all(note: str) -> None:
        client.answers.clear()
        for id in pc.rows()["staff"]:
            pc.save("staff", {"note": note}, id)

    edit_all("先改的")
    client.losing = lambda _request: len(client.answers) in lost
    with pytest.raises(Unreachable):
        exchange(pc, client, 3)
    client.losing = lambda _request: False
    pc.skew(CLOCK_TOLERANCE_MS + 100_000)
    edit_all("时钟快的时候改的")
    report = exchange(pc, client, 3)
    assert (report.waiting, report.copied, report.refused) == (0, False, [])
    assert [each.status for each in client.answers[:2]] == [Status.CLOCK, Status.EARLY]
    assert all_there(hub, pc)
    with hub.reading() as connection, pc.store.reading() as session:
        assert everything(connection)["staff"] == everything(session)["staff"]


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_lost_answer_makes_no_copy_of_the_disk(
    hub: Hub, desk: tuple[PC, Watched], lost: int
) -> None:
    """The hub has gone on with what left under the same nonce."""
    pc, client = desk
    client.losing = lambda _request: len(client.answers) == lost
    with pytest.raises(Unreachable):
        exchange(pc, client, 3)
    client.losing = lambda _request: False
    report = exchange(pc, client, 3)
    assert (report.waiting, report.copied) == (0, False)
    assert all_there(hub, pc)


def test_what_is_refused_meanwhile_is_not_taken_for_mended(
    hub: Hub, desk: tuple[PC, Watched]
) -> None:
    pc, client = desk
    id = pc.save("staff", staff("王小明"))
    exchange(pc, client, 3)
    with pc.store.writing() as session:
        wrong = {"id_number": "110105194912310021"}
        session.execute(update(STAFF.table).where(STAFF.table.c.id == id).values(wrong))
    for number in range(4):
        pc.save("staff", {"phone": f"1380000000{number}"}, id)
    report = exchange(pc, client, 1)
    assert not report.waiting
    with pc.store.reading() as session:
        assert (STAFF.number, id) in refused_records(session)
    assert pc.status().issues == 1


def test_what_is_mended_while_it_is_on_its_way_is_mended(
    hub: Hub, desk: tuple[PC, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch with the right value was built before anybody knew that the wrong was refused."""
    pc, client = desk
    id, *others = pc.rows()["staff"]
    right = pc.load("staff", id)["id_number"]

    def type_in(id_number: object) -> None:
        with pc.store.writing() as session:
            known = STAFF.table.c.id == id
            session.execute(update(STAFF.table).where(known).values(id_number=id_number))

    exchange(pc, client, 3)
    type_in("110105194912310021")
    mark, marked = account.mark_try, []

    def meanwhile(store: Store) -> list[bytes]:
        marked.append(store)
        if len(marked) == 1:
            type_in(right)
            for each in others:
                pc.save("staff", {"note": "后来改的"}, each)
        return mark(store)

    monkeypatch.setattr(account, "mark_try", meanwhile)
    exchange(pc, client, 1)
    exchange(pc, client, 1)
    with pc.store.reading() as session:
        assert not refused_records(session)
    assert (pc.status().issues, pc.status().refused) == (0, 0)
    with hub.reading() as connection, pc.store.reading() as session:
        assert everything(connection)["staff"] == everything(session)["staff"]


def test_what_was_built_before_a_page_does_not_pass_for_written_after_it(
    hub: Hub, desk: tuple[PC, Watched], make_pc: MakePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, client = desk
    other = make_pc(person="张会计")
    other.join(hub, code_for(hub))
    ids = list(pc.rows()["staff"])
    exchange(pc, client, 3)
    other.sync()
    other.save("staff", {"note": "旁人写的"}, ids[2])
    other.sync()
    mark, marked = account.mark_try, []

    def meanwhile(store: Store) -> list[bytes]:
        marked.append(store)
        if len(marked) == 1:  # An import, for whose transaction this one has to wait.
            for each in ids:
                pc.save("staff", {"note": "导入的"}, each)
        return mark(store)

    monkeypatch.setattr(account, "mark_try", meanwhile)
    exchange(pc, client, 1)
    with pc.store.reading() as session:
        told = [(each.record_id, each.theirs) for each in conflicts.list_issues(session)]
    assert told == [(ids[2], "旁人写的")]


def test_every_batch_is_built_once(
    hub: Hub, desk: tuple[PC, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    pc, client = desk
    built: list[tuple[int, int]] = []
    build = outbox.build

    def noted(*given: Any) -> outbox.Batch:
        batch = build(*given)
        built.append((batch.first, batch.last))
        return batch

    monkeypatch.setattr(outbox, "build", noted)
    exchange(pc, client, 3)
    assert len(built) == len(set(built)) > line._MOST_BUILT


def test_a_real_connection_waits_for_what_is_on_its_way() -> None:
    client = Client("http://127.0.0.1:1")
    answers = [client.later(lambda each=each: each * 2) for each in range(5)]  # type: ignore[misc]
    client.close()
    assert [answer.result() for answer in answers] == [0, 2, 4, 6, 8]


def test_the_next_batches_are_built_while_two_are_on_their_way(
    hub: Hub, desk: tuple[PC, Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person goes on writing meanwhile, also in what is built and has not left."""
    pc, client = desk
    order: list[str] = []
    build, later = outbox.build, client.later
    ids = list(pc.rows()["staff"])

    def noted(*given: Any) -> outbox.Batch:
        order.append("build")
        return build(*given)

    def written(talk: Callable[[], Any]) -> Future[Any]:
        answer = later(talk)

        def waited() -> Any:
            if "answer" not in order:
                order.append("answer")
                for at, id in enumerate(ids):
                    pc.save("staff", {"note": f"改{at}"}, id)
            return answer.result()

        return Unasked(waited)

    monkeypatch.setattr(outbox, "build", noted)
    monkeypatch.setattr(client, "later", written)
    report = exchange(pc, client, 3)
    assert order.index("answer") == 2 + line._MOST_BUILT
    assert (report.waiting, report.copied, report.refused) == (0, False, [])
    assert all_there(hub, pc)
    with hub.reading() as connection, pc.store.reading() as session:
        assert everything(connection)["staff"] == everything(session)["staff"]
