"""Every line of a score and of money as a sentence that a village doctor can check by hand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from desktop.models.kinds import show_amount
from desktop.services.performance.facts import Event
from desktop.services.performance.figures import Amount, Reading
from desktop.services.performance.held import Held
from desktop.services.performance.paying import SubsidyLine, WorkLine
from desktop.services.performance.rounding import rounded_fraction
from desktop.services.performance.scheme import BANDS, DEDUCTION, ONE, Item
from desktop.services.performance.scoring import (
    MISSING,
    NO_TARGET,
    NOT_APPLICABLE,
    UNGRADED,
    UNLICENSED,
    ItemLine,
    Outcome,
)
from desktop.services.performance.sources import Measure
from desktop.text import _, language


def amount(value: Amount) -> str:
    """Return a quantity, with at most two decimals."""
    if isinstance(value, int) or value.denominator == 1:
        return f"{int(value):,}"
    text = show_amount(rounded_fraction(value * 100))
    return text.rstrip("0").rstrip(".")


def points(hundredths: int) -> str:
    """Return points without needless zeros."""
    return show_amount(hundredths).rstrip("0").rstrip(".")


def percent(above: Amount, below: int) -> str:
    """Return a share as a percentage with one decimal."""
    tenths = rounded_fraction(Fraction(above) * 1000 / below)
    return f"{tenths // 10}.{tenths % 10}%"


def coefficient(ten_thousandths: int) -> str:
    """Return a coefficient as written in a scheme."""
    return str((Decimal(ten_thousandths) / ONE).normalize())


def explain_item(line: ItemLine, held: Held) -> str:
    """Return why a line has the points it has."""
    item = line.item
    parts = []
    whole = sum(days for _clinic, days, _outcome in line.outcomes)
    for clinic, days, outcome in line.outcomes:
        said = outcome_in_words(outcome)
        if len(line.outcomes) > 1:
            name, part = held.clinics[clinic].name, percent(days, whole)
            said = _("{clinic}（在岗占 {part}）{said}").format(clinic=name, part=part, said=said)
        parts.append(said)
    if line.state == UNLICENSED:
        parts.append(_("本期无有效执业证，此项不得分。"))
    parts += [event_in_words(event, item) for event in line.events]
    parts.append(
        _("权重 {weight} 分，得 {points} 分，扣 {lost} 分。").format(
            weight=show_amount(line.weight),
            points=show_amount(line.points),
            lost=show_amount(line.lost),
        )
        if line.weight
        else _("此项不计，权重分给其他项目。")
    )
    return _one_after_another(parts)


def outcome_in_words(outcome: Outcome) -> str:
    """Return how an item came out for a clinic or doctor."""
    item, reading = outcome.item, outcome.reading
    missing = "、".join(reading.missing)
    match outcome.state:
        case state if state == MISSING:
            return _("{months} 缺报，不得分（不按 0 计）。").format(months=missing)
        case state if state == UNGRADED:
            return _("未评分。")
        case state if state == NO_TARGET:
            return _("没有定目标，不计分。")
        case state if state == NOT_APPLICABLE:
            return (
                _("目标为 0，不适用。") if outcome.goal == 0 else _("本期没有可测的记录，不适用。")
            )
    said = _measured(outcome, item, reading)
    if reading.missing:
        more = _("其中 {months} 缺报，不按 0 计。").format(months=missing)
        said = _one_after_another((said, more))
    return said


def _one_after_another(sentences: Iterable[str]) -> str:
    """Return whole sentences on one line; only Chinese ones need no space between them."""
    return ("" if language() == "zh" else " ").join(sentences)


def _measured(outcome: Outcome, item: Item, reading: Reading) -> str:
    measure, unit = item.measured.measure, _(item.measured.unit)
    if item.formula == DEDUCTION:
        if not reading.above:
            return _("没有扣分事项。")
        return _("{label} {count} {unit}{which}，每次扣 {each} 分。").format(
            label=_(item.measured.label),
            count=amount(reading.above),
            unit=unit,
            which=_which(reading),
            each=points(item.per_event),
        )
    if measure is Measure.MANUAL:
        return _("评分 {points} 分（满分 {full} 分）。").format(
            points=show_amount(int(reading.above)), full=show_amount(item.weight)
        )
    if measure is Measure.COUNT and outcome.goal is not None:
        return _("应 {goal} {unit}，实 {done} {unit}{months}，完成 {share}。").format(
            goal=amount(outcome.goal),
            done=amount(reading.above),
            unit=unit,
            months=_by_month(reading),
            share=percent(outcome.above, outcome.below),
        )
    rate = _rate(item, reading)
    share = percent(outcome.above, outcome.below)
    if item.formula == BANDS:
        return _("{label} {rate}，按分档得权重的 {share}。").format(
            label=_(item.measured.label), rate=rate, share=share
        )
    return _("{label} {rate}，应达 {goal}，得权重的 {share}。").format(
        label=_(item.measured.label), rate=rate, goal=percent(item.goal.value, ONE), share=share
    )


def _rate(item: Item, reading: Reading) -> str:
    """Return a rate with its parts, or a count that is measured by bands."""
    if item.measured.measure is Measure.COUNT:
        return _("{done} {unit}{months}").format(
            done=amount(reading.above), unit=_(item.measured.unit), months=_by_month(reading)
        )
    rate = percent(reading.above, reading.below)
    if reading.below < ONE:
        rate += _("（{above}/{below}）").format(
            above=amount(reading.above), below=amount(reading.below)
        )
    return rate


def _which(reading: Reading) -> str:
    """Return the months of missing reports, or of late ones with when they came and were due."""
    said = [
        _("{month} 于 {came} 收到，应 {due} 前").format(
            month=month, came=came.isoformat(), due=due.isoformat()
        )
        for month, came, due in reading.late
    ] or [month for month, _count in reading.parts if month]
    return _("（{months}）").format(months="；".join(said)) if said else ""


def _by_month(reading: Reading) -> str:
    if len(reading.parts) < 2:  # noqa: PLR2004 - a single month says itself
        return ""
    listed = "，".join(f"{month} {amount(value)}" for month, value in reading.parts)
    return _("（{months}）").format(months=listed)


def event_in_words(event: Event, item: Item | None) -> str:
    """Return an entry with its day and reason."""
    day = event.happened_on.isoformat() if event.happened_on is not None else ""
    taken = event.points
    if taken is None and item is not None:
        taken = (1 if event.quantity is None else event.quantity) * item.per_event
    return _("{day} {reason}，扣 {points} 分。").format(
        day=day, reason=event.reason or "", points=points(taken or 0)
    )


def money_in_words(event: Event) -> str:
    """Return a reward or deduction with its day and reason."""
    day = event.happened_on.isoformat() if event.happened_on is not None else ""
    return _("{day} {reason}：{amount} 元。").format(
        day=day, reason=event.reason or "", amount=show_amount(event.amount or 0)
    )


def explain_work(line: WorkLine, held: Held) -> str:
    """Return what a doctor's units are and what they are paid."""
    unit = _(line.item.measured.unit)
    name = held.clinics[line.clinic].name if line.clinic is not None else ""
    shared = (
        ""
        if line.quantity == line.of
        else _("（全室 {of} {unit}，按在岗时间分得）").format(of=amount(line.of), unit=unit)
    )
    return (
        _("{clinic} {label} {quantity} {unit}{shared} × {price} 元 = {amount} 元。")
        .format(
            clinic=name,
            label=line.item.label,
            quantity=amount(line.quantity),
            unit=unit,
            shared=shared,
            price=show_amount(line.price),
            amount=show_amount(line.amount),
        )
        .strip()
    )


def explain_subsidy(line: SubsidyLine) -> str:
    """Return a fixed subsidy with its months."""
    return _("{kind} 每月 {monthly} 元 × {months} 个月 = {amount} 元。").format(
        kind=_(line.kind),
        monthly=show_amount(line.monthly),
        months=amount(line.months),
        amount=show_amount(line.amount),
    )
