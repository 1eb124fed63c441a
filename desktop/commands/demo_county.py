"""What the demonstration centre has got from its county: made-up publications and their marks."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from desktop.commands.demo_history import ids_of
from desktop.models.published import mask_of
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import Store, change_many, insert_many, load

_CATALOGUE, _ADVICE, _ORDER = "20261112-1", "20261117-1", "20261118-1"
_PRICED = 8
_NOTICES: tuple[Values, ...] = (
    {
        "number": "示范县卫发〔2026〕12 号",
        "title": "关于做好冬春季呼吸道传染病防控的通知",
        "text": "各乡镇卫生院：\n请每日核对发热诊室物资，低于储备天数的当日补报；"
        "村卫生室发现聚集性病例两小时内电话报告。",
        "published_on": date(2026, 11, 19),
        "valid_from": date(2026, 11, 20),
        "valid_until": date(2027, 3, 31),
        "must_confirm": True,
    },
    {
        "number": "示范县卫发〔2026〕7 号",
        "title": "关于报送第三季度村医绩效发放表的通知",
        "text": "请于 10 月 15 日前报送。",
        "published_on": date(2026, 9, 28),
        "valid_until": date(2026, 10, 15),
    },
)


def fill(store: Store) -> None:
    """Put in what an exchange with the county would have brought; nothing of it is sent."""
    with (
        store.writing() as session,
        store.database.not_capturing(session.connection()),
    ):
        publications = find_register("publications")
        for notice in _NOTICES:
            insert_many(session, publications, [{"kind": "通知", **notice}])
        _publish_prices(session)
        _publish_orders(session)
        _publish_money(session)


def _told(kind: str, number: str, title: str, on: date, **more: Any) -> Values:
    changes = more.pop("changes", None)
    noted = json.dumps(changes, ensure_ascii=False) if changes else None
    return {
        "kind": kind,
        "number": number,
        "title": title,
        "published_on": on,
        "changes": noted,
        **more,
    }


def _publish_prices(session: Session) -> None:
    """Let the county have lowered the prices of a few drugs."""
    drugs, on = find_register("drugs"), date(2026, 11, 12)
    lines = []
    marks: list[Values] = []
    for id in ids_of(session, drugs, drugs.table.c.retail_price > 0)[:_PRICED]:
        values = load(session, drugs, id)
        old = values["retail_price"]
        assert isinstance(old, int)
        new = old * 92 // 100
        change_many(session, drugs, [(id, {"retail_price": new})])
        title = f"{values['name']!s} {values['spec'] or ''!s}".strip()
        shown = {"old": f"{old / 100:.2f}", "new": f"{new / 100:.2f}"}
        lines.append({"what": "price", "title": title, **shown})
        held = mask_of(drugs, ("name", "spec", "retail_price"))
        marks.append(
            {
                "id": id,
                "register": drugs.number,
                "fields": held,
                "published_on": on,
                "publication": _CATALOGUE,
            }
        )
    insert_many(session, find_register("county_marks"), marks)
    changes = {"counts": {"price": len(lines)}, "lines": lines}
    told = _told("药品目录", _CATALOGUE, "示范县统一用药目录（2026 年 11 月）", on, changes=changes)
    insert_many(session, find_register("publications"), [told | {"valid_from": date(2026, 12, 1)}])


def _publish_orders(session: Session) -> None:
    order: Values = {
        "number": "示范县医共体调〔2026〕5 号",
        "person": "周明远",
        "from_unit": "示范县人民医院",
        "to_unit": "青禾镇中心卫生院",
        "kind": "派驻",
        "starts_on": date(2026, 12, 1),
        "ends_on": date(2027, 5, 31),
    }
    insert_many(session, find_register("staff_orders"), [order])
    changes = {"counts": {"new": 1}, "lines": [{"what": "new", "title": "周明远"}]}
    told = _told("调配令", _ORDER, "12 月派驻人员", date(2026, 11, 18), changes=changes)
    insert_many(session, find_register("publications"), [told])


def _publish_money(session: Session) -> None:
    advice: Values = {
        "document_number": "示范县财社〔2026〕31 号",
        "fund": "基本公共卫生服务补助",
        "period": "2026 年第四季度",
        "kind": "预拨",
        "amount": 18_600_000,
        "issued_on": date(2026, 11, 16),
    }
    insert_many(session, find_register("money_advices"), [advice])
    changes = {"counts": {"new": 1}, "lines": [{"what": "new", "title": advice["fund"]}]}
    told = _told("拨款通知", _ADVICE, "第四季度公卫补助预拨", date(2026, 11, 17), changes=changes)
    insert_many(session, find_register("publications"), [told])
