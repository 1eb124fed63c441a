"""Sheets in every shape: other columns, headings and mistakes, counted on the side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from desktop.exchange.importing import take_in
from desktop.models.opening import Centre
from tests.exchange.sheets_made import OFFICE, broken, person

SPELLINGS: tuple[Callable[[date], Any], ...] = (
    lambda day: day,
    lambda day: day.isoformat(),
    lambda day: f"{day.year}.{day.month}.{day.day}",
    lambda day: f"{day.year}/{day.month:02d}/{day.day:02d}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day:%Y%m%d}",
    lambda day: int(f"{day:%Y%m%d}"),
    lambda day: (day - date(1899, 12, 30)).days,
)
NUMBER_SPELLINGS: tuple[Callable[[str], Any], ...] = (
    lambda number: number,
    lambda number: f" {number} ",
    lambda number: f"'{number}",
    str.lower,
    lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
)
PHONE_SPELLINGS: tuple[Callable[[str], Any], ...] = (str, int, float, lambda phone: f"{phone} ")
TICKS = ("√", "是", "1", 1, "✔", "有")
VILLAGE_SPELLINGS = ("上河", "下河村", "石桥村委会", "青禾镇柳林村", "东岗 村", "南庄村村民委员会")

CONTRACTS: dict[str, tuple[str, ...]] = {
    "name": ("签约居民姓名", "姓名", "居民姓名", "签约人姓名", "*姓 名", "服务对象"),
    "id_number": ("身份证号", "身份证号码", "公民身份号码", "证件号码", "居民身份证号"),
    "phone": ("联系电话", "手机号", "联系方式", "移动电话"),
    "village": ("行政村", "所在村", "村名", "村（社区）", "所属村"),
    "team": ("签约团队", "家庭医生团队", "服务团队", "所属团队"),
    "signed": ("签约日期", "签约时间", "协议签订日期", "起始日期", "签订时间"),
    "expires": ("到期日期", "协议到期日", "截止日期", "有效期至", "终止日期"),
    "package": ("服务包", "签约服务包", "服务包类型"),
    "elderly": ("65岁及以上老年人", "老年人", "65岁以上", "老年人（≥65岁）"),
    "diabetes": ("糖尿病", "2型糖尿病", "糖尿病患者", "是否糖尿病"),
}
STAFF: dict[str, tuple[str, ...]] = {
    "name": ("姓名", "职工姓名", "人员姓名"),
    "id_number": CONTRACTS["id_number"],
    "phone": CONTRACTS["phone"],
    "department": ("科室", "所在科室", "部门", "工作科室"),
    "education": ("学历", "文化程度", "最高学历"),
    "started": ("参加工作时间", "参加工作年月", "入职日期", "参工时间"),
    "title": ("职称", "专业技术职称", "技术职称"),
}
UNKNOWN = ("政治面貌", "籍贯", "血型", "婚姻状况")
FOOTERS = (
    ["合计", "", "", "3人"],
    ["单位负责人：", "", "填表人：张三", ""],
    ["注：本表一式两份，卫生院与村卫生室各存一份。"],
    ["总计：12人", "", "", "审核人："],
)


@dataclass
class Made:
    """A sheet with what should come of it."""

    rows: list[list[Any]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    accepted: dict[str, dict[str, Any]] = field(default_factory=dict)
    rejected: dict[int, str] = field(default_factory=dict)

    def write(self, file: Path) -> Path:
        book = xlsxwriter.Workbook(file, {"strings_to_numbers": False})
        sheet = book.add_worksheet("数据")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for top, left, bottom, right in self.merged:
            sheet.merge_range(top, left, bottom, right, "")
        for at, row in enumerate(self.rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    moment = datetime(cell.year, cell.month, cell.day)
                    sheet.write_datetime(at, column, moment, day)
                elif cell not in ("", None):
                    sheet.write(at, column, cell)
        book.close()
        return file


def _one(draw: st.DrawFn, choices: Sequence[Any]) -> Any:
    return draw(st.sampled_from(list(choices)))


def _put_header(draw: st.DrawFn, made: Made, headings: list[str], repeat: bool = False) -> None:
    """Write titles and a header of one or two rows."""
    width = len(headings)
    if not repeat:
        for title in draw(st.lists(st.sampled_from(("明细表", "青禾镇中心卫生院")), max_size=3)):
            made.merged.append((len(made.rows), 0, len(made.rows), width - 1))
            made.rows.append([title] + [""] * (width - 1))
        if draw(st.booleans()):
            made.rows.append(["填报单位（盖章）：青禾镇中心卫生院   填报日期：2026年11月3日"])
    if repeat or not draw(st.booleans()):
        made.rows.append(list(headings))
        return
    group = draw(st.integers(0, width - 2))
    top = len(made.rows)
    made.rows.append(
        [text if at not in (group, group + 1) else "" for at, text in enumerate(headings)]
    )
    made.rows[top][group] = "有关情况"
    made.rows.append([text if at in (group, group + 1) else "" for at, text in enumerate(headings)])
    made.merged.append((top, group, top, group + 1))
    made.merged += [(top, at, top + 1, at) for at in range(width) if at not in (group, group + 1)]


def _put_rows(
    draw: st.DrawFn, made: Made, keys: list[str], headings: list[str], people: list[dict[str, Any]]
) -> None:
    """Write the rows with blank ones, repeated headers and totals among them."""
    for each in people:
        disturbance = draw(st.integers(0, 12))
        if disturbance == 0:
            made.rows.append([])
        elif disturbance == 1:
            _put_header(draw, made, headings, repeat=True)
        elif disturbance == 2:
            made.rows.append(["", "小计"] if keys[0] == "serial" else ["小计"])
        number = len(made.rows) + 1
        cells = each["cells"] | {"serial": number, "unknown": "不详内容"}
        made.rows.append([cells.get(key, "") for key in keys])
        if each["reason"]:
            made.rejected[number] = each["reason"]
        else:
            made.accepted[each["number"]] = each["expected"]
    made.rows.append([])
    made.rows += [list(row) for row in draw(st.lists(st.sampled_from(FOOTERS), max_size=2))]


def _columns(
    draw: st.DrawFn, known: dict[str, tuple[str, ...]], needed: set[str]
) -> tuple[list[str], list[str]]:
    """Return the keys of the columns in a drawn order, with a drawn heading for each."""
    kept = [key for key in known if key in needed or draw(st.integers(0, 3))]
    keys = draw(st.permutations([*kept, *(["unknown"] if draw(st.booleans()) else [])]))
    if draw(st.booleans()):
        keys = ["serial", *keys]
    heads = {"serial": ("序号", "编号"), "unknown": UNKNOWN} | known
    return keys, [_one(draw, heads[key]) for key in keys]


@st.composite
def contract_sheets(draw: st.DrawFn) -> Made:
    made = Made()
    needed = {"name", "id_number", "signed", "expires", "village", "team"}
    keys, headings = _columns(draw, CONTRACTS, needed)
    _put_header(draw, made, headings)
    people: list[dict[str, Any]] = []
    for order in range(draw(st.integers(2, 9))):
        number = person(order * 7 + 1, date(1950 + order * 5, 3, 5))
        signed = date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 200)))
        expires = signed + timedelta(days=draw(st.sampled_from((364, 365, 729, 1094))))
        cells = {
            "name": "王小" + "甲乙丙丁戊己庚辛壬"[order],
            "id_number": _one(draw, NUMBER_SPELLINGS)(number),
            "phone": _one(draw, PHONE_SPELLINGS)(f"138000000{order:02d}"),
            "village": _one(draw, VILLAGE_SPELLINGS),
            "team": "第1团队",
            "signed": _one(draw, SPELLINGS)(signed),
            "expires": _one(draw, SPELLINGS)(expires),
            "package": "基础包",
            "elderly": _one(draw, (*TICKS, "")),
            "diabetes": "",
        }
        reason = _spoil_contract(draw, cells, number, signed, people)
        expected = {"signed_on": signed, "expires_on": expires, "name": cells["name"]}
        people.append({"cells": cells, "number": number, "reason": reason, "expected": expected})
    _put_rows(draw, made, keys, headings, people)
    return made


def _spoil_contract(
    draw: st.DrawFn,
    cells: dict[str, Any],
    number: str,
    signed: date,
    before: list[dict[str, Any]],
) -> str:
    """Make a mistake in some rows; returns the reason it should be refused for."""
    good = [each["number"] for each in before if not each["reason"]]
    match draw(st.integers(0, 14)):
        case 0:
            cells["name"] = _one(draw, ("", " ", "　"))
            return "missing_name"
        case 1:
            cells["id_number"] = broken(number)
            return "bad_id_number"
        case 2:
            cells["id_number"] = number[:-1]
            return "bad_id_number"
        case 3:
            cells["village"] = "火星村"
            return "unknown_village"
        case 4:
            cells["expires"] = _one(draw, SPELLINGS)(signed - timedelta(days=30))
            return "expiry_before_signing"
        case 5 if good:
            cells["id_number"] = good[0]
            return "duplicate_in_file"
        case 6:
            cells["signed"] = "2026年2月30日"
            return "bad_date"
    return ""


@st.composite
def staff_sheets(draw: st.DrawFn) -> Made:
    made = Made()
    keys, headings = _columns(draw, STAFF, {"name", "id_number", "department", "title"})
    _put_header(draw, made, headings)
    people: list[dict[str, Any]] = []
    for order in range(draw(st.integers(2, 9))):
        number = person(order * 7 + 1)
        started = date(2001, 7, 1) + timedelta(days=order)
        cells = {
            "name": "李小" + "甲乙丙丁戊己庚辛壬"[order],
            "id_number": _one(draw, NUMBER_SPELLINGS)(number),
            "phone": _one(draw, PHONE_SPELLINGS)(f"138000000{order:02d}"),
            "department": "内科",
            "education": _one(draw, ("本科", "大学本科", "大学")),
            "started": _one(draw, SPELLINGS)(started),
            "title": "医师",
        }
        reason = ""
        good = [each["number"] for each in people if not each["reason"]]
        match draw(st.integers(0, 9)):
            case 0:
                cells["name"], reason = "", "missing_name"
            case 1:
                cells["id_number"], reason = broken(number), "bad_id_number"
            case 2 if good:
                cells["id_number"], reason = good[-1], "duplicate_in_file"
        expected = {"name": cells["name"], "title": "医师"}
        if "education" in keys:
            expected["education"] = "本科"
        people.append({"cells": cells, "number": number, "reason": reason, "expected": expected})
    _put_rows(draw, made, keys, headings, people)
    return made


def _check(centre: Centre, file: Path, made: Made, register: str) -> None:
    outcomes, _receipt = take_in(centre.store, [made.write(file)], dry_run=True)
    assert outcomes[0].error is None, (outcomes[0].error, made.rows[:6])
    plan = outcomes[0].plan
    assert plan is not None
    assert [part.register.key for part in plan.parts] == [register]
    part = plan.parts[0]
    assert {each.row: each.reason for each in part.refused} == made.rejected
    found = {str(new.values["id_number"]): new.values for new in part.new}
    assert found.keys() == made.accepted.keys()
    for number, expected in made.accepted.items():
        assert {key: found[number][key] for key in expected} == expected


@pytest.fixture
def village_centre(fresh_centre: Centre) -> Centre:
    take_in(fresh_centre.store, [OFFICE / "村卫生室及乡村医生名册.xls"])
    return fresh_centre


@given(made=contract_sheets())
def test_contracts_come_out_whatever_the_sheet(
    village_centre: Centre, tmp_path: Path, made: Made
) -> None:
    _check(village_centre, tmp_path / "签约.xlsx", made, "contracts")


@given(made=staff_sheets())
def test_staff_come_out_whatever_the_sheet(
    village_centre: Centre, tmp_path: Path, made: Made
) -> None:
    _check(village_centre, tmp_path / "人员.xlsx", made, "staff")
