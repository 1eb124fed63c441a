"""What became of an import, as the figures that a person or a program checks it by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from desktop.exchange.importing import Outcome
from desktop.exchange.plan import Plan, RegisterPlan
from desktop.models.kinds import NUMERIC, Kind, Value
from desktop.models.registers.contracts import GROUPS

Figures = dict[str, Any]


def yuan(hundredths: int) -> float:
    """Return an amount as a number with two decimals, for JSON."""
    return round(hundredths / 100, 2)


def register_summary(part: RegisterPlan) -> Figures:
    """Return the counts of one register and its refused rows."""
    several = len({match.sheet.name for match in part.matches}) > 1
    return {
        "rows": part.rows,
        "created": part.created_count,
        "updated": part.updated_count,
        "unchanged": len(part.unchanged),
        "rejected": [
            {"row": each.row, "reason": each.reason, "message": each.message}
            | ({"sheet": part.matches[each.source].sheet.name} if several else {})
            for each in part.refused
        ],
    }


def summary(outcome: Outcome, name: str, on: date) -> Figures:
    """Return one file's outcome as the object of ``thdesk import --json``."""
    if outcome.plan is None:
        error = outcome.error
        return {
            "file": name,
            "register": None,
            "rows": 0,
            "created": 0,
            "updated": 0,
            "unchanged": 0,
            "rejected": [],
            "error": str(error),
        }
    plan = outcome.plan
    found: Figures = {"file": name}
    if len(plan.parts) == 1:
        part = plan.parts[0]
        found |= {"register": part.register.key, **register_summary(part)}
        found |= {"data_rows": part.rows, "importable": part.rows - len(part.refused)}
        found |= figures(part, on)
    else:
        found["registers"] = {part.register.key: register_summary(part) for part in plan.parts}
    found |= _about_file(plan)
    return found


def _about_file(plan: Plan) -> Figures:
    about: Figures = {}
    if plan.encoding:
        about["encoding"] = plan.encoding
    if plan.period:
        about["period"] = plan.period
    if plan.made:
        about["also_created"] = {key: len(rows) for key, rows in plan.made.items()}
    warnings = [
        {"row": each.row, "reason": each.reason, "message": each.message}
        for part in plan.parts
        for each in part.notices
    ]
    if warnings:
        about["warnings"] = warnings
    unmatched = {
        heading.text: part.register.key
        for part in plan.parts
        for match in part.matches
        for heading in match.unmatched
    }
    if unmatched:
        about["unmatched_columns"] = list(unmatched)
    return about


def figures(part: RegisterPlan, on: date) -> Figures:
    """Return the figures by which a register's import is checked."""
    work_out = _FIGURES.get(part.register.key)
    return work_out(part, on) if work_out else {}


def _stock(part: RegisterPlan, _on: date) -> Figures:
    counted = [values.get("quantity") for values in part.accepted_values]
    return {"total_quantity": sum(each for each in counted if isinstance(each, int))}


def _supplies(part: RegisterPlan, _on: date) -> Figures:
    return {
        "closing_stock": {
            str(values["name"]): values.get("closing_stock") for values in part.accepted_values
        }
    }


def _contracts(part: RegisterPlan, on: date) -> Figures:
    active = [values for values in part.accepted_values if _runs_on(values, on)]
    return {
        "active_on": on.isoformat(),
        "active": len(active),
        "active_by_group": {
            group.label: sum(values.get(group.key) is True for values in active) for group in GROUPS
        },
    }


def _runs_on(values: Mapping[str, Value], on: date) -> bool:
    signed, expires = values.get("signed_on"), values.get("expires_on")
    return isinstance(signed, date) and isinstance(expires, date) and signed <= on <= expires


def _clinic_months(part: RegisterPlan, _on: date) -> Figures:
    totals: dict[str, int | float] = {}
    on_the_sheets = {key for match in part.matches for key in match.columns}
    for field in part.register.fields:
        if field.kind in NUMERIC and field.key in on_the_sheets:
            values = [values.get(field.key) for values in part.accepted_values]
            total = sum(value for value in values if isinstance(value, int))
            totals[field.label] = yuan(total) if field.kind is Kind.AMOUNT else total
    return {"totals": totals}


_FIGURES: Mapping[str, Callable[[RegisterPlan, date], Figures]] = {
    "drug_stock": _stock,
    "supplies": _supplies,
    "contracts": _contracts,
    "clinic_months": _clinic_months,
}
