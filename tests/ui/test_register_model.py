"""The rows of a register's list as they are fetched page by page."""

from __future__ import annotations

import pytest

from desktop.models.listing import Query
from desktop.ui.page import Desk
from desktop.ui.register_table import RegisterModel
from tests.ui.test_register_page import CONTRACTS, contract, put


@pytest.mark.slow
def test_a_hundred_thousand_rows_page_to_the_end_without_gap(desk: Desk) -> None:
    wanted = 100_000
    for start in range(0, wanted, 20_000):
        rows = [contract(order) for order in range(start, start + 20_000)]
        put(desk, CONTRACTS, rows)
    model = RegisterModel(desk.worker, CONTRACTS)
    model.ask(Query(CONTRACTS, sort="expires_on"))
    seen = set()
    while model.canFetchMore(model.index(-1, -1)):
        model.fetchMore(model.index(-1, -1))
    for row in range(model.rowCount()):
        seen.add(model.id_at(row))
    assert len(seen) == model.rowCount() == wanted
