"""An appraisal scheme: blocks, items, weights, prices, bands, subsidies and vetoes, as plain data.

Points and weights are hundredths of a point, money is 分, coefficients are ten-thousandths, so that
nothing here is ever a float.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache, cached_property
from typing import Any

import msgspec

from desktop.errors import UserError
from desktop.paths import resource
from desktop.services.performance.sources import SOURCES, Source
from desktop.text import _

POINT = 100
"""Hundredths in a point."""

FULL = 100 * POINT
"""The weights of a scheme sum to one hundred points."""

ONE = 10_000
"""The coefficient 1."""

COMPLETION = "completion"
BANDS = "bands"
DEDUCTION = "deduction"
MANUAL = "manual"
FORMULAS = (COMPLETION, BANDS, DEDUCTION, MANUAL)

NO_POINTS = "no_points"
NOT_APPLICABLE = "not_applicable"

PRICES = "prices"
POOL = "pool"

SHIPPED = "scheme_village_doctor"


@dataclass(frozen=True)
class Block:
    """A part of the score, such as 基本公共卫生服务 50."""

    code: str
    label: str
    weight: int


@dataclass(frozen=True)
class Band:
    """From this value on (hundredths of a point or percent) this share (ten-thousandths)."""

    at_least: int
    share: int


@dataclass(frozen=True)
class Goal:
    """What completion is measured by.

    ``origin`` is ``targets`` (the register), ``value`` (a count a month, or a percentage) or
    ``per_thousand`` (a count a year for each thousand people served).
    """

    origin: str = "targets"
    value: int = 0


@dataclass(frozen=True)
class Item:
    """One item of a scheme.

    Args:
        code: Stable code, named by entries, appeals and explanations.
        label: Its name.
        block: Code of its block.
        weight: Hundredths of a point.
        source: Key of the closed vocabulary.
        formula: One of :data:`FORMULAS`.
        of: The section or item of a checklist, or the kind of sample, that the source speaks of.
        goal: Of a completion.
        bands: Of a rate, highest first.
        per_event: Hundredths of a point taken for each defect.
        price: 分 paid for each unit of a count; None where none is set.
        paid: The item is paid for by units, even where no price is set yet.
        split: How a clinic's units are shared by its doctors: ``presence`` or ``equal``.
        needs_licence: A doctor without a valid licence gets no points for it.
        missing: ``no_points`` or ``not_applicable`` where a month was not reported.
        clause: What it rests on.
    """

    code: str
    label: str
    block: str
    weight: int
    source: str
    formula: str
    of: str = ""
    goal: Goal = Goal()
    bands: tuple[Band, ...] = ()
    per_event: int = 0
    price: int | None = None
    paid: bool = False
    split: str = "presence"
    needs_licence: bool = False
    missing: str = NO_POINTS
    clause: str = ""

    @property
    def measured(self) -> Source:
        """Return the source."""
        return SOURCES[self.source]


@dataclass(frozen=True)
class FixedSubsidy:
    """A fixed subsidy by kind, 分 a month; None where each person's own amount decides.

    ``per`` is ``doctor`` or ``clinic`` (shared by its doctors), ``only`` is ``remote`` or empty;
    an ``unconditional`` one (养老, 离岗) does not depend on being at work.
    """

    kind: str
    monthly: int | None = None
    per: str = "doctor"
    only: str = ""
    unconditional: bool = False


@dataclass(frozen=True)
class Veto:
    """A one-vote veto: with one such entry the period's quality pay is at the coefficient below."""

    code: str
    label: str


@dataclass(frozen=True)
class Scheme:
    """A version of a scheme."""

    name: str
    version: int
    blocks: tuple[Block, ...]
    items: tuple[Item, ...]
    quality: tuple[Band, ...]
    subsidies: tuple[FixedSubsidy, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    veto_coefficient: int = 0
    money: str = PRICES
    pool_monthly: int | None = None
    pool_by: str = "work"
    status: str = ""
    clause: str = ""
    note: str = ""

    @cached_property
    def by_code(self) -> dict[str, Item]:
        """Return the items by code."""
        return {item.code: item for item in self.items}

    @cached_property
    def veto_labels(self) -> dict[str, str]:
        """Return the names of the vetoes by code."""
        return {veto.code: veto.label for veto in self.vetoes}

    def items_of(self, block: str) -> tuple[Item, ...]:
        """Return the items of a block."""
        return tuple(item for item in self.items if item.block == block)

    def coefficient(self, score: int) -> int:
        """Return the quality coefficient of a score, in ten-thousandths."""
        return next((band.share for band in self.quality if score >= band.at_least), 0)

    @cached_property
    def fingerprint(self) -> str:
        """Return a digest of what decides score and money, without name, status and notes."""
        bare = replace(self, status="", clause="", note="")
        return hashlib.sha256(encode(bare)).hexdigest()


def encode(scheme: Scheme) -> bytes:
    """Return a scheme as the JSON kept in the register."""
    return msgspec.json.encode(scheme, order="deterministic")


def decode(body: str | bytes) -> Scheme:
    """Return the scheme of a stored body.

    Raises:
        UserError: It is no scheme this program can read.
    """
    try:
        return msgspec.json.decode(body, type=Scheme)
    except msgspec.MsgspecError as error:
        raise UserError(
            _("考核方案的内容读不出来：{reason}。").format(reason=error),
            _("请更新程序，或恢复该方案。"),
        ) from error


# Scheme files


def hundredths(value: object, what: str) -> int:
    """Return a written number in hundredths.

    Raises:
        UserError: It is no number, or finer than two decimals.
    """
    return _scaled(value, 100, what)


def _scaled(value: object, scale: int, what: str) -> int:
    try:
        number = Decimal(str(value)) * scale
        whole = number.to_integral_value()
    except InvalidOperation as error:
        raise UserError(
            _("方案中“{what}”不是数字：{value}。").format(what=what, value=value)
        ) from error
    if not number.is_finite() or number != whole:
        raise UserError(_("方案中“{what}”小数位过多：{value}。").format(what=what, value=value))
    return int(whole)


def _optional(value: object, what: str) -> int | None:
    return None if value in (None, "") else hundredths(value, what)


def _item(given: dict[str, Any]) -> Item:
    values = dict(given)
    code = str(values["code"])
    values["weight"] = hundredths(values["weight"], code)
    values["per_event"] = hundredths(values.get("per_event", 0), code)
    values["paid"] = "price" in values
    values["price"] = _optional(values.get("price"), code)
    goal = values.get("goal")
    if goal is not None:
        values["goal"] = Goal(goal["origin"], hundredths(goal.get("value", 0), code))
    values["bands"] = tuple(
        Band(hundredths(band["at_least"], code), hundredths(band["share"], code))
        for band in values.get("bands", ())
    )
    return Item(**values)


def from_declared(declared: dict[str, Any]) -> Scheme:
    """Return the scheme that a file declares in points, yuan and percent."""
    given = dict(declared)
    given.pop("title", None)
    quality = [
        Band(hundredths(band["at_least"], "quality"), _scaled(band["coefficient"], ONE, "quality"))
        for band in given.pop("quality")
    ]
    return Scheme(
        blocks=tuple(
            Block(each["code"], each["label"], hundredths(each["weight"], each["code"]))
            for each in given.pop("block")
        ),
        items=tuple(_item(each) for each in given.pop("item")),
        quality=tuple(quality),
        subsidies=tuple(
            FixedSubsidy(**{**each, "monthly": _optional(each.get("monthly"), each["kind"])})
            for each in given.pop("subsidy", ())
        ),
        vetoes=tuple(Veto(**each) for each in given.pop("veto", ())),
        veto_coefficient=_scaled(given.pop("veto_coefficient", 0), ONE, "veto_coefficient"),
        pool_monthly=_optional(given.pop("pool_monthly", None), "pool_monthly"),
        **given,
    )


def blank(name: str) -> Scheme:
    """Return a scheme with nothing in it; all are paid at the coefficient 1 until it has bands."""
    return Scheme(name, 1, blocks=(), items=(), quality=(Band(0, ONE),))


@cache
def shipped() -> Scheme:
    """Return the starting scheme that comes with the program, a proposal (facts f)."""
    with resource("forms", "performance", f"{SHIPPED}.toml").open("rb") as file:
        return from_declared(tomllib.load(file, parse_float=Decimal))
