"""What the project promises about itself: licences, the lock, fonts, sizes."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent

MODULE_LINES = 400
FUNCTION_LINES = 40
LONG_MODULES: dict[str, str] = {}
"""Modules that may be longer, each with its reason."""
LONG_FUNCTIONS: dict[str, str] = {}
"""Functions (`path:name`) that may be longer, each with its reason."""

NO_METADATA = {
    "sqlcipher3": "zlib licence in its LICENSE file; SQLCipher itself is BSD-3-Clause",
}
"""Run-time distributions that state no licence in their metadata, and where it was read."""

RARE = "㛃𠅤䶮"
"""Characters of real names that common Chinese fonts lack."""


# ---- Licences ----


def runtime_distributions() -> dict[str, Distribution]:
    """Walk the requirements of the project itself, as they apply to this machine."""
    found: dict[str, Distribution] = {}
    waiting = [("thdesk", frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found and not extras:
            continue
        found[key] = distribution(name)
        for line in found[key].requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            wanted = {"", *extras}
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted):
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def stated_licences(dist: Distribution) -> list[str]:
    """Return the licences a distribution offers; several classifiers are a choice."""
    expression = dist.metadata.get("License-Expression")
    if expression:
        return re.split(r"\s+OR\s+", expression)
    classifiers = dist.metadata.get_all("Classifier") or []
    named = [line.split(" :: ")[-1] for line in classifiers if line.startswith("License ::")]
    first_line = (dist.metadata.get("License") or "").strip().splitlines()[:1]
    return [name for name in named or first_line if name != "OSI Approved"]


def is_gpl(licence: str) -> bool:
    return bool(re.search(r"\bA?GPL|(?<!Lesser )General Public", licence)) and "LGPL" not in licence


def test_nothing_installed_for_run_time_is_gpl_only() -> None:
    dists = runtime_distributions()
    assert {"pyside6-essentials", "psycopg", "reportlab", "sqlcipher3"} <= set(dists)
    for name, dist in dists.items():
        licences = stated_licences(dist)
        assert licences or name in NO_METADATA, f"{name} states no licence"
        assert not licences or not all(map(is_gpl, licences)), f"{name}: {licences}"


@pytest.mark.parametrize(
    ("licence", "gpl"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
        ("MIT", False),
    ],
)
def test_gpl_is_recognised(licence: str, gpl: bool) -> None:
    assert is_gpl(licence) is gpl


# ---- The lock and the fonts ----


def test_the_lock_has_a_hash_for_every_version_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_fonts_are_those_of_the_readme_and_hold_rare_names() -> None:
    readme = (ROOT / "resources/fonts/README.md").read_text("utf-8")
    faces = sorted((ROOT / "resources/fonts").glob("*.ttf"))
    assert 1 <= len(faces) <= 3
    for face in faces:
        assert hashlib.sha256(face.read_bytes()).hexdigest() in readme
        with TTFont(face, lazy=True) as font:
            assert "glyf" in font, "ReportLab embeds TrueType outlines only"
            assert {ord(letter) for letter in RARE} <= set(font.getBestCmap())


# ---- Who may open a session ----


def test_sessions_are_opened_only_where_the_design_says() -> None:
    """Import-linter sees whole distributions; this sees the names taken from SQLAlchemy."""
    allowed = ("desktop/models/", "desktop/services/", "county/")
    takers = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom | ast.Import) and opens_a_session(node)
    }
    assert {taker for taker in takers if not taker.startswith(allowed)} == set()
    assert any(taker.startswith("desktop/models/") for taker in takers)


def opens_a_session(node: ast.ImportFrom | ast.Import) -> bool:
    """Tell whether an import takes what makes a session, an engine or a bare connection."""
    names = {alias.name for alias in node.names}
    if isinstance(node, ast.Import):
        return any(name.split(".")[0] in ("sqlcipher3", "sqlite3") for name in names)
    makers = {"sessionmaker", "scoped_session", "create_engine", "engine_from_config"}
    return bool(names & makers) or (node.module or "").split(".")[0] in ("sqlcipher3", "sqlite3")


# ---- The day ----


def read_on_import(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what Python runs when it reads a module: everything but the bodies of functions."""
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield child
                yield from read_on_import(child)


def asks_for_the_day(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in {"today", "now", "utcnow"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TODAY = date.today()", True),
        ("MONTH = shifted(month_of(date.today()), -1)", True),
        ("def made(day: date = datetime.now().date()): ...", True),
        ("class Sheet:\n    day = date.today()", True),
        ("def made():\n    return date.today()", False),
        ("made = field(default_factory=lambda: date.today())", False),
    ],
)
def test_a_day_asked_for_on_import_is_found(text: str, found: bool) -> None:
    assert any(map(asks_for_the_day, read_on_import(ast.parse(text)))) is found


def test_no_module_keeps_the_day_it_was_read_on() -> None:
    """A PC stays on over night, and a run of the tests may begin before midnight."""
    keepers = {
        path.relative_to(ROOT).as_posix()
        for path in (*sources(), *sorted((ROOT / "tests").rglob("*.py")))
        if any(map(asks_for_the_day, read_on_import(ast.parse(path.read_text("utf-8")))))
    }
    assert keepers == set()


# ---- Sizes ----


def sources() -> Iterator[Path]:
    yield ROOT / "dev.py"
    for package in ("desktop", "county", "tools"):
        yield from sorted((ROOT / package).rglob("*.py"))


def too_long_functions(path: Path) -> Iterator[str]:
    """Name the functions whose body, without its docstring, is too long."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            if body and (body[-1].end_lineno or 0) - body[0].lineno >= FUNCTION_LINES:
                yield f"{path.relative_to(ROOT).as_posix()}:{node.name}"


def test_modules_stay_short() -> None:
    long = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if len(path.read_text("utf-8").splitlines()) > MODULE_LINES and "versions" not in path.parts
    }
    assert long == set(LONG_MODULES)


def test_functions_stay_short() -> None:
    long = {name for path in sources() for name in too_long_functions(path)}
    long = {name for name in long if "/versions/" not in name}
    assert long == set(LONG_FUNCTIONS)
