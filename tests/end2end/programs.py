"""The two programs as their users start them: each command a process of its own."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.helpers import processes

PASSWORD = "春天来了2026"


@dataclass(frozen=True)
class Desk:
    """`thdesk` on one data folder."""

    home: Path

    def run(self, *words: str | Path, code: int = 0) -> str:
        """Run a command that ends with this exit code; return what it prints."""
        environment = os.environ | {
            "THDESK_HOME": str(self.home),
            "THDESK_PASSWORD": PASSWORD,
            "PYTHONUTF8": "1",
            "QT_QPA_PLATFORM": "offscreen",
        }
        done = processes.run("desktop", *words, environment=environment)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *words: str | Path) -> Any:
        """Run a command with --json and return what it says."""
        return json.loads(self.run(*words, "--json"))


def text_of(pdf: Path) -> str:
    """Return the text of a PDF without spaces: printed letters stand where the page wants them."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for page in document:
            text = page.get_textpage()
            texts.append(text.get_text_bounded())
            text.close()
            page.close()
    finally:
        document.close()
    return "".join("".join(texts).split())
