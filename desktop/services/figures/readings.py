"""What the figures have read so far: each question is put to the database once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from desktop.services.figures.catalogue import Ask, Figure, Values
from desktop.services.periods import Period
from desktop.services.records import Records

Found = TypeVar("Found")


class Readings:
    """The registers as the returns of a period read them.

    Args:
        records: The office PC's registers, or those of one centre on the hub.
        period: The period that is reported on. What compares with it (the period before, a year
            ago, the year so far) is read together with it where one statement gives it all.
    """

    def __init__(self, records: Records, period: Period) -> None:
        self.records = records
        self.period = period
        self.compared = (period, period.previous, period.year_ago)
        self.wanted = tuple(dict.fromkeys((*self.compared, *period.year_so_far)))
        """The periods that a return compares or adds up, this one first."""
        self._answers: dict[tuple[Any, ...], Values] = {}
        self._once: dict[tuple[Any, ...], Any] = {}

    def values(self, figure: Figure, ask: Ask) -> Values:
        """Return a figure by row, worked out when it is first asked for."""
        place = (figure.key, ask.period.key, ask.by, *sorted(ask.arguments.items()))
        if place not in self._answers:
            self._answers[place] = figure.values(ask)
        return self._answers[place]

    def once(self, read: Callable[..., Found], *arguments: Any) -> Found:
        """Return what ``read(readings, *arguments)`` gives, asked for only once.

        Modules of figures use it for statements that several figures share.
        """
        place = (read, *arguments)
        if place not in self._once:
            self._once[place] = read(self, *arguments)
        found: Found = self._once[place]
        return found
