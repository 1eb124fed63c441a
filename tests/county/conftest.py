"""Fixtures of the hub's tests."""

from tests.county.hostile import hostile, on_sqlite
from tests.sync.fixtures import *  # noqa: F403

__all__ = ["hostile", "on_sqlite"]
