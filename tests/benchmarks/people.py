"""Made-up contracts in any number, the same ones in every run."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
import xlsxwriter

from desktop.models.database import connect_raw
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.registers.contracts import GROUPS
from desktop.models.store import insert_many
from tests.helpers.samples import id_number

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "秀英桂兰玉珍红霞丽娟军强建国志明永福金凤春花海波小平文华新民爱莲喆淼鑫磊晓东雪梅思远"
VILLAGES = tuple(f"{first}{second}村" for first in "上下东西南北前后中" for second in "河岗寨")
TEAMS = tuple(f"第{number}团队" for number in range(1, 13))
PACKAGES = ("基础包", "基础包+高血压包", "基础包+糖尿病包", "老年人包", "儿童包", "孕产妇包")
_SIGNED_FROM = date(2024, 1, 1)
_BORN_FROM = date(1930, 1, 1)
_BORN_DAYS = 33_000


def make_centre_values(centre: Centre) -> tuple[list[bytes], list[bytes]]:
    """Put villages and teams into the centre; returns their ids."""
    with centre.store.writing() as session:
        villages = insert_many(
            session, find_register("divisions"), [{"name": name} for name in VILLAGES]
        )
        teams = insert_many(session, find_register("teams"), [{"name": name} for name in TEAMS])
    return villages, teams


def contracts(count: int, villages: list[Any], teams: list[Any], seed: int = 7) -> list[Values]:
    """Return that many contracts, no two of one person."""
    chance = random.Random(seed)
    made: list[Values] = []
    for number in range(count):
        born = _BORN_FROM + timedelta(days=number * 7919 % _BORN_DAYS)
        signed = _SIGNED_FROM + timedelta(days=chance.randrange(1035))
        given = "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))
        values: Values = {
            "name": chance.choice(SURNAMES) + given,
            "id_number": id_number(number // _BORN_DAYS * 100 + chance.randrange(100), born),
            "phone": f"1{chance.choice('3589')}{chance.randrange(10**9):09d}",
            "householder": chance.choice(SURNAMES) + chance.choice(GIVEN),
            "village_id": chance.choice(villages),
            "team_id": chance.choice(teams),
            "packages": chance.choice(PACKAGES),
            "signed_on": signed,
            "expires_on": signed + timedelta(days=364),
        }
        made.append(values | {field.key: chance.random() < 0.1 for field in GROUPS})
    return made


def fill(centre: Centre, count: int) -> None:
    """Put that many contracts into the centre."""
    villages, teams = make_centre_values(centre)
    rows = contracts(count, villages, teams)
    with centre.store.writing() as session:
        insert_many(session, find_register("contracts"), rows)


_HEADINGS = (
    ("户主姓名", "householder"),
    ("签约居民姓名", "name"),
    ("身份证号", "id_number"),
    ("联系电话", "phone"),
    ("行政村", "village_id"),
    ("签约团队", "team_id"),
    ("签约日期", "signed_on"),
    ("到期日期", "expires_on"),
    ("服务包", "packages"),
    *((field.label, field.key) for field in GROUPS),
)


def write_workbook(path: Path, rows: list[Values]) -> None:
    """Write contracts as an office's workbook: title rows, ticks, dates as dates and as text."""
    workbook = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = workbook.add_worksheet("签约明细")
    as_date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_string(0, 0, "家庭医生签约服务居民明细表")
    sheet.write_string(1, 0, "填报单位（盖章）：青禾镇中心卫生院")
    sheet.write_row(2, 0, ["序号", *(heading for heading, _key in _HEADINGS)])
    for at, values in enumerate(rows):
        sheet.write_number(at + 3, 0, at + 1)
        for column, (_heading, key) in enumerate(_HEADINGS, 1):
            value = values[key]
            if isinstance(value, bool):
                sheet.write_string(at + 3, column, "√" if value else "")
            elif isinstance(value, date):
                if at % 3:
                    sheet.write_string(
                        at + 3, column, f"{value.year}年{value.month}月{value.day}日"
                    )
                else:
                    sheet.write_datetime(at + 3, column, value, as_date)
            else:
                sheet.write_string(at + 3, column, str(value))
    workbook.close()


def bare_connection(centre: Centre) -> sqlcipher.Connection:
    """Return a connection of the driver alone, as generous with memory as the program's own."""
    connection = connect_raw(centre.database.path, centre.unlocked.data_key)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
