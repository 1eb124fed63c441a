"""Rows of a small made-up centre, built by hand for the tests of scores and money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from desktop.services.performance import facts as rows
from desktop.services.performance.facts import Facts
from desktop.services.performance.scheme import (
    BANDS,
    COMPLETION,
    DEDUCTION,
    ONE,
    Band,
    Block,
    FixedSubsidy,
    Goal,
    Item,
    Scheme,
    Veto,
)
from desktop.services.performance.sources import MONTHLY_FIELDS

QUARTER = "2026-Q4"
MONTHS = ("2026-10", "2026-11", "2026-12")
QUALITY = (Band(9000, ONE), Band(8000, 9000), Band(7000, 8000), Band(0, 6000))


def key(kind: int, order: int) -> bytes:
    """Return an id that tells what it is."""
    return kind.to_bytes(8) + order.to_bytes(8)


def clinic(order: int, **more: Any) -> rows.Clinic:
    plain = rows.Clinic(
        key(1, order), f"{order:02d}村卫生室", key(3, order), 1000, "运行", False, None
    )
    return plain._replace(**more)


def doctor(order: int, at: int | None, **more: Any) -> rows.Doctor:
    where = None if at is None else key(1, at)
    plain = rows.Doctor(
        key(2, order), f"村医{order:02d}", where, "在岗", "乡村医生", date(2030, 1, 1), None, None
    )
    return plain._replace(**more)


def posting(
    order: int,
    who: int,
    at: int | None,
    start: str,
    end: str = "",
    share: int | None = None,
    kind: str = "任职",
) -> rows.Posting:
    return rows.Posting(
        key(4, order), key(2, who), None if at is None else key(1, at), kind,
        date.fromisoformat(start), date.fromisoformat(end) if end else None, share,
    )  # fmt: skip


def month(order: int, at: int, when: str, **figures: int | date | None) -> rows.ClinicMonth:
    known: dict[str, Any] = dict.fromkeys(MONTHLY_FIELDS, 0) | figures
    return rows.ClinicMonth(key(5, order), key(1, at), when, **known)


def event(order: int, kind: str, item: str, *, who: int | None = None, at: int | None = None,
          on: str = "2026-11-06", quantity: int | None = None, points: int | None = None,
          amount: int | None = None, reason: str = "事由") -> rows.Event:  # fmt: skip
    return rows.Event(
        key(6, order), None if at is None else key(1, at), None if who is None else key(2, who),
        kind, item, date.fromisoformat(on), quantity, points, amount, reason,
    )  # fmt: skip


def target(order: int, figure: str, period: str, value: int, at: int | None = None) -> rows.Target:
    return rows.Target(key(7, order), None if at is None else key(1, at), figure, period, value)


def finding(order: int, at: int, found: str, due: str, done: str = "", code: str = "B01") -> Any:
    return rows.Finding(
        key(8, order), key(1, at), "处方不规范", date.fromisoformat(found), code,
        date.fromisoformat(due), date.fromisoformat(done) if done else None,
    )  # fmt: skip


def facts(**parts: Any) -> Facts:
    return Facts(QUARTER, 12, **parts)


def scheme(**changes: Any) -> Scheme:
    """Return a scheme of four items: follow-ups paid by the unit, share of TCM, late reports."""
    plain = Scheme(
        name="试验方案",
        version=1,
        blocks=(Block("GW", "公卫", 6000), Block("QT", "其他", 4000)),
        items=(
            Item("G01", "高血压随访", "GW", 4000, "clinic_months.hypertension_followups",
                 COMPLETION, goal=Goal("targets"), price=500, paid=True),
            Item("G02", "糖尿病随访", "GW", 2000, "clinic_months.diabetes_followups",
                 COMPLETION, goal=Goal("targets"), price=300, paid=True),
            Item("T01", "中医占比", "QT", 2000, "tcm_share", BANDS,
                 bands=(Band(3000, ONE), Band(1500, 5000), Band(0, 0))),
            Item("H02", "月报", "QT", 2000, "reports.missing", DEDUCTION, per_event=500),
        ),
        quality=QUALITY,
        subsidies=(FixedSubsidy("基本药物补助", 30000),),
        vetoes=(Veto("V01", "虚假档案"),),
    )  # fmt: skip
    return replace(plain, **changes)


def usual(**figures: int) -> dict[str, Any]:
    """Return the parts of a clinic with one doctor that reached every target."""
    full = {"hypertension_followups": 40, "diabetes_followups": 20, "visits": 100, "tcm_visits": 40}
    return {
        "clinics": (clinic(1),),
        "doctors": (doctor(1, 1),),
        "months": tuple(month(n, 1, when, **(full | figures)) for n, when in enumerate(MONTHS)),
        "targets": (
            target(1, "高血压随访人次", "2026", 480),
            target(2, "糖尿病随访人次", "2026", 240),
        ),
    }
