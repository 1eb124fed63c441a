"""What a command prints, on consoles of every kind."""

from __future__ import annotations

import sys


def speak_utf8() -> None:
    """Print as UTF-8 wherever to: a Windows code page knows no 〔 and no rare name character."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
