"""Days that a policy sets, in the conditions of chips: read by the statement itself (S0-0)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Text, func, or_, select

from desktop.models.registers.county_marks import CountyMark
from desktop.models.registers.policy import Policy


def days_ahead(code: str) -> ColumnElement[str]:
    """Return the last day of the time a policy gives from today; NULL where it gives none."""
    today = date.today()
    marked = select(CountyMark.id).where(
        CountyMark.id == Policy.id, CountyMark.deleted_at.is_(None)
    )
    published = marked.correlate(Policy).exists()
    days = (
        select(Policy.value)
        .where(
            Policy.code == code,
            Policy.deleted_at.is_(None),
            Policy.valid_from <= today,
            or_(Policy.valid_to.is_(None), Policy.valid_to >= today),
        )
        .order_by(published.desc(), Policy.valid_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    return func.date(today.isoformat(), "+" + days + " days", type_=Text)
