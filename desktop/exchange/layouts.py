"""The columns a register can take in: its fields, and what else stands on the office's sheets.

Headings are compared in a normal form: narrow letters, no spaces, no stars, one kind of dash; a
second, bare form drops brackets, units and numbering; a third, folded form has one word for words
that mean the same and drops those that say nothing (截止时间 is 到期日期). What a heading may mean
is looked up in one index over all registers, so that a sheet's register is found by the same
look-up as its columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache, cached_property, lru_cache

from desktop.errors import UserError
from desktop.exchange.synonyms import heading_words, other_names, weak_names
from desktop.models.kinds import Kind
from desktop.models.register import Field, Owner, Register
from desktop.models.registers import all_registers, find_register
from desktop.text import N_, _

NOT_TAKEN_IN = frozenset({"centre", "returns", "return_forms", "confirmations"}) | {
    key
    for key, register in all_registers().items()
    if register.append_only
    or register.owner is Owner.COUNTY
    or any(field.kind is Kind.ATTACHMENT for field in register.fields)
}
"""Registers that other work fills: ledgers, returns, photos, the county's, the centre's record."""

OFFICE_REGISTERS = frozenset(
    {
        *("staff", "clinics", "village_doctors", "drugs", "drug_stock", "supplies", "contracts"),
        *("clinic_months", "residents", "divisions", "teams", "packages"),
    }
)
"""Registers that offices have sheets of; what fits one is not taken for a rarer one."""

_DASHES = re.compile(r"[\u2010-\u2015\u2212~\uff5e〜至]|--+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|<[^<>]*>|〔[^〕]*〕")
_NUMBERING = re.compile(r"^(?:\(?[0-9一二三四五六七八九十]{1,2}[)、.]|[①-⑳])(?=\D)")
_OF_WHICH = re.compile(r"^(?:其中|含)[:,、]?")
_EDGE = re.compile(r"^[*★☆◆●#※·.、:]+|[*★☆◆●#※·.、:]+$")


def normal(text: str) -> str:
    """Return a heading in the form that headings are compared in."""
    narrow = unicodedata.normalize("NFKC", text).lower()
    return _EDGE.sub("", _DASHES.sub("-", "".join(narrow.split())))


def bare(heading: str) -> str:
    """Return a normal heading without brackets, units, numbering and “of which”."""
    stripped = _BRACKETS.sub("", heading)
    stripped = _OF_WHICH.sub("", _NUMBERING.sub("", stripped))
    return _EDGE.sub("", stripped.split("/")[0] if "(" not in heading else stripped)


@dataclass(frozen=True)
class Column:
    """One column a sheet may have for a register.

    Args:
        key: Key of the field, or a name of the sheet's own (``opening``).
        label: What a person calls it.
        kind: How its cells are read.
        field: The register's field, none for a column of the sheet's own.
        names: Other headings for it.
        required: A sheet of this register without it cannot be taken in.
        minimum: Least number.
        ignored: Known, and left aside.
        gives: Keys of the fields whose values this column's cells hold together.
        through_month: A month without its day means the month's last day.
    """

    key: str
    label: str
    kind: Kind
    field: Field | None = None
    names: tuple[str, ...] = ()
    required: bool = False
    minimum: int | None = None
    ignored: bool = False
    gives: tuple[str, ...] = ()
    through_month: bool = False


def _aside(key: str, label: str) -> Column:
    return Column(key, label, Kind.TEXT, ignored=True)


_EVERYWHERE = (_aside("serial", N_("序号")),)
_OF_PEOPLE = (
    _aside("sex", N_("性别")),
    _aside("age", N_("年龄")),
    _aside("born_on", N_("出生日期")),
)

_OWN_COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "staff": _OF_PEOPLE,
    "village_doctors": _OF_PEOPLE,
    "residents": _OF_PEOPLE,
    "contracts": (
        *_OF_PEOPLE,
        Column("groups", N_("人群类别"), Kind.LONG_TEXT),
        Column("term", N_("起止日期"), Kind.TEXT, gives=("signed_on", "expires_on")),
        _aside("resident_id", N_("居民档案")),
        _aside("sequence", N_("档案编号")),
    ),
    "drug_stock": (
        Column("spec", N_("规格"), Kind.TEXT),
        Column("manufacturer", N_("生产企业"), Kind.TEXT),
        _aside("unit", N_("单位")),
        _aside("book_quantity", N_("账面数量")),
        _aside("difference", N_("盈亏数量")),
        _aside("money", N_("金额")),
        _aside("form", N_("剂型")),
        _aside("opening", N_("期初数量")),
        _aside("received", N_("入库数量")),
        _aside("issued", N_("出库数量")),
    ),
    "supplies": (
        Column("opening", N_("期初库存"), Kind.WHOLE, minimum=0),
        Column("received", N_("本月入库"), Kind.WHOLE, minimum=0),
        Column("consumed", N_("本月消耗"), Kind.WHOLE, minimum=0),
        Column("lost", N_("本月报损"), Kind.WHOLE, minimum=0),
    ),
}

_NEEDED = frozenset({("drug_stock", "quantity")})
"""Columns that a sheet must have although the register works their figures out."""

_THROUGH_MONTH = frozenset({("drug_stock", "expires_on")})
"""Dates that drug labels may print as a month: the drug may be used until that month is over.

药品说明书和标签管理规定 (局令第24号) 第二十三条: an expiry given as a month is the month before the
one in which the term, counted from the month of manufacture, is full.
"""

HINTS: Mapping[str, tuple[str, ...]] = {
    "staff": ("职工", "在职", "人员花名册", "卫生院人员", "员工", "干部"),
    "village_doctors": ("乡村医生", "村医"),
    "clinics": ("卫生室", "卫生所"),
    "residents": ("居民", "健康档案", "人口"),
    "contracts": ("签约",),
    "drugs": ("药品目录", "用药目录", "在用药品", "目录"),
    "drug_stock": ("库存", "盘点", "盘存"),
    "supplies": ("物资", "储备", "防护用品"),
    "clinic_months": ("月报", "工作量", "工作月报"),
    "divisions": ("行政区划", "行政村名录", "区划"),
    "teams": ("团队",),
    "packages": ("服务包",),
    "policy": ("政策",),
}
"""Words in a title, sheet name or file name that speak for a register."""

PAIRS = (("clinics", "village_doctors"),)
"""Registers that one sheet may fill together: the first is merged down over the second."""


@dataclass(frozen=True)
class Layout:
    """A register and the columns it can take in."""

    register: Register
    columns: tuple[Column, ...]

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """Return the columns by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def required(self) -> frozenset[str]:
        """Return the keys a sheet must have a column for."""
        return frozenset(column.key for column in self.columns if column.required)

    def lacking(self, matched: Collection[str]) -> frozenset[str]:
        """Return the required keys that no matched column gives."""
        given = {key for name in matched for key in self.by_key[name].gives}
        return self.required - given - set(matched)


def _columns(register: Register) -> tuple[Column, ...]:
    """Return the columns of a register: its own fields first."""
    own = tuple(
        replace(column, names=other_names(register.key, column.key))
        for column in (*_EVERYWHERE, *_OWN_COLUMNS.get(register.key, ()))
    )
    taken = {column.key for column in own}
    return (*(_of_field(register, each) for each in register.fields if each.key not in taken), *own)


def _of_field(register: Register, field: Field) -> Column:
    """Return the column of a field with every name that clerks give it."""
    names = (*field.synonyms, *other_names(register.key, field.key))
    if field.kind is Kind.YES_NO:
        names += tuple(f"{word}{field.label}" for word in ("是否", "是否为", "是否有"))
    return Column(
        field.key,
        field.label,
        field.kind,
        field=field,
        names=names,
        # The month may come from a title or the person, so a sheet may lack its column.
        required=(field.required and field.kind is not Kind.MONTH)
        or (register.key, field.key) in _NEEDED,
        minimum=field.minimum,
        through_month=(register.key, field.key) in _THROUGH_MONTH,
    )


def layout_of(register: Register) -> Layout:
    """Return the columns of any register, also of one that offices do not take in themselves."""
    return Layout(register, _columns(register))


@cache
def layouts() -> dict[str, Layout]:
    """Return the layout of every register that can be taken in."""
    return {
        key: layout_of(register)
        for key, register in all_registers().items()
        if key not in NOT_TAKEN_IN
    }


def find_layout(key: str) -> Layout:
    """Return the layout of the register with that key.

    Raises:
        NotFound: No register has the key.
        UserError: The register cannot be taken in from a sheet.
    """
    register = find_register(key)
    if key in NOT_TAKEN_IN:
        raise UserError(
            _("“{register}”由业务产生，不能从表格导入。").format(register=_(register.label))
        )
    return layouts()[key]


class Tier(IntEnum):
    """How surely a heading means a column; the surest is the greatest."""

    WEAK = 1
    FOLDED = 2
    BARE = 3
    EXACT = 4


Meanings = dict[str, set[tuple[str, str]]]
_LONGEST_FOLDED = 24


@lru_cache(maxsize=16_384)
def folded(form: str, register: str) -> str:
    """Return a bare heading with one word for words that mean the same on sheets of a register."""
    same, pattern = heading_words(register)
    return pattern.sub(lambda found: same[found[0]], form) or form


@cache
def meanings() -> Mapping[Tier, Meanings]:
    """Return what headings may mean, as (register, column), by each form of the heading.

    Where a heading is one column's official term and another's synonym, it means the first. The
    folded form stands behind its register's key (``contracts:到期日期``).
    """
    ranked: dict[tuple[str, str], tuple[int, set[str]]] = {}
    found: dict[Tier, Meanings] = {tier: defaultdict(set) for tier in Tier}
    for register, layout in layouts().items():
        for column in layout.columns:
            for name in (column.label, *column.names):
                rank = 0 if name == column.label and not column.ignored else 1
                known = ranked.get((register, normal(name)), (2, set()))
                if rank < known[0]:
                    ranked[register, normal(name)] = (rank, {column.key})
                elif rank == known[0]:
                    known[1].add(column.key)
            for name in weak_names(register, column.key):
                found[Tier.WEAK][normal(name)].add((register, column.key))
    for (register, form), (_rank, keys) in ranked.items():
        columns = {(register, key) for key in keys}
        found[Tier.EXACT][form] |= columns
        found[Tier.BARE][bare(form)] |= columns
        if register in OFFICE_REGISTERS:
            found[Tier.FOLDED][f"{register}:{folded(bare(form), register)}"] |= columns
    found[Tier.BARE].pop("", None)
    return found


def look_up(form: str) -> Iterator[tuple[Tier, frozenset[tuple[str, str]]]]:
    """Yield what a normal heading may mean, the surest first."""
    index = meanings()
    plain_form = bare(form)
    for tier, text in (
        (Tier.EXACT, form),
        (Tier.BARE, form),
        (Tier.BARE, plain_form),
    ):
        if text in index[tier]:
            yield tier, frozenset(index[tier][text])
    if 1 < len(plain_form) <= _LONGEST_FOLDED and not plain_form.isascii():
        columns: set[tuple[str, str]] = set()
        for register in OFFICE_REGISTERS:
            key = f"{register}:{folded(plain_form, register)}"
            columns |= index[Tier.FOLDED].get(key, set())
        if columns:
            yield Tier.FOLDED, frozenset(columns)
    for text in (form, plain_form):
        if text in index[Tier.WEAK]:
            yield Tier.WEAK, frozenset(index[Tier.WEAK][text])
