"""A PC that its hub no longer knows is let in again with a new code; others are not."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from county.storage import Hub
from county.tables import DEVICES
from desktop.errors import UserError
from desktop.sync import enrolling
from desktop.sync.engine import Engine
from tests.sync.parts import PC, HubProcess, code_for, staff

MakePC = Callable[..., PC]


def test_a_forgotten_pc_is_let_in_again(hub_process: HubProcess, make_pc: MakePC) -> None:
    hub_process.start()
    url = f"http://127.0.0.1:{hub_process.port}"
    pc = make_pc()
    with contextlib.closing(Hub(hub_process.url)) as hub:
        enrolling.enrol(pc.store, url, code_for(hub), "测试机")
        pc.save("staff", staff("王小明"))
        Engine(pc.store).exchange()
        with pytest.raises(UserError, match="已在"):
            enrolling.enrol(pc.store, url, code_for(hub), "测试机")
        with hub.writing() as connection:
            connection.execute(delete(DEVICES))
        with pytest.raises(UserError, match="不认识"):
            Engine(pc.store).exchange()
        enrolling.enrol(pc.store, url, code_for(hub), "测试机")
    pc.save("staff", staff("李芳"))
    assert Engine(pc.store).exchange().waiting == 0
