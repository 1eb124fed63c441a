"""What to look at before a period is approved: gaps, doubles and numbers nobody has set yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from desktop.models.registers.appraisal_events import MONEY_OFF, REWARD
from desktop.services.performance.paying import Unshared
from desktop.services.performance.presence import CLOSED, LEFT
from desktop.services.performance.results import Notice, Simulation
from desktop.services.performance.scoring import NO_TARGET, UNGRADED
from desktop.services.performance.wording import amount
from desktop.text import _


def notices_of(simulation: Simulation, unshared: Sequence[Unshared]) -> Iterator[Notice]:
    """Go through everything that a person should know of a simulation."""
    yield from _clinics(simulation)
    yield from _doubles(simulation)
    yield from _doctors(simulation)
    yield from _numbers(simulation)
    yield from _money(simulation, unshared)


def _clinics(simulation: Simulation) -> Iterator[Notice]:
    held = simulation.held
    for result in simulation.clinics:
        missing = [m for m in held.expected[result.id] if m not in held.months[result.id]]
        if missing:
            yield Notice(
                "month_missing",
                _("{clinic}缺报：{months}。").format(clinic=result.name, months="、".join(missing)),
                clinic=result.id,
            )
        if not result.doctors and held.clinics[result.id].status not in CLOSED:
            yield Notice(
                "clinic_without_doctor",
                _("{clinic}本期没有在任村医。").format(clinic=result.name),
                clinic=result.id,
            )


def _doubles(simulation: Simulation) -> Iterator[Notice]:
    held = simulation.held
    counted = Counter((row.clinic_id, row.month) for row in held.facts.months)
    for (clinic, month), count in counted.items():
        if count > 1 and clinic in held.clinics:
            yield Notice(
                "month_twice",
                _("{clinic} {month} 有 {count} 份月报，按最后录入的一份计算。").format(
                    clinic=held.clinics[clinic].name, month=month, count=count
                ),
                clinic=clinic,
            )


def _doctors(simulation: Simulation) -> Iterator[Notice]:
    held = simulation.held
    for doctor in held.facts.doctors:
        name = doctor.name or ""
        present = doctor.id in held.presence.by_doctor
        if not present and doctor.status != LEFT:
            message = _("{name}本期没有任职，不计分。").format(name=name)
            yield Notice("doctor_without_posting", message, doctor=doctor.id)
        if doctor.id in held.presence.crowded:
            message = _("{name}有的日子在各处的工作份额合计超过 100%。").format(name=name)
            yield Notice("share_over_100", message, doctor=doctor.id)
        if not present:
            continue
        expires = doctor.licence_expires_on
        if expires is None:
            message = _("{name}没有登记执业证有效期。").format(name=name)
            yield Notice("licence_unknown", message, doctor=doctor.id)
        elif expires < simulation.period.last:
            message = _("{name}的执业证 {day} 到期。").format(name=name, day=expires.isoformat())
            yield Notice("licence_expired", message, doctor=doctor.id)


def _numbers(simulation: Simulation) -> Iterator[Notice]:
    for item in simulation.scheme.items:
        if item.paid and item.price is None:
            message = _("{code} {label}尚未定单价，不计酬。").format(
                code=item.code, label=item.label
            )
            yield Notice("no_price", message)
    for subsidy in simulation.scheme.subsidies:
        if subsidy.monthly is None and not any(
            row.kind == subsidy.kind for row in simulation.held.facts.subsidies
        ):
            message = _("{kind}尚未定金额。").format(kind=subsidy.kind)
            yield Notice("no_amount", message)
    targets = Counter(
        outcome.item.code
        for result in simulation.clinics
        for _weight, outcome in result.outcomes
        if outcome.state == NO_TARGET
    )
    for code, count in targets.items():
        message = _("{code} {label}有 {count} 个村卫生室没有目标，不计分。").format(
            code=code, label=simulation.scheme.by_code[code].label, count=count
        )
        yield Notice("no_target", message)
    graded = Counter(
        line.item.code
        for doctor in simulation.doctors
        for line in doctor.lines
        if line.state == UNGRADED
    )
    for code, count in graded.items():
        message = _("{code} {label}有 {count} 名村医未评分。").format(
            code=code, label=simulation.scheme.by_code[code].label, count=count
        )
        yield Notice("ungraded", message)


def _money(simulation: Simulation, unshared: Sequence[Unshared]) -> Iterator[Notice]:
    held = simulation.held
    for gap in unshared:
        yield Notice(
            "work_without_doctor",
            _("{clinic} {month} {label} {quantity} 无在任村医，未计酬。").format(
                clinic=held.clinics[gap.clinic].name,
                month=gap.month,
                label=gap.item.label,
                quantity=amount(gap.quantity),
            ),
            clinic=gap.clinic,
        )
    for event in held.facts.events:
        if event.kind in (MONEY_OFF, REWARD) and event.doctor_id is None:
            message = _("{kind}“{reason}”没有写明村医，未计入。").format(
                kind=_(event.kind), reason=event.reason or ""
            )
            yield Notice("money_without_doctor", message, clinic=event.clinic_id)
    for doctor in simulation.doctors:
        if doctor.unrecovered:
            message = _("{name}的扣款超过应发，尚有余额未扣。").format(name=doctor.name)
            yield Notice("unrecovered", message, doctor=doctor.id)
    pool = simulation.pool
    if pool and sum(doctor.quality for doctor in simulation.doctors) != pool:
        yield Notice("pool_unshared", _("没有可分配的工作量，总额未分。"))
