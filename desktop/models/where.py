"""Conditions as a person types them: ``村=上河村 到期日期<2026-12-31 王秀兰``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from desktop.errors import UserError
from desktop.models.kinds import BadValue, Kind
from desktop.models.register import Field, Register
from desktop.models.registers import find_register
from desktop.text import _

_TERM = re.compile(r"([^\s<>=!]+)(<=|>=|!=|=|<|>)(\"[^\"]*\"|\S*)|\"([^\"]+)\"|(\S+)")

_Compare = Callable[[InstrumentedAttribute[Any], Any], ColumnElement[bool]]
_OPERATORS: dict[str, _Compare] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column.is_distinct_from(value),
    "<": lambda column, value: column < value,
    ">": lambda column, value: column > value,
    "<=": lambda column, value: column <= value,
    ">=": lambda column, value: column >= value,
}


def search_condition(register: Register, text: str) -> ColumnElement[bool]:
    """Return the condition that every word of the text is in the search key."""
    key = register.record.search_key
    words = [func.instr(key, word.lower()) > 0 for word in text.split()]
    condition = words[0]
    for word in words[1:]:
        condition = condition & word
    return condition


def conditions(register: Register, where: str) -> list[ColumnElement[bool]]:
    """Return the conditions of a typed text: fields compared, other words searched.

    Raises:
        UserError: A field is not known or a value is not of its kind.
    """
    found: list[ColumnElement[bool]] = []
    for name, operator, value, quoted, word in _TERM.findall(where):
        if not name:
            found.append(search_condition(register, quoted or word))
            continue
        field = _find_field(register, name)
        found.append(_compare(field, operator, value.strip('"')))
    return found


def _find_field(register: Register, name: str) -> Field:
    for field in register.fields:
        if name in (field.key, field.key.removesuffix("_id"), field.label, _(field.label)):
            return field
        if name in field.synonyms:
            return field
    raise UserError(
        _("“{label}”没有名为“{name}”的字段。").format(label=_(register.label), name=name),
        _("可用的有：{keys}。").format(keys="、".join(field.key for field in register.fields)),
    )


def _compare(field: Field, operator: str, text: str) -> ColumnElement[bool]:
    column = field.column
    if not text:
        return column.is_(None) if operator == "=" else column.is_not(None)
    if field.kind is Kind.REFERENCE:
        target = find_register(field.target)
        named = select(target.table.c.id).where(
            func.instr(target.table.c.search_key, text.lower()) > 0
        )
        return column.in_(named) if operator == "=" else column.not_in(named)
    try:
        value = field.parse(text)
    except BadValue as error:
        raise UserError(error.message) from error
    return _OPERATORS[operator](column, value)
