"""The office's own faces: 仿宋 and 小标宋 where they are installed and may be embedded (GB/T 9704).

They are not free to ship. A face counts only if its outlines are TrueType (ReportLab embeds no
other) and its maker allows embedding a part of it (``fsType`` of OpenType's OS/2 table).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TEXT = ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong", "华文仿宋")
"""Family names of faces for the text, the best first."""

TITLE = ("方正小标宋", "FZXiaoBiaoSong", "小标宋")
"""What the family name of a face for titles contains."""

_STEMS = ("fangso", "simfang", "仿宋", "fzxbs", "xiaobiaosong", "小标宋")
"""What the names of their files contain: not every face of the system is opened."""

_RESTRICTED, _NO_SUBSET, _PICTURES_ONLY = 0x0002, 0x0100, 0x0200
_FAMILY_NAMES = (1, 4, 16)
_TESTED = "卫生院月报表"


@dataclass(frozen=True)
class OfficeFaces:
    """The files of the office's faces; None where none is installed."""

    text: Path | None = None
    title: Path | None = None


def system_folders() -> list[Path]:
    """Return the folders in which this system keeps its faces."""
    if os.name == "nt":
        named = (os.environ.get("WINDIR"), os.environ.get("LOCALAPPDATA"))
        below = ("Fonts", "Microsoft/Windows/Fonts")
        return [Path(root, part) for root, part in zip(named, below, strict=True) if root]
    own = Path(os.environ.get("HOME", "/"))
    shared = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))
    return [*shared, own / ".local/share/fonts", own / ".fonts"]


def find_faces(folders: Sequence[Path]) -> OfficeFaces:
    """Return the office's faces that these folders hold and that may be embedded."""
    found = {path: names for path in _likely(folders) if (names := _usable_names(path))}
    return OfficeFaces(_best(found, TEXT), _best(found, TITLE))


def _likely(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() == ".ttf" and any(stem in path.stem.lower() for stem in _STEMS):
                yield path


def _usable_names(path: Path) -> set[str]:
    """Return the names of a face that may be embedded; none for one that may not or is broken."""
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            if "glyf" not in font or font["OS/2"].fsType & (
                _RESTRICTED | _NO_SUBSET | _PICTURES_ONLY
            ):
                return set()
            characters = font.getBestCmap() or {}
            if any(ord(character) not in characters for character in _TESTED):
                return set()
            names = font["name"].names
            return {each.toUnicode() for each in names if each.nameID in _FAMILY_NAMES}
    except (TTLibError, OSError, struct.error, KeyError, UnicodeDecodeError):
        return set()


def _best(found: dict[Path, set[str]], wanted: Iterable[str]) -> Path | None:
    for name in wanted:
        for path, names in found.items():
            if any(name.lower() in each.lower() for each in names):
                return path
    return None
