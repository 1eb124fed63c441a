"""The names of backups, and which of them may go."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

SUFFIX = ".thdb"
DAILY = "daily"
MIGRATION = "migration"
BY_HAND = "manual"

_DAYS = 7
_WEEKS = 4
_MONTHS = 12
_MIGRATIONS = 3
_NAME = re.compile(r"(\d{4}-\d\d-\d\d_\d{6})_([a-z]+)\.thdb")
_MOMENT = "%Y-%m-%d_%H%M%S"


@dataclass(frozen=True, slots=True, order=True)
class BackupName:
    """When and why a backup was made; its name says so."""

    moment: dt.datetime
    reason: str

    def __str__(self) -> str:
        """Return the file name."""
        return f"{self.moment.strftime(_MOMENT)}_{self.reason}{SUFFIX}"


def read_name(name: str) -> BackupName | None:
    """Read a file name; None where it is not one of ours."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return BackupName(dt.datetime.strptime(match[1], _MOMENT), match[2])
    except ValueError:
        return None


def expired(names: Iterable[str]) -> set[str]:
    """Return the backups that may be removed.

    Kept are the last daily one of each of 7 days, 4 weeks and 12 months, the last 3 from before a
    migration, and every one a person made. Days without a backup do not count, so a PC that was
    off for a season still has seven. A file that is not ours is never named.
    """
    found = sorted(filter(None, map(read_name, names)), reverse=True)
    daily = [name for name in found if name.reason == DAILY]
    migration = [name for name in found if name.reason == MIGRATION]
    kept = set(migration[:_MIGRATIONS])
    kept |= _newest_of(daily, _DAYS, lambda moment: moment.date())
    kept |= _newest_of(daily, _WEEKS, lambda moment: moment.isocalendar()[:2])
    kept |= _newest_of(daily, _MONTHS, lambda moment: (moment.year, moment.month))
    return {str(name) for name in daily + migration if name not in kept}


def _newest_of(
    names: list[BackupName], count: int, period: Callable[[dt.datetime], object]
) -> set[BackupName]:
    """Return the newest backup of each of the last so many periods; the names are newest first."""
    newest: dict[object, BackupName] = {}
    for name in names:
        newest.setdefault(period(name.moment), name)
    return set(list(newest.values())[:count])
