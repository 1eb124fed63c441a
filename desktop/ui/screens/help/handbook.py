"""The handbook's chapters: one Markdown file each, in the interface language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from desktop.paths import resource
from desktop.text import language

_FIRST_LINE = "topics:"
_AROUND = 12
_MARKS = re.compile(r"[#*|`>]|!\[[^\]]*\]\([^)]*\)|-{3,}")


@dataclass(frozen=True)
class Chapter:
    """A chapter: its name, title, the pages it belongs to, and its text."""

    name: str
    title: str
    topics: frozenset[str]
    text: str

    @property
    def plain(self) -> str:
        """Return the words without the marks."""
        return " ".join(_MARKS.sub(" ", self.text).split())


@dataclass(frozen=True)
class Hit:
    """A chapter in which a search was found, and the words around it."""

    chapter: Chapter
    around: str


def pictures() -> Path:
    """Return the folder of the pictures."""
    return resource("help", "pictures")


def chapters() -> tuple[Chapter, ...]:
    """Return the chapters in the interface language, in their order."""
    return _read(language())


@cache
def _read(code: str) -> tuple[Chapter, ...]:
    return tuple(_chapter(path) for path in sorted(resource("help", code).glob("*.md")))


def _chapter(path: Path) -> Chapter:
    """Read a file: the first line names its topics, the second is its title."""
    first, text = path.read_text(encoding="utf-8").split("\n", 1)
    title = text.split("\n", 1)[0].removeprefix("# ").strip()
    topics = first.removeprefix(_FIRST_LINE).split()
    return Chapter(path.stem, title, frozenset(topics), text)


def chapter_for(topic: str) -> Chapter:
    """Return the chapter that belongs to a page; the first one where none does."""
    found = chapters()
    return next((chapter for chapter in found if topic in chapter.topics), found[0])


def search(words: str) -> list[Hit]:
    """Return the chapters that hold every word, those with it in the title first."""
    wanted = words.lower().split()
    hits = []
    for chapter in chapters():
        plain = chapter.plain
        low = plain.lower()
        if wanted and all(word in low for word in wanted):
            at = low.index(wanted[0])
            start, end = max(0, at - _AROUND), at + len(wanted[0]) + _AROUND
            cut = plain[start:end].strip()
            around = f"{'…' if start else ''}{cut}{'…' if end < len(plain) else ''}"
            hits.append(Hit(chapter, around))
    return sorted(hits, key=lambda hit: wanted[0] not in hit.chapter.title.lower())
