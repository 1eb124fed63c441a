"""A real centre in a folder: encrypted, with keys that cost nothing to open."""

from __future__ import annotations

from pathlib import Path

from desktop.models.opening import Centre, NewCentre, create_centre, open_centre
from desktop.models.vault import Cost, Vault

CHEAP = Cost(operations=1, memory_bytes=8192)
PERSON = "院长"
PASSWORD = "qinghe-2026"
CODE = "411081101"


def make_centre(home: Path, name: str = "青禾镇中心卫生院", code: str = CODE) -> Centre:
    """Return a new centre, opened for its director."""
    new = NewCentre(name, code)
    return create_centre(home, new, PERSON, PASSWORD, vault=Vault(home, cost=CHEAP))[0]


def reopen(home: Path) -> Centre:
    """Return the centre of a folder, opened for its director."""
    return open_centre(home, PERSON, PASSWORD, vault=Vault(home, cost=CHEAP))
