"""Photos taken at a PC, and what has become of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from county.storage import Hub
from county.tables import FILES
from desktop.models.files import Files, digest_of
from desktop.services import photos
from desktop.services.photos import NewPhoto, Subject
from tests.sync.parts import PC

MakePC = Callable[..., PC]
TODAY = date(2026, 11, 20)
ONE, TWO, THREE = (b"\xff\xd8 picture %d " % number + os.urandom(3_000) for number in range(3))


def a_visit(pc: PC) -> bytes:
    clinic = pc.save("clinics", {"name": f"{pc.home.name}村卫生室"})
    return pc.save("visits", {"clinic_id": clinic, "visited_on": TODAY, "kind": "日常督导"})


def take_photos(pc: PC, *contents: bytes) -> list[str]:
    taken = [NewPhoto(content) for content in contents]
    photos.add(pc.store, Subject(visit_id=a_visit(pc)), taken, TODAY)
    return [digest_of(content) for content in contents]


def held(pc: PC, digest: str) -> bytes:
    return Files.of(pc.store.database).read(digest)


def at_hub(url_or_hub: Hub | str) -> dict[str, bytes]:
    with contextlib.ExitStack() as stack:
        if isinstance(url_or_hub, str):
            hub = stack.enter_context(contextlib.closing(Hub(url_or_hub)))
        else:
            hub = url_or_hub
        connection = stack.enter_context(hub.reading())
        rows = connection.execute(select(FILES.c.digest, FILES.c.content))
        return {digest: bytes(content) for digest, content in rows}
