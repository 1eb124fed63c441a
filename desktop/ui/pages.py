"""Which pages there are: one for every register, and the hand-written screens, which come first."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache, partial
from typing import TYPE_CHECKING

from desktop.text import N_
from desktop.ui import screens
from desktop.ui.page import Desk, Page, PageDeclaration

if TYPE_CHECKING:  # The window can stand, with the pages kept, before the registers are loaded.
    from desktop.models.register import Register

HOME = "home"
GROUPS = (
    "",
    N_("队伍"),
    N_("村卫生室"),
    N_("药品与物资"),
    N_("居民服务"),
    N_("上报"),
    N_("设置"),
)
_AFTER_SCREENS = 100


@cache
def all_pages() -> dict[str, PageDeclaration]:
    """Return every page by key, in the order of the navigation."""
    from desktop.models.registers import all_registers

    with_page = [each for each in all_registers().values() if not each.without_page]
    found = {register.key: _register_page(register) for register in with_page}
    for module in pkgutil.iter_modules(screens.__path__):
        made = importlib.import_module(f"{screens.__name__}.{module.name}")
        declared = getattr(made, "PAGE", None)
        if isinstance(declared, PageDeclaration):
            found[declared.key] = declared
    return {page.key: page for page in sorted(found.values(), key=_place)}


def _register_page(register: Register) -> PageDeclaration:
    return PageDeclaration(
        key=register.key,
        label=register.label,
        group=register.group or GROUPS[-1],
        icon=register.icon,
        order=_AFTER_SCREENS + register.number,
        make=partial(_make_register_page, register),
        detail=register.detail,
    )


def _make_register_page(register: Register, desk: Desk) -> Page:
    from desktop.ui.register_page import RegisterPage

    return RegisterPage(desk, register)


def _place(page: PageDeclaration) -> tuple[int, str, bool, int]:
    known = GROUPS.index(page.group) if page.group in GROUPS else len(GROUPS)
    return known, page.group, page.detail, page.order
