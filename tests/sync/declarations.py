"""What the exchange's version stands for: every register and field with its number and kind.

``python -m tests.sync.declarations`` writes it down after ``SCHEMA`` was raised.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from desktop.models.register import Register
from desktop.models.registers import all_registers
from desktop.sync.protocol import SCHEMA

FILE = Path(__file__).with_name("declarations.json")
COMMAND = "python -m tests.sync.declarations"
HOW = f"raise SCHEMA in desktop/sync/protocol.py by one and run `{COMMAND}`"

Declared = dict[str, str]
"""The kind of every field by its place on the wire, ``register.field``."""


def declared(registers: Iterable[Register] | None = None) -> Declared:
    """Return what the registers declare now."""
    found = {}
    for register in all_registers().values() if registers is None else registers:
        ledger = " ledger" if register.append_only else ""
        found[str(register.number)] = f"{register.key} of the {register.owner.value}{ledger}"
        for field in register.stored:
            place = f"{register.number}.{field.number}"
            found[place] = f"{register.key}.{field.key}: {field.kind.value}"
    return found


def written() -> tuple[int, Declared]:
    """Return the version written down last and what it stands for."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    return int(kept["schema"]), kept["declared"]


def complaints(now: Declared, schema: int) -> Iterator[str]:
    """Yield a sentence for each thing that older PCs and hubs would misunderstand."""
    version, before = written()
    for place, what in before.items():
        if place not in now:
            yield f"{what} (number {place}) is gone: a number is kept for ever, also unused"
        elif now[place] != what:
            yield f"number {place} was {what} and is now {now[place]}: take a new number"
    added = [what for place, what in now.items() if place not in before]
    if added and schema == version:
        yield f"the exchange does not know {', '.join(added)}: {HOW}"
    elif added or schema != version:
        yield f"SCHEMA is {schema} and {version} is written down: run `{COMMAND}`"


if __name__ == "__main__":
    kept = {"schema": SCHEMA, "declared": declared()}
    FILE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
