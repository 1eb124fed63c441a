"""Whether the service can do its work: for the machine that watches it, not for people."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from county import __version__
from county.storage import Hub
from county.tables import HUB
from desktop.errors import UserError
from desktop.sync import protocol

LEAST_FREE = 512 * 1024 * 1024
"""Below this a bad day of photos could fill the disk."""


def health(hub: Hub) -> tuple[bool, dict[str, Any]]:
    """Return whether everything is well, and what was found."""
    found: dict[str, Any] = {"version": __version__, "schema": protocol.SCHEMA, "database": "ok"}
    try:
        with hub.reading() as connection:
            connection.execute(select(HUB.c.version)).one()
            if connection.dialect.name == "postgresql":
                size = connection.execute(text("SELECT pg_database_size(current_database())"))
                found["database_bytes"] = size.scalar_one()
    except UserError as error:
        found["database"] = str(error)
    if hub.url.drivername == "sqlite":
        # PostgreSQL's disk is another machine's to watch.
        free = shutil.disk_usage(Path(hub.url.database or ".").parent).free
        found["disk_free_bytes"] = free
        found["disk"] = "ok" if free >= LEAST_FREE else "nearly full"
    well = found["database"] == "ok" and found.get("disk", "ok") == "ok"
    return well, {"status": "ok" if well else "unwell", **found}
