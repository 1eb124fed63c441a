"""Renew the handbook's pictures from a centre's pages.

``help_pictures.py HOME`` draws the pages of the centre in that folder (the password comes from
``THDESK_PASSWORD``) as ``thdesk screenshots`` does, and keeps them reduced in ``resources/help``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "resources" / "help" / "pictures"
SCENES = (
    *("home", "returns", "clinic_months", "sync", "settings", "import"),
    *("visit-entry", "findings", "performance", "schemes", "return-cell"),
    *("indicators", "return_forms", "publications"),
)
NAMES = {"publications": "county"}
"""Pictures that are not called like their page."""

WIDTH = 1000


def main() -> int:
    """Draw and reduce."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "desktop", "--home", sys.argv[1], "screenshots"]
        command += ["--out", folder]
        for scene in SCENES:
            command += ["--only", scene]
        done = subprocess.run(command, check=False, cwd=ROOT)
        if done.returncode:
            return done.returncode
        for file in sorted(Path(folder).glob("*.png")):
            name = file.stem.split("-", 1)[1]
            reduce(file, PICTURES / f"{NAMES.get(name, name)}.png")
    return 0


def reduce(source: Path, target: Path) -> None:
    """Write a picture no wider than the handbook's page."""
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QImage

    picture = QImage(str(source))
    if picture.width() > WIDTH:
        picture = picture.scaledToWidth(WIDTH, Qt.TransformationMode.SmoothTransformation)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.convertToFormat(QImage.Format.Format_RGB32).save(str(target), quality=1)
    print(target.relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
