"""What the tests of the commands share."""

from __future__ import annotations

import pytest

from desktop.models.opening import Centre
from tests.commands.returns_desk import Desk


@pytest.fixture
def desk(fresh_centre: Centre) -> Desk:
    fresh_centre.close()
    return Desk(fresh_centre.home)
