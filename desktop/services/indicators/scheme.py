"""What an appraisal scheme consists of: items in groups, each with source, target and weight.

Schemes are data like forms (S0-6b, S2-22c: dated, received from the county or proposed by the
program) and are read with the same care: every fault is told with its line.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from typing import Literal

import msgspec

from desktop.errors import UserError
from desktop.paths import resource
from desktop.services.figures.catalogue import find_figure
from desktop.services.returns.declaring import (
    BrokenForm,
    Fault,
    Places,
    schema_fault,
    syntax_fault,
)
from desktop.services.returns.library import APPRAISAL
from desktop.text import _

FULL = 100
"""Points of a whole scheme."""


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a number comes from: a figure with its arguments, or a line of a monthly return."""

    figure: str = ""
    arguments: dict[str, str] = {}
    form: str = ""
    code: str = ""


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this share of the target on, in percent, this share of the weight."""

    reach: int
    share: int


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One item of the appraisal.

    Its value is ``value`` added up, or numerator over denominator. ``numerator_typed`` and
    ``denominator_typed`` name numbers that no register holds and people fill in; ``typed`` is an
    item of which only the value itself is received. ``target`` is the code of a dated policy.
    ``adds`` says whether one more of what closes the gap is one more in the denominator, too.
    """

    code: str
    group: str
    label: str
    weight: int
    target: str = ""
    unit: str = "%"
    shape: Literal["rate", "average", "count", "money"] = "rate"
    direction: Literal["up", "down"] = "up"
    value: tuple[Source, ...] = ()
    numerator: tuple[Source, ...] = ()
    denominator: tuple[Source, ...] = ()
    numerator_typed: str = ""
    denominator_typed: str = ""
    typed: bool = False
    adds: Literal["numerator", "both"] = "numerator"
    close: str = ""
    scoring: Literal["linear", "bands"] = "linear"
    floor: float = 0
    band: tuple[Band, ...] = ()
    clause: str = ""
    note: str = ""

    @property
    def divided(self) -> bool:
        """Say that it is a numerator over a denominator."""
        return bool(self.denominator or self.denominator_typed)

    @property
    def cells(self) -> dict[str, str]:
        """Return the cells that people fill in, with what stands in each."""
        if self.typed:
            return {self.code: self.label}
        made = {}
        if self.numerator_typed:
            made[f"{self.code}.n"] = self.numerator_typed
        if self.denominator_typed:
            made[f"{self.code}.d"] = self.denominator_typed
        return made


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the five groups: 紧密型 同质化 控费用 促分工 保健康 (S4-20a)."""

    code: str
    label: str


class Appraisal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A scheme in one version; ``certainty`` says how sure its items and weights are."""

    key: str
    title: str
    group: tuple[Group, ...]
    item: tuple[Item, ...]
    version: int = 1
    valid_from: date = date(2000, 1, 1)
    valid_to: date | None = None
    certainty: Literal["verified", "second-hand", "proposed"] = "proposed"
    basis: str = ""
    origin: str = ""

    @property
    def by_code(self) -> dict[str, Item]:
        """Return the items by code."""
        return {item.code: item for item in self.item}

    @property
    def record_code(self) -> str:
        """Return the code under which its records are kept."""
        return f"{APPRAISAL}{self.key}"


@lru_cache(maxsize=16)
def read_appraisal(text: str, name: str, origin: str = "") -> Appraisal:
    """Return the scheme that a TOML text declares.

    Raises:
        BrokenForm: The text is no scheme; every fault is told with its line.
    """
    try:
        declared = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BrokenForm(name, [syntax_fault(error)]) from error
    places = Places(text)
    try:
        found = msgspec.convert({**declared, "origin": origin}, Appraisal)
    except msgspec.ValidationError as error:
        raise BrokenForm(name, [schema_fault(str(error), places)]) from error
    faults = list(_faults(found, places))
    if faults:
        raise BrokenForm(name, sorted(faults, key=lambda fault: fault.line))
    return found


def declares_appraisal(text: str) -> bool:
    """Say that a TOML text means to be a scheme and not the form of a return."""
    try:
        declared = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return "item" in declared and "section" not in declared


def shipped_appraisal() -> Appraisal:
    """Return the scheme that came with the program: a proposal (facts d)."""
    path = resource("forms", "appraisal", "consortium.toml")
    return read_appraisal(path.read_text(encoding="utf-8"), path.stem)


def _faults(scheme: Appraisal, places: Places) -> Iterator[Fault]:
    groups = {group.code for group in scheme.group}
    codes = Counter(item.code for item in scheme.item)
    total = sum(item.weight for item in scheme.item)
    if total != FULL:
        yield Fault(
            places.of(".item[0]"),
            _("各项权重合计 {total} 分，应为 {full} 分。").format(total=total, full=FULL),
        )
    for number, item in enumerate(scheme.item):
        place = places.of(f".item[{number}]")
        if codes[item.code] > 1:
            yield Fault(place, _("代码“{code}”重复。").format(code=item.code))
        if item.group not in groups:
            yield Fault(place, _("没有代号为“{code}”的一组。").format(code=item.group))
        yield from (Fault(place, reason) for reason in _item_faults(item))


def _item_faults(item: Item) -> Iterator[str]:
    above = bool(item.numerator or item.numerator_typed)
    ways = [item.typed, bool(item.value), above or item.divided]
    if sum(ways) != 1 or above != item.divided:
        yield _("{code} 应写 value、分子与分母、typed 中的一种来源。").format(code=item.code)
    if item.weight < 0:
        yield _("{code} 的权重不能小于 0。").format(code=item.code)
    if (item.scoring == "bands") != bool(item.band):
        yield _("{code} 分档计分要写各档（band），按比例计分不写。").format(code=item.code)
    try:
        item.close.format(count=0)
    except (KeyError, IndexError, ValueError):
        yield _("{code} 的 close 只能用 {{count}}。").format(code=item.code)
    for source in (*item.value, *item.numerator, *item.denominator):
        yield from _source_faults(source)


def _source_faults(source: Source) -> Iterator[str]:
    if bool(source.figure) == bool(source.form and source.code):
        yield _("来源应写 figure，或 form 和 code。")
        return
    if source.figure:
        yield from _told(lambda: find_figure(source.figure))
        return


def _told(look: Callable[[], object]) -> Iterator[str]:
    try:
        look()
    except UserError as error:
        yield error.message
