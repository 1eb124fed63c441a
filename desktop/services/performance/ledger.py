"""A year of approved pay by doctor and channel, and the earmarked funds (S1-6.1d, S4-16b)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models.registers.fund_moves import RECEIVED
from desktop.services.performance.sheets import Sheet, sheets
from desktop.services.performance.statement import SUBSIDY
from desktop.services.records import Records
from desktop.text import N_

QUALITY = N_("绩效")
REWARDS = N_("奖励")
DEDUCTIONS = N_("扣款")
SUPPLEMENTS = N_("补充")


@dataclass
class YearOfDoctor:
    """What a doctor was paid in a year by channel, 分; the channels add up to the total."""

    id: str
    name: str
    clinic: str
    channels: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Return all that was paid."""
        return sum(self.channels.values())

    def add(self, channel: str, amount: int) -> None:
        """Add money to a channel."""
        if amount:
            self.channels[channel] = self.channels.get(channel, 0) + amount


def yearly_pay(session: Session, year: str) -> list[YearOfDoctor]:
    """Return what each doctor was paid in a year by the approved sheets and their supplements."""
    made: dict[str, YearOfDoctor] = {}
    for sheet in _once(sorted(sheets(session), key=lambda each: (each.period, each.number))):
        if sheet.period[:4] != year:
            continue
        if sheet.statement is not None:
            for each in sheet.statement.doctors:
                line = made.setdefault(each.id, YearOfDoctor(each.id, each.name, each.clinic))
                line.clinic = each.clinic
                line.add(QUALITY, each.quality)
                for money in each.money:
                    if money.kind == SUBSIDY:
                        line.add(money.label, money.amount)
                line.add(REWARDS, each.rewards)
                line.add(DEDUCTIONS, -each.deducted)
        if sheet.supplement is not None:
            for more in sheet.supplement.adjustments:
                known = made.setdefault(more.doctor, YearOfDoctor(more.doctor, more.name, ""))
                known.add(SUPPLEMENTS, more.amount)
    return sorted(made.values(), key=lambda each: (each.clinic, each.name, each.id))


def _once(ordered: Iterable[Sheet]) -> Iterator[Sheet]:
    """Leave out a second main sheet of a period and scheme, approved apart on another PC."""
    seen = set()
    for sheet in ordered:
        if sheet.statement is not None:
            if (sheet.period, sheet.scheme) in seen:
                continue
            seen.add((sheet.period, sheet.scheme))
        yield sheet


@dataclass(frozen=True)
class FundBalance:
    """An earmarked fund on a day: what came, where it went, what is left, since when, 分."""

    fund: str
    received: int
    by_kind: tuple[tuple[str, int], ...]
    balance: int
    last_received_on: date | None

    def days_held(self, today: date) -> int | None:
        """Return for how many days a balance has been lying since money last came."""
        if self.balance <= 0 or self.last_received_on is None:
            return None
        return (today - self.last_received_on).days


def fund_balances(bind: Session | Records, on: date) -> list[FundBalance]:
    """Return the balance of each earmarked fund on a day."""
    records = bind if isinstance(bind, Records) else Records(bind)
    table = records.table("fund_moves").c
    rows = records.rows(
        select(table.fund, table.kind, func.sum(table.amount), func.max(table.moved_on))
        .where(
            table.deleted_at.is_(None),
            table.moved_on <= on,
            table.fund.is_not(None),
            table.kind.is_not(None),
        )
        .group_by(table.fund, table.kind)
        .order_by(table.fund, table.kind)
    )
    made = []
    for fund in dict.fromkeys(row[0] for row in rows):
        sums = {row[1]: int(row[2] or 0) for row in rows if row[0] == fund}
        last = next((row[3] for row in rows if row[0] == fund and row[1] == RECEIVED), None)
        spent = tuple((kind, amount) for kind, amount in sums.items() if kind != RECEIVED)
        received = sums.get(RECEIVED, 0)
        balance = received - sum(amount for _kind, amount in spent)
        made.append(FundBalance(fund, received, spent, balance, last))
    return made
