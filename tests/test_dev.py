"""`dev.py` says in one sentence what a bare machine lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dev


def test_an_old_python_alone_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit) as refusal:
        dev._find_python()
    assert str(refusal.value).startswith("This is Python 3.9;")


def test_an_old_python_uses_a_newer_one_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(shutil, "which", lambda name: sys.executable if "3.11" in name else None)
    assert dev._find_python() == sys.executable


@pytest.mark.skipif(sys.platform != "linux", reason="Debian packages")
def test_missing_qt_libraries_become_one_apt_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lacking = ["libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"]
    monkeypatch.setattr(dev, "_missing_libraries", lambda *, window: lacking)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit):
        dev.check_qt(window=False)
    assert "sudo apt-get install -y libegl1 libglib2.0-0\n" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="ldd")
def test_no_library_is_missing_here() -> None:
    dev.check_qt(window=False)


def test_a_step_that_fails_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def pretend(command: list[str | Path], settings: dict[str, str] | None = None) -> int:
        ran.append(" ".join(map(str, command)))
        return 1 if "mypy" in ran[-1] else 0

    monkeypatch.setattr(dev, "_run", pretend)
    assert dev.check([]) == 1
    assert "check: failed: types\n" in capsys.readouterr().out
    assert "pytest" in ran[-1]


def test_help_names_every_word() -> None:
    done = subprocess.run(
        [sys.executable, dev.ROOT / "dev.py", "--help"], capture_output=True, text=True, check=True
    )
    assert all(f"  {word}" in done.stdout for word in dev.WORDS)
