"""Everything on the home page as plain values, which can be kept from one start to the next."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from desktop.services.tasks import Card, Task, Urgency


@dataclass(frozen=True)
class BarFigure:
    """One bar: its name, its length as a share, its figure and whether it needs a person."""

    label: str
    share: float
    figure: str
    tone: str = ""


@dataclass(frozen=True)
class Bars:
    """A chart of bars; ``mark`` is where the dashed line stands, as a share, or below zero."""

    title: str
    bars: tuple[BarFigure, ...]
    mark: float = -1.0


@dataclass(frozen=True)
class Home:
    """Everything on the home page."""

    today: dt.date
    month: str
    form: str
    empty: bool
    cards: tuple[Card, ...]
    tasks: tuple[Task, ...]
    supplies: Bars
    second: Bars


def to_plain(home: Home) -> dict[str, Any]:
    """Return the page as JSON can hold it."""
    plain = asdict(home)
    plain["today"] = home.today.isoformat()
    for group in ("cards", "tasks"):
        for each in plain[group]:
            each["urgency"] = each["urgency"].value
    return plain


def from_plain(plain: dict[str, Any]) -> Home:
    """Return the page that :func:`to_plain` kept."""
    return Home(
        today=dt.date.fromisoformat(plain["today"]),
        month=plain["month"],
        form=plain["form"],
        empty=plain["empty"],
        cards=tuple(Card(**_urgent(each)) for each in plain["cards"]),
        tasks=tuple(Task(**_urgent(each)) for each in plain["tasks"]),
        supplies=_bars(plain["supplies"]),
        second=_bars(plain["second"]),
    )


def _urgent(plain: dict[str, Any]) -> dict[str, Any]:
    return plain | {"urgency": Urgency(plain["urgency"])}


def _bars(plain: dict[str, Any]) -> Bars:
    return Bars(plain["title"], tuple(BarFigure(**each) for each in plain["bars"]), plain["mark"])
