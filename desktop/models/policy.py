"""Policy numbers on a day: the dated row that holds then, with its clause (S0-0)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desktop.models.ids import seeded_id
from desktop.models.published import is_published
from desktop.models.register import Values
from desktop.models.registers.policy import REGISTER, Policy
from desktop.models.store import insert_many
from desktop.paths import resource


@dataclass(frozen=True)
class PolicyValue:
    """A policy's value on a day; ``number`` is None where the policy names none."""

    text: str
    number: Decimal | None
    unit: str
    clause: str
    status: str


def policy_value(session: Session, code: str, on: date) -> PolicyValue | None:
    """Return the value of the policy with that code on a day; None where no row holds then.

    What the county has published holds before the centre's own rows.
    """
    row = session.execute(
        select(Policy.value, Policy.unit, Policy.clause, Policy.status)
        .where(
            Policy.code == code,
            Policy.deleted_at.is_(None),
            Policy.valid_from <= on,
            or_(Policy.valid_to.is_(None), Policy.valid_to >= on),
        )
        .order_by(is_published(REGISTER.table.c.id).desc(), Policy.valid_from.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    text = row.value or ""
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        number = None
    return PolicyValue(text, number, row.unit or "", row.clause or "", row.status or "")


def seed_policies(session: Session, centre: tuple[str, ...]) -> None:
    """Put the shipped policy rows into a new centre's register, the same on each of its PCs."""
    insert_many(session, REGISTER, _shipped(centre))


def add_new_policies(session: Session, centre: tuple[str, ...]) -> int:
    """Add what a newer program ships under codes that the centre has never had; tells how many.

    A code that is there, changed by the centre or the county, or deleted, is left alone.
    """
    known = set(session.execute(select(Policy.code)).scalars())
    new = [row for row in _shipped(centre) if row["code"] not in known]
    insert_many(session, REGISTER, new)
    return len(new)


def _shipped(centre: tuple[str, ...]) -> list[Values]:
    with resource("reference", "policy.toml").open("rb") as file:
        shipped = tomllib.load(file)["policy"]
    names = [field.key for field in REGISTER.stored]
    return [
        {"id": seeded_id(*centre, "policy", str(each["code"]), str(each.get("valid_from")))}
        | {name: each.get(name) for name in names}
        for each in shipped
    ]
