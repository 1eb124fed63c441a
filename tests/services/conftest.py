"""A month's records built by hand from the office's sample files, without the importer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy.orm import Session

from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many

Adding = Callable[..., list[bytes]]


@pytest.fixture
def session(fresh_centre: Centre) -> Iterator[Session]:
    """A writing session of a new centre."""
    with fresh_centre.store.writing() as session:
        yield session


@pytest.fixture
def add(session: Session) -> Adding:
    """Adds rows to a register."""

    def adding(register: str, *rows: Values) -> list[bytes]:
        return insert_many(session, find_register(register), list(rows))

    return adding


def day(text: str) -> date:
    """Return the date written so."""
    return date.fromisoformat(text)
