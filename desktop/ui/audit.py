"""The record of who looked at whole ID or phone numbers: one line each, without the number."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from desktop.models.opening import Centre
from desktop.models.register import Register

FILE_NAME = "seen-numbers.jsonl"


def write_seen(centre: Centre, register: Register, record_id: bytes, field_key: str) -> None:
    """Write down that the person signed in now looks at this number."""
    _write(centre, register, {"record": record_id.hex(), "field": field_key})


def write_exported(centre: Centre, register: Register) -> None:
    """Write down that the person signed in exports the register with whole numbers."""
    _write(centre, register, {"record": "exported"})


def _write(centre: Centre, register: Register, about: dict[str, str]) -> None:
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "person": centre.store.person_id,
        "name": centre.store.person_name,
        "register": register.key,
    } | about
    with (centre.home / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
