"""Conditions as people type them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.models import store
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.where import conditions
from desktop.text import _, set_language
from tests.helpers.samples import id_number

CONTRACTS = find_register("contracts")

_PEOPLE: tuple[tuple[str, str | None, date, bool | None, str | None], ...] = (
    ("王秀兰", "前进", date(2026, 12, 31), True, "基础包"),
    ("单雄信", "前进新村", date(2027, 3, 1), False, "基础包 B"),
    ("李 四", "上河", date(2027, 6, 30), None, None),
    ("赵六（大）", None, date(2027, 9, 1), True, "儿童包"),
)


@pytest.fixture
def session(fresh_centre: Centre) -> Iterator[Session]:
    divisions = find_register("divisions")
    with fresh_centre.store.writing() as session:
        names = ("前进", "前进新村", "上河")
        ids = store.insert_many(session, divisions, [{"name": name} for name in names])
        villages = dict(zip(names, ids, strict=True))
        rows: list[Values] = [
            {
                "name": name,
                "village_id": villages[village] if village else None,
                "id_number": id_number(order),
                "signed_on": date(2026, 1, 1 + order),
                "expires_on": expires,
                "hypertension": hypertension,
                "packages": packages,
                "phone": f"1380000000{order}",
            }
            for order, (name, village, expires, hypertension, packages) in enumerate(_PEOPLE)
        ]
        store.insert_many(session, CONTRACTS, rows)
    with fresh_centre.store.reading() as session:
        yield session


def found(session: Session, where: str) -> str:
    """Return the surnames of the contracts that the text finds."""
    rows = session.execute(
        select(CONTRACTS.table.c.name)
        .where(*conditions(CONTRACTS, where))
        .order_by(CONTRACTS.table.c.signed_on)
    ).scalars()
    return "".join(name[0] for name in rows)


@pytest.mark.parametrize(
    ("where", "surnames"),
    [
        ("到期日期=2027-03-01", "单"),
        ("到期日期!=2027-03-01", "王李赵"),
        ("到期日期<2027-03-01", "王"),
        ("到期日期<=2027-03-01", "王单"),
        ("到期日期>2027-03-01", "李赵"),
        ("到期日期>=2027-03-01", "单李赵"),
        ("到期日期>=2027年3月1日 到期日期<2027.9.1", "单李"),
        ("expires_on>2027-06-30", "赵"),
        ("到期日＞2027-06-30", "赵"),  # a synonym, and the sign of a Chinese keyboard
        ("到期日期≥2027-03-01 到期日期≠2027-09-01", "单李"),
        ("高血压=是", "王赵"),
        ("高血压=否", "单"),
        ("高血压!=是", "单李"),  # what is blank is not yes
        ("高血压=", "李"),
        ("高血压!=", "王单赵"),
        ("服务包=基础包", "王"),
        ('服务包="基础包 B"', "单"),
        ("服务包=“基础包 B”", "单"),
        ("村=前进", "王"),  # just this village, though another's name begins with it
        ("村=新村", "单"),
        ("village=前进", "王"),
        ("village_id=qjxc", "单"),
        ("村!=前进", "单李赵"),
        ("村=", "赵"),
        ("村!=", "王单李"),
        ("村=没有的村", ""),
        ("王秀兰", "王"),
        ("WXL", "王"),
        ("ｗｘｌ", "王"),
        ("sxx", "单"),
        ("dxx", "单"),
        ("13800000002", "李"),
        ("大）", "赵"),
        ('"李 四"', "李"),
        ("1380000 xx", "单"),  # both words have to be in the key
        ("高血压=是 zl", "赵"),
        ("", "王单李赵"),
        ("　", "王单李赵"),
        ('""', "王单李赵"),
    ],
)
def test_a_condition_finds_just_these(session: Session, where: str, surnames: str) -> None:
    assert found(session, where) == surnames


def test_a_field_nobody_knows_is_named_with_those_there_are(session: Session) -> None:
    with pytest.raises(UserError) as caught:
        found(session, "颜色=红")
    assert "“家庭医生签约”没有名为“颜色”的字段" in caught.value.message
    assert "到期日期" in caught.value.advice


def test_a_value_of_another_kind_is_refused_in_words(session: Session) -> None:
    with pytest.raises(UserError, match="“明年”不是完整日期"):
        found(session, "到期日期<明年")


@pytest.mark.parametrize("sign", ["<", ">", "<=", ">="])
def test_one_village_is_not_less_than_another(session: Session, sign: str) -> None:
    with pytest.raises(UserError, match="“行政村”只能用 = 或 != 比较"):
        found(session, f"村{sign}前进")


def test_labels_of_the_interface_language_are_known(session: Session) -> None:
    set_language("en")
    label = _(CONTRACTS.by_key["expires_on"].label)
    assert label.isascii()
    assert found(session, f"{label.replace(' ', '_').upper()}<2027-01-01") == "王"


def test_amounts_are_compared_in_yuan(fresh_centre: Centre) -> None:
    lots = find_register("drug_stock")
    with fresh_centre.store.writing() as session:
        rows: list[Values] = [
            {"batch_no": f"B{price}", "unit_price": price} for price in (99, 100, 101)
        ]
        store.insert_many(session, lots, rows)
    with fresh_centre.store.reading() as session:
        statement = select(lots.table.c.batch_no).where(*conditions(lots, "单价>=1.00"))
        assert sorted(session.execute(statement).scalars()) == ["B100", "B101"]
