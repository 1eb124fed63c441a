"""Interface text: Simplified Chinese in the source, other languages from gettext catalogues."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from functools import lru_cache

from desktop.paths import resource

DOMAIN = "thdesk"
LANGUAGES = ("zh", "en")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language = "zh"


def set_language(code: str) -> None:
    """Use the catalogue of ``code``; Chinese is the source and needs none."""
    global _catalogue, _language  # noqa: PLW0603 - one interface language a process
    _language = code
    _catalogue = (
        gettext.NullTranslations()
        if code == "zh"
        else gettext.translation(DOMAIN, resource("i18n"), languages=[code], fallback=True)
    )


def language() -> str:
    """Return the code of the interface language, ``zh`` or ``en``."""
    return _language


def _(message: str) -> str:
    """Return the message in the interface language; to be called when it is shown."""
    return _catalogue.gettext(message) if message else ""


@lru_cache(maxsize=2)
def _inverted(code: str) -> dict[str, frozenset[str]]:
    """Return the sources of each sentence of a language's catalogue."""
    found: dict[str, set[str]] = {}
    if code != "zh":
        with resource("i18n", code, "LC_MESSAGES", f"{DOMAIN}.mo").open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        for source in catalogue._catalog:  # type: ignore[attr-defined]  # noqa: SLF001 - no other way in
            if isinstance(source, str) and source:
                found.setdefault(catalogue.gettext(source), set()).add(source)
    return {shown: frozenset(each) for shown, each in found.items()}


def sources(shown: str) -> frozenset[str]:
    """Return the Chinese words that are shown so, to find them in an office's own files."""
    return _inverted(_language).get(shown, frozenset()) | {shown}


def N_(message: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a message for translation where it is declared, not yet shown."""
    return message


def in_a_row(words: Iterable[str]) -> str:
    """Return words with the comma of the interface language between them."""
    return _("、").join(words)


def in_one_line(sentences: Iterable[str]) -> str:
    """Return whole sentences as one line: joined as Chinese joins clauses, else one by one."""
    if _language != "zh":
        return " ".join(sentences)
    whole = list(sentences)
    joined = "；".join(each.removesuffix("。") for each in whole)
    return f"{joined}。" if whole and whole[-1].endswith("。") else joined
