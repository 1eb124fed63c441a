"""The end of a schedule: clocks put right, nothing in the way, exchanging until all is at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from county import centres
from desktop.models.changes import last_seq
from desktop.sync import account, protocol
from desktop.sync.client import Declined
from tests.simulation import prepared
from tests.simulation.clocks import TIMES
from tests.simulation.link import Link, county
from tests.sync.direct import DirectClient
from tests.sync.parts import code_for, enrol_at

if TYPE_CHECKING:
    from tests.simulation.desks import Desk
    from tests.simulation.world import World

_MOST_ROUNDS = 8


def calm(world: World) -> None:
    """Put clocks right, upgrade what is old, and exchange until nothing moves any more."""
    for desk in world.desks:
        desk.off = 0
        if desk.old:
            desk.become(old=False)
    quiet: set[int] = set()
    for _turn in range(_MOST_ROUNDS):
        for at, desk in enumerate(world.desks):
            if at in quiet and _has_all(world, desk):
                continue
            TIMES.pass_by(60_000)
            moved = _exchange(world, desk)
            quiet = quiet - {at} if moved else quiet | {at}
        if len(quiet) == len(world.desks):
            return
    raise AssertionError("the exchange never comes to rest")


def _exchange(world: World, desk: Desk) -> bool:
    """Exchange with nothing in the way; says whether anything moved."""
    try:
        report = world.exchange(desk, Link(world.hub, desk))
    except Declined as declined:
        if declined.code != protocol.UNKNOWN_DEVICE:
            raise
        # The hub was restored to before this PC was let in: somebody lets it in again.
        with desk.at_work() as store, county():
            code = code_for(world.hub.hub, prepared.code(desk.centre))
            enrol_at(store, DirectClient(world.hub.hub), code, again=True)
        return True
    assert report is not None
    return bool(report.pushed or report.pulled or report.copied or report.refused)


def _has_all(world: World, desk: Desk) -> bool:
    """Tell whether a PC that had nothing to exchange has nothing now."""
    with desk.store.reading() as session:
        found = account.read_account(session)
        if last_seq(session) > found.acknowledged:
            return False
    with world.hub.hub.reading() as connection:
        centre = centres.find_centre(connection, prepared.code(desk.centre))
    return bool(centre.rev == found.cursor)


def fresh(world: World, centre: int) -> Desk:
    """Return a PC of a centre that has never exchanged, after its first exchange."""
    desk = world.add_desk(centre, prepared.size(world.schedule.pcs)[1] - 1)
    world.exchange(desk, Link(world.hub, desk))
    return desk
