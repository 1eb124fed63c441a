"""The home page: four cards, the month's open tasks and how long the supplies last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from desktop.services.figures.catalogue import WHOLE, Ask, find_figure
from desktop.services.figures.clinics import missing_clinics
from desktop.services.figures.contract_counts import Counted, counts_at
from desktop.services.figures.drug_lots import chosen_at, expired, near
from desktop.services.figures.drug_rows import drug_rows
from desktop.services.figures.drug_supply import missing_at
from desktop.services.figures.readings import Readings
from desktop.services.figures.supplies import SupplyState, lasting
from desktop.services.months import first_day, last_day, month_of, shifted
from desktop.services.periods import parse_period
from desktop.services.publications import publication_tasks
from desktop.services.records import Records
from desktop.services.return_tasks import ReturnsDue
from desktop.services.returns.library import DEFAULT_FORM
from desktop.services.supervision_tasks import supervision_tasks
from desktop.services.tasks import Card, Task, Urgency
from desktop.text import _, in_a_row

BLANK = "—"
_NAMES = 4
"""Names spelled out before "等"."""

_USE_DAYS = timedelta(days=29)
"""Daily use is taken over these days and today."""


@dataclass(frozen=True)
class DrugStock:
    """The drug stock on a day; ``near_expiry`` is None where no policy says what near means."""

    near_expiry: int | None
    expired: int
    out_of_stock_names: tuple[str, ...]

    @property
    def out_of_stock(self) -> int:
        """Return how many drugs in use have no lot that is there and in date."""
        return len(self.out_of_stock_names)


class Overview:
    """What the home page shows on a day; each register is asked once."""

    def __init__(self, session: Session, today: date) -> None:
        self._session = session
        self._records = Records(session)
        self.today = today
        self._readings: dict[str, Readings] = {}

    def _policy(self, code: str) -> int | None:
        number = self._records.policy(code, self.today)
        return None if number is None else int(number)

    # What the registers say

    @cached_property
    def _returns(self) -> ReturnsDue:
        """Return the returns that wait; last month is asked for where clinics have reported it."""
        last = shifted(month_of(self.today), -1)
        return ReturnsDue(self._records, self.today, last if self._reported(last) else "")

    @cached_property
    def month(self) -> str:
        """Return the month to report on: last month until its return is in, then this one."""
        last = shifted(month_of(self.today), -1)
        begun = self._returns.state(DEFAULT_FORM, last) or self._reported(last)
        settled = self._returns.settled(DEFAULT_FORM, last)
        return last if begun and not settled else month_of(self.today)

    def _figure(self, key: str, month: str) -> int | None:
        """Return a figure of the catalogue."""
        readings = self._readings_of(month)
        return find_figure(key).of(Ask(readings, readings.period))

    def _readings_of(self, month: str) -> Readings:
        if month not in self._readings:
            self._readings[month] = Readings(self._records, parse_period(month))
        return self._readings[month]

    def _reported(self, month: str) -> int:
        return self._figure("clinics.reported", month) or 0

    @cached_property
    def contracts(self) -> Counted:
        """Return the contracts in force today and the people who hold them."""
        return counts_at(self._readings_of(month_of(self.today)), self.today)[WHOLE]

    @cached_property
    def drug_stock(self) -> DrugStock | None:
        """Return today's drug stock; None before the first movement."""
        readings = self._readings_of(month_of(self.today))
        missing = missing_at(readings, self.today)
        if missing is None:
            return None
        soon = chosen_at(readings, near, self.today)
        gone = chosen_at(readings, expired, self.today) or []
        drugs = drug_rows(readings)
        names = tuple(drugs[key].generic for key in missing)
        return DrugStock(None if soon is None else len(soon), len(gone), names)

    @cached_property
    def supplies(self) -> list[SupplyState]:
        """Return today's supplies, those that end first in front; unknown ones left out."""
        readings = self._readings_of(month_of(self.today))
        found = lasting(readings, (self.today - _USE_DAYS, self.today)).values()
        known = [each for each in found if each.days is not None]
        return sorted(known, key=lambda each: (each.days or 0, each.name))

    @cached_property
    def reserve_days(self) -> int | None:
        """Return how many days the reserve has to last (S0-13b)."""
        return self._policy("supply.reserve_days")

    @cached_property
    def expiring(self) -> tuple[int, int]:
        """Return how many contracts end this month, and how many of them were renewed."""
        contracts = self._records.table("contracts")
        ending, newer = contracts.alias("ending").c, contracts.alias("newer").c
        month = month_of(self.today)
        ends = ending.expires_on.between(first_day(month), last_day(month))
        renewed = exists(
            select(newer.id).where(
                newer.id_number == ending.id_number,
                newer.deleted_at.is_(None),
                newer.expires_on > ending.expires_on,
            )
        )
        counting = select(func.count(ending.id)).where(ending.deleted_at.is_(None), ends)
        total = self._records.one(counting)[0]
        return int(total), int(self._records.one(counting.where(renewed))[0]) if total else 0

    # Cards

    def cards(self) -> list[Card]:
        """Return the four cards of the home page."""
        return [
            self._contracts_card(),
            self._clinics_card(),
            self._drugs_card(),
            self._supplies_card(),
        ]

    def _contracts_card(self) -> Card:
        title, parameters = _("家庭医生签约"), {"register": "contracts"}
        count = self.contracts.contracts
        if not count:
            return Card("contracts", title, BLANK, _("还没有有效的签约记录"), parameters=parameters)
        people = self._figure("population.residents", self.month)
        key_groups = _("重点人群 {count} 人").format(count=f"{self.contracts.key_people['']:,}")
        details = [key_groups]
        target = self._records.policy("contract.coverage_target", self.today)
        badge, urgency = "", Urgency.CALM
        if people:
            share = self.contracts.people * 100 / people
            details.insert(0, _("覆盖率 {share}%").format(share=f"{share:.1f}"))
            if target is not None and share < float(target):
                gap = f"{float(target) - share:.1f}"
                badge, urgency = _("距目标差 {gap} 个百分点").format(gap=gap), Urgency.AMBER
        if not badge and self.expiring[0]:
            badge = _("{count} 份本月到期").format(count=f"{self.expiring[0]:,}")
            urgency = Urgency.AMBER
        detail = " · ".join(details)
        return Card("contracts", title, f"{count:,}", detail, badge, urgency, parameters=parameters)

    def _clinics_card(self) -> Card:
        title, parameters = _("村卫生室月报"), {"register": "clinic_months"}
        expected = self._figure("clinics.expected", self.month)
        if not expected:
            return Card(
                "clinics", title, BLANK, _("还没有村卫生室名册"), parameters={"register": "clinics"}
            )
        reported = self._reported(self.month)
        missing = max(0, expected - reported)
        month = int(self.month[5:])
        return Card(
            "clinics",
            title,
            f"{reported} / {expected}",
            _("{month}月已报 / 应报").format(month=month),
            _("{count} 个村卫生室未报").format(count=missing) if missing else _("全部已报"),
            Urgency.AMBER if missing else Urgency.CALM,
            parameters=parameters,
        )

    def _drugs_card(self) -> Card:
        title, in_use = _("药品库存"), self._figure("drugs.in_use", self.month)
        if in_use is None:
            return Card(
                "drugs", title, BLANK, _("还没有药品目录"), parameters={"register": "drugs"}
            )
        details = [_("在用品规")]
        badge, urgency, stock = "", Urgency.CALM, self.drug_stock
        if stock is not None:
            if stock.near_expiry is not None:
                details.append(_("近效期 {count}").format(count=stock.near_expiry))
            details.append(_("缺货 {count}").format(count=stock.out_of_stock))
            if stock.out_of_stock:
                badge = _("{count} 个品规缺货").format(count=stock.out_of_stock)
                urgency = Urgency.RED
            elif stock.expired:
                badge, urgency = _("{count} 批已过期").format(count=stock.expired), Urgency.RED
        parameters = {"register": "drug_stock"}
        detail = " · ".join(details)
        return Card("drugs", title, f"{in_use:,}", detail, badge, urgency, parameters=parameters)

    def _supplies_card(self) -> Card:
        title, parameters = _("发热诊室物资"), {"register": "supplies"}
        if not self.supplies:
            return Card("supplies", title, BLANK, _("还没有物资台账"), parameters=parameters)
        first = self.supplies[0]
        days, reserve = first.days or 0, self.reserve_days
        low = reserve is not None and days < reserve
        return Card(
            "supplies",
            title,
            _("{days} 天").format(days=days),
            _("最短可用天数（{name}）").format(name=first.name),
            _("低于 {days} 天储备").format(days=reserve) if low else "",
            Urgency.RED if low else Urgency.CALM,
            parameters=parameters,
        )

    # Tasks

    def tasks(self) -> list[Task]:
        """Return what is to be done, the most urgent first."""
        maybe = (
            *self._returns.tasks(self._policy("return.warning_days") or 0),
            self._clinics_task(),
            self._contracts_task(),
            self._licences_task(),
            *self._drug_tasks(),
            self._supplies_task(),
            *supervision_tasks(self._records, self.today),
            *publication_tasks(self._records, self.today),
        )
        found = [task for task in maybe if task is not None]
        order = [Urgency.RED, Urgency.AMBER, Urgency.CALM]
        return sorted(found, key=lambda task: order.index(task.urgency))

    def _clinics_task(self) -> Task | None:
        if self.today <= last_day(self.month):
            return None
        missing = missing_clinics(self._readings_of(self.month), parse_period(self.month))
        if not missing:
            return None
        title = _("{count} 个村卫生室未报 {month}月月报").format(
            count=len(missing), month=int(self.month[5:])
        )
        parameters = {"register": "clinic_months", "month": self.month}
        return Task(
            "clinics", title, _named(missing), _("催报"), Urgency.AMBER, parameters=parameters
        )

    def _contracts_task(self) -> Task | None:
        total, renewed = self.expiring
        if total == renewed:
            return None
        return Task(
            "contracts",
            _("{count} 份签约协议本月到期").format(count=f"{total:,}"),
            _("续签率 {share}%").format(share=renewed * 100 // total),
            _("待续签"),
            Urgency.AMBER,
            parameters={"register": "contracts", "chip": "expiring"},
        )

    def _licences_task(self) -> Task | None:
        days = self._policy("licence.warning_days")
        if days is None:
            return None
        until = self.today + timedelta(days=days)
        names: list[str] = []
        overdue = False
        counts = {}
        for register in ("staff", "village_doctors"):
            table = self._records.table(register).c
            found = self._records.rows(
                select(table.name, table.licence_expires_on)
                .where(
                    table.deleted_at.is_(None),
                    table.licence_expires_on <= until,
                    or_(table.status.is_(None), table.status.not_in(("离职", "退休"))),
                )
                .order_by(table.licence_expires_on)
            )
            counts[register] = len(found)
            names += [row.name or "" for row in found]
            overdue = overdue or any(row.licence_expires_on < self.today for row in found)
        if not names:
            return None
        first = "staff" if counts["staff"] else "village_doctors"
        return Task(
            "licences",
            _("{count} 人执业证 {days} 天内到期或已过期").format(count=len(names), days=days),
            _named(names),
            _("查看"),
            Urgency.RED if overdue else Urgency.AMBER,
            parameters={"register": first, "chip": "licence_expiring"},
        )

    def _drug_tasks(self) -> list[Task | None]:
        stock = self.drug_stock
        if stock is None:
            return []
        made: list[Task | None] = []
        if stock.expired:
            made.append(
                Task(
                    "drugs_expired",
                    _("{count} 批药品已过期").format(count=stock.expired),
                    _("请下架并报损"),
                    _("处理"),
                    Urgency.RED,
                    parameters={"register": "drug_stock", "chip": "expired"},
                )
            )
        if stock.out_of_stock:
            made.append(
                Task(
                    "drugs_out",
                    _("{count} 个品规缺货").format(count=stock.out_of_stock),
                    _named(list(stock.out_of_stock_names)),
                    _("跟踪"),
                    Urgency.RED,
                    parameters={"register": "drugs"},
                )
            )
        if stock.near_expiry:
            days = self._policy("drug.near_expiry_days")
            made.append(
                Task(
                    "drugs_near_expiry",
                    _("{count} 批药品近效期").format(count=stock.near_expiry),
                    _("{days} 天内到期，先进先出").format(days=days),
                    _("查看"),
                    Urgency.AMBER,
                    parameters={"register": "drug_stock", "chip": "near_expiry"},
                )
            )
        return made

    def _supplies_task(self) -> Task | None:
        below = [each.name for each in self.supplies if each.below]
        if not below:
            return None
        return Task(
            "supplies",
            _("{count} 种物资低于储备标准").format(count=len(below)),
            _named(below),
            _("补货"),
            Urgency.RED,
            parameters={"register": "supplies", "chip": "below_reserve"},
        )


def _named(names: list[str]) -> str:
    """Return the first names, and that there are more."""
    shown = in_a_row(names[:_NAMES])
    return _("{names}等").format(names=shown) if len(names) > _NAMES else shown


def tasks(session: Session, today: date) -> list[Task]:
    """Return the open tasks of a day."""
    return Overview(session, today).tasks()


def cards(session: Session, today: date) -> list[Card]:
    """Return the home page's cards."""
    return Overview(session, today).cards()
