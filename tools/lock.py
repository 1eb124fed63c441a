"""Renew ``requirements.lock`` from ``pyproject.toml``: every version and hash, no address.

Needs ``uv`` on the PATH (any install of it will do). Versions already locked stay unless
``--upgrade`` is given.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"


def main() -> int:
    """Resolve for every platform and Python that the project supports."""
    uv = shutil.which("uv")
    if uv is None:
        sys.exit("uv is not installed: `pip install uv` somewhere on the PATH first.")
    command: list[str | Path] = [
        *(uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
        *("--no-header", "--no-annotate"),
        *("--group", "dev", "--output-file", LOCK, "pyproject.toml"),
        *sys.argv[1:],
    ]
    done = subprocess.run(command, check=False, cwd=ROOT)
    if "://" in LOCK.read_text("utf-8"):
        sys.exit(f"{LOCK.name} names an address; it must hold names, versions and hashes only.")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
