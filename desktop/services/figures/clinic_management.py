"""Figures of unified management and of the village doctors at work (S3-5.2a, S4-4a, facts f)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, and_, bindparam, func, or_, select

from desktop.models.registers.village_doctors import REGISTER as DOCTORS
from desktop.services.figures.catalogue import (
    WHOLE,
    Argument,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.clinic_rows import working
from desktop.services.figures.readings import Readings
from desktop.text import N_

_BY_CLINIC = frozenset({"clinic"})
_LEFT = "离岗"

UNIFIED_DOMAINS = "clinic.unified_domains"

# Unified management


@lru_cache(maxsize=8)
def _checks(unified_checks: FromClause) -> Select[Any, Any, Any]:
    table = unified_checks.c
    return (
        select(table.clinic_id, table.domain, table.passed)
        .where(table.deleted_at.is_(None), table.checked_on <= bindparam("day", type_=Date))
        .order_by(table.checked_on, table.id)
    )


def _last_checks(readings: Readings, day: date) -> dict[str, dict[str, bool | None]]:
    """Return the last check of each domain by clinic."""
    made: dict[str, dict[str, bool | None]] = {}
    asked = _checks(readings.records.table("unified_checks"))
    for row in readings.records.rows(asked, day=day):
        if row.clinic_id is not None and row.domain:
            made.setdefault(bytes(row.clinic_id).hex(), {})[row.domain] = row.passed
    return made


def _domains(readings: Readings, day: date) -> tuple[str, ...]:
    text = readings.records.policy_text(UNIFIED_DOMAINS, day).replace("，", "、")
    return tuple(part.strip() for part in text.split("、") if part.strip())


def _unified_clinics(ask: Ask) -> dict[str, int]:
    """Return by working clinic whether every domain is managed; unchecked ones left out."""
    domains = ask.readings.once(_domains, ask.period.last)
    checks = ask.readings.once(_last_checks, ask.period.last)
    return {
        each.key: int(all(checks[each.key].get(domain) for domain in domains))
        for each in working(ask.readings, ask.period)
        if domains and each.key in checks
    }


def _unified(ask: Ask) -> Values:
    found = _unified_clinics(ask)
    return found if ask.by or not found else {WHOLE: sum(found.values())}


def _unified_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("clinics").c
    clinics = [key for key, yes in _unified_clinics(ask).items() if yes and row in (WHOLE, key)]
    return Behind("clinics", (table.id.in_([bytes.fromhex(key) for key in clinics]),))


# Village doctors

_QUALIFICATIONS = tuple(choice.value for choice in DOCTORS.by_key["qualification"].choices)
_QUALIFICATION = Argument(
    "qualification", N_("执业资格"), lambda: {word: word for word in _QUALIFICATIONS}
)


def _at_work(table: Any, day: date) -> ColumnElement[bool]:
    """Return the condition that a doctor was at work on a day, as far as the register tells."""
    hired = or_(table.hired_on.is_(None), table.hired_on <= day)
    left = or_(
        table.left_on > day,
        and_(table.left_on.is_(None), func.coalesce(table.status, "") != _LEFT),
    )
    return and_(hired, left)


def _doctors_by_clinic(readings: Readings, day: date) -> dict[tuple[str, str], int]:
    table = readings.records.table("village_doctors").c
    found = readings.records.rows(
        select(table.clinic_id, table.qualification, func.count())
        .where(table.deleted_at.is_(None), _at_work(table, day))
        .group_by(table.clinic_id, table.qualification)
    )
    return {
        ("" if clinic is None else bytes(clinic).hex(), word or ""): int(count)
        for clinic, word, count in found
    }


def _doctors_known(readings: Readings) -> bool:
    table = readings.records.table("village_doctors").c
    asked = select(table.id).where(table.deleted_at.is_(None)).limit(1)
    return bool(readings.records.rows(asked))


def _doctors(ask: Ask) -> Values:
    if not ask.readings.once(_doctors_known):
        return {}
    wanted = ask.text("qualification")
    clinics = [each.key for each in working(ask.readings, ask.period)]
    made = dict.fromkeys(clinics, 0) if ask.by else {WHOLE: 0}
    for (clinic, word), count in ask.readings.once(_doctors_by_clinic, ask.period.last).items():
        if wanted in ("", word) and (not ask.by or clinic in made):
            made[clinic if ask.by else WHOLE] += count
    return made


def _doctors_behind(ask: Ask, row: str) -> Behind:
    table = ask.readings.records.table("village_doctors").c
    conditions = [_at_work(table, ask.period.last)]
    if row:
        conditions.append(table.clinic_id == bytes.fromhex(row))
    if ask.text("qualification"):
        conditions.append(table.qualification == ask.text("qualification"))
    return Behind("village_doctors", tuple(conditions))


# The figures

declare(
    Figure(
        key="clinics.unified",
        label=N_("统一管理各领域都落实的村卫生室"),
        unit=N_("个"),
        definition=N_(
            "期末在运行的村卫生室中，政策规定的各统一管理领域最近一次核查都为“是”者；没有核查过的空白。"
        ),
        clause="S3-5.2a; S4-4a",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        values=_unified,
        behind=_unified_behind,
    ),
    Figure(
        key="clinics.unified_share",
        label=N_("村卫生室统一管理率"),
        unit=N_("%"),
        definition=N_("统一管理各领域都落实的村卫生室 ÷ 期末在运行村卫生室。"),
        clause="S3-5.2a; S4-4a",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("clinics.unified", "clinics.working"),
        numerator="clinics.unified",
        denominator="clinics.working",
    ),
    Figure(
        key="doctors.working",
        label=N_("在岗乡村医生"),
        unit=N_("人"),
        definition=N_("期末已聘用、未离岗的乡村医生；逐室时按所在卫生室。"),
        clause="S1-6.1d; facts f",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        arguments=(_QUALIFICATION,),
        values=_doctors,
        behind=_doctors_behind,
    ),
)
