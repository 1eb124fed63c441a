"""What the tests of the commands share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.commands.returns_desk import Desk


@pytest.fixture
def desk(new_centre_folder: Path, tmp_path: Path) -> Desk:
    return Desk(Path(shutil.copytree(new_centre_folder, tmp_path / "centre")))
