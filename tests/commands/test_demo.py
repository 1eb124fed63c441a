"""The demonstration centre is whole, the same each time, and never made twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from desktop.commands.demo import make_demo
from desktop.errors import UserError
from desktop.models.opening import Centre, open_centre
from desktop.models.registers import find_register
from desktop.services.returns import open_return

PASSWORD = "weiyuantong"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("demo") / "centre"
    make_demo(place, PASSWORD)
    return place


def count(centre: Centre, register: str) -> int:
    table = find_register(register).table
    with centre.store.reading() as session:
        return session.execute(
            select(func.count()).select_from(table).where(table.c.deleted_at.is_(None))
        ).scalar_one()


def test_the_office_s_workbooks_are_in_it(home: Path) -> None:
    with open_centre(home, "院长", PASSWORD) as centre:
        found = {
            key: count(centre, key)
            for key in ("staff", "clinics", "village_doctors", "drugs", "drug_stock", "supplies")
        }
        assert found == {
            "staff": 65,
            "clinics": 27,
            "village_doctors": 51,
            "drugs": 60,
            "drug_stock": 97,
            "supplies": 18,
        }
        assert count(centre, "contracts") == 5915
        assert count(centre, "clinic_months") == 27 * 14


def test_the_history_ends_where_the_workbooks_begin(home: Path) -> None:
    with open_centre(home, "院长", PASSWORD) as centre, centre.store.reading() as session:
        lots = find_register("drug_stock")
        total = sum(session.execute(select(lots.by_key["quantity"].column)).scalars())
        supplies = find_register("supplies")
        closing = dict(
            session.execute(
                select(supplies.table.c.name, supplies.by_key["closing_stock"].column)
            ).all()
        )
    assert total == 19089
    assert closing["医用外科口罩"] == 1978
    assert closing["一次性隔离衣"] == 0


def test_every_column_of_the_month_s_return_is_alive(home: Path) -> None:
    with open_centre(home, "院长", PASSWORD) as centre, centre.store.reading() as session:
        composed = open_return(session, "medical_services_monthly", "2026-10")
        before = open_return(session, "medical_services_monthly", "2026-09")
    assert composed.cell("M80").this == 7569
    assert all(value is not None for value in composed.cell("M10").columns)
    assert [each.key for each in composed.blocking] == ["C12:M89"]
    assert before.frozen
    assert before.cell("M10").this == composed.cell("M10").last


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "照片.jpg").write_bytes(b"x")
    with pytest.raises(UserError):
        make_demo(tmp_path, PASSWORD)
    assert [each.name for each in tmp_path.iterdir()] == ["照片.jpg"]


def test_every_return_of_drugs_supplies_and_people_has_figures(home: Path) -> None:
    with open_centre(home, "院长", PASSWORD) as centre, centre.store.reading() as session:
        drugs = open_return(session, "drugs_monthly", "2026-10")
        people = open_return(session, "staffing_monthly", "2026-10")
        week = open_return(session, "fever_supplies_weekly", "2026-W43")
    assert [drugs.cell(code).this for code in ("D20", "D40", "D42", "D45")] == [0, 4, 2, 2]
    assert [people.cell(code).this for code in ("P01", "P30", "P38", "P43")] == [65, 3, 3, 1]
    assert week.cell("S01").this == 18
