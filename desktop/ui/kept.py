"""The first page as it was last seen, kept sealed beside the data, so that a start can show it.

SQLAlchemy, the registers and the page's own queries take several times as long as the window. What
a person saw last stands there at once and is read anew within a second. The file is sealed with a
key made from the centre's data key and is worth nothing without a password; it may be deleted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nacl.exceptions
import nacl.secret

from desktop import __version__
from desktop.errors import UserError
from desktop.models.replacing import write_whole
from desktop.models.sealing import sealed_box
from desktop.models.vault import Unlocked
from desktop.ui.page import Desk, Page, PageDeclaration

FILE_NAME = "first-page.sealed"


@dataclass(frozen=True)
class Kept:
    """What a start needs before the database is open.

    Args:
        person: Id of the person who saw it; it is shown to nobody else.
        lang: Language of its sentences.
        centre: Name of the centre.
        choices: The person's preferences.
        pages: The navigation: key, label, group, icon, order and whether it is a detail.
        home: The first page in its plain form.
        version: The program that kept it.
    """

    person: str
    lang: str
    centre: str
    choices: dict[str, str]
    pages: list[list[Any]]
    home: dict[str, Any]
    version: str = __version__


def read_kept(home: Path, unlocked: Unlocked) -> Kept | None:
    """Return what was kept for this person by this version; None where there is nothing fit."""
    try:
        sealed = (home / FILE_NAME).read_bytes()
        found = Kept(**json.loads(_box(unlocked).decrypt(sealed)))
    except (OSError, ValueError, TypeError, nacl.exceptions.CryptoError):
        return None
    fit = found.person == unlocked.person_id and found.version == __version__
    return found if fit else None


def write_kept(home: Path, unlocked: Unlocked, kept: Kept) -> None:
    """Keep the first page; where the disk does not take it, the next start is a little slower."""
    sealed = _box(unlocked).encrypt(json.dumps(asdict(kept), ensure_ascii=False).encode())
    try:
        write_whole(home / FILE_NAME, bytes(sealed))
    except UserError:
        return


def _box(unlocked: Unlocked) -> nacl.secret.SecretBox:
    return sealed_box(unlocked.data_key, b"thdesk-1st-page")


def plain_pages(pages: Mapping[str, PageDeclaration]) -> list[list[Any]]:
    """Return the navigation as JSON can hold it."""
    return [
        [page.key, page.label, page.group, page.icon, page.order, page.detail]
        for page in pages.values()
    ]


def kept_pages(plain: list[list[Any]]) -> dict[str, PageDeclaration]:
    """Return the navigation that was kept; its pages are looked up when they are opened."""
    return {
        key: PageDeclaration(key, label, group, icon, order, _maker(key), detail)
        for key, label, group, icon, order, detail in plain
    }


def _maker(key: str) -> Callable[[Desk], Page]:
    def make(desk: Desk) -> Page:
        if key == "home":
            from desktop.ui.screens.home import PAGE

            return PAGE.make(desk)
        from desktop.ui.pages import all_pages

        return all_pages()[key].make(desk)

    return make
