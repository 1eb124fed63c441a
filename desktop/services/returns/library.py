"""Which forms there are: those that came with the program, the county's, the centre's own.

Of one key the county's newer version stands before the program's, and a form is chosen by the
period it is to be filled in for: when a form changes in the middle of a year, the months before
keep the old one. A broken form is left out and told; it never takes the program down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import FromClause, Select, select

from desktop.errors import NotFound
from desktop.models.published import is_published
from desktop.paths import resource
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.declaring import BrokenForm, read_form
from desktop.services.returns.forms import Form
from desktop.text import _, in_a_row

DEFAULT_FORM = "medical_services_monthly"

_read = lru_cache(maxsize=64)(read_form)
"""Reading the eight forms takes longer than composing them: each text is read once."""

ORDER = (
    "medical_services_monthly",
    "contract_progress_monthly",
    "village_clinics_monthly",
    "village_pay_monthly",
    "drugs_monthly",
    "fever_supplies_weekly",
    "fever_supplies_monthly",
    "staffing_monthly",
    "consortium_indicators_monthly",
    "village_clinic_yearly",
)
"""The order in which the forms that ship are listed; others stand behind them by name."""


@dataclass(frozen=True)
class Library:
    """The forms, newest version first within a key, and those that could not be read."""

    forms: tuple[Form, ...]
    broken: dict[str, BrokenForm] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """Return the keys of all forms in the order they are listed."""
        found = {form.key for form in self.forms}
        return [key for key in ORDER if key in found] + sorted(found - set(ORDER))

    def find(self, key: str, period: Period | None = None) -> Form:
        """Return the form with that key that holds for a period; without one, the newest.

        Raises:
            BrokenForm: It is there and cannot be read.
            NotFound: There is none of that name, or none that holds for the period.
        """
        versions = [form for form in self.forms if form.key == key]
        for form in versions:
            if period is None or (form.period == period.kind and form.holds_for(period)):
                return form
        if key in self.broken:
            raise self.broken[key]
        if versions:
            assert period is not None
            raise NotFound(
                _("《{title}》没有用于 {period} 的表式。").format(
                    title=_(versions[0].title), period=period.key
                ),
                _("它的期别是：{kind}。").format(kind=period_kind_label(versions[0].period)),
            )
        raise NotFound(
            _("没有名为“{key}”的报表。").format(key=key),
            _("可用的有：{keys}。").format(keys=in_a_row(self.keys)),
        )

    def for_period(self, period: Period) -> list[Form]:
        """Return the forms to be filled in for a period, in their order."""
        found = []
        for key in self.keys:
            held = [form for form in self.forms if form.key == key and form.holds_for(period)]
            if held and held[0].period == period.kind:
                found.append(held[0])
        return found


def period_kind_label(kind: str) -> str:
    """Return how often a form is filled in, in a word."""
    return {
        "week": _("周报"),
        "month": _("月报"),
        "quarter": _("季报"),
        "year": _("年报"),
    }[kind]


@cache
def shipped_texts() -> dict[str, str]:
    """Return the texts of the forms that came with the program, by key."""
    paths = sorted(resource("forms").glob("*.toml"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def library(records: Records | None = None) -> Library:
    """Return all forms: the program's, and those kept in the register of forms."""
    broken: dict[str, BrokenForm] = {}
    found: list[Form] = []
    for version in (*shipped_versions(), *(kept_versions(records) if records else ())):
        try:
            found.append(version.form())
        except BrokenForm as error:
            broken[version.code] = error
    return Library(tuple(sorted(found, key=_rank)), broken)


COUNTY, CENTRE = "county", "centre"
"""Who made a form that did not come with the program."""

APPRAISAL = "appraisal."
"""How the codes of appraisal schemes begin, which are kept beside the forms and are none."""


@dataclass(frozen=True)
class FormVersion:
    """A version of a form as text: with its record, or as it came with the program."""

    code: str
    text: str
    origin: str = ""
    id: bytes | None = None
    title: str = ""
    version: int = 1
    valid_from: date | None = None
    valid_to: date | None = None

    def form(self) -> Form:
        """Return the form; the record's own version and dates go before what the text says.

        Raises:
            BrokenForm: The text is no form.
        """
        found = _read(self.text, self.code, self.origin)
        if self.id is None:
            return found
        return msgspec.structs.replace(
            found,
            version=self.version,
            valid_from=self.valid_from or found.valid_from,
            valid_to=self.valid_to or found.valid_to,
        )


def shipped_versions() -> Iterator[FormVersion]:
    """Return the forms that came with the program."""
    return (FormVersion(key, text) for key, text in shipped_texts().items())


def kept_versions(records: Records) -> Iterator[FormVersion]:
    """Return the forms of the register: the county's and the centre's own."""
    statement = _kept(records.table("return_forms"), records.table("county_marks"))
    for row in records.rows(statement):
        yield FormVersion(
            code=row.code or "",
            text=row.body or "",
            origin=COUNTY if row.published else CENTRE,
            id=bytes(row.id),
            title=row.title or "",
            version=row.version or 1,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


@lru_cache(maxsize=8)
def _kept(forms: FromClause, marks: FromClause) -> Select[*tuple[Any, ...]]:
    table = forms.c
    columns = ("id", "code", "title", "version", "valid_from", "valid_to", "body")
    published = is_published(table.id, marks).label("published")
    return (
        select(*(table[name] for name in columns), published)
        .where(
            table.deleted_at.is_(None),
            table.body.is_not(None),
            table.code.not_like(f"{APPRAISAL}%"),
        )
        .order_by(table.code, table.version, table.id)
    )


def _rank(form: Form) -> tuple[str, bool, bool, int]:
    """Order by key, then the county's, the centre's, the program's; of each the newest first."""
    return (form.key, form.origin != COUNTY, not form.origin, -form.version)
