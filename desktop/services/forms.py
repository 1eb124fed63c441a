"""Forms of returns as data, replaceable when the official form changes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from desktop.errors import NotFound
from desktop.paths import resource
from desktop.services.months import first_day, shifted
from desktop.text import _, in_a_row

DEFAULT_FORM = "medical_services_monthly"


@dataclass(frozen=True)
class Source:
    """Where a line's figure comes from: a name of the closed vocabulary and its parameters."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Line:
    """One line of a form; its code never changes (facts a).

    ``kind`` is ``flow`` or ``stock``, ``shape`` ``count``, ``money`` (分, shown in 千元) or
    ``rate`` (hundredths of a percent), ``change`` ``percent`` or ``difference``.
    """

    code: str
    label: str
    unit: str
    section: str
    source: Source
    indent: int = 0
    kind: str = "flow"
    shape: str = "count"
    change: str = "percent"
    required: bool = False

    @property
    def typed(self) -> bool:
        """Say that the clerk fills it in, because no register holds it."""
        return self.source.name == "typed"


@dataclass(frozen=True)
class Rule:
    """A check rule (审核关系): level E blocks submitting, level Q asks for an explanation."""

    id: str
    level: str
    rule: str
    message: str
    each: str = ""
    shown: str = ""


@dataclass(frozen=True)
class Form:
    """A form as declared in its file."""

    key: str
    title: str
    short: str
    number: str
    issuer: str
    valid_until: str
    due_day: int
    basis: str
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]

    @property
    def by_code(self) -> dict[str, Line]:
        """Return the lines by code."""
        return {line.code: line for line in self.lines}

    def due(self, month: str) -> date:
        """Return the day by which the month's return has to be in."""
        return first_day(shifted(month, 1)).replace(day=self.due_day)


def _line(section: str, declared: dict[str, Any]) -> Line:
    source = dict(declared["source"])
    name = source.pop("name")
    return Line(section=section, **{**declared, "source": Source(name, source)})


@cache
def load_form(key: str = DEFAULT_FORM) -> Form:
    """Return the form with that key.

    Raises:
        NotFound: No such form is installed.
    """
    path = resource("forms", f"{key}.toml")
    if not key.replace("_", "").isalnum() or not path.exists():
        raise NotFound(
            _("没有名为“{key}”的报表。").format(key=key),
            _("可用的有：{keys}。").format(keys=in_a_row(form_keys())),
        )
    with path.open("rb") as file:
        declared = tomllib.load(file)
    sections = declared.pop("section")
    rules = declared.pop("rule")
    return Form(
        **declared,
        lines=tuple(
            _line(section["title"], line) for section in sections for line in section["line"]
        ),
        rules=tuple(Rule(**rule) for rule in rules),
    )


def form_keys() -> list[str]:
    """Return the keys of all installed forms."""
    return sorted(path.stem for path in resource("forms").glob("*.toml"))
