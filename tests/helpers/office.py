"""The office's sample files read by hand: rows as values, without the importer under test."""

from __future__ import annotations

import csv
import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import python_calamine
from sqlalchemy.orm import Session

from desktop.models.kinds import (
    parse_amount,
    parse_date,
    parse_id_number,
    parse_whole,
    parse_yes_no,
)
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.contracts import GROUPS
from desktop.models.store import insert_many
from desktop.paths import resource

OFFICE = resource("demo", "office")
"""The workbooks that ship with the demonstration centre."""

_TRUTH = Path(__file__).parent.parent / "data" / "office" / "truth.json"
MONTH = "2026-10"


@cache
def truth() -> dict[str, Any]:
    """Return what the sample files hold, as counted by whoever made them."""
    return json.loads(_TRUTH.read_text(encoding="utf-8"))


def _rows(name: str) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_path(OFFICE / name)
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


@cache
def contracts() -> list[Values]:
    """Return the good contracts, as the truth names the bad rows."""
    name = "家庭医生签约明细.xlsx"
    rejected = {int(row) for row in truth()[name]["rejected"]}
    made = []
    for number, row in enumerate(_rows(name), start=1):
        if number in rejected or not isinstance(row[0], float):
            continue
        made.append(
            {
                "name": str(row[2]).replace(" ", ""),
                "id_number": parse_id_number(row[4]),
                "signed_on": parse_date(row[8]),
                "expires_on": parse_date(row[9]),
                **{
                    field.key: parse_yes_no(cell)
                    for field, cell in zip(GROUPS, row[11:21], strict=True)
                },
            }
        )
    return made


_CLINIC_CELLS = {
    "visits": (2, 1),
    "tcm_visits": (2, 3),
    "outpatient_income": (3, 1),
    "drug_income": (3, 3),
    "referrals_up": (4, 1),
    "hypertension_followups": (4, 3),
    "diabetes_followups": (5, 1),
    "elderly_checkups": (5, 3),
    "education_sessions": (6, 1),
    "new_files": (6, 3),
}


@cache
def clinic_months() -> dict[str, Values]:
    """Return the clinics' figures of the month by the clinic's name."""
    made = {}
    for file in sorted((OFFICE / "村卫生室月报202610").glob("*.xlsx")):
        rows = _rows(f"村卫生室月报202610/{file.name}")
        made[file.stem] = {
            key: parse_amount(rows[at][column])
            if key.endswith("income")
            else parse_whole(rows[at][column])
            for key, (at, column) in _CLINIC_CELLS.items()
        }
    return made


def lots() -> list[tuple[str, int, date]]:
    """Return the good drug lots: name and spec, quantity, expiry."""
    text = (OFFICE / "药品库存盘点.csv").read_text(encoding="gb18030")
    made = []
    for row in csv.DictReader(text.splitlines()):
        quantity = parse_whole(row["库存数量"])
        expires = parse_date(row["有效期至"])
        known = drug_names()
        name = row["药品名称"] + row["规格"]
        if quantity is not None and quantity >= 0 and expires is not None and name in known:
            made.append((name, quantity, expires))
    return made


@cache
def drug_names() -> list[str]:
    """Return name and spec of every drug of the catalogue."""
    return [row[1] + row[2] for row in _rows("在用药品目录.xlsx") if isinstance(row[0], float)]


def supplies() -> list[dict[str, Any]]:
    """Return each supply item with its month's figures."""
    return [
        {
            "name": row[0],
            "reserve": parse_whole(row[3]),
            "opening": parse_whole(row[4]) or 0,
            "received": parse_whole(row[5]) or 0,
            "used": parse_whole(row[6]) or 0,
        }
        for row in _rows("发热诊室应急物资.xlsx")[3:]
        if row[1]
    ]


def fill(session: Session) -> None:
    """Put the sample month into an empty centre."""

    def add(register: str, rows: list[Values]) -> list[bytes]:
        return insert_many(session, find_register(register), rows)

    add("contracts", contracts())
    names = list(clinic_months())
    ids = add("clinics", [{"name": f"{name}村卫生室", "population": 1500} for name in names])
    add(
        "clinic_months",
        [
            {"clinic_id": key, "month": MONTH, **clinic_months()[name]}
            for key, name in zip(ids, names, strict=True)
        ],
    )
    drugs = dict(
        zip(drug_names(), add("drugs", [{"name": name} for name in drug_names()]), strict=True)
    )
    found = lots()
    ids = add(
        "drug_stock",
        [{"drug_id": drugs[name], "expires_on": expires} for name, _q, expires in found],
    )
    taken_on = date(2026, 10, 31)
    add(
        "stock_moves",
        [
            {"lot_id": key, "moved_on": taken_on, "kind": "期初", "quantity": quantity}
            for key, (_name, quantity, _expires) in zip(ids, found, strict=True)
        ],
    )
    items = supplies()
    ids = add("supplies", [{"name": each["name"], "reserve": each["reserve"]} for each in items])
    for kind, column, sign, day in (
        ("期初", "opening", 1, date(2026, 10, 1)),
        ("入库", "received", 1, date(2026, 10, 15)),
        ("出库", "used", -1, taken_on),
    ):
        add(
            "supply_moves",
            [
                {"supply_id": key, "moved_on": day, "kind": kind, "quantity": sign * each[column]}
                for key, each in zip(ids, items, strict=True)
            ],
        )
