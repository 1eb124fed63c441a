"""Returns begun or submitted at two PCs before they met."""

from __future__ import annotations

from itertools import permutations

import pytest
from sqlalchemy import select

from county.answering import Wanted, send_back
from county.storage import Hub
from desktop.errors import Frozen
from desktop.models.register import Values
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
from tests.sync.parts import CODE, PC


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


@pytest.mark.parametrize("submits", [False, True])
def test_a_return_that_was_sent_back_is_overwritten_by_nobody(
    hub: Hub, make_pc: MakePC, *, submits: bool
) -> None:
    """What the county has read and answered stays; the correction is a revision of its own."""
    one, other = make_pc(), make_pc(person="张会计")
    join_all(hub, one, other)
    with one.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M11": "1", "M12": "1"})
    settle(one, other)
    with one.store.writing() as session:
        filing.submit_all_steps(session, FORM, MONTH, "院长")
    settle(one)
    with hub.writing() as connection:
        send_back(connection, Wanted(CODE, FORM, MONTH), "县统计", "请核对", {})
    settle(one)
    (id,) = one.rows()["returns"]
    answered = one.load("returns", id)
    assert answered["status"] == "退回重报"
    with other.store.writing() as session:
        filing.set_typed(session, FORM, MONTH, {"M12": "99"})
        if submits:
            filing.submit_all_steps(session, FORM, MONTH, "张会计")
    report = other.sync()
    assert {each.reason for each in report.refused} == {"frozen"}
    settle(other, one)
    assert [pc.load("returns", id) for pc in (one, other)] == [answered] * 2
    assert {each[3] for each in told(other)} == {"frozen"}
    assert_same(hub, one, other)
    with other.store.writing() as session:
        filing.revise(session, FORM, MONTH)
        filing.set_typed(session, FORM, MONTH, {"M12": "99"})
        filing.submit_all_steps(session, FORM, MONTH, "张会计")
    settle(other, one)
    assert {row["revision"]: row["status"] for row in returns_at(one)} == {
        1: "退回重报",
        2: "县级已接收",
    }


def returns_at(pc: PC) -> list[Values]:
    return [pc.load("returns", id) for id in pc.rows()["returns"]]
