"""What the home page is made of: cards, tasks and how urgent they are; plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Urgency(Enum):
    """How much something needs a person."""

    CALM = "calm"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Card:
    """A figure at the top of the home page, and where it leads."""

    kind: str
    title: str
    figure: str
    detail: str
    badge: str = ""
    urgency: Urgency = Urgency.CALM
    page: str = "register"
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """Something to do, and where it is done.

    ``page`` is ``returns`` or ``register``; ``parameters`` name the month, the register and the
    filter chip.
    """

    kind: str
    title: str
    detail: str
    badge: str
    urgency: Urgency
    page: str = "register"
    parameters: dict[str, str] = field(default_factory=dict)
