"""The forms of contracts, village clinics, pay and the consortium, on numbers counted by hand."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy.orm import Session

from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import compose
from tests.helpers.samples import id_number
from tests.services.conftest import Adding, day

MONTH = "2026-10"


def this(made: ComposedReturn, *codes: str) -> list[int | None]:
    return [made.cells[code].columns.this for code in codes]


def table(made: ComposedReturn, *codes: str) -> dict[str, list[int | None]]:
    """The table with these columns, by the names of its rows."""
    (section,) = (each for each in made.sections if codes[0] in _codes(each.section.column))
    columns = [_codes(section.section.column).index(code) for code in codes]
    return {row.label: [row.cells[at].this for at in columns] for row in section.rows}


def _codes(columns: tuple[object, ...]) -> list[str]:
    return [str(getattr(each, "code")) for each in columns]  # noqa: B009 - any line


def test_contract_progress_by_group_and_team(session: Session, add: Adding) -> None:
    east, _west = add("teams", {"name": "东队"}, {"name": "西队"})
    held = {"signed_on": day("2026-02-01"), "expires_on": day("2027-01-31"), "team_id": east}
    old = {"signed_on": day("2025-11-01"), "expires_on": day("2026-10-31"), "team_id": east}
    add(
        "contracts",
        {"name": "甲", "id_number": id_number(1), **held, "elderly": True, "diabetes": True},
        {"name": "乙", "id_number": id_number(2), **old, "elderly": True},
        {"name": "乙", "id_number": id_number(2), **held, "team_id": None, "elderly": True},
        {"name": "丙", "id_number": id_number(3), **old, "elderly": False},
    )
    add(
        "policy",
        {"code": "population.elderly", "name": "人", "value": "8", "valid_from": day("2026-01-01")},
    )
    made = compose(session, "contract_progress_monthly", MONTH)
    assert this(made, "P01", "P03", "P04", "P08") == [2, 4, 3, 2]
    assert this(made, "P11", "P12", "P13", "P14") == [0, 2, 1, 5000], "乙 renewed, 丙 did not"
    groups = table(made, "G01", "G02", "G03", "G04")
    assert groups["65岁及以上老年人"] == [8, None, 2, 2500]
    assert groups["糖尿病"] == [None, None, 1, None], "nobody has said how many there are"
    assert "合计" not in groups, "a person belongs to several groups"
    assert table(made, "T01", "T02", "T05", "T07") == {
        "东队": [3, 3, 2, 5000],
        "西队": [0, 0, 0, None],
        "未分团队": [1, 1, 0, None],
        "合计": [4, 4, 2, 5000],
    }
    assert not [each for each in made.findings if each.level == "E"]


def clinic_month(clinic: bytes, month: str, visits: int, tcm: int) -> dict[str, object]:
    return {"clinic_id": clinic, "month": month, "visits": visits, "tcm_visits": tcm}


def test_clinics_of_the_month_and_their_totals(session: Session, add: Adding) -> None:
    north, south, _gone = add(
        "clinics",
        {"name": "北室", "status": "运行", "integrated": True},
        {"name": "南室", "status": None, "integrated": None},
        {"name": "旧室", "status": "撤销", "closed_on": day("2026-09-30")},
    )
    add("clinic_months", clinic_month(north, MONTH, 200, 70), clinic_month(north, "2026-09", 1, 1))
    add("visits", {"clinic_id": south, "visited_on": day("2026-10-31")})
    add(
        "findings",
        {
            "clinic_id": south,
            "problem": "台账缺页",
            "found_on": day("2026-09-02"),
            "due_on": day("2026-09-17"),
            "status": "待整改",
        },
    )
    made = compose(session, "village_clinics_monthly", MONTH)
    assert this(made, "W01", "W02", "W03", "W04", "W05", "W06") == [2, 2, 1, 5000, 1, 5000]
    assert this(made, "W14", "W15", "W19", "W20") == [1, 5000, 1, 1]
    assert table(made, "V01", "V03", "V13", "V15") == {
        "北室": [200, 3500, 0, 0],
        "南室": [None, None, 1, 1],
        "合计": [200, 3500, 1, 1],
    }, "the closed clinic is not listed; blank is not zero"
    assert any("南室" in each.message for each in made.findings if each.rule == "C16")


def test_pay_of_the_month_adds_up(session: Session, add: Adding) -> None:
    (clinic,) = add("clinics", {"name": "北室"})
    one, two = add("village_doctors", {"name": "赵"}, {"name": "钱"})

    def doctor(who: bytes, name: str, quality: int, subsidy: int) -> dict[str, object]:
        return {
            "id": who.hex(),
            "name": name,
            "clinic": "北室",
            "money": [{"kind": "subsidy", "label": "运行补助", "amount": subsidy}],
            "work": quality,
            "quality": quality,
            "subsidies": subsidy,
            "rewards": 0,
            "deducted": 100,
            "pay": quality + subsidy - 100,
        }

    doctors = [doctor(one, "赵", 100_000, 30_000), doctor(two, "钱", 50_000, 0)]
    clinics = [{"id": clinic.hex(), "name": "北室", "doctors": [each["id"] for each in doctors]}]
    add(
        "pay_sheets",
        {
            "period": MONTH,
            "scheme": "绩效",
            "kind": "正表",
            "number": 0,
            "status": "已核定",
            "total": 179_800,
            "content": json.dumps({"doctors": doctors, "clinics": clinics}),
        },
        {
            "period": MONTH,
            "scheme": "绩效",
            "kind": "补充",
            "number": 1,
            "status": "已核定",
            "total": -500,
            "content": json.dumps(
                {"adjustments": [{"doctor": two.hex(), "name": "钱", "amount": -500}]}
            ),
        },
    )
    made = compose(session, "village_pay_monthly", MONTH)
    assert this(made, "B01", "B02", "B03", "B08", "B09") == [2, 179_300, 179_800, -500, 89_650]
    assert table(made, "D06", "D07", "D08")["钱"] == [49_900, -500, 49_400]
    assert table(made, "V01", "V02") == {"北室": [2, 179_300], "合计": [2, 179_300]}
    assert table(made, "S02")["运行补助"] == [30_000]
    assert not [each for each in made.findings if each.level == "E"]


def test_the_consortium_asks_for_target_and_gap(session: Session, add: Adding) -> None:
    (clinic,) = add("clinics", {"name": "北室", "ecg_device": False})
    add("clinic_months", clinic_month(clinic, MONTH, 400, 20))
    typed = {"M11": "500", "M12": "100", "M17": "180"}
    add(
        "return_cells",
        *(
            {
                "form": "medical_services_monthly",
                "period": MONTH,
                "cell": code,
                "kind": "填报",
                "value": value,
            }
            for code, value in typed.items()
        ),
    )
    made = compose(session, "consortium_indicators_monthly", MONTH)
    assert this(made, "K08a", "K08c", "K08d", "K09") == [1000, 600, 400, 4000]
    assert this(made, "K13", "K13t", "K13g") == [2000, 3000, 1000], "20 % of 30 %: 10 points short"
    assert this(made, "K05", "K05t", "K05g") == [0, None, None], "no target is given"
    assert this(made, "K08", "K12", "K21") == [None, None, None], "the county has not told"


def test_a_yearly_sheet_for_each_clinic(session: Session, add: Adding) -> None:
    north, south = add(
        "clinics",
        {"name": "北室", "sponsor": "村办", "floor_area": 8050, "zero_markup": False},
        {"name": "南室"},
    )
    add("village_doctors", {"name": "赵", "clinic_id": north, "qualification": "执业医师"})
    for month in range(1, 13):
        add("clinic_months", clinic_month(north, f"2026-{month:02d}", 30, 3))
    add("clinic_months", clinic_month(south, "2026-05", 400, 500))
    made = compose(session, "village_clinic_yearly", "2026")
    sheets = {each.name: each for each in made.sheets}
    assert list(sheets) == ["北室", "南室"]
    cells = {
        cell.line.code: cell.columns.this
        for section in sheets["北室"].sections
        for cell in section.lines
    }
    known = {"A01": 1, "A06": 0, "A08": 8050, "A20": 1, "A21": 1, "A24": 0, "A30": 360, "A31": 36}
    assert {code: cells[code] for code in known} == known
    said = {(each.rule, each.message) for each in made.findings if each.rule in ("C02", "C13")}
    assert {rule for rule, _message in said} == {"C02", "C13"}
    assert any("南室" in message for rule, message in said if rule == "C02")
    assert any("北室" in message for rule, message in said if rule == "C13"), "360 < 365"
    assert made.form.due_on(made.period) == date(2027, 1, 20)


def test_a_table_without_rows_is_blank_to_the_checks(session: Session) -> None:
    made = compose(session, "contract_progress_monthly", MONTH)
    assert "C15" in {each.rule for each in made.findings}, "nothing is known, and that is told"
    assert "C01" not in {each.rule for each in made.findings}
