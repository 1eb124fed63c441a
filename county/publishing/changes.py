"""What a publication changes at a centre: counted, and line by line for the person who reads it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

from sqlalchemy import Row

from desktop.models.kinds import Value, show_amount
from desktop.models.register import Register, Values

NEW = "new"
STOPPED = "stopped"
PRICE = "price"
CHANGED = "changed"
TAKEN_OVER = "taken_over"
WITHDRAWN = "withdrawn"
_STATUS = "停用"
_MOST_LINES = 200


class Changes:
    """Counts by what happened, and lines with what stood before and stands now.

    The words are the office PC's, so that they appear in its language: here are only codes, titles
    and values.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.lines: list[dict[str, str]] = []
        self._before: Sequence[Row[Any]] = ()
        self._published: AbstractSet[bytes] = frozenset()

    def __bool__(self) -> bool:
        """Say that anything changed."""
        return bool(self.counts)

    def begin(
        self, register: Register, rows: Sequence[Row[Any]], published: AbstractSet[bytes]
    ) -> None:
        """Take note of what the centre has, to tell a policy's value that held before."""
        if register.key == "policy":
            self._before = rows
            self._published = published

    def add(self, register: Register, values: Values) -> None:
        """Note a new record."""
        if register.key == "policy":
            old, from_day = self._held(values)
            self._line(NEW, title_of(register, values), old, _policy(values), from_day)
        else:
            self._line(NEW, title_of(register, values))

    def change(self, register: Register, row: Row[Any], differing: Values) -> None:
        """Note a record that gets other values."""
        fields = register.by_number.values()
        before: Values = {field.key: getattr(row, field.key) for field in fields}
        values = before | differing
        title = title_of(register, values)
        if register.key == "policy":
            start = values.get("valid_from")
            day = start.isoformat() if isinstance(start, date) else ""
            self._line(CHANGED, title, _policy(before), _policy(values), day)
        elif differing.get("status") == _STATUS and register.key == "drugs":
            self._line(STOPPED, title)
        elif "retail_price" in differing:
            old, new = (_price(each.get("retail_price")) for each in (before, values))
            self._line(PRICE, title, old, new)
        else:
            self._line(CHANGED, title)

    def take_over(self) -> None:
        """Note a record that stays as it is and is the county's from now on."""
        self.counts[TAKEN_OVER] += 1

    def withdraw(self, title: str) -> None:
        """Note a record that the county takes back."""
        self._line(WITHDRAWN, title)

    def _line(self, what: str, title: str, old: str = "", new: str = "", day: str = "") -> None:
        self.counts[what] += 1
        if len(self.lines) < _MOST_LINES:
            line = {"what": what, "title": title, "old": old, "new": new, "from": day}
            self.lines.append({key: value for key, value in line.items() if value})

    def _held(self, values: Values) -> tuple[str, str]:
        """Return the value that held of a policy on the day the new one begins, and that day."""
        start = values.get("valid_from")
        if not isinstance(start, date):
            return "", ""
        holding = [
            row
            for row in self._before
            if row.code == values.get("code")
            and row.deleted_at is None
            and row.valid_from is not None
            and row.valid_from <= start
            and (row.valid_to is None or row.valid_to >= start)
        ]
        best = max(
            holding, key=lambda row: (row.id in self._published, row.valid_from), default=None
        )
        old = "" if best is None else _policy({"value": best.value, "unit": best.unit})
        return old, start.isoformat()

    def as_json(self) -> str:
        """Return it as the centre's record of the publication keeps it."""
        return json.dumps(
            {"counts": dict(self.counts), "lines": self.lines}, ensure_ascii=False, sort_keys=True
        )


def title_of(register: Register, values: Mapping[str, Value]) -> str:
    """Return the line by which people know a record."""
    parts = (values.get(str(column.key)) for column in register.title)
    return " ".join(str(part) for part in parts if part is not None)


def _policy(values: Mapping[str, Value]) -> str:
    value = values.get("value")
    return "" if value is None else f"{value!s}{values.get('unit') or ''!s}"


def _price(value: Value) -> str:
    assert value is None or isinstance(value, int)
    return "" if value is None else show_amount(value)
