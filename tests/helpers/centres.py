"""A real centre in a folder: encrypted, with keys that cost nothing to open."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from desktop.models.opening import Centre, NewCentre, create_centre, open_centre
from desktop.models.replacing import KEYS_NAME
from desktop.models.vault import Cost, Vault

CHEAP = Cost(operations=1, memory_bytes=8192)
PERSON = "院长"
PASSWORD = "qinghe-2026"
CODE = "411081101"


def make_centre(
    home: Path,
    name: str = "青禾镇中心卫生院",
    code: str = CODE,
    person: str = PERSON,
    password: str = PASSWORD,
) -> Centre:
    """Return a new centre, opened for its director."""
    assert not (home / KEYS_NAME).exists()
    shutil.copytree(_new(name, code, person, password), home, dirs_exist_ok=True)
    return reopen(home, person, password)


@functools.cache
def _new(name: str, code: str, person: str, password: str) -> Path:
    """Set up a centre once for all that are set up alike; its tables take a while to make."""
    folder = Path(tempfile.mkdtemp(prefix="thdesk-centre-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = folder / "home"
    new = NewCentre(name, code)
    made, _recovery = create_centre(home, new, person, password, vault=Vault(home, cost=CHEAP))
    made.close()
    return home


def reopen(home: Path, person: str = PERSON, password: str = PASSWORD) -> Centre:
    """Return the centre of a folder, opened for its director."""
    return open_centre(home, person, password, vault=Vault(home, cost=CHEAP))
