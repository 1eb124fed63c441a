"""All registers, found by their modules: adding one means adding its module, nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from desktop.errors import NotFound
from desktop.models.register import Register
from desktop.text import _, in_a_row


@cache
def all_registers() -> dict[str, Register]:
    """Return every declared register by key, in the order of their stable numbers."""
    found = []
    for module in pkgutil.iter_modules(__path__):
        declared = getattr(importlib.import_module(f"{__name__}.{module.name}"), "REGISTER", None)
        if isinstance(declared, Register):
            found.append(declared)
    return {register.key: register for register in sorted(found, key=lambda each: each.number)}


def find_register(key: str) -> Register:
    """Return the register with that key.

    Raises:
        NotFound: No register has it.
    """
    registers = all_registers()
    if key not in registers:
        raise NotFound(
            _("没有名为“{key}”的台账。").format(key=key),
            _("可用的有：{keys}。").format(keys=in_a_row(registers)),
        )
    return registers[key]


@cache
def registers_by_number() -> dict[int, Register]:
    """Return every register by its stable number on the wire."""
    return {register.number: register for register in all_registers().values()}
