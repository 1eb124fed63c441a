"""Which record of a centre a published one means: the one a person would know it by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from desktop.exchange.directory import drug_key, spec_key, text_key
from desktop.models.identity import joined
from desktop.models.kinds import Value
from desktop.models.register import Register, Values

_Key = tuple[str, ...] | str | None


class Finder:
    """The records of one register of one centre.

    Args:
        register: The register.
        rows: Its records, those of other centres never among them.
    """

    def __init__(self, register: Register, rows: Sequence[Row[Any]]) -> None:
        self._register = register
        self._rows: dict[_Key, list[Row[Any]]] = defaultdict(list)
        self._alike: dict[_Key, list[Row[Any]]] = defaultdict(list)
        self._key: Callable[[Mapping[str, Value]], _Key] = self._natural_key
        if register.key == "drugs":
            self._key = _drug_key
        keys = [field.key for field in register.stored]
        # Those that stand before those that were deleted.
        for row in sorted(rows, key=lambda row: (row.deleted_at is not None, row.id)):
            values = {key: getattr(row, key) for key in keys}
            self._rows[self._key(values)].append(row)
            if register.key == "drugs" and row.deleted_at is None:
                self._alike[_without_maker(values)].append(row)

    def find(self, values: Values) -> list[Row[Any]]:
        """Return the record meant; of a drug without a maker every one of that name and size.

        A record is meant by one row of the publication only.
        """
        key = self._key(values)
        same = self._rows.pop(key, [])[:1] if key is not None else []
        if self._register.key != "drugs":
            return same
        alike = self._alike.get(_without_maker(values), [])
        if not values.get("manufacturer"):
            chosen = {row.id: row for row in [*same, *alike]}
        else:
            unnamed = [row for row in alike if not row.manufacturer]
            chosen = {row.id: row for row in same or unnamed[:1]}
        self._alike[_without_maker(values)] = [row for row in alike if row.id not in chosen]
        return list(chosen.values())

    def _natural_key(self, values: Mapping[str, Value]) -> _Key:
        return joined([values.get(str(column.key)) for column in self._register.natural_key])


def _without_maker(values: Mapping[str, Value]) -> tuple[str, str]:
    spec = values.get("spec")
    return _compared(str(values.get("name")), str(spec) if spec else None)


@lru_cache(maxsize=8192)
def _compared(name: str, spec: str | None) -> tuple[str, str]:
    """Return name and size as they are compared; the same ones come for each centre."""
    return drug_key(name), spec_key(spec)


def _drug_key(values: Mapping[str, Value]) -> tuple[str, ...]:
    maker = values.get("manufacturer")
    return (*_without_maker(values), text_key(str(maker)) if maker else "")
