"""Desks and hubs that are killed at random moments lose nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from tests.simulation.kills import Killing
from tests.sync.databases import empty_database_url, postgres

__all__ = ["empty_database_url", "postgres"]

KILLS = 20
SEEDS = int(os.environ.get("THDESK_KILL_SEEDS", "1"))
"""How many runs of twenty kills on each database; five make two hundred."""


def test_six_kills(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Killing(url, tmp_path, 1)) as killing:
        killing.run(6)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 2 + SEEDS))
def test_many_kills(seed: int, empty_database_url: str, tmp_path: Path) -> None:
    with contextlib.closing(Killing(empty_database_url, tmp_path, seed)) as killing:
        killing.run(KILLS)
