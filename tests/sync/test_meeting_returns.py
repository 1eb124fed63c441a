"""Returns begun or submitted at two PCs before they met."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select

from county.storage import Hub
from desktop.errors import Frozen
from desktop.models.registers import find_register
from desktop.services.returns import filing
from tests.sync.meetings import (
    FORM,
    MONTH,
    MakePC,
    assert_same,
    join_all,
    settle,
    told,
)


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_the_same_month_begun_twice_is_one_return(
    order: tuple[int, ...], hub: Hub, make_pc: MakePC
) -> None:
    pcs = make_pc(), make_pc(person="张会计")
    join_all(hub, *pcs)
    for pc, cells in zip(pcs, ({"M11": "3620"}, {"M12": "134"}), strict=True):
        with pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, cells)
            filing.set_explanations(session, FORM, MONTH, {"Q1": "说明"})
    settle(*(pcs[at] for at in order))
    assert_same(hub, *pcs)
    (held,) = pcs[0].rows()["returns"].values()
    assert held[0] is None
    # Each cell is a record of its own: what the two filled in stays side by side.
    assert [told(pc) for pc in pcs] == [[], []]
    with pcs[0].store.reading() as session:
        filled = find_register("return_cells").table.c
        found = session.execute(
            select(filled.cell, filled.value).where(filled.kind == "填报")
        ).all()
    assert {tuple(each) for each in found} == {("M11", "3620"), ("M12", "134")}


@pytest.mark.parametrize("first_submits", [True, False])
def test_a_return_submitted_at_one_pc_is_what_the_county_has(
    first_submits: bool, hub: Hub, make_pc: MakePC
) -> None:
    submits, drafts = make_pc(), make_pc(person="张会计")
    join_all(hub, submits, drafts)
    with drafts.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "9", "M12": "9"})
    with submits.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "3620", "M12": "134"})
        sent = filing.submit_all_steps(session, FORM, MONTH, "院长")
    with drafts.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M12": "10"})
    for pc in (submits, drafts) if first_submits else (drafts, submits):
        pc.sync()
    settle(submits, drafts)
    assert_same(hub, submits, drafts)
    (id,) = submits.rows()["returns"]
    for pc in (submits, drafts):
        held = pc.load("returns", id)
        assert (held["status"], held["submitted_by"]) == ("县级已接收", "院长")
        assert held["received_at"]
        assert held["checksum"] == sent.checksum
        assert held["typed"] == '{"M11": 3620, "M12": 134}'
        with pytest.raises(Frozen), pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, {"M12": "11"})
    if first_submits:
        assert ("填报数据", '{"M11": 9, "M12": 10}') in {each[:2] for each in told(drafts)}


def test_a_return_submitted_at_both_pcs_keeps_the_first_receipt(hub: Hub, make_pc: MakePC) -> None:
    pcs = make_pc(), make_pc(person="张会计")
    join_all(hub, *pcs)
    for pc, cells, person_name in zip(pcs, ("1", "2"), ("院长", "张会计"), strict=True):
        with pc.store.writing() as session:
            filing.set_typed(session, FORM, MONTH, {"M11": cells, "M12": cells})
            filing.submit_all_steps(session, FORM, MONTH, person_name)
    pcs[0].sync()
    (id,) = pcs[0].rows()["returns"]
    received = pcs[0].load("returns", id)
    pcs[1].sync()
    settle(*pcs)
    assert_same(hub, *pcs)
    assert pcs[1].load("returns", id) == received
    assert ("上报人", "张会计", "院长") in {each[:3] for each in told(pcs[1])}
