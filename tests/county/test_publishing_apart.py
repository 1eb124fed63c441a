"""Whatever is published to whom: no row of one centre is ever seen at another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from county.storage import Hub
from county.tables import register_tables
from county.verifying import problems
from desktop.errors import NotFound
from tests.county.published_files import NOTICE, ORDERS, drugs, written
from tests.county.publishing_parts import (
    OTHER,
    OTHER_NAME,
    centre_ids,
    send,
    take_back,
)
from tests.sync.parts import add_centre


@pytest.fixture
def neighbours(sqlite_hub: Hub) -> Hub:
    add_centre(sqlite_hub, OTHER, OTHER_NAME)
    return sqlite_hub


_STEP = st.tuples(
    st.sampled_from(["drugs", "notice", "staff-orders", "withdraw"]),
    st.sampled_from([(), ("330523100",), (OTHER,)]),
    st.integers(0, 3),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_STEP, min_size=1, max_size=6))
def test_no_row_of_one_centre_is_ever_anothers(
    steps: list[tuple[str, tuple[str, ...], int]], neighbours: Hub, tmp_path: Path
) -> None:
    hub = neighbours
    own, other = centre_ids(hub)
    for word, codes, order in steps:
        before = {id: _rows_at(hub, id) for id in (own, other)}
        if word == "withdraw":
            try:
                take_back(hub, "drugs", [f"药{order}"], *codes)
            except NotFound:
                continue
        elif word == "drugs":
            send(hub, word, drugs(tmp_path, f"药{order},1g,盒,{order},在用"), *codes)
        elif word == "notice":
            text = NOTICE.replace("12 号", f"{order} 号")
            send(hub, word, written(tmp_path, "n.toml", text), *codes)
        else:
            text = f"{ORDERS}令{order},人,甲,乙,派驻,2026-12-01,\n"
            send(hub, word, written(tmp_path, "o.csv", text), *codes)
        for id, code in ((own, "330523100"), (other, OTHER)):
            if codes and code not in codes:
                assert _rows_at(hub, id) == before[id]
        assert not {row[0] for row in _rows_at(hub, own)} & {row[0] for row in _rows_at(hub, other)}
    with hub.reading() as connection:
        assert problems(connection) == []


def _rows_at(hub: Hub, centre_id: int) -> list[tuple[Any, ...]]:
    with hub.reading() as connection:
        found: list[tuple[Any, ...]] = []
        for _register, table in register_tables().values():
            owned = select(table).where(table.c.centre_id == centre_id).order_by(table.c.id)
            found += [tuple(row) for row in connection.execute(owned)]
    return found
