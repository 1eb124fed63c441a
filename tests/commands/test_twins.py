"""`thdesk twins` as its users start it."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from tests.end2end import programs
from tests.end2end.programs import Desk
from tests.helpers import centres
from tests.helpers.samples import id_number


def test_two_records_are_listed_and_made_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setattr(programs, "PASSWORD", centres.PASSWORD)
    desk = Desk(home)
    with centres.make_centre(home) as centre, centre.store.writing() as session:
        for at, title in enumerate(("医师", "护士")):
            row: Values = {"name": "刘德海", "id_number": id_number(9), "title": title}
            insert_many(session, find_register("staff"), [{**row, "id": bytes([at + 1]) * 16}])
    (group,) = desk.json("twins", "list")
    assert group["register"] == "staff"
    first, second = (each["id"] for each in group["records"])
    assert "不是记录的编号" in desk.run("twins", "keep", "staff", first, "xyz", code=1)
    assert "已合成一条" in desk.run("twins", "keep", "staff", first, second)
    assert "没有重复" in desk.run("twins", "list")
