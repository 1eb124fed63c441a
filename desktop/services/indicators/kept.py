"""Which appraisal scheme holds: the county's, the centre's own, else the one of the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import FromClause, Select, func, select
from sqlalchemy.orm import Session

from desktop.errors import Frozen
from desktop.models.published import is_published
from desktop.models.registers.return_forms import REGISTER
from desktop.models.store import save
from desktop.services.indicators.scheme import Appraisal, read_appraisal, shipped_appraisal
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.declaring import BrokenForm
from desktop.services.returns.library import APPRAISAL, CENTRE, COUNTY
from desktop.text import _


@dataclass(frozen=True)
class HeldScheme:
    """The scheme of a period, and those that were left out because they cannot be read."""

    scheme: Appraisal
    broken: tuple[BrokenForm, ...] = ()


@lru_cache(maxsize=8)
def _kept(forms: FromClause, marks: FromClause) -> Select[*tuple[Any, ...]]:
    table = forms.c
    published = is_published(table.id, marks).label("published")
    names = ("id", "code", "title", "version", "valid_from", "valid_to", "body")
    return (
        select(*(table[name] for name in names), published)
        .where(
            table.deleted_at.is_(None),
            table.body.is_not(None),
            table.code.like(f"{APPRAISAL}%"),
        )
        .order_by(published.desc(), table.valid_from.desc(), table.version.desc(), table.id)
    )


def scheme_for(records: Records, period: Period) -> HeldScheme:
    """Return the scheme that holds on a period's last day; the county's goes before all."""
    broken = []
    for row in _rows(records):
        if row.valid_from is None or row.valid_from > period.last:
            continue
        if row.valid_to is not None and row.valid_to < period.last:
            continue
        try:
            found = read_appraisal(
                row.body, row.title or row.code, COUNTY if row.published else CENTRE
            )
        except BrokenForm as error:
            broken.append(error)
            continue
        scheme = msgspec.structs.replace(
            found, version=row.version or 1, valid_from=row.valid_from, valid_to=row.valid_to
        )
        return HeldScheme(scheme, tuple(broken))
    return HeldScheme(shipped_appraisal(), tuple(broken))


def _rows(records: Records) -> Iterator[Any]:
    yield from records.rows(_kept(records.table("return_forms"), records.table("county_marks")))


def take_in_scheme(session: Session, text: str, name: str, valid_from: date) -> bytes:
    """Keep the scheme that a TOML text declares as the centre's own, from a day on.

    Raises:
        BrokenForm: The text is no scheme.
        Frozen: The county has published a scheme of that key.
    """
    scheme = read_appraisal(text, name)
    for row in _rows(Records(session)):
        if row.published and row.code == scheme.record_code:
            raise Frozen(
                _("《{title}》由县里发布，本机构不能修改。").format(title=scheme.title),
                _("有不同意见请与县里联系。"),
            )
    table = REGISTER.table.c
    newest = session.execute(
        select(func.max(table.version)).where(
            table.code == scheme.record_code, table.deleted_at.is_(None)
        )
    ).scalar()
    return save(
        session,
        REGISTER,
        {
            "code": scheme.record_code,
            "title": scheme.title,
            "version": (newest or 0) + 1,
            "valid_from": valid_from,
            "body": text,
        },
    )
