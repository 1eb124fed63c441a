"""Turning a sheet's rows into new, changed, unchanged and refused records of its register."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import Problem
from desktop.exchange.convert import Columns, convert
from desktop.exchange.directory import Directory, clinic_key, text_key, village_in, village_key
from desktop.exchange.headers import Match
from desktop.exchange.plan import Changed, Draft, New, Notice, Refused, RegisterPlan
from desktop.exchange.tables import Table
from desktop.models.id_numbers import sex_of
from desktop.models.kinds import Kind, Value, plain
from desktop.models.published import held_fields
from desktop.models.register import Register, Values
from desktop.models.registers import find_register
from desktop.text import _, in_a_row

MAKES = frozenset({("clinics", "divisions"), ("contracts", "teams")})
"""Which register may create the records that its rows name: (register, target)."""

_FEW = 2_000


@dataclass
class Context:
    """What all registers of one file share.

    Args:
        session: Where the known records are read.
        directory: What the file can refer to.
        source: Name of the file, noted with ledger rows.
        day: Day of a stock-take.
        period: Month of the figures, empty where none is known.
        named_period: The month a person named, empty where nobody did.
    """

    session: Session
    directory: Directory
    source: str
    day: date
    period: str = ""
    named_period: str = ""

    def booking_id(self, ledger: str, item: bytes, day: date, kind: str) -> bytes:
        """Return the id of a movement worked out from the file, the same on every PC."""
        return self.directory.identities.booking(find_register(ledger), item, day, kind)


class Taking:
    """Takes the tables of one register in; registers with own rules override its steps."""

    def __init__(self, context: Context, register: Register, tables: Sequence[Table]) -> None:
        self.context = context
        self.register = register
        self.tables = tables
        self.plan = RegisterPlan(register, [table.match for table in tables])
        self._held = held_fields(context.session, register)

    def run(self) -> RegisterPlan:
        """Return what would happen to the register."""
        drafts = [draft for source in range(len(self.tables)) for draft in self._drafts(source)]
        self.plan.rows = len(drafts)
        good = self.without_duplicates([draft for draft in drafts if not draft.problems])
        self.settle(good)
        self.plan.accepted_values = [
            draft.values | draft.own if draft.own else draft.values
            for draft in good
            if not draft.problems
        ]
        self._refuse(draft for draft in drafts if draft.problems)
        return self.plan

    # From cells to drafts

    def _drafts(self, source: int) -> list[Draft]:
        table = self.tables[source]
        columns = convert(table)
        self.complete(columns, table)
        self._look_up(columns)
        self._compare_sex(columns, table)
        self._find_missing(columns, len(table.rows))
        self.plan.skipped += [(source, row, why) for row, why in table.skipped]
        self._tell(columns, table, source)
        self._tell_likened(table.match, source)
        return self._assemble(columns, table, source)

    def complete(self, columns: Columns, table: Table) -> None:
        """Work out columns that the sheet leaves to be known."""

    def _look_up(self, columns: Columns) -> None:
        """Put ids in the place of names, each distinct name once."""
        for field in self.register.stored:
            if field.kind is Kind.REFERENCE and field.key in columns.values:
                self.look_up_field(columns, field.key, field.target)

    def look_up_field(self, columns: Columns, key: str, target: str) -> None:
        """Put ids in the place of the names of one reference column."""
        directory = self.context.directory
        make = (self.register.key, target) in MAKES
        find = directory.find_or_make if make else directory.find
        found: dict[Value, bytes | Problem | None] = {None: None}
        values: list[Value] = []
        for row, name in enumerate(columns.values[key]):
            if name not in found:
                found[name] = find(target, str(name))
            value = found[name]
            if isinstance(value, Problem):
                columns.refuse(row, Problem(value.reason, value.message, key))
                value = None
            values.append(value)
        columns.values[key] = values

    def _compare_sex(self, columns: Columns, table: Table) -> None:
        """Warn where the sheet's sex contradicts the ID number, which decides (GB 11643)."""
        if "sex" not in table.match.columns or "id_number" not in columns.values:
            return
        cells = table.cells("sex")
        stated = {cell: plain(cell)[:1] for cell in set(cells)}
        for row, (cell, number) in enumerate(zip(cells, columns.values["id_number"], strict=True)):
            sex = stated[cell]
            if sex and number and sex in "男女" and sex != sex_of(str(number)):
                message = _("性别“{sex}”与身份证号不符，以身份证号为准。").format(sex=plain(cell))
                columns.warn(row, Problem("sex_contradicts_id_number", message, "sex"))

    def _find_missing(self, columns: Columns, count: int) -> None:
        for field in reversed([field for field in self.register.stored if field.required]):
            values = columns.values.get(field.key)
            rows = (
                range(count)
                if values is None
                else [row for row, value in enumerate(values) if value is None]
            )
            for row in rows:
                known = columns.problems.setdefault(row, [])
                if not any(problem.field == field.key for problem in known):
                    known.insert(0, self.missing(field.key, field.label))

    def missing(self, key: str, label: str) -> Problem:
        """Return the problem of a row that lacks a required value."""
        return Problem(
            f"missing_{key.removesuffix('_id')}", _("缺少{label}。").format(label=_(label)), key
        )

    def _tell(self, columns: Columns, table: Table, source: int) -> None:
        for row, problems in columns.warnings.items():
            self.plan.notices += [
                Notice(table.numbers[row], source, each.reason, each.message) for each in problems
            ]

    def _tell_likened(self, match: Match, source: int) -> None:
        """Tell which headings were only like a field's name."""
        headings = {heading.index: heading.text for heading in match.headings}
        for key in match.likened:
            message = _("列“{heading}”按“{field}”导入，请核对。").format(
                heading=headings[match.columns[key]], field=_(match.layout.by_key[key].label)
            )
            self.plan.notices.append(Notice(0, source, "likened_column", message))

    def _assemble(self, columns: Columns, table: Table, source: int) -> list[Draft]:
        stored = {field.key for field in self.register.stored}
        keys = [key for key in columns.values if key in stored]
        own_keys = [key for key in columns.values if key not in stored]
        count = len(table.rows)
        rows = _as_rows(columns, keys, count)
        own = _as_rows(columns, own_keys, count)
        problems = columns.problems
        drafts = []
        for at, number in enumerate(table.numbers):
            draft = Draft(number, source, at, rows[at], own[at], problems.get(at, []))
            if not draft.problems:
                draft.problems = self.check_draft(draft)
            drafts.append(draft)
        for key, blanks in columns.assumed_no.items():
            for at in blanks:
                drafts[at].assumed |= {key}
        return drafts

    def check_draft(self, draft: Draft) -> list[Problem]:
        """Return what is wrong across the fields of a row whose cells are right."""
        return self.register.check(draft.values)

    # From drafts to records

    def key_of(self, values: Mapping[str, Value]) -> Hashable:
        """Return what one record is known by."""
        return tuple(
            text_key(value) if isinstance(value, str) else value
            for value in (values.get(str(column.key)) for column in self.register.natural_key)
        )

    def without_duplicates(self, drafts: list[Draft]) -> list[Draft]:
        """Refuse rows of a record that an accepted row of the file already gave."""
        seen: dict[Hashable, Draft] = {}
        kept = []
        for draft in drafts:
            first = seen.setdefault(self.key_of(draft.values), draft)
            if first is draft:
                kept.append(draft)
            else:
                draft.problems = [self.duplicate_of(first)]
        return kept

    def duplicate_of(self, first: Draft) -> Problem:
        """Return the problem of a row that repeats another."""
        message = _("与第 {row} 行重复。").format(row=first.row)
        return Problem("duplicate_in_file", message, str(self.register.natural_key[0].key))

    def known(self, drafts: Sequence[Draft]) -> dict[Hashable, Values]:
        """Return the present records that the drafts may mean, by their key."""
        found: dict[Hashable, Values] = {}
        key = str(self.register.natural_key[0].key)
        # An ID number and an id are compared as they are stored; names in another form.
        exact = self.register.by_key[key].kind in (Kind.ID_NUMBER, Kind.REFERENCE)
        wanted = {draft.values.get(key) for draft in drafts} if exact else None
        for values in present(self.context.session, self.register, key, wanted):
            found.setdefault(self.key_of(values), values)
        return found

    def settle(self, drafts: list[Draft]) -> None:
        """Compare each draft with the record it means."""
        known = self.known(drafts)
        for draft in drafts:
            self.compare(draft, known.get(self.key_of(draft.values)))

    def compare(self, draft: Draft, before: Values | None) -> bytes:
        """Note a draft as new, changed or unchanged; returns the record's id."""
        if before is None:
            return self.add(draft)
        record_id = before["id"]
        assert isinstance(record_id, bytes)
        after: Values = {
            key: value
            for key, value in draft.values.items()
            if value is not None
            and value != before[key]
            and not (key in draft.assumed and before[key] is None)
        }
        after = self._without_published(draft, record_id, after)
        if after:
            old = {key: before[key] for key in after}
            self.plan.changed.append(Changed(draft.row, record_id, old, after))
        else:
            self.plan.unchanged.append((draft.row, record_id))
        return record_id

    def _without_published(self, draft: Draft, record_id: bytes, after: Values) -> Values:
        """Leave out what the county has published of a record, and say so."""
        held = [key for key in after if key in self._held.get(record_id, ())]
        if held:
            labels = in_a_row(_(self.register.by_key[key].label) for key in held)
            message = _("{labels}由县里发布，没有改动。").format(labels=labels)
            self.plan.notices.append(Notice(draft.row, draft.source, "published", message))
        return {key: value for key, value in after.items() if key not in held}

    def add(self, draft: Draft) -> bytes:
        """Note a draft as a new record."""
        identity = self.context.directory.identities.of(self.register, draft.values)
        record_id = draft.values["id"] = identity.id
        self.plan.new.append(New(draft.row, draft.values))
        return record_id

    def _refuse(self, drafts: Iterable[Draft]) -> None:
        for draft in sorted(drafts, key=lambda each: (each.source, each.at)):
            cells = self.tables[draft.source].rows[draft.at]
            problems = tuple(_for_office(problem) for problem in draft.problems)
            self.plan.refused.append(Refused(draft.row, draft.source, cells, problems))


def _as_rows(columns: Columns, keys: Sequence[str], count: int) -> list[Values]:
    """Turn columns into one dictionary a row."""
    if not keys:
        return [{} for _row in range(count)]
    together = zip(*(columns.values[key] for key in keys), strict=True)
    return [dict(zip(keys, row, strict=True)) for row in together]


def _for_office(problem: Problem) -> Problem:
    """Return the problem under the one code that all negative numbers of a sheet have."""
    if problem.reason.startswith("negative_"):
        return Problem("negative_quantity", problem.message, problem.field)
    return problem


def present(
    session: Session, register: Register, key: str, wanted: set[Value] | None
) -> Iterable[Values]:
    """Yield the present records of a register with one of the wanted values in a field.

    Where many are wanted (or all, for None), every record is read instead: one pass is quicker
    than many look-ups.
    """
    table = register.table
    names = ["id", *(field.key for field in register.stored)]
    chosen = select(*(table.columns[name] for name in names)).where(table.c.deleted_at.is_(None))
    if wanted is not None and len(wanted) <= _FEW:
        chosen = chosen.where(table.columns[key].in_(wanted))
    for row in session.execute(chosen):
        yield dict(zip(names, row, strict=True))


class TakingVillages(Taking):
    """Villages are known by their name without 村, 村委会 and the like."""

    def key_of(self, values: Mapping[str, Value]) -> Hashable:
        """Return the compared name."""
        return village_key(str(values.get("name")), self.context.directory.townships())

    def add(self, draft: Draft) -> bytes:
        """Let the rest of the file find the new village."""
        record_id = super().add(draft)
        self.context.directory.learn("divisions", str(draft.values["name"]), record_id)
        return record_id


class TakingClinics(Taking):
    """Clinics are known by their village's name; a village they name becomes known."""

    def __init__(self, context: Context, register: Register, tables: Sequence[Table]) -> None:
        super().__init__(context, register, tables)
        self._derived: set[tuple[int, int]] = set()

    def key_of(self, values: Mapping[str, Value]) -> Hashable:
        """Return the compared name."""
        return clinic_key(str(values.get("name")), self.context.directory.townships())

    def complete(self, columns: Columns, table: Table) -> None:
        """Take the village from the clinic's name where its column is blank."""
        names = columns.values.get("name", [])
        villages = columns.values.setdefault("village_id", [None] * len(table.rows))
        for row, name in enumerate(names):
            if villages[row] is None and name:
                villages[row] = village_in(str(name))
                self._derived.add((id(table), row))

    def compare(self, draft: Draft, before: Values | None) -> bytes:
        """Leave a stored village as it is where the sheet says none."""
        derived = (id(self.tables[draft.source]), draft.at) in self._derived
        if derived and before is not None and before["village_id"] is not None:
            draft.values["village_id"] = None
        return super().compare(draft, before)

    def add(self, draft: Draft) -> bytes:
        """Let the rest of the file find the new clinic."""
        record_id = super().add(draft)
        self.context.directory.learn("clinics", str(draft.values["name"]), record_id)
        return record_id
