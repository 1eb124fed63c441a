"""The clinics' sheet of a month: targets, means, what is missing, saving all or nothing."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many, save
from desktop.services.monthly_sheet import (
    FIGURES,
    ClinicRow,
    Far,
    MonthSheet,
    SheetRefused,
    read_sheet,
    save_sheet,
)
from desktop.services.months import shifted
from desktop.services.performance.held import Held
from desktop.services.performance.reading import read_facts
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.services.report_days import report_due

MONTH = "2026-10"


@pytest.fixture
def clinics(fresh_centre: Centre) -> list[bytes]:
    with fresh_centre.store.writing() as session:
        rows: list[Values] = [{"name": name} for name in ("上河村卫生室", "下河村卫生室")]
        return insert_many(session, find_register("clinics"), rows)


def sheet(centre: Centre, month: str = MONTH) -> MonthSheet:
    with centre.store.reading() as session:
        return read_sheet(session, month)


def put(centre: Centre, register: str, **values: object) -> bytes:
    with centre.store.writing() as session:
        return save(session, find_register(register), values)  # type: ignore[arg-type]


def write(centre: Centre, typed: dict[bytes, dict[str, int | None]]) -> int:
    with centre.store.writing() as session:
        return save_sheet(session, MONTH, typed)


def test_a_clinics_own_target_comes_before_all_clinics(
    fresh_centre: Centre, clinics: list[bytes]
) -> None:
    put(fresh_centre, "targets", figure="诊疗人次", period="2026", value=1200)
    put(fresh_centre, "targets", figure="诊疗人次", period="2026-Q4", value=330)
    put(
        fresh_centre,
        "targets",
        figure="诊疗人次",
        period="2026",
        value=600,
        clinic_id=clinics[1],
    )
    first, second = sheet(fresh_centre).rows
    assert first.targets["visits"] == 110
    assert second.targets["visits"] == 50
    assert sheet(fresh_centre, "2026-09").rows[0].targets["visits"] == 100
    assert not sheet(fresh_centre, "2025-12").rows[0].targets


def test_the_target_of_tcm_visits_is_found_by_its_own_name(
    fresh_centre: Centre, clinics: list[bytes]
) -> None:
    put(fresh_centre, "targets", figure="中医诊疗人次", period=MONTH, value=20)
    assert sheet(fresh_centre).rows[0].targets["tcm_visits"] == 20


def test_a_mean_needs_three_months_and_leaves_blanks_out(
    fresh_centre: Centre, clinics: list[bytes]
) -> None:
    for back, value in ((1, 10), (2, None), (3, 20), (14, 900)):
        put(
            fresh_centre,
            "clinic_months",
            clinic_id=clinics[0],
            month=shifted(MONTH, -back),
            visits=value,
        )
    assert "visits" not in sheet(fresh_centre).rows[0].means
    put(
        fresh_centre,
        "clinic_months",
        clinic_id=clinics[0],
        month=shifted(MONTH, -12),
        visits=30,
    )
    row = sheet(fresh_centre).rows[0]
    assert row.means["visits"] == 20
    assert row.last["visits"] == 10


def test_saving_is_all_or_nothing(fresh_centre: Centre, clinics: list[bytes]) -> None:
    with pytest.raises(SheetRefused) as refused:
        write(fresh_centre, {clinics[0]: {"visits": 5}, clinics[1]: {"visits": 1, "tcm_visits": 2}})
    assert list(refused.value.problems) == [clinics[1]]
    assert "下河村卫生室" in str(refused.value)
    assert sheet(fresh_centre).missing == ["上河村卫生室", "下河村卫生室"]
    assert write(fresh_centre, {clinics[0]: {"visits": 0}}) == 1
    assert sheet(fresh_centre).rows[0].value("visits") == 0
    assert sheet(fresh_centre).missing == ["下河村卫生室"]


def test_only_the_typed_figures_change(fresh_centre: Centre, clinics: list[bytes]) -> None:
    put(
        fresh_centre,
        "clinic_months",
        clinic_id=clinics[0],
        month=MONTH,
        visits=9,
        note="电话报数",
    )
    write(fresh_centre, {clinics[0]: {"referrals_up": 2}})
    row = sheet(fresh_centre).rows[0]
    assert (row.value("visits"), row.value("referrals_up")) == (9, 2)
    # A report with a note stays, though all of its figures are blank.
    write(fresh_centre, {clinics[0]: {"visits": None, "referrals_up": None}})
    assert sheet(fresh_centre).rows[0].record is not None


def test_a_wholly_blank_clinic_makes_no_report(fresh_centre: Centre, clinics: list[bytes]) -> None:
    assert write(fresh_centre, {clinics[0]: {"visits": None}}) == 0
    assert len(sheet(fresh_centre).missing) == 2


def test_two_pcs_reports_are_both_kept_and_told(fresh_centre: Centre, clinics: list[bytes]) -> None:
    rows: list[Values] = [
        {"clinic_id": clinics[0], "month": MONTH, "visits": value} for value in (5, 6)
    ]
    with fresh_centre.store.writing() as session:
        ids = insert_many(session, find_register("clinic_months"), rows)
        held = Held(read_facts(Records(session), parse_period(MONTH)).ordered())
    row = sheet(fresh_centre).rows[0]
    assert (row.copies, row.record) == (2, max(ids))
    # The grid shows the one that is scored and paid.
    assert row.value("visits") == held.months[clinics[0]][MONTH].visits


@given(mean=st.integers(0, 5000), value=st.integers(0, 50_000), key=st.sampled_from(FIGURES))
def test_the_mean_itself_is_never_far_and_farther_is_never_nearer(
    mean: int, value: int, key: object
) -> None:
    name = key.key  # type: ignore[attr-defined]
    row = ClinicRow(b"", "", means={name: Fraction(mean)})
    page = MonthSheet(MONTH, (row,), Far(Fraction(50), 20))
    assert not page.far_from_mean(row, name, mean)
    assert not page.far_from_mean(row, name, None)
    if value > mean and page.far_from_mean(row, name, value):
        assert page.far_from_mean(row, name, value + 1)


def test_a_report_is_stamped_with_its_day_and_named_when_it_was_late(
    fresh_centre: Centre, clinics: list[bytes]
) -> None:
    write(fresh_centre, {clinics[0]: {"visits": 5}, clinics[1]: {"visits": 6}})
    made = sheet(fresh_centre)
    assert [row.received_on for row in made.rows] == [date.today()] * 2
    assert made.late == []  # The centre has set no day.
    with fresh_centre.store.writing() as session:
        register = find_register("clinic_months")
        change_many(
            session,
            register,
            [
                (made.rows[0].record or b"", {"received_on": date(2026, 11, 5)}),
                (made.rows[1].record or b"", {"received_on": date(2026, 11, 6)}),
            ],
        )
        policy = find_register("policy")
        (row,) = session.execute(
            select(policy.table.c.id).where(policy.table.c.code == "clinic.report_due_day")
        ).scalars()
        change_many(session, policy, [(row, {"value": "5"})])
    assert sheet(fresh_centre).late == ["下河村卫生室"]
    write(fresh_centre, {clinics[0]: {"visits": 7}})
    assert sheet(fresh_centre).rows[0].received_on == date(2026, 11, 5)


@pytest.mark.parametrize(("month", "due"), [("2026-01", date(2026, 2, 28)), ("2026-12", None)])
def test_a_day_that_a_month_does_not_have_is_its_last(
    fresh_centre: Centre, month: str, due: date | None
) -> None:
    put(
        fresh_centre, "policy", code="clinic.report_due_day", name="月报交表日", value="31",
        valid_from=date(2025, 1, 1), valid_to=date(2026, 6, 30), status="本机构设定",
    )  # fmt: skip
    with fresh_centre.store.reading() as session:
        assert report_due(Records(session), month) == due
