"""Sample values of every field kind, so that one suite serves every register."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from desktop.models.ids import new_id
from desktop.models.kinds import Kind, Value
from desktop.models.register import Field, Register, Values
from desktop.models.registers import find_register
from desktop.models.store import insert_many

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(order: int, born: date = date(1960, 3, 5)) -> str:
    """Return a valid ID number; the check digit is worked out here, not by the library."""
    body = f"411081{born:%Y%m%d}{order % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def sample(field: Field, order: int) -> Value:
    """Return a valid value of the field, another one for each order; references are random ids."""
    match field.kind:
        case Kind.TEXT | Kind.LONG_TEXT:
            return f"样本{field.number}之{order}"
        case Kind.WHOLE | Kind.AMOUNT:
            return 10_000 + order
        case Kind.DATE:
            return date(2026, 1, 1) + timedelta(days=order)
        case Kind.MONTH:
            return f"{2000 + order // 12}-{order % 12 + 1:02d}"
        case Kind.YES_NO:
            return order % 2 == 0
        case Kind.CHOICE:
            return field.choices[order % len(field.choices)].value
        case Kind.REFERENCE:
            return new_id()
        case Kind.ID_NUMBER:
            return id_number(order)
        case Kind.PHONE | Kind.ATTACHMENT:
            return f"138{order:08d}" if field.kind is Kind.PHONE else f"{order:064x}"


def sample_values(register: Register, order: int) -> Values:
    """Return values of every stored field that keep the register's rules."""
    values = {field.key: sample(field, order) for field in register.stored}
    for key in ("tcm_visits", "drug_income"):
        if key in values:
            values[key] = 1
    if "signed_on" in values:
        values["expires_on"] = date(2027, 1, 1) + timedelta(days=order)
    if "valid_to" in values:
        values["valid_to"] = date(2028, 1, 1)
    if "share" in values:
        values["share"] = order % 100 + 1
    if register.key in ("returns", "pay_sheets"):
        values["status"] = "草稿"
    if register.key == "schemes":
        values["status"] = "试行"
    return values


def with_references(session: Session, register: Register, values: Values, order: int = 1) -> Values:
    """Return the values with each reference made to lead to a record that is there."""
    made = dict(values)
    for field in register.stored:
        if field.kind is Kind.REFERENCE:
            target = find_register(field.target)
            there = with_references(session, target, sample_values(target, order), order)
            made[field.key] = insert_many(session, target, [there])[0]
    return made
