"""A file read as what it is to be published as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from county.publishing import texts
from county.publishing.content import Content, PublishedKind
from county.publishing.sheets import read_rows
from desktop.models.kinds import Value
from desktop.models.register import Values
from desktop.text import _

_TOML = ".toml"
_TEXTS: Mapping[str, Callable[[Path, Mapping[str, Value]], tuple[Values, ...]]] = {
    "policy": texts.read_policies,
    "checklist": texts.read_checklist,
    "scheme": texts.read_scheme,
    "form": texts.read_form,
}
_ONLY_TEXTS = frozenset({"checklist", "scheme", "form"})


def read_content(
    path: Path,
    kind: PublishedKind,
    *,
    valid_from: date | None = None,
    title: str = "",
    must_confirm: bool = False,
    partial: bool = False,
) -> Content:
    """Return what a file publishes.

    Args:
        path: The file.
        kind: What it is to be.
        valid_from: From when it holds, where the file does not say.
        title: What people call it; the file's name where it has none.
        must_confirm: Each centre has to confirm that it was read.
        partial: A catalogue that adds and changes, and stops nothing.

    Raises:
        UserError: Something is wrong with the file; nothing of it is published.
    """
    if not kind.key:
        notice = texts.read_notice(path, kind)
        return replace(
            notice,
            title=title or notice.title,
            valid_from=valid_from or notice.valid_from,
            must_confirm=must_confirm or notice.must_confirm,
        )
    dated = kind.key in ("policy", "checklists", "schemes", "return_forms")
    given: dict[str, Value] = {"valid_from": valid_from} if dated and valid_from else {}
    as_text = kind.word in _ONLY_TEXTS or path.suffix.lower() == _TOML
    if as_text and kind.word in _TEXTS:
        rows = _TEXTS[kind.word](path, given)
    else:
        rows = read_rows(path, kind.register, given)
    starts = [start for row in rows if isinstance(start := row.get("valid_from"), date)]
    return Content(
        kind,
        title or _title(kind, path, rows),
        rows=rows,
        valid_from=valid_from or min(starts, default=None),
        must_confirm=must_confirm,
        whole=kind.word == "drugs" and not partial,
    )


def _title(kind: PublishedKind, path: Path, rows: tuple[Values, ...]) -> str:
    if kind.word in _ONLY_TEXTS:
        named = rows[0].get("title") or rows[0].get("name")
        return _("{title}（第 {version} 版）").format(title=named, version=rows[0].get("version"))
    return path.stem
