"""Taking in contracts: one person has one contract at a time, and every signer is a resident."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import literal, select

from desktop.errors import Problem
from desktop.exchange.convert import Columns
from desktop.exchange.directory import text_key
from desktop.exchange.layouts import bare, find_layout, folded, normal
from desktop.exchange.plan import Draft, New, Notice
from desktop.exchange.tables import Table
from desktop.exchange.taking import Taking, present
from desktop.models.id_numbers import age_on, birth_date_of
from desktop.models.kinds import Kind, Value, narrow
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.text import _

EARLY_RENEWAL = timedelta(days=31)
"""A contract signed this shortly before the former one ends renews it."""

_ANOTHER_ROUND = timedelta(days=182)
_BETWEEN_GROUPS = re.compile(r"\s*[+＋、,，;；/|\s]\s*")
_NO_GROUP = frozenset(
    {
        "一般人群",
        "普通人群",
        "一般居民",
        "普通居民",
        "一般",
        "普通",
        "健康人群",
        "其他",
        "其他人群",
        "无",
    }
)
_BETWEEN_PACKAGES = re.compile(r"\s*[+＋、,，;；/和]\s*")
_TO = re.compile(r"[\u2010-\u2015\u2212~～]+")
_DAY = r"(\d{4}\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}\s*[日号]?|\d{8})"
_TERM = re.compile(rf"\D{{0,4}}{_DAY}\s*(?:起|始)?\s*(?:至|到|-+)\s*{_DAY}\s*(?:止|终)?")
SIGNER_FIELDS = ("name", "id_number", "phone", "village_id", "householder")
"""What a new resident's record takes from the contract that names the resident first."""

_ELDERLY, _CHILD = 65, 6


def packages_in(text: str) -> list[str]:
    """Return the packages that a contract names (基础包+高血压包)."""
    return [part for part in _BETWEEN_PACKAGES.split(text) if part]


def _ends_of(term: str) -> tuple[str, str] | None:
    """Return the first and the last day of a term in one cell (2026.1.1-2026.12.31)."""
    found = _TERM.fullmatch(_TO.sub("-", narrow(term)))
    return (found[1], found[2]) if found else None


def overlap(one: Values, other: Values) -> bool:
    """Tell whether two contracts of a person run at the same time, early renewals aside."""
    first, second = sorted((one, other), key=lambda each: _day(each, "signed_on"))
    if _day(first, "signed_on") == _day(second, "signed_on"):
        return True
    return _day(second, "signed_on") <= _day(first, "expires_on") - EARLY_RENEWAL


def _day(values: Values, key: str) -> date:
    value = values.get(key)
    return value if isinstance(value, date) else date.max if key == "expires_on" else date.min


def are_two_people(one: Values, other: Values) -> bool:
    """Tell whether two contracts with one ID number are evidently of two people.

    Numbers given out twice (身份证重号) exist. A number copied into the wrong row is far commoner,
    so everything has to speak for two people: name, householder, village and phone are all there
    and all differ, the contracts were not signed in one round, and nothing in either row disagrees
    with the number.
    """
    for key in ("name", "householder", "village_id", "phone", "team_id"):
        mine, theirs = one.get(key), other.get(key)
        if not mine or not theirs or mine == theirs:
            return False
    apart = abs(_day(one, "signed_on") - _day(other, "signed_on"))
    return apart > _ANOTHER_ROUND and _fits_number(one) and _fits_number(other)


def _fits_number(values: Values) -> bool:
    """Tell whether the age groups of a contract agree with the birth date in the ID number."""
    age = age_on(birth_date_of(str(values["id_number"])), _day(values, "signed_on"))
    # A year either way: groups are ticked for the year, not for the day.
    elderly, child = values.get("elderly"), values.get("child")
    elderly_fits = elderly is None or (age >= _ELDERLY - 1 if elderly else age <= _ELDERLY)
    child_fits = child is None or (age <= _CHILD + 1 if child else age >= _CHILD)
    return elderly_fits and child_fits


class TakingContracts(Taking):
    """Contracts are known by the person's ID number and their term."""

    def complete(self, columns: Columns, _table: Table) -> None:
        """Write the names of packages in one way, and take apart a term in one cell."""
        packages = columns.values.get("packages")
        if packages is not None:
            tidy: dict[Value, Value] = {
                text: "+".join(packages_in(str(text))) for text in set(packages) if text
            }
            columns.values["packages"] = [tidy.get(text) for text in packages]
        groups = columns.values.pop("groups", None)
        if groups is not None:
            self._split_groups(columns, groups)
        term = columns.values.pop("term", None)
        if term is not None:
            self._split_terms(columns, term)

    def _split_groups(self, columns: Columns, groups: Sequence[Value]) -> None:
        """Tick the groups that one cell lists (老年人、高血压); unknown words are told."""
        layout = find_layout(self.register.key)
        names = {
            normal(name): column.key
            for column in layout.columns
            if column.kind is Kind.YES_NO
            for name in (column.label, *column.names)
        }
        names |= {folded(bare(name), self.register.key): key for name, key in names.items()}
        ticked = [column.key for column in layout.columns if column.kind is Kind.YES_NO]
        for key in ticked:
            columns.values.setdefault(key, [None] * len(groups))
        for row, text in enumerate(groups):
            words = [normal(word) for word in _BETWEEN_GROUPS.split(str(text or "")) if word]
            found = {
                word: names.get(word) or names.get(folded(bare(word), self.register.key))
                for word in words
            }
            meant = set(found.values())
            unknown = [word for word, key in found.items() if not key and word not in _NO_GROUP]
            for key in ticked:
                if columns.values[key][row] is None and (words or key in meant):
                    columns.values[key][row] = key in meant
            if unknown:
                message = _("人群类别“{words}”没有对应的重点人群。").format(
                    words="、".join(unknown)
                )
                columns.warn(row, Problem("unknown_group", message, "groups"))

    def _split_terms(self, columns: Columns, terms: Sequence[Value]) -> None:
        """Take the first and the last day from a cell such as 2026年1月1日至2026年12月31日."""
        field = self.register.by_key
        for key in ("signed_on", "expires_on"):
            columns.values.setdefault(key, [None] * len(terms))
        for row, term in enumerate(terms):
            if not term:
                continue
            parts = _ends_of(str(term))
            if not parts:
                message = _("“{term}”不是起止日期。").format(term=term)
                for key in ("signed_on", "expires_on"):
                    columns.refuse(row, Problem("bad_date", message, key))
                continue
            for key, part in zip(("signed_on", "expires_on"), parts, strict=True):
                if columns.values[key][row] is not None:
                    continue
                try:
                    columns.values[key][row] = field[key].parse(part)
                except ValueError as error:
                    columns.refuse(row, Problem("bad_date", str(error), key))

    def without_duplicates(self, drafts: list[Draft]) -> list[Draft]:
        """Refuse a second contract of a person that runs at the same time as an accepted one."""
        seen: dict[Value, list[Draft]] = {}
        kept = []
        for draft in drafts:
            others = seen.setdefault(draft.values["id_number"], [])
            if others:
                twin = next((each for each in others if self._repeats(draft, each)), None)
                if twin is not None:
                    draft.problems = [self.duplicate_of(twin)]
                    continue
            others.append(draft)
            kept.append(draft)
        return kept

    def _repeats(self, draft: Draft, first: Draft) -> bool:
        """Tell whether a row is a second entry of the contract in another one."""
        if not overlap(draft.values, first.values):
            return False
        sex_agrees = not (self._sex_contradicts(draft) or self._sex_contradicts(first))
        if not sex_agrees or not are_two_people(draft.values, first.values):
            return True
        self._warn_shared(draft, first.row)
        return False

    def _sex_contradicts(self, draft: Draft) -> bool:
        if not hasattr(self, "_contradicted"):
            self._contradicted = {
                (notice.source, notice.row)
                for notice in self.plan.notices
                if notice.reason == "sex_contradicts_id_number"
            }
        return (draft.source, draft.row) in self._contradicted

    def _warn_shared(self, draft: Draft, row: int) -> None:
        message = _(
            "与第 {row} 行身份证号相同，但姓名、户主、村、电话、团队都不同，疑为重号，请核对。"
        ).format(row=row)
        self.plan.notices.append(Notice(draft.row, draft.source, "shared_id_number", message))

    def settle(self, drafts: list[Draft]) -> None:
        """Compare each contract with the person's contract of that time; make the residents."""
        known: dict[Value, list[Values]] = defaultdict(list)
        table = self.register.table
        if self.context.session.execute(select(literal(1)).select_from(table).limit(1)).first():
            wanted = {draft.values["id_number"] for draft in drafts}
            for values in present(self.context.session, self.register, "id_number", wanted):
                known[values["id_number"]].append(values)
        for draft in drafts:
            same = known.get(draft.values["id_number"]) if known else None
            self.compare(draft, self._meant(draft, same) if same else None)
        self._make_packages()
        self._make_residents(self.plan.new)

    def _meant(self, draft: Draft, same: list[Values]) -> Values | None:
        """Return the stored contract that a row means; each stored one is meant once."""
        running = [each for each in same if overlap(each, draft.values)]
        named = [each for each in running if each["name"] == draft.values["name"]]
        found = next(iter(named or running), None)
        if found is None:
            return None
        if not named and not self._sex_contradicts(draft) and are_two_people(found, draft.values):
            return None
        if not named:
            message = _("姓名与已有签约“{name}”不同。").format(name=found["name"])
            self.plan.notices.append(Notice(draft.row, draft.source, "name_differs", message))
        same.remove(found)
        return found

    def _make_packages(self) -> None:
        """Create the service packages that the contracts name first."""
        texts = {each.values.get("packages") for each in self.plan.new}
        texts |= {each.after.get("packages") for each in self.plan.changed}
        for text in sorted(str(text) for text in texts if text):
            for name in packages_in(text):
                self.context.directory.find_or_make("packages", name)

    def _make_residents(self, contracts: Iterable[New]) -> None:
        """Give each new contract its resident, creating those not known."""
        contracts = list(contracts)
        if not contracts:
            return
        known: dict[Value, list[tuple[bytes, str]]] = {}
        wanted = {each.values["id_number"] for each in contracts}
        residents = find_register("residents")
        for values in present(self.context.session, residents, "id_number", wanted):
            found = known.setdefault(values["id_number"], [])
            found.append((values["id"], str(values["name"])))  # type: ignore[arg-type]
        made = self.context.directory.made.setdefault("residents", [])
        for contract in contracts:
            values = contract.values
            same = known.get(values["id_number"])
            resident = _resident_among(same, str(values["name"])) if same else None
            if resident is None:
                signer: Values = {key: values.get(key) for key in SIGNER_FIELDS}
                resident = self.context.directory.identities.of(residents, signer).id
                known.setdefault(values["id_number"], []).append((resident, str(values["name"])))
                made.append({"id": resident, **signer})
            values["resident_id"] = resident


def _resident_among(same: list[tuple[bytes, str]], name: str) -> bytes | None:
    """Return the resident of that name; another name with the number is another person."""
    wanted = text_key(name)
    return next((record_id for record_id, known in same if text_key(known) == wanted), None)
