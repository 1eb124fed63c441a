#!/usr/bin/env python3
"""One command for every chore: ``python3 dev.py run | test | check | bench | screenshots``.

It needs nothing but Python: on its first run it makes ``.venv`` and installs the locked
dependencies. It runs on Linux and on Windows.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
OUT = ROOT / "out"
LOCK = ROOT / "requirements.lock"
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST, NEWEST = (3, 11), (3, 13)
"""The Pythons that PySide6 6.8 has builds for."""

DEMO_PASSWORD = "weiyuantong"  # noqa: S105 - of made-up people
DEMO_PERIOD = "2026-10"
"""The month whose workbooks the demonstration centre has taken in."""

QT_FILES = ("QtWidgets.abi3.so", "QtPrintSupport.abi3.so", "QtSvg.abi3.so", "QtNetwork.abi3.so")
QT_PLUGINS = ("libqoffscreen.so", "libqxcb.so")
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""The Debian package of every system library that Qt's window and offscreen parts load."""


# ---- Set-up: from a machine with only Python to a working .venv ----


def set_up() -> None:
    """Make ``.venv`` with the locked dependencies, unless it is there already."""
    stamp = VENV / "thdesk.stamp"
    wanted = _fingerprint()
    if stamp.is_file() and stamp.read_text("utf-8") == wanted:
        return
    if not _is_usable(PYTHON):
        _make_venv(_find_python())
    print(f"Installing the dependencies of {LOCK.name} into {VENV.name} …", flush=True)
    quiet = ("--quiet", "--no-input", "--disable-pip-version-check")
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", *quiet]
    if _run([*pip, "--require-hashes", "-r", LOCK]) != 0:
        sys.exit("The dependencies could not be installed; see pip's message above.")
    if _run([*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT]) != 0:
        sys.exit("The project could not be installed into .venv; see pip's message above.")
    stamp.write_text(wanted, "utf-8")


def _fingerprint() -> str:
    """Say what an installation depends on: the lock, the declaration and the place."""
    digest = hashlib.sha256()
    for path in (LOCK, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {ROOT}"


def _find_python() -> str:
    """Return a Python that the dependencies have builds for; prefer the one running this."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        found = shutil.which(f"python3.{minor}")
        if found and _is_usable(found):
            return found
    running = ".".join(map(str, sys.version_info[:2]))
    sys.exit(
        f"This is Python {running}; 卫院通 needs Python 3.11, 3.12 or 3.13: install one first."
    )


def _is_usable(python: str | Path) -> bool:
    """Tell whether this interpreter starts and is of a supported version."""
    test = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return (
            subprocess.run([python, "-c", test], check=False, capture_output=True).returncode == 0
        )
    except OSError:
        return False


def _make_venv(python: str) -> None:
    """Make ``.venv`` from scratch; name the package that a bare Debian lacks."""
    print(f"Making {VENV.name} with {python} …", flush=True)
    if subprocess.run([python, "-c", "import ensurepip, venv"], check=False).returncode != 0:
        sys.exit(f"This Python has no venv module. Run: {_apt_line(['python3-venv'])}")
    if _run([python, "-m", "venv", "--clear", VENV]) != 0:
        sys.exit("The virtual environment could not be made; see the message above.")


def check_qt(*, window: bool) -> None:
    """Stop with the exact apt-get line when a system library that Qt needs is missing."""
    probe = "import PySide6, PySide6.QtGui, PySide6.QtWidgets, PySide6.QtPrintSupport"
    found = subprocess.run([PYTHON, "-c", probe], check=False, capture_output=True, text=True)
    missing = _missing_libraries(window=window) if sys.platform == "linux" else []
    if found.returncode == 0 and not missing:
        return
    packages = sorted({QT_LIBRARIES[name] for name in missing if name in QT_LIBRARIES})
    unknown = sorted(name for name in missing if name not in QT_LIBRARIES)
    if packages:
        print(f"Qt lacks system libraries. Run: {_apt_line(packages)}", file=sys.stderr)
    if unknown or not packages:
        print(f"Qt cannot be loaded: {' '.join(unknown)} {found.stderr}", file=sys.stderr)
    sys.exit(1)


def _missing_libraries(*, window: bool) -> list[str]:
    """List the shared objects that the loader does not find for Qt offscreen or in a window."""
    qt = next(VENV.glob("lib/python3*/site-packages/PySide6"))
    files = [qt / name for name in QT_FILES]
    files += [qt / "Qt/plugins/platforms" / name for name in QT_PLUGINS[: 2 if window else 1]]
    listing = subprocess.run(["ldd", *files], check=False, capture_output=True, text=True)
    return re.findall(r"^\s*(\S+) => not found", listing.stdout, re.MULTILINE)


def _apt_line(packages: list[str]) -> str:
    """Return the command that installs these Debian packages."""
    as_root = "" if hasattr(os, "geteuid") and os.geteuid() == 0 else "sudo "
    return f"{as_root}apt-get install -y {' '.join(dict.fromkeys(packages))}"


# ---- The words ----


def has_display() -> bool:
    """Tell whether a window could be shown here."""
    named = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return WINDOWS or sys.platform == "darwin" or bool(named)


def run(rest: list[str]) -> int:
    """Open the program on a demonstration centre, or render it where there is no display."""
    if has_display():
        return _demo("demo") or _demo("open", *rest)
    print("There is no display here: rendering the pages to out/screens and out/returns instead.")
    return screenshots(rest) or _demo(
        *("returns", "print", "--period", DEMO_PERIOD, "--out", OUT / "returns")
    )


def screenshots(rest: list[str]) -> int:
    """Render every page to out/screens."""
    return _demo("demo") or _demo("screenshots", "--out", OUT / "screens", *rest)


def test(rest: list[str]) -> int:
    """Run the tests on two processes; the slow ones only where CI asks for them.

    A process that has done its part takes over tests of the other one.
    """
    chosen = [] if os.environ.get("CI") == "true" else ["-m", "not slow"]
    return _module("pytest", "-n", "2", "--dist", "worksteal", "-q", *chosen, *rest)


def bench(rest: list[str]) -> int:
    """Measure what must hold and print the ratios."""
    return _module("tests.benchmarks", *rest)


def i18n(rest: list[str]) -> int:
    """Renew the English catalogue, or with ``--check`` say what is missing in it."""
    return _run([PYTHON, ROOT / "tools" / "i18n.py", *rest])


def lock(rest: list[str]) -> int:
    """Renew requirements.lock after pyproject.toml has changed."""
    return _run([PYTHON, ROOT / "tools" / "lock.py", *rest])


def check(rest: list[str]) -> int:
    """Run every check; the tests come last so that their closing line stands at the end."""
    steps: tuple[tuple[str, Callable[[], int]], ...] = (
        ("format", lambda: _module("ruff", "format", "--check", "--quiet", ".")),
        ("lint", lambda: _module("ruff", "check", "--quiet", ".")),
        ("types", lambda: _module("mypy")),
        ("layers", lambda: _run([PYTHON.with_name("lint-imports"), "--no-logo"])),
        ("migration", lambda: _module("desktop.models.migrations.check")),
        ("translation", lambda: i18n(["--check"])),
        ("tests", lambda: test(rest)),
    )
    failed = []
    for name, step in steps:
        print(f"── {name}", flush=True)
        started = time.monotonic()
        if step() != 0:
            failed.append(name)
        state = "FAILED" if name in failed else "ok"
        print(f"── {name}: {state} in {time.monotonic() - started:.1f} s", flush=True)
    print(f"check: {'failed: ' + ', '.join(failed) if failed else 'all good'}", flush=True)
    return 1 if failed else 0


WORDS = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "screenshots": screenshots,
    "i18n": i18n,
    "lock": lock,
}
"""What can be said after ``dev.py``; each word's docstring is its help."""


def _demo(*args: str | Path) -> int:
    """Run ``thdesk`` with these arguments on the demonstration centre; ``demo`` makes it once."""
    demo = {"THDESK_HOME": str(OUT / "demo"), "THDESK_PASSWORD": DEMO_PASSWORD}
    return _run([PYTHON, "-m", "desktop", *args], demo)


def _module(name: str, *args: str | Path) -> int:
    """Run a module of the virtual environment."""
    return _run([PYTHON, "-m", name, *args])


def _run(command: list[str | Path], settings: dict[str, str] | None = None) -> int:
    """Run a command in the project's folder with UTF-8 everywhere."""
    environment = {**os.environ, "PYTHONUTF8": "1", **(settings or {})}
    return subprocess.run(command, check=False, cwd=ROOT, env=environment).returncode


def main() -> int:
    """Set up what is missing and do what the word says."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = "\n".join(f"  {word:12} {(do.__doc__ or '')}" for word, do in WORDS.items())
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0],
        epilog=f"words:\n{words}\n\nWhatever follows the word is handed on.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("word", choices=WORDS, metavar="WORD")
    asked, rest = parser.parse_known_args()
    set_up()
    if asked.word not in ("i18n", "lock"):
        check_qt(window=asked.word == "run" and has_display())
    return WORDS[asked.word](rest)


if __name__ == "__main__":
    sys.exit(main())
