"""The import contracts hold, and a planted violation of each one is caught."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PLANTED = {
    "layers": ("desktop/models/base.py", "import desktop.ui.theme"),
    "qt": ("desktop/sync/wire.py", "import PySide6.QtCore"),
    "reportlab": ("desktop/services/planted.py", "import reportlab.platypus"),
    "httpx": ("desktop/sync/protocol.py", "import httpx"),
    "hub": ("county/planted.py", "import desktop.exchange"),
    "desk": ("desktop/models/planted.py", "import county"),
    "wire": ("desktop/sync/wire.py", "import desktop.sync.client"),
}
"""What breaks each contract: a module and the line planted in it."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the two packages and their contracts, so that a violation can be planted."""
    for package in ("desktop", "county"):
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> str:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONUTF8": "1", "COLUMNS": "400"},
    )
    return done.stdout + done.stderr


def contract_names() -> dict[str, str]:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    pairs = re.findall(r'^id = "(\w+)"\nname = "(.+)"$', text, re.MULTILINE)
    return dict(pairs)


def test_the_contracts_hold(copy: Path) -> None:
    report = lint(copy)
    assert f"Contracts: {len(contract_names())} kept, 0 broken." in report, report


def test_every_contract_has_a_planted_violation() -> None:
    assert set(contract_names()) == set(PLANTED)


def test_each_planted_violation_breaks_its_contract(copy: Path) -> None:
    (copy / "desktop/sync/client.py").touch()
    for name, line in PLANTED.values():
        with (copy / name).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")

    report = lint(copy)

    for key, name in contract_names().items():
        assert f"{name} BROKEN" in report, f"{key} let the violation pass:\n{report}"
    for module, _line in PLANTED.values():
        assert module.removesuffix(".py").replace("/", ".") in report


def test_a_package_without_a_place_in_the_layers_is_reported(copy: Path) -> None:
    (copy / "desktop" / "newcomer.py").write_text('"""Belongs nowhere yet."""\n', "utf-8")

    report = lint(copy)

    assert "newcomer" in report
    assert f"{contract_names()['layers']} BROKEN" in report
