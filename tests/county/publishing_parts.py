"""Publishing in the tests, and what a hub and its PCs hold afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from county.publishing.content import KINDS
from county.publishing.reading import read_content
from county.publishing.withdrawing import withdraw
from county.publishing.writing import Published, publish
from county.storage import Hub
from county.tables import CENTRES
from county.verifying import problems
from desktop.models.registers import find_register
from tests.sync.parts import PC, everything

Make = Callable[..., PC]
OTHER, OTHER_NAME = "330523101", "乙镇卫生院"
TODAY = date(2026, 11, 22)
DRUGS = find_register("drugs")
ASPIRIN = "阿司匹林肠溶片,100mg*30片,盒,12.50,在用"


def centre_ids(hub: Hub, *codes: str) -> list[int]:
    with hub.reading() as connection:
        asked = select(CENTRES.c.id).order_by(CENTRES.c.id)
        if codes:
            asked = asked.where(CENTRES.c.code.in_(codes))
        return list(connection.scalars(asked))


def send(hub: Hub, word: str, file: Path, *codes: str, **more: Any) -> list[Published]:
    content = read_content(file, KINDS[word], **more)
    with hub.writing() as connection:
        return publish(connection, content, centre_ids(hub, *codes), TODAY)


def take_back(hub: Hub, word: str, words: Sequence[str] = (), *codes: str) -> list[Published]:
    with hub.writing() as connection:
        return withdraw(connection, KINDS[word], words, centre_ids(hub, *codes), TODAY)


def rows(pc: PC, key: str) -> list[Any]:
    table = find_register(key).table
    with pc.store.reading() as session:
        asked = select(table).where(table.c.deleted_at.is_(None)).order_by(table.c.id)
        return list(session.execute(asked).all())


def sound(hub: Hub, *pcs: PC) -> None:
    """Check the feeds, and that each PC holds what the hub holds."""
    with hub.reading() as connection:
        assert problems(connection) == []
        held = everything(connection)
    for pc in pcs:
        with pc.store.reading() as session:
            here = everything(session)
        assert {key: set(found) <= set(held[key]) for key, found in here.items()} == dict.fromkeys(
            here, True
        )
        assert all(held[key][id] == row for key, found in here.items() for id, row in found.items())
