"""A form as its TOML text, for keeping what a person has made of it in the editor.

What a form does not say differently from its types is left out, so that the text stays as short
as one written by hand; :func:`~desktop.services.returns.declaring.read_form` reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import msgspec

from desktop.services.returns.forms import Form

_PARTS = ("section", "rule")
_ITEMS = ("line", "column")
_ALWAYS = frozenset({"version", "valid_from", "period", "certainty"})
"""Said even where it is the usual: a reader should not have to know the program."""
_NOT_WRITTEN = frozenset({"origin"})


@dataclass(frozen=True)
class Place:
    """A part of a form: the head, a section, a line or column of it, or a rule."""

    part: str = "head"
    number: int = -1
    item: int = -1


@dataclass(frozen=True)
class Written:
    """A form's text, and on which of its lines each part begins."""

    text: str
    places: tuple[tuple[int, Place], ...]

    def place(self, line: int) -> Place:
        """Return the part that a line of the text belongs to."""
        for (_start, place), (end, _next) in pairwise((*self.places, (1 << 30, Place()))):
            if line < end:
                return place
        return Place()


def write_form(form: Form) -> Written:
    """Return a form as TOML; kinds, shapes and units that the figures say can be left in it."""
    lines: list[str] = []
    places: list[tuple[int, Place]] = [(1, Place())]
    lines += _said(form, skip={*_PARTS, *_NOT_WRITTEN})
    for at, section in enumerate(form.section):
        lines += ["", "[[section]]"]
        places.append((len(lines), Place("section", at)))
        lines += _said(section, skip=set(_ITEMS))
        for name in _ITEMS:
            for number, line in enumerate(getattr(section, name)):
                lines += ["", f"[[section.{name}]]"]
                places.append((len(lines), Place("item", at, number)))
                lines += _said(line)
    for at, rule in enumerate(form.rule):
        lines += ["", "[[rule]]"]
        places.append((len(lines), Place("rule", at)))
        lines += _said(rule)
    return Written("\n".join(lines) + "\n", tuple(places))


def _said(part: msgspec.Struct, skip: set[str] | None = None) -> Iterator[str]:
    """Return a line for each field that says something."""
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        if field.name in (skip or ()) or value is None:
            continue
        usual = field.default is not msgspec.NODEFAULT and value == field.default
        factory = field.default_factory
        if factory is not msgspec.NODEFAULT and value == factory():
            usual = True
        if not usual or field.name in _ALWAYS:
            yield f"{field.name} = {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        # JSON's escapes are TOML's too, but for the one character that JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, msgspec.Struct):
        value = {
            field.name: getattr(value, field.name)
            for field in msgspec.structs.fields(value)
            if getattr(value, field.name) != field.default
        }
    if isinstance(value, dict):
        inner = ", ".join(f"{key} = {_value(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return str(value)
