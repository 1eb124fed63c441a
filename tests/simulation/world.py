"""One run of a schedule: real stores, engines and a real hub, and the story of what was done."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from county import answering, api, centres, courier, snapshots
from county.answering import Wanted
from county.publishing.content import Content, find_kind
from county.publishing.withdrawing import withdraw
from county.publishing.writing import publish
from desktop.errors import UserError
from desktop.models.changes import NEW_RECORD, columns_by_number, last_seq
from desktop.models.local import Change
from desktop.models.registers import find_register, registers_by_number
from desktop.sync import account
from desktop.sync.courier import Courier
from desktop.sync.engine import Engine, ExchangeReport
from desktop.sync.protocol import CLOCK_TOLERANCE_MS, Reply
from tests.simulation import hostile, prepared, work
from tests.simulation.clocks import TIMES, virtual
from tests.simulation.desks import Desk
from tests.simulation.hubs import SimulatedHub
from tests.simulation.link import Link, county, records_in
from tests.simulation.prepared import Prepared, memory_folder
from tests.simulation.schedules import FATES, Schedule, Step
from tests.simulation.story import Entry, Story
from tests.simulation.work import Numbers, Work

MOST_PCS = 8
"""So many PCs a centre has at most, copied disks included."""

_SECONDS = (1, 20, 3_600)
_AHEAD = (-40_000, -3_000, 0, 2_000, 25_000, 299_000, 400_000, 3 * 86_400_000)
_TINY = 600
"""From this number on the batches of an exchange are of one to three changes."""


class World:
    """A hub, its centres' PCs and everything that is under way between them."""

    def __init__(self, schedule: Schedule, made: Prepared, server: str) -> None:
        self.schedule = schedule
        self.story = Story()
        self.made = made
        self.hub = SimulatedHub(prepared.base(server), made.hub)
        self.folder = memory_folder_once() / f"world{id(self)}"
        self.desks: list[Desk] = []
        self.lots: dict[int, list[bytes]] = {}
        self.sticks: list[tuple[Desk, Path]] = []
        self.answers: list[tuple[Desk, Path]] = []
        self._counter = 0
        self._files = 0
        for centre, count in enumerate(schedule.pcs):
            for number in range(count):
                self.add_desk(centre, number)
        for at in schedule.old:
            if at < len(self.desks):
                self.desks[at].become(old=True)

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        self.hub.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def add_desk(self, centre: int, number: int) -> Desk:
        """Put a copy of a prepared PC into a centre."""
        home = self.folder / f"pc{len(self.desks)}"
        template = self.made.template(centre, number)
        desk = Desk.copied(template, home, centre, self.made.unlocked[centre])
        self.desks.append(desk)
        return desk

    # Words for the work

    def next(self) -> int:
        """Return another number each time."""
        self._counter += 1
        return self._counter + 100

    def text(self, key: str) -> str:
        """Return another value each time."""
        return f"1380{self.next():07}" if key == "phone" else f"值{self.next()}"

    def path(self, name: str) -> Path:
        """Return the path of a new file."""
        self._files += 1
        return self.folder / f"{name}{self._files}.thx"

    # Steps

    def run(self) -> None:
        """Run the schedule."""
        with prepared.small_batches():
            for step in self.schedule.steps:
                TIMES.pass_by(1 + step.args[0] * _SECONDS[step.args[3] % 3])
                self.act(step)

    def act(self, step: Step) -> None:
        """Do one thing; what the program refuses with a sentence is refused."""
        desk = self.desks[step.args[0] % len(self.desks)]
        numbers = (*step.args[1:], step.args[0])
        if step.do in work.WORK:
            self.work(desk, work.WORK[step.do], numbers)
        else:
            with suppress(UserError):
                _STEPS[step.do](self, desk, numbers)

    def work(self, desk: Desk, do: Work, numbers: Numbers) -> None:
        """Let somebody work at a PC, and write down what it came to."""
        with desk.at_work() as store:
            with store.reading() as session:
                before, last = work.cells(session), last_seq(session)
            with suppress(UserError):
                do(self, desk, numbers)
            with store.reading() as session:
                after = work.cells(session)
                rows = session.execute(
                    select(Change.seq, Change.t, Change.record_id, Change.mask, Change.hlc)
                    .where(Change.seq > last)
                    .order_by(Change.seq)
                ).all()
                row = account.read_row(session)
                device = row.device or 0 if row is not None else 0
                quantities = self._quantities(session, [each[2] for each in rows])
        for seq, number, id, mask, hlc in rows:
            key = registers_by_number()[number].key
            self.story.owners.setdefault(id, desk.centre)
            if mask == NEW_RECORD:
                made = Entry(True, (key, id, ""), None, None, hlc, device)
                self.story.note(desk.journal, seq, made)
            for field, value, old in self._fields(key, id, mask, before, after):
                cell = (key, id, field)
                fresh = mask == NEW_RECORD
                self.story.note(desk.journal, seq, Entry(fresh, cell, value, old, hlc, device))
            if id in quantities:
                entry = Entry(True, (key, id, "quantity"), quantities[id], None, hlc, device)
                self.story.note(desk.journal, seq, entry)

    def _quantities(self, session: Any, ids: list[bytes]) -> dict[bytes, int]:
        table = find_register("stock_moves").table
        found = session.execute(select(table.c.id, table.c.quantity).where(table.c.id.in_(ids)))
        return {row[0]: row[1] for row in found}

    def _fields(
        self,
        key: str,
        id: bytes,
        mask: int,
        before: dict[bytes, tuple[Any, ...]],
        after: dict[bytes, tuple[Any, ...]],
    ) -> Iterator[tuple[str, Any, Any]]:
        """Give what a change row changed of the watched fields, with what stood before."""
        if key != "staff" or id not in after:
            return
        numbers = {name: number for number, name in columns_by_number(find_register(key)).items()}
        old = before.get(id, (None,) * len(work.FIELDS))
        for at, field in enumerate(work.FIELDS):
            number = numbers.get(field)  # An older declaration has fewer.
            touched = mask == NEW_RECORD or (number is not None and mask >> number & 1)
            if touched and after[id][at] != old[at]:
                yield field, after[id][at], old[at]

    # The link

    def sync(self, desk: Desk, n: Numbers) -> ExchangeReport | None:
        """Exchange once, with what happens to one of its requests."""
        fate = FATES[n[0] % 14] if n[0] % 14 < len(FATES) else "pass"
        link = Link(self.hub, desk, fate, n[1] % 3, 1 + n[2] % 60)
        if n[1] % 5 == 0:
            link.meanwhile = lambda: self.work(desk, work.edit, n)
        return self.exchange(desk, link, 1 + n[2] % (12 if n[2] < _TINY else 3))

    def exchange(self, desk: Desk, link: Link, limit: int = 1_000) -> ExchangeReport | None:
        """Exchange and note what was receipted."""
        link.looks = lambda reply: self._look(desk, reply)
        try:
            with desk.at_work() as store:
                engine = Engine(store, link)
                engine._limit = limit
                return engine.exchange(cancelled=link.cancelled)
        finally:
            link.close()
            self.note_receipts(desk)

    def _look(self, desk: Desk, reply: Reply) -> None:
        """No answer ever speaks of another centre's record."""
        for id in records_in(reply):
            assert self.story.owners.get(id, desk.centre) == desk.centre, "another centre's record"

    def note_receipts(self, desk: Desk) -> None:
        """Note what a PC holds a receipt for."""
        with desk.store.reading() as session:
            row = account.read_row(session)
            # Receipts of a hub that was restored since are worth nothing until it is met again.
            holds = row is not None and row.hub_gen == self.hub.generation
            acknowledged = row.acked_seq if row is not None and holds else 0
        self.story.receipt(desk.journal, acknowledged)

    def late(self, desk: Desk, n: Numbers) -> None:
        """Let an old message arrive, once more or for the first time."""
        if desk.sent:
            with suppress(centres.Refused), county():
                api.exchange(self.hub.hub, desk.sent[-1 - n[0] % len(desk.sent)])

    # Sticks

    def stick(self, desk: Desk, _n: Numbers) -> None:
        """Write a packet."""
        with desk.at_work() as store:
            self.sticks.append((desk, Courier(store).write(self.path("包")).path))

    def county_stick(self, _desk: Desk, n: Numbers) -> None:
        """Let the county read any packet there ever was, also a second time."""
        if self.sticks:
            desk, packet = self.sticks[n[0] % len(self.sticks)]
            with self.hub.killed_after(1 + n[1] if n[2] % 4 == 0 else 0), county():
                taken = courier.take(self.hub.hub, packet.read_bytes())
            answer = self.path("回执")
            answer.write_bytes(taken.answer)
            self.answers.append((desk, answer))

    def read_stick(self, _desk: Desk, n: Numbers) -> None:
        """Let a PC read any answer there ever was for it."""
        if self.answers:
            desk, answer = self.answers[n[0] % len(self.answers)]
            try:
                with desk.at_work() as store:
                    Courier(store).read(answer)
            finally:
                self.note_receipts(desk)

    # The county

    def accept(self, desk: Desk, n: Numbers) -> None:
        """Accept a return."""
        with county(), self.hub.hub.writing() as connection:
            answering.accept(connection, self._wanted(desk, n), "县里")

    def send_back(self, desk: Desk, n: Numbers) -> None:
        """Send a return back."""
        with county(), self.hub.hub.writing() as connection:
            answering.send_back(connection, self._wanted(desk, n), "县里", "不对", {})

    def _wanted(self, desk: Desk, n: Numbers) -> Wanted:
        month = work.MONTHS[n[0] % len(work.MONTHS)]
        return Wanted(prepared.code(desk.centre), work.FORM, month)

    def publish(self, desk: Desk, n: Numbers) -> None:
        """Publish a few drugs to this centre, or to all."""
        rows = [
            {"name": f"药品{at}", "spec": "0.1g", "dosage_form": f"剂型{n[0]}"} for at in (0, 1)
        ]
        content = Content(find_kind("drugs"), "目录", tuple(map(dict, rows)))
        with county(), self.hub.hub.writing() as connection:
            publish(connection, content, self._chosen(connection, desk, n), date(2026, 11, 1))

    def withdraw(self, desk: Desk, n: Numbers) -> None:
        """Take back what was published."""
        with county(), self.hub.hub.writing() as connection:
            chosen = self._chosen(connection, desk, n)
            withdraw(connection, find_kind("drugs"), [], chosen, date(2026, 11, 2))

    def snapshot(self, desk: Desk, n: Numbers) -> None:
        """Build the centre's snapshot, from which PCs begin whose cursor begins anew."""
        with self.hub.hub.reading() as connection:
            centre = centres.find_centre(connection, prepared.code(desk.centre)).id
        with self.hub.killed_after(1 + n[1] % 20 if n[2] % 4 == 0 else 0), county():
            snapshots.build(self.hub.hub, centre, records=1 + n[0] % 12)

    def _chosen(self, connection: Any, desk: Desk, n: Numbers) -> list[int]:
        count = len(self.schedule.pcs)
        wanted = range(count) if n[1] % 2 else (desk.centre,)
        return [centres.find_centre(connection, prepared.code(each)).id for each in wanted]

    # Trouble

    def clock(self, desk: Desk, n: Numbers) -> None:
        """Let a PC's clock jump."""
        desk.off = _AHEAD[n[0] % len(_AHEAD)]
        self.story.shifted |= desk.off > CLOCK_TOLERANCE_MS

    def hub_backup(self, _desk: Desk, _n: Numbers) -> None:
        """Make a backup of the hub."""
        self.hub.backup()
        self.story.kept.append(set(self.story.at_hub))

    def hub_restore(self, _desk: Desk, n: Numbers) -> None:
        """Restore the hub from a backup; what only its history told since is gone with it."""
        if self.story.kept:
            self.story.told |= self.hub.history()
            number = n[0] % len(self.story.kept)
            self.hub.restore(number)
            self.story.at_hub = set(self.story.kept[number])
            self.story.rare = True

    def pc_backup(self, desk: Desk, _n: Numbers) -> None:
        """Copy a PC's disk."""
        desk.backup()

    def pc_restore(self, desk: Desk, n: Numbers) -> None:
        """Restore a PC from a copy of its disk."""
        if desk.kept:
            self.story.told |= desk.told()
            desk.restore(n[0] % len(desk.kept))
            self.story.rare = True

    def clone(self, desk: Desk, _n: Numbers) -> None:
        """Copy a PC's disk into another PC; both work on."""
        if sum(each.centre == desk.centre for each in self.desks) < MOST_PCS:
            self.desks.append(desk.clone(self.folder / f"pc{len(self.desks)}"))
            self.story.rare = True

    def lose_log(self, desk: Desk, _n: Numbers) -> None:
        """Lose the log of a PC's database."""
        self.story.told |= desk.told()
        desk.lose_log()
        self.story.rare = True

    def upgrade(self, desk: Desk, _n: Numbers) -> None:
        """Install the newer program where the older is."""
        if desk.old:
            desk.become(old=False)

    def hostile(self, desk: Desk, n: Numbers) -> None:
        """Let a PC's key be in wrong hands."""
        hostile.attack(self, desk, n)


_STEPS: dict[str, Callable[[World, Desk, Numbers], object]] = {
    "sync": World.sync,
    "late": World.late,
    "stick": World.stick,
    "county_stick": World.county_stick,
    "read_stick": World.read_stick,
    "accept": World.accept,
    "send_back": World.send_back,
    "publish": World.publish,
    "withdraw": World.withdraw,
    "snapshot": World.snapshot,
    "clock": World.clock,
    "hub_backup": World.hub_backup,
    "hub_restore": World.hub_restore,
    "pc_backup": World.pc_backup,
    "pc_restore": World.pc_restore,
    "clone": World.clone,
    "lose_log": World.lose_log,
    "upgrade": World.upgrade,
    "hostile": World.hostile,
}

_folder: list[Path] = []


def memory_folder_once() -> Path:
    """Return this process's folder for worlds."""
    if not _folder:
        _folder.append(memory_folder())
    return _folder[0]


@contextmanager
def opened(schedule: Schedule, server: str = "") -> Iterator[World]:
    """Give the world of a schedule, set up and not yet run."""
    made = prepared.prepare(server, *prepared.size(schedule.pcs))
    with ExitStack() as stack:
        stack.enter_context(prepared.program())
        stack.enter_context(virtual())
        world = World(schedule, made, server)
        stack.callback(world.close)
        yield world
