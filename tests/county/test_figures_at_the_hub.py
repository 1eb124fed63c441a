"""Every figure of the catalogue comes out at the hub as on the PC, from the hub's own rows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from county.recomputing import records_of
from county.storage import Hub
from desktop.services.figures.catalogue import WHOLE, Ask, figures
from desktop.services.figures.readings import Readings
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.figures.independent import FILLINGS, MadeUp, load_independent
from tests.sync.parts import PC, code_for

load_independent()

Answers = dict[tuple[str, str], dict[str, int]]


def answers(records: Records, period: str) -> Answers:
    asked = parse_period(period)
    readings = Readings(records, asked)
    made: Answers = {}
    for figure in figures():
        arguments = {
            each.name: next(reversed(list(each.choices())))
            for each in figure.arguments
            if each.required
        }
        for by in (WHOLE, *sorted(figure.by)):
            found = readings.values(figure, Ask(readings, asked, arguments, by))
            made[figure.key, by] = dict(found)
    return made


def test_the_hub_answers_every_figure_as_the_pc_does(hub: Hub, make_pc: Callable[..., PC]) -> None:
    one, other = make_pc(), make_pc()
    one.join(hub, code_for(hub))
    with one.store.writing() as session:
        made = MadeUp(session, Random(7))
        for filling in FILLINGS:
            filling(made)
    one.sync()
    # What is wrong beyond the hub's rules stays with its maker: the other PC has what the hub has.
    other.join(hub, code_for(hub))
    other.sync()
    for period in ("2026-10", "2026-W44"):
        with other.store.reading() as session:
            here = answers(Records(session), period)
        with hub.reading() as connection:
            there = answers(records_of(connection, 1), period)
        different = {key: (here[key], there[key]) for key in here if here[key] != there[key]}
        assert not different
        assert sum(bool(found) for found in here.values()) > 100
