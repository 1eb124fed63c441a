"""A register (台账) is declared once; form, search, Excel, print and exchange follow from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Table, func
from sqlalchemy.orm import InstrumentedAttribute

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import PARSERS, BadValue, Cell, Kind, Value
from desktop.text import _, in_a_row

DELETED_AT = 0
"""Field number of ``deleted_at`` in every register."""

Values = dict[str, Value]
"""The values of a record by field key."""


class Owner(Enum):
    """Who may change the rows: the centre, or the county (read-only at the centre)."""

    CENTRE = "centre"
    COUNTY = "county"


@dataclass(frozen=True)
class Choice:
    """One term of a choice: the official Chinese term is the stored value."""

    value: str
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a register.

    Args:
        number: Stable number on the wire and in change masks, 1 to 61, never reused.
        column: The mapped column.
        label: Official term (marked with ``N_``).
        kind: One of the closed vocabulary.
        synonyms: Other headings clerks use for it.
        required: A record without it is refused as ``missing_<key>``.
        choices: Terms of a choice; with ``open_choice`` other terms are kept as typed.
        target: Key of the register a reference points to.
        minimum: Least number; below it the value is refused as ``negative_<key>``.
        unit: Unit of a number.
        width: Width in list columns, in Chinese characters.
        listed: Shown in the table without choosing it.
        computed: Read from other records by the column's expression, never stored or sent.
        made: Written by the program: that two PCs wrote it differently is not told to people.
        help: What the field means, shown under it and as a note in the template.
        suffix: Ending of an attachment's files where they are no photos.
    """

    number: int
    column: InstrumentedAttribute[Any]
    label: str
    kind: Kind
    synonyms: tuple[str, ...] = ()
    required: bool = False
    choices: tuple[Choice, ...] = ()
    open_choice: bool = False
    target: str = ""
    minimum: int | None = None
    unit: str = ""
    width: int = 6
    listed: bool = True
    computed: bool = False
    made: bool = False
    help: str = ""
    suffix: str = ""

    @property
    def key(self) -> str:
        """Return the column's name, which is the field's key everywhere."""
        return str(self.column.key)

    @cached_property
    def terms(self) -> dict[str, str]:
        """Return the stored term for each spelling of a choice."""
        spelling = {choice.value: choice.value for choice in self.choices}
        return spelling | {
            word: choice.value for choice in self.choices for word in choice.synonyms
        }

    def parse(self, cell: Cell) -> Value:
        """Return the stored value of a raw one; references are looked up by the caller.

        Raises:
            BadValue: The value is not of the field's kind.
        """
        value = PARSERS[self.kind](cell)
        if value is None:
            return None
        if self.kind is Kind.CHOICE:
            return self._term(str(value))
        if self.minimum is not None and isinstance(value, int) and value < self.minimum:
            raise BadValue(
                f"negative_{self.key}" if self.minimum == 0 else f"bad_{self.key}",
                _("{label}不能小于 {least}，现为 {value}。").format(
                    label=_(self.label), least=self.minimum, value=cell
                ),
            )
        return value

    def _term(self, text: str) -> str:
        known = self.terms.get(text)
        if known is not None:
            return known
        if self.open_choice:
            return text
        raise BadValue(
            "bad_choice",
            _("{label}“{value}”不在可选项中：{terms}。").format(
                label=_(self.label),
                value=text,
                terms=in_a_row(_(choice.value) for choice in self.choices),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Derived:
    """A column shown but never stored: worked out from the record's values (age from ID)."""

    key: str
    label: str
    work_out: Callable[[Mapping[str, Value]], str]
    sort_by: ColumnElement[Any] | None = None
    descending: bool = False
    numeric: bool = False
    width: int = 3
    after: str = ""


@dataclass(frozen=True)
class Chip:
    """A filter above the table, one click: a label and a condition worked out when used."""

    key: str
    label: str
    condition: Callable[[], ColumnElement[bool]]


def no_problems(_values: Mapping[str, Value]) -> list[Problem]:
    """Find nothing: the check of a register without rules across fields."""
    return []


@dataclass(frozen=True, kw_only=True)
class Register:
    """The declaration of a register.

    Args:
        number: Stable number of the table on the wire, never reused.
        key: Name in commands, files and addresses.
        singular: Name of one record in reason codes, such as ``unknown_village``.
        label: Official name of the register.
        record: The mapped class.
        fields: Module-level ``FIELDS``.
        natural_key: Columns by which a person knows a record; an import matches by them.
        unique: Numbers of which no two present records may have the same; what two PCs give twice
            while they are apart is taken, told and renumbered.
        one_paper: Records that agree in this stand on one paper and have its number together.
        title: Columns whose values name a record in one line.
        search: Columns put in the search key, the first ones by pinyin too.
        check: Rules across fields of one record.
        append_only: A ledger: rows are never edited or deleted, only reversed by new ones.
        frozen_when: Says that a record may no longer be edited.
        ends: Fields of such a record that may still be set as long as it stays locked: its end.
        stamped: The date that a new record gets today's in, where none is given.
        detail: Seldom opened by itself: its records are reached from those they belong to.
        without_page: Kept by the program for other registers, nothing for people to look at.
        known_by: Values from which every PC of the centre makes the same id for the same record;
            none where two PCs mean two records. The natural key where it is not given.
    """

    number: int
    key: str
    singular: str
    label: str
    record: type[Record]
    fields: tuple[Field, ...]
    natural_key: tuple[InstrumentedAttribute[Any], ...]
    unique: tuple[InstrumentedAttribute[Any], ...] = ()
    one_paper: InstrumentedAttribute[Any] | None = None
    title: tuple[InstrumentedAttribute[Any], ...]
    search: tuple[InstrumentedAttribute[Any], ...]
    group: str = ""
    icon: str = "fa6s.table"
    chips: tuple[Chip, ...] = ()
    derived: tuple[Derived, ...] = ()
    check: Callable[[Mapping[str, Value]], list[Problem]] = no_problems
    owner: Owner = Owner.CENTRE
    append_only: bool = False
    frozen_when: Callable[[Mapping[str, Value]], bool] = field(default=lambda _values: False)
    ends: tuple[InstrumentedAttribute[Any], ...] = ()
    counter: str = "条"
    stamped: InstrumentedAttribute[Any] | None = None
    detail: bool = False
    without_page: bool = False
    known_by: Callable[[Mapping[str, Value]], Sequence[Value]] | None = None

    @cached_property
    def table(self) -> Table:
        """Return the table of the mapped class."""
        table = self.record.__table__
        assert isinstance(table, Table)
        return table

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """Return the fields by key."""
        return {field.key: field for field in self.fields}

    def may_set(self, before: Mapping[str, Value], values: Mapping[str, Value]) -> bool:
        """Tell whether a record, locked or not, takes these new values."""
        if not self.frozen_when(before):
            return True
        ends = {str(column.key) for column in self.ends}
        return ends.issuperset(values) and self.frozen_when({**before, **values})

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """Return the keys of the columns in the search key."""
        return tuple(str(column.key) for column in self.search)

    def key_values(self, values: Mapping[str, Value]) -> Sequence[Value]:
        """Return what a record is known by on every PC of the centre."""
        if self.known_by is not None:
            return self.known_by(values)
        return [values.get(str(column.key)) for column in self.natural_key]

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        """Return the fields that are kept and sent, without the computed ones."""
        return tuple(field for field in self.fields if not field.computed)

    @cached_property
    def by_number(self) -> dict[int, Field]:
        """Return the stored fields by their stable number."""
        return {field.number: field for field in self.stored}

    def papers(self, columns: Any) -> ColumnElement[int]:
        """Return the SQL of how many papers the grouped rows of a table with these columns are."""
        if self.one_paper is None:
            return func.count()
        paper = columns[str(self.one_paper.key)]
        return func.count(func.distinct(paper)) + func.count() - func.count(paper)

    def problems(self, values: Mapping[str, Value]) -> list[Problem]:
        """Return what keeps a record from being saved: missing fields, then the rules."""
        missing = [
            _missing(field) for field in self.required if values.get(field.key) in _NOT_GIVEN
        ]
        return missing + self.check(values)

    @cached_property
    def required(self) -> tuple[Field, ...]:
        """Return the fields that no record may leave blank."""
        return tuple(field for field in self.stored if field.required)

    def first_problems(
        self, columns: Mapping[str, Sequence[Value]], count: int
    ) -> dict[int, Problem]:
        """Return by place what ``problems`` would name first of each record of these columns.

        Args:
            columns: Values by field key; a column left out is blank.
            count: How many records there are.
        """
        found: dict[int, Problem] = {}
        if self.check is not no_problems:
            row = _Row(columns)
            for row.at in range(count):
                broken = self.check(row)
                if broken:
                    found[row.at] = broken[0]
        for each in reversed(self.required):
            column = columns.get(each.key, (None,) * count)
            if None in column or "" in column:
                places = [at for at, value in enumerate(column) if value in _NOT_GIVEN]
                found |= dict.fromkeys(places, _missing(each))
        return found


class _Row(Mapping[str, Value]):
    """One record of many whose values are given by column: a rule looks at two or three of them."""

    __slots__ = ("_columns", "at")

    def __init__(self, columns: Mapping[str, Sequence[Value]]) -> None:
        self._columns = columns
        self.at = 0

    def __getitem__(self, key: str) -> Value:
        return self._columns[key][self.at]

    def get(self, key: str, default: Any = None) -> Any:
        column = self._columns.get(key)
        return default if column is None else column[self.at]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


_NOT_GIVEN = (None, "")


def _missing(field: Field) -> Problem:
    return Problem(
        f"missing_{field.key.removesuffix('_id')}",
        _("缺少{label}。").format(label=_(field.label)),
        field.key,
    )
