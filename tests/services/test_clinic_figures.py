from __future__ import annotations

import pytest
from sqlalchemy import func, select

from desktop.errors import RecordRefused
from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.clinic_figures import FIGURES, month_grid, save_grid
from desktop.services.months import shifted

MONTH = "2026-10"


@pytest.fixture
def clinics(fresh_centre: Centre) -> list[bytes]:
    with fresh_centre.store.writing() as session:
        made = insert_many(
            session, find_register("clinics"), [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}]
        )
        insert_many(session, find_register("clinics"), [{"name": "丁", "status": "撤销"}])
        insert_many(
            session,
            find_register("targets"),
            [
                {"figure": "高血压随访人次", "period": "2026", "value": 500},
                {"figure": "高血压随访人次", "period": MONTH, "value": 60, "clinic_id": made[1]},
            ],
        )
        insert_many(
            session,
            find_register("clinic_months"),
            [
                {"clinic_id": made[0], "month": shifted(MONTH, -n), "visits": 100,
                 "outpatient_income": 1_000_000, "hypertension_followups": 40}
                for n in range(1, 5)
            ],
        )  # fmt: skip
    return made


def test_the_grid_saves_all_or_nothing(fresh_centre: Centre, clinics: list[bytes]) -> None:
    store = fresh_centre.store
    typed = {
        clinics[0]: {"visits": "120", "tcm_visits": "30", "outpatient_income": "9,500.50"},
        clinics[1]: {"visits": 0, "tcm_visits": ""},
        clinics[2]: {"visits": "", "tcm_visits": None},
    }
    assert save_grid(store, MONTH, typed) == (2, 0)
    assert save_grid(store, MONTH, {clinics[0]: {"visits": 121}}) == (0, 1)
    with store.reading() as session:
        grid = month_grid(session, MONTH)
    rows = {row.clinic: row for row in grid.rows}
    assert list(rows) == ["丙", "乙", "甲"]
    assert rows["甲"].cells["visits"].value == 121
    assert rows["甲"].cells["visits"].last == 100
    assert rows["甲"].cells["outpatient_income"].value == 950_050
    assert rows["乙"].cells["visits"].value == 0
    assert rows["乙"].cells["tcm_visits"].value is None
    assert grid.missing == ("丙",)
    assert grid.totals()["visits"] == 121
    assert grid.totals()["new_files"] is None
    wrong = {clinics[1]: {"visits": 5}, clinics[2]: {"visits": "-3", "new_files": "两"}}
    with pytest.raises(RecordRefused) as bad:
        save_grid(store, MONTH, wrong)
    assert [(problem.reason, problem.field) for problem in bad.value.problems] == [
        ("negative_visits", f"{clinics[2].hex()}.visits"),
        ("bad_number", f"{clinics[2].hex()}.new_files"),
    ]
    with pytest.raises(RecordRefused, match="中医诊疗人次大于诊疗人次"):
        save_grid(store, MONTH, {clinics[1]: {"visits": 1}, clinics[0]: {"tcm_visits": 500}})
    with store.reading() as session:
        assert month_grid(session, MONTH) == grid
        months = find_register("clinic_months").table
        assert session.execute(select(func.count()).select_from(months)).scalar_one() == 6


def test_targets_and_what_is_below_them(fresh_centre: Centre, clinics: list[bytes]) -> None:
    save_grid(
        fresh_centre.store,
        MONTH,
        {
            clinics[0]: {"hypertension_followups": 41},
            clinics[1]: {"hypertension_followups": 60},
        },
    )
    with fresh_centre.store.reading() as session:
        rows = {row.clinic: row.cells for row in month_grid(session, MONTH).rows}
    first, second = (rows[name]["hypertension_followups"] for name in ("甲", "乙"))
    assert (first.target, first.low) == (42, True)  # 500 a year, rounded up
    assert (second.target, second.low) == (60, False)
    assert not rows["丙"]["hypertension_followups"].low
    assert rows["甲"]["drug_income"].target is None


def test_an_absurd_figure_is_queried(fresh_centre: Centre, clinics: list[bytes]) -> None:
    typed = {"visits": 1000, "hypertension_followups": 50, "outpatient_income": 10000}
    save_grid(fresh_centre.store, MONTH, {clinics[0]: typed, clinics[1]: {"visits": 9000}})
    with fresh_centre.store.reading() as session:
        grid = month_grid(session, MONTH)
    assert [clinic for clinic, _query in grid.queries] == ["甲"]
    assert grid.queries[0][1] == "诊疗人次 1,000，与前 4 个月的平均数 100 相差超过 50%。"
    assert len(FIGURES) == 11
