"""What a command prints, on consoles of every kind."""

from __future__ import annotations

import sys

from desktop.errors import WrongUse
from desktop.text import LANGUAGES, _, in_a_row, set_language


def speak_utf8() -> None:
    """Print as UTF-8 wherever to: a Windows code page knows no 〔 and no rare name character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def speak(lang: str) -> None:
    """Use the language that a command was asked for; empty keeps the one in use.

    Raises:
        WrongUse: There is no such language.
    """
    if lang and lang not in LANGUAGES:
        raise WrongUse(
            _("没有“{lang}”这种界面语言。").format(lang=lang),
            _("可用的有：{words}。").format(words=in_a_row(LANGUAGES)),
        )
    if lang:
        set_language(lang)
