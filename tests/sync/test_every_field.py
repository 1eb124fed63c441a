"""Every field of every register that a PC may write reaches the hub when it is edited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from county.storage import Hub
from desktop.models.kinds import Kind
from desktop.models.register import Owner
from desktop.models.registers import all_registers
from desktop.models.store import change_many, insert_many
from tests.helpers.samples import sample_values
from tests.sync.parts import PC, code_for, everything

_FIRST, _SECOND = 1, 2
RECEIPTED = frozenset({"returns", "pay_sheets"})
"""Registers with fields that only the hub sets: they have tests of their own."""
EDITED = [
    register
    for register in all_registers().values()
    if register.owner is Owner.CENTRE
    and not register.append_only
    and register.key not in RECEIPTED
    and all(field.kind is not Kind.ATTACHMENT for field in register.stored)
]


@pytest.fixture
def pc(hub: Hub, make_pc: Callable[..., PC]) -> PC:
    made = make_pc()
    made.join(hub, code_for(hub))
    made.sync()
    return made


def test_edits_of_every_field_reach_the_hub(hub: Hub, pc: PC) -> None:
    made = {}
    for register in EDITED:
        with pc.store.writing() as session:
            values = sample_values(register, _FIRST)
            made[register.key] = insert_many(session, register, [values])[0]
    assert pc.sync().refused == []
    for register in EDITED:
        with pc.store.writing() as session:
            values = sample_values(register, _SECOND)
            change_many(session, register, [(made[register.key], values)])
    assert pc.sync().refused == []
    with hub.reading() as connection, pc.store.reading() as session:
        held, here = everything(connection), everything(session)
    for register in EDITED:
        id = made[register.key]
        assert held[register.key][id] == here[register.key][id], register.key
