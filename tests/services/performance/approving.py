"""The quarter's simulation and its approval, as the tests of sheets and versions need them."""

from __future__ import annotations

from datetime import datetime

from desktop.services.performance.schemes import (
    scheme_for,
    scheme_versions,
)
from desktop.services.performance.sheets import (
    approve,
)
from desktop.services.performance.simulating import Simulation, simulate
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.services.performance.building import QUARTER
from tests.services.performance.conftest import Quarter

NOW = datetime(2027, 1, 8, 9, 30)
TODAY = NOW.date()


def simulated(quarter: Quarter, period: str = QUARTER) -> Simulation:
    with quarter.centre.store.reading() as session:
        found = scheme_for(Records(session), parse_period(period))
        assert found is not None
        return simulate(session, period, found.scheme, scheme_id=found.id)


def simulated_by(quarter: Quarter, version_id: bytes) -> Simulation:
    with quarter.centre.store.reading() as session:
        (version,) = (v for v in scheme_versions(Records(session)) if v.id == version_id)
        return simulate(session, QUARTER, version.scheme, scheme_id=version.id)


def approved(quarter: Quarter) -> bytes:
    return approve(quarter.centre.store, simulated(quarter), NOW, acknowledged=True)
