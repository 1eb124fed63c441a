"""A disk that was put back to before a packet that is still under way."""

from __future__ import annotations

import shutil

import pytest

from county.storage import Hub
from tests.sync.parts import PC, staff
from tests.sync.sticks import Stick, pair, same, stick

__all__ = ["pair", "stick"]


@pytest.mark.parametrize("on_the_way", [0, 1, 2, 4])
@pytest.mark.parametrize("by_stick", [False, True])
@pytest.mark.parametrize("first_at_county", ["lost disk's", "present disk's"])
def test_a_disk_put_back_to_before_a_packet_is_told_whatever_comes_first(
    hub: Hub,
    pair: tuple[PC, PC],
    stick: Stick,
    *,
    on_the_way: int,
    by_stick: bool,
    first_at_county: str,
) -> None:
    one, other = pair
    one.opened.close()
    disk = one.home.with_name("盘")
    shutil.copytree(one.home, disk)
    one.reopen(lambda: None)
    one.save("staff", staff("丢失的盘上"))
    lost = stick.write(one)

    def put_back() -> None:
        shutil.rmtree(one.home)
        shutil.copytree(disk, one.home)

    one.reopen(put_back)
    one.save("staff", staff("还原的盘上"))
    packets = [stick.write(one) for _each in range(on_the_way)]  # But for the last all are lost.
    if first_at_county == "lost disk's":
        stick.county(lost)
    if by_stick and packets:
        stick.read(one, stick.county(packets[-1]))
    else:
        one.sync()
    if first_at_county != "lost disk's":
        stick.county(lost)
    for _round in range(2):
        for pc in (one, other):
            stick.round(pc) if by_stick else pc.sync()
    same(hub, one, other)
    names = {row[1] for row in one.rows()["staff"].values()}
    assert "还原的盘上" in names
