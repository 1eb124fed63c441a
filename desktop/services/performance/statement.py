"""A simulation written out: every number, sentence and source row, for screen, paper and JSON.

An approved sheet keeps exactly this, so that it reads the same whatever the registers say later.
There is no ID number in it: the public notice is made from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from desktop.models.kinds import show_amount
from desktop.services.performance.held import Held
from desktop.services.performance.results import BlockPoints, DoctorResult, Simulation
from desktop.services.performance.scheme import Scheme
from desktop.services.performance.scoring import ItemLine
from desktop.services.performance.wording import (
    coefficient,
    explain_item,
    explain_subsidy,
    explain_work,
    money_in_words,
    percent,
)
from desktop.text import _

WORK = "work"
SUBSIDY = "subsidy"
REWARD = "reward"
DEDUCTION = "deduction"

SourceRow = tuple[str, str]
"""A register's key and a record's id in hexadecimal digits."""


@dataclass(frozen=True)
class BlockStatement:
    """The points of a block, in hundredths."""

    code: str
    label: str
    weight: int
    points: int


@dataclass(frozen=True)
class ItemStatement:
    """A line of a score: points in hundredths, why, and the rows it rests on."""

    code: str
    label: str
    block: str
    weight: int
    points: int
    lost: int
    state: str
    sentence: str
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True)
class MoneyStatement:
    """A line of money in 分; work lines are before the quality coefficient."""

    kind: str
    label: str
    amount: int
    sentence: str
    rows: tuple[SourceRow, ...]


@dataclass(frozen=True)
class DoctorStatement:
    """A doctor's whole statement."""

    id: str
    name: str
    clinic: str
    clinics: tuple[tuple[str, str], ...]
    score: int | None
    coefficient: int
    vetoes: tuple[str, ...]
    blocks: tuple[BlockStatement, ...]
    items: tuple[ItemStatement, ...]
    money: tuple[MoneyStatement, ...]
    work: int
    quality: int
    subsidies: int
    rewards: int
    deducted: int
    unrecovered: int
    pay: int
    sentence: str


@dataclass(frozen=True)
class ClinicStatement:
    """A clinic's own score and what its doctors are paid."""

    id: str
    name: str
    score: int | None
    blocks: tuple[BlockStatement, ...]
    doctors: tuple[str, ...]
    pay: int


@dataclass(frozen=True)
class Totals:
    """Sums over all doctors, 分."""

    doctors: int
    work: int
    quality: int
    subsidies: int
    rewards: int
    deducted: int
    pay: int
    pool: int | None


@dataclass(frozen=True)
class NoticeStatement:
    """Something to look at."""

    code: str
    message: str


@dataclass(frozen=True)
class Statement:
    """All of a period by one scheme."""

    period: str
    label: str
    centre: str
    scheme: Scheme
    doctors: tuple[DoctorStatement, ...]
    clinics: tuple[ClinicStatement, ...]
    notices: tuple[NoticeStatement, ...]
    totals: Totals
    rules: tuple[str, ...]
    checksum: str

    @property
    def check_code(self) -> str:
        """Return the first digits of the checksum as printed."""
        return f"{self.checksum[:4]}-{self.checksum[4:8]}".upper()

    def doctor(self, id: str) -> DoctorStatement:
        """Return a doctor's statement by the id in hexadecimal digits."""
        return next(each for each in self.doctors if each.id == id)

    def encode(self) -> str:
        """Return it as the JSON an approved sheet keeps."""
        return msgspec.json.encode(self, order="deterministic").decode()

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for the command line's JSON."""
        made: dict[str, Any] = msgspec.to_builtins(self)
        return made


def decode_statement(text: str) -> Statement:
    """Return the statement that an approved sheet keeps."""
    return msgspec.json.decode(text, type=Statement)


def state(simulation: Simulation, centre: str = "") -> Statement:
    """Write a simulation out in the interface language."""
    people = tuple(_doctor(simulation, result) for result in simulation.doctors)
    return Statement(
        period=simulation.period.key,
        label=simulation.period.label,
        centre=centre,
        scheme=simulation.scheme,
        doctors=people,
        clinics=tuple(
            ClinicStatement(
                each.id.hex(),
                each.name,
                each.score,
                _blocks(each.blocks),
                tuple(doctor.hex() for doctor in each.doctors),
                each.pay,
            )
            for each in simulation.clinics
        ),
        notices=tuple(NoticeStatement(each.code, each.message) for each in simulation.notices),
        totals=Totals(
            doctors=len(people),
            work=sum(each.work for each in people),
            quality=sum(each.quality for each in people),
            subsidies=sum(each.subsidies for each in people),
            rewards=sum(each.rewards for each in people),
            deducted=sum(each.deducted for each in people),
            pay=simulation.total,
            pool=simulation.pool,
        ),
        rules=tuple(_rules(simulation)),
        checksum=simulation.checksum,
    )


def _blocks(blocks: Iterable[BlockPoints]) -> tuple[BlockStatement, ...]:
    return tuple(
        BlockStatement(each.block.code, each.block.label, each.weight, each.points)
        for each in blocks
    )


def _doctor(simulation: Simulation, result: DoctorResult) -> DoctorStatement:
    held = simulation.held
    main = result.main_clinic
    days = sum(each for _id, _name, each in result.clinics)
    return DoctorStatement(
        id=result.id.hex(),
        name=result.name,
        clinic=(held.clinics[main].name or "") if main is not None else "",
        clinics=tuple((name, percent(each, days)) for _id, name, each in result.clinics),
        score=result.score,
        coefficient=result.coefficient,
        vetoes=tuple(f"{veto.label}：{veto.reason}" for veto in result.vetoes),
        blocks=_blocks(simulation.blocks_of(result)),
        items=tuple(_item(line, held) for line in result.lines),
        money=tuple(_money(result, held)),
        work=result.work,
        quality=result.quality,
        subsidies=result.subsidies,
        rewards=result.rewards,
        deducted=result.deducted,
        unrecovered=result.unrecovered,
        pay=result.pay,
        sentence=pay_in_words(simulation, result),
    )


def _item(line: ItemLine, held: Held) -> ItemStatement:
    rows = dict.fromkeys(
        (key, row.hex()) for _c, _d, outcome in line.outcomes for key, row in outcome.reading.rows
    )
    rows |= dict.fromkeys(("appraisal_events", event.id.hex()) for event in line.events)
    item = line.item
    return ItemStatement(
        code=item.code,
        label=item.label,
        block=item.block,
        weight=line.weight,
        points=line.points,
        lost=line.lost,
        state=line.state,
        sentence=explain_item(line, held),
        rows=tuple(rows),
    )


def _money(result: DoctorResult, held: Held) -> Iterable[MoneyStatement]:
    for work in result.work_lines:
        rows = tuple((key, row.hex()) for key, row in work.rows)
        said = explain_work(work, held)
        yield MoneyStatement(WORK, work.item.label, work.amount, said, rows)
    for subsidy in result.subsidy_lines:
        rows = tuple((key, row.hex()) for key, row in subsidy.rows)
        said = explain_subsidy(subsidy)
        yield MoneyStatement(SUBSIDY, subsidy.kind, subsidy.amount, said, rows)
    for kind, entries in (
        (REWARD, result.reward_entries),
        (DEDUCTION, result.deduction_entries),
    ):
        for event in entries:
            yield MoneyStatement(
                kind,
                event.reason or "",
                event.amount or 0,
                money_in_words(event),
                (("appraisal_events", event.id.hex()),),
            )


def pay_in_words(simulation: Simulation, result: DoctorResult) -> str:
    """Return how a doctor's pay comes about, in one line."""
    if simulation.pool is None:
        said = _("应发 {pay} 元 = 工作量 {work} × 系数 {coefficient}").format(
            pay=show_amount(result.pay),
            work=show_amount(result.work),
            coefficient=coefficient(result.coefficient),
        )
    else:
        said = _("应发 {pay} 元 = 总额 {pool} 中分得 {quality}").format(
            pay=show_amount(result.pay),
            pool=show_amount(simulation.pool),
            quality=show_amount(result.quality),
        )
    for amount, words in (
        (result.subsidies, _(" + 定补 {amount}")),
        (result.rewards, _(" + 奖励 {amount}")),
        (result.deducted, _(" − 扣款 {amount}")),
    ):
        if amount:
            said += words.format(amount=show_amount(amount))
    if result.vetoes:
        said += _("（一票否决）")
    return said


def _rules(simulation: Simulation) -> Iterable[str]:
    """Return the rules of computing, as they stand on the sheet."""
    yield _("得分按项目计算到 0.01 分，四舍五入；各行之和即总分。")
    yield _("缺报不按 0 计：缺报的月份不得分，并在行内写明。")
    yield _("一室多人按在岗天数和工作份额分摊工作量，尾差按最大余数法归整到分，合计等于全室金额。")
    if simulation.pool is None:
        yield _("绩效 = Σ(工作量 × 单价) × 质量系数，四舍五入到分。")
    else:
        yield _("总额按 {key} 的比例分配，尾差按最大余数法归整到分，合计等于总额。").format(
            key=_("工作量 × 质量系数") if simulation.scheme.pool_by == "work" else _("得分 × 天数")
        )
    yield _("绩效与药品、耗材和检查检验收入脱钩（S2-7b）。")
