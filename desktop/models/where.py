"""Conditions as a person types them: ``村=上河村 到期日期<2026-12-31 王秀兰``.

The signs of a Chinese keyboard (＝ ＜ ＞ ≤ ≥ ≠ “ ”) mean the same as the narrow ones.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from desktop.errors import UserError
from desktop.models.kinds import BadValue, Kind
from desktop.models.register import Field, Register
from desktop.models.registers import find_register
from desktop.models.search_keys import searched
from desktop.text import _, in_a_row

_TERM = re.compile(r"([^\s<>=!]+)(<=|>=|!=|=|<|>)(\"[^\"]*\"|\S*)|\"([^\"]*)\"|(\S+)")

_SIGNS = str.maketrans(
    {
        "＝": "=",
        "＜": "<",
        "＞": ">",
        "！": "!",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "“": '"',
        "”": '"',
    }
)

_Compare = Callable[[InstrumentedAttribute[Any], Any], ColumnElement[bool]]
_OPERATORS: dict[str, _Compare] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column.is_distinct_from(value),
    "<": lambda column, value: column < value,
    ">": lambda column, value: column > value,
    "<=": lambda column, value: column <= value,
    ">=": lambda column, value: column >= value,
}


def matching(key: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Return the condition that every word of the text is in a search key."""
    return and_(true(), *(func.instr(key, word) > 0 for word in searched(text).split()))


def search_condition(register: Register, text: str) -> ColumnElement[bool]:
    """Return the condition that every word of the text is in the register's search key."""
    return matching(register.table.c.search_key, text)


def conditions(register: Register, where: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a typed text: fields compared, other words searched.

    Raises:
        UserError: A field is not known or a value is not of its kind.
    """
    found: list[ColumnElement[bool]] = []
    for name, operator, value, quoted, word in _TERM.findall(where.translate(_SIGNS)):
        if not name:
            if (quoted or word).strip():
                found.append(search_condition(register, quoted or word))
            continue
        field = _find_field(register, name)
        found.append(_compare(field, operator, value.strip('"')))
    return found


def _one_word(name: str) -> str:
    """Return a field's name as it is typed in a condition: ``Expiry date`` as ``expiry_date``."""
    return name.replace(" ", "_").lower()


def _find_field(register: Register, name: str) -> Field:
    wanted = _one_word(name)
    for field in register.fields:
        names = (field.key, field.key.removesuffix("_id"), field.label, _(field.label))
        if wanted in map(_one_word, (*names, *field.synonyms)):
            return field
    raise UserError(
        _("“{label}”没有名为“{name}”的字段。").format(label=_(register.label), name=name),
        _("可用的有：{keys}。").format(keys=in_a_row(_(field.label) for field in register.fields)),
    )


def _compare(field: Field, operator: str, text: str) -> ColumnElement[bool]:
    column = field.column
    if not text:
        return column.is_(None) if operator == "=" else column.is_not(None)
    if field.kind is Kind.REFERENCE:
        return _compare_reference(field, operator, text)
    try:
        value = field.parse(text)
    except BadValue as error:
        raise UserError(error.message) from error
    return _OPERATORS[operator](column, value)


def _compare_reference(field: Field, operator: str, text: str) -> ColumnElement[bool]:
    """Compare by the other record's name; by a part of it where no name is just this text."""
    if operator not in ("=", "!="):
        raise UserError(
            _("“{label}”只能用 = 或 != 比较。").format(label=_(field.label)),
            _("例如 {label}={value}。").format(label=_(field.label), value=text),
        )
    target = find_register(field.target)
    table = target.table
    named = table.columns[str(target.title[0].key)] == text
    if target.by_key[str(target.title[0].key)].kind is Kind.REFERENCE:
        named = false()
    present = table.c.deleted_at.is_(None)
    some_named = select(table.c.id).where(named, present).exists().correlate(None)
    chosen = select(table.c.id).where(
        or_(named, and_(~some_named, matching(table.c.search_key, text)))
    )
    if operator == "=":
        return field.column.in_(chosen)
    return or_(field.column.is_(None), field.column.not_in(chosen))
