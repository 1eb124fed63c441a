"""A link that breaks again and again after so many bytes: smaller messages get through."""

from __future__ import annotations

import os

from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.sync.engine import Engine
from tests.sync.meetings import MakePC
from tests.sync.parts import HubProcess, Proxy, id_number
from tests.sync.test_faults import enrol

_BYTES = 50_000


def test_a_link_that_breaks_in_every_large_message_gets_on(
    hub_process: HubProcess, link: Proxy, make_pc: MakePC
) -> None:
    pc = make_pc()
    enrol(pc, hub_process, link)
    residents = [
        {"name": f"居民{at}", "id_number": id_number(), "address": os.urandom(60).hex()}
        for at in range(2_000)
    ]
    with pc.store.writing() as session:
        insert_many(session, find_register("residents"), residents)
    link.plans.extend([(_BYTES, None)] * 100)
    report = Engine(pc.store).exchange()
    assert (report.waiting, report.refused) == (0, [])
