"""The villages' share of public-health work beside the line of the policy (S1-6.1e: 45 % → 50 %).

Items count in different units, so they are added by their weight (当量). What the clinics do is the
figure entered for an item, else the sum of their monthly figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.services.periods import Period, parse_period
from desktop.services.records import Records

LINE = "ph.village_share"

MONTHLY_OF = {
    "居民健康档案": "new_files",
    "健康教育": "education_sessions",
    "老年人健康管理": "elderly_checkups",
    "高血压患者健康管理": "hypertension_followups",
    "糖尿病患者健康管理": "diabetes_followups",
}
"""The clinics' monthly figure of an item, where they report one."""


@dataclass(frozen=True)
class ItemShare:
    """An item's work: all, the villages' (None where unknown), and by clinic."""

    item: str
    unit: str
    total: int | None
    village: int | None
    weight: Fraction
    computed: bool
    clinics: tuple[tuple[bytes, int], ...]

    @property
    def percent(self) -> Fraction | None:
        """Return the villages' share of the item in percent."""
        if not self.total or self.village is None:
            return None
        return Fraction(self.village * 100, self.total)


@dataclass(frozen=True)
class VillageShare:
    """The share over all items whose work is known, and the line it is held against."""

    period: Period
    items: tuple[ItemShare, ...]
    percent: Fraction | None
    line: Decimal | None

    @property
    def reached(self) -> bool | None:
        """Say whether the line is reached; None where share or line is not known."""
        if self.percent is None or self.line is None:
            return None
        return self.percent >= Fraction(self.line)


def village_share(bind: Session | Records, period: Period | str) -> VillageShare:
    """Return the villages' share of public-health work in a period."""
    records = bind if isinstance(bind, Records) else Records(bind)
    wanted = parse_period(period) if isinstance(period, str) else period
    table = records.table("workloads").c
    rows = records.rows(
        select(table.item, table.unit, table.total, table.village, table.weight)
        .where(table.deleted_at.is_(None), table.period == wanted.key)
        .order_by(table.item, table.id)
    )
    by_clinic = _by_clinic(records, wanted)
    made = []
    for row in rows:
        clinics = by_clinic.get(MONTHLY_OF.get(row.item or "", ""), ())
        computed = row.village is None and bool(clinics)
        made.append(
            ItemShare(
                row.item or "",
                row.unit or "",
                row.total,
                sum(count for _clinic, count in clinics) if computed else row.village,
                Fraction(100 if row.weight is None else row.weight, 100),
                computed,
                tuple(clinics),
            )
        )
    known = [each for each in made if each.percent is not None]
    whole = sum((each.weight * (each.total or 0) for each in known), Fraction(0))
    villages = sum((each.weight * (each.village or 0) for each in known), Fraction(0))
    return VillageShare(
        wanted,
        tuple(made),
        villages * 100 / whole if whole else None,
        records.policy(LINE, wanted.last),
    )


def _by_clinic(records: Records, period: Period) -> dict[str, tuple[tuple[bytes, int], ...]]:
    table = records.table("clinic_months").c
    fields = list(MONTHLY_OF.values())
    rows = records.rows(
        select(table.clinic_id, *(func.sum(table[field]) for field in fields))
        .where(
            table.deleted_at.is_(None),
            table.month.in_(period.months),
            table.clinic_id.is_not(None),
        )
        .group_by(table.clinic_id)
        .order_by(table.clinic_id)
    )
    return {
        field: tuple((bytes(row[0]), int(row[at])) for row in rows if row[at] is not None)
        for at, field in enumerate(fields, 1)
    }
