"""Where files live: the program's resources and a centre's data folder."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "THDESK_HOME"


def resource(*parts: str) -> Path:
    """Return the path of a file that ships with the program."""
    return Path(__file__).resolve().parent.parent.joinpath("resources", *parts)


def default_home() -> Path:
    """Return the data folder: ``THDESK_HOME`` or the place the system has for such data."""
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("thdesk", appauthor=False)
