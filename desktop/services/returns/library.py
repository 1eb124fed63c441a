"""Which forms there are: those that came with the program, the county's, the centre's own.

Of one key the county's newer version stands before the program's, and a form is chosen by the
period it is to be filled in for: when a form changes in the middle of a year, the months before
keep the old one. A broken form is left out and told; it never takes the program down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby

from desktop.errors import NotFound
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
    for key, text, origin in (*_shipped(), *(_kept(records) if records else ())):
        try:
            found.append(_read(text, key, origin))
        except BrokenForm as error:
            broken[key] = error
    return Library(tuple(_newest_first(found)), broken)


def _shipped() -> Iterator[tuple[str, str, str]]:
    return ((key, text, "") for key, text in shipped_texts().items())


def _kept(records: Records) -> Iterator[tuple[str, str, str]]:
    """Return key, text and origin of the forms in the register."""
    del records
    return iter(())


def _newest_first(forms: list[Form]) -> Iterator[Form]:
    """Order the versions of each key; the county's and the centre's stand before the program's."""

    def rank(form: Form) -> tuple[str, int, bool]:
        return (form.key, -form.version, not form.origin)

    for _key, versions in groupby(sorted(forms, key=rank), key=lambda form: form.key):
        yield from versions
