"""The rows of a table with one row per clinic, group, drug …: which there are in a period."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from desktop.errors import NotFound
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.text import _


@dataclass(frozen=True)
class DimensionRow:
    """A row of a table: its key in the figures' answers and its name.

    ``record`` says that the key is the id of a record in hexadecimal; else it is a fixed word.
    """

    key: str
    label: str
    record: bool = True


@dataclass(frozen=True)
class Dimension:
    """By what a table has rows.

    Args:
        key: Name in forms and in :class:`~desktop.services.figures.catalogue.Ask`.
        label: Heading of the column with the names (marked with ``N_``).
        rows: The rows of a period in their order.
        register: The register whose records the rows are; empty for fixed words.
    """

    key: str
    label: str
    rows: Callable[[Readings, Period], list[DimensionRow]]
    register: str = ""


_DIMENSIONS: dict[str, Dimension] = {}


def declare_dimension(dimension: Dimension) -> None:
    """Make a dimension known; the module of figures it belongs to does it."""
    assert dimension.key not in _DIMENSIONS, dimension.key
    _DIMENSIONS[dimension.key] = dimension


def find_dimension(key: str) -> Dimension:
    """Return a dimension by its key.

    Raises:
        NotFound: There is none of that name.
    """
    from desktop.services.figures.catalogue import load_all

    load_all()
    if key not in _DIMENSIONS:
        raise NotFound(
            _("没有名为“{key}”的分行方式。").format(key=key), _("请更正表式文件或更新程序。")
        )
    return _DIMENSIONS[key]


def dimensions() -> list[Dimension]:
    """Return all dimensions in the order of their keys."""
    from desktop.services.figures.catalogue import load_all

    load_all()
    return [_DIMENSIONS[key] for key in sorted(_DIMENSIONS)]
