"""Figures of the village clinics: their months, who has reported, what they are (facts a, f)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_

from desktop.models.kinds import Kind as FieldKind
from desktop.models.kinds import show_amount
from desktop.models.registers.clinic_months import REGISTER as CLINIC_MONTHS
from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.clinic_rows import (
    MONTH_FIELDS,
    expected,
    is_expected,
    missing_clinics,
    reports,
)
from desktop.services.figures.spans import whole_months
from desktop.text import N_, _, in_a_row

__all__ = ["missing_clinics"]

_BY_CLINIC = frozenset({"clinic"})


# The months


def _month_sum(name: str) -> Callable[[Ask], Values]:
    def values(ask: Ask) -> Values:
        made: dict[str, int] = {}
        for clinic, row in reports(ask.readings, ask.period).of(whole_months(ask.period)):
            value = getattr(row, name)
            if value is not None:
                key = clinic if ask.by else WHOLE
                made[key] = made.get(key, 0) + value
        return made

    return values


def _month_behind(name: str) -> Callable[[Ask, str], Behind]:
    def behind(ask: Ask, row: str) -> Behind:
        return Behind("clinic_months", _of_months(ask, row), adds=name)

    return behind


def _of_months(ask: Ask, row: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the reports of a period, without those that newer ones replace."""
    table = ask.readings.records.table("clinic_months").c
    clinic = table.clinic_id == bytes.fromhex(row) if row else table.clinic_id.is_not(None)
    conditions = [table.month.in_(whole_months(ask.period)), clinic]
    superseded = reports(ask.readings, ask.period).superseded
    return (*conditions, table.id.not_in(superseded)) if superseded else tuple(conditions)


def _explain_month(name: str) -> Callable[[Ask, str], str]:
    field = CLINIC_MONTHS.by_key[name]

    def explain(ask: Ask, row: str) -> str:
        found = reports(ask.readings, ask.period).of(whole_months(ask.period), row)
        sentence = _("{period} 村卫生室月报 {count} 份的“{label}”合计。").format(
            period=ask.period.label, count=len(found), label=_(field.label)
        )
        if field.kind is FieldKind.AMOUNT:
            known = [v for _clinic, each in found if (v := getattr(each, name)) is not None]
            if known:
                exact = show_amount(sum(known))
                sentence += _("合计 {amount} 元。").format(amount=exact)
        return sentence if row else sentence + _missing(ask)

    return explain


def _missing(ask: Ask) -> str:
    missing = missing_clinics(ask.readings, ask.period)
    if not missing:
        return ""
    return _("未报 {count} 家：{names}。").format(count=len(missing), names=in_a_row(missing))


_MONTH_DEFINITION = N_(
    "各村卫生室月报中这一项之和；同一室同月报了几份的以最后一份为准，周报期内空白。"
)


def _month_figure(name: str) -> Figure:
    field = CLINIC_MONTHS.by_key[name]
    amount = field.kind is FieldKind.AMOUNT
    return Figure(
        key=f"clinic.{name}",
        label=field.label,
        unit=field.unit,
        definition=_MONTH_DEFINITION,
        clause="facts a M80–M89",
        shape=Shape.MONEY if amount else Shape.COUNT,
        by=_BY_CLINIC,
        values=_month_sum(name),
        behind=_month_behind(name),
        explain=_explain_month(name),
    )


declare(*(_month_figure(name) for name in MONTH_FIELDS))


# Who has to report and who has


def _clinics_expected(ask: Ask) -> Values:
    if not whole_months(ask.period) or not _spoken_of(ask):
        return {}
    found = expected(ask.readings, ask.period)
    return {WHOLE: len(found)} if found else {}


def _spoken_of(ask: Ask) -> bool:
    """Say that something is known of a period's reports: it is this one, or somebody reported."""
    if ask.period == ask.readings.period:
        return True
    return bool(reports(ask.readings, ask.period).of(whole_months(ask.period)))


def _expected_behind(ask: Ask, _row: str) -> Behind:
    table = ask.readings.records.table("clinics").c
    return Behind("clinics", (is_expected(table, ask.period),))


def _clinics_reported(ask: Ask) -> Values:
    if not whole_months(ask.period) or not _spoken_of(ask):
        return {}
    return {WHOLE: len(_reporting(ask))}


def _reporting(ask: Ask) -> list[str]:
    """Return the clinics that had to report the period and have reported every month of it."""
    reported = reports(ask.readings, ask.period).clinics_of(ask.period)
    return [each.key for each in expected(ask.readings, ask.period) if each.key in reported]


def _reported_behind(ask: Ask, _row: str) -> Behind:
    table = ask.readings.records.table("clinic_months").c
    clinics = _reporting(ask)
    here = and_(
        table.month == ask.period.month, table.clinic_id.in_([bytes.fromhex(c) for c in clinics])
    )
    return Behind("clinic_months", (here,), distinct="clinic_id")


def _explain_reported(ask: Ask, _row: str) -> str:
    sentence = _("应报村卫生室中 {period} 各月月报都已报的室数。").format(period=ask.period.label)
    return sentence + _missing(ask)


declare(
    Figure(
        key="clinics.expected",
        label=N_("应报村卫生室"),
        unit=N_("个"),
        definition=N_("名册中期初以来在运行的村卫生室数；合并、撤销的按其日期计到当期为止。"),
        clause="S4-4c",
        kind=Kind.STOCK,
        values=_clinics_expected,
        behind=_expected_behind,
    ),
    Figure(
        key="clinics.reported",
        label=N_("已报村卫生室"),
        unit=N_("个"),
        definition=N_("应报村卫生室中，期间内各月月报都已报的室数。"),
        clause="S4-4c",
        kind=Kind.STOCK,
        values=_clinics_reported,
        behind=_reported_behind,
        explain=_explain_reported,
    ),
    Figure(
        key="clinics.reported_share",
        label=N_("月报上报率"),
        unit=N_("%"),
        definition=N_("已报村卫生室 ÷ 应报村卫生室。"),
        clause="S4-4c",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        values=rate("clinics.reported", "clinics.expected"),
        numerator="clinics.reported",
        denominator="clinics.expected",
    ),
    Figure(
        key="clinic.tcm_share",
        label=N_("中医诊疗人次占比"),
        unit=N_("%"),
        definition=N_("村卫生室中医诊疗人次 ÷ 诊疗人次。"),
        clause="S2-14j",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=_BY_CLINIC,
        values=rate("clinic.tcm_visits", "clinic.visits"),
        numerator="clinic.tcm_visits",
        denominator="clinic.visits",
    ),
    Figure(
        key="clinic.drug_share",
        label=N_("药品收入占比"),
        unit=N_("%"),
        definition=N_("村卫生室药品收入 ÷ 门诊收入。"),
        clause="S3-5.6f",
        kind=Kind.STOCK,
        shape=Shape.RATE,
        by=_BY_CLINIC,
        values=rate("clinic.drug_income", "clinic.outpatient_income"),
        numerator="clinic.drug_income",
        denominator="clinic.outpatient_income",
    ),
)
