"""What the registers hold twice for a person to look at: records of one key, shared numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sqlalchemy.orm import Session

from desktop.models.registers import all_registers
from desktop.services.numbers import count_shared
from desktop.services.twins import count_twins


def count_doubles(session: Session, keys: Collection[str] | None = None) -> dict[str, int]:
    """Return by register how many groups there are, in these registers or in all."""
    looked_at = all_registers().keys() if keys is None else keys
    return Counter(count_twins(session, looked_at)) + Counter(count_shared(session, looked_at))
