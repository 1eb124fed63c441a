"""Taking files in: plan, preview, write in one transaction, take back in one step."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from operator import itemgetter
from pathlib import Path

from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.exchange.choosing import NotRecognised, Question
from desktop.exchange.claims import Memory
from desktop.exchange.directory import Directory
from desktop.exchange.periods import day_of, month_of
from desktop.exchange.plan import NoProgress, Notice, Plan, Progress, RegisterPlan
from desktop.exchange.recognising import recognise, remembered
from desktop.exchange.sheets import Sheet, read
from desktop.exchange.tables import Table
from desktop.exchange.taking import Context, Taking, TakingClinics, TakingVillages
from desktop.exchange.taking_catalogue import TakingClinicMonths, TakingDrugs
from desktop.exchange.taking_contracts import SIGNER_FIELDS, TakingContracts
from desktop.exchange.taking_stock import TakingStock, TakingSupplies
from desktop.models.changes import last_seq
from desktop.models.crowds import insert_copies
from desktop.models.ids import new_id
from desktop.models.local import ImportBatch
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import Store, bring_back, change_many, insert_many
from desktop.text import _

_CHUNK = 2_000

_TAKINGS: Mapping[str, type[Taking]] = {
    "divisions": TakingVillages,
    "clinics": TakingClinics,
    "clinic_months": TakingClinicMonths,
    "drugs": TakingDrugs,
    "drug_stock": TakingStock,
    "supplies": TakingSupplies,
    "contracts": TakingContracts,
}


@dataclass(frozen=True)
class Options:
    """How files are to be taken in.

    Args:
        register: Key of the register, empty to find it by the sheet.
        period: Month of the figures, where the sheets do not say it.
        corrections: What the person said of columns: (register, normal heading) to column key.
    """

    register: str = ""
    period: str = ""
    corrections: Memory = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of one file: its plan, or why it could not be read.

    The question is what a person needs to say how the file is to be read, where a header and a
    register can say it.
    """

    file: Path
    plan: Plan | None = None
    error: UserError | None = None
    question: Question | None = None


@dataclass(frozen=True)
class Receipt:
    """What was written: the batch by which it can be taken back, empty where nothing was to do."""

    batch: bytes
    created: int
    updated: int


class _TakeBack(Exception):  # noqa: N818 - a signal, no error
    """Ends a transaction without keeping its work."""


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Keep the cyclic garbage collector from walking a plan again and again while it grows."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# Planning


def prepare(
    session: Session,
    sheets: Sequence[Sheet],
    options: Options | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Return what taking in the sheets of one file would do; nothing is written.

    Raises:
        UserError: The file fits no register, or lacks what cannot be guessed.
    """
    options = options or Options()
    memory = remembered(session) | dict(options.corrections)
    tables = recognise(sheets, memory, options.register)
    return plan_tables(session, tables, options, progress)


@_no_collecting()
def plan_tables(
    session: Session,
    tables: Sequence[Table],
    options: Options,
    progress: Progress | None = None,
) -> Plan:
    """Return what taking in these tables would do."""
    progress = progress or NoProgress()
    first, top = tables[0].match.sheet, tables[0].match.top
    month, concluded = (options.period, False) if options.period else month_of(first, top)
    directory = Directory(session)
    day = day_of(first, top) or date.today()
    context = Context(session, directory, first.file.name, day, month, options.period)
    plan = Plan(first.file, encoding=first.encoding, state=last_seq(session))
    by_register: dict[str, list[Table]] = {}
    for table in tables:
        by_register.setdefault(table.match.register_key, []).append(table)
    for done, key in enumerate(sorted(by_register, key=_order)):
        progress.report(done, len(by_register))
        register = find_register(key)
        taking = _TAKINGS.get(key, Taking)(context, register, by_register[key])
        plan.parts.append(taking.run())
        if key in ("supplies", "clinic_months"):
            plan.period = context.period
            if concluded and context.period == month:
                plan.parts[-1].notices.append(_concluded(month))
    plan.made = _used(directory.made, plan.parts)
    plan.back = directory.identities.back
    progress.report(len(by_register), len(by_register))
    return plan


def _order(register: str) -> int:
    """Return where a register stands: those referred to have the lower numbers."""
    return find_register(register).number


def _concluded(month: str) -> Notice:
    message = _("表中没有写明月份，按填报日期作为 {month} 月的数据。").format(month=month)
    return Notice(0, 0, "period_concluded", message)


def _used(
    made: Mapping[str, list[Values]], parts: Iterable[RegisterPlan]
) -> dict[str, list[Values]]:
    """Return the records to make that an accepted row refers to; a refused row makes none."""
    wanted: set[object] = set()
    for part in parts:
        keys = [field.key for field in part.register.stored if field.target]
        wanted |= {new.values.get(key) for new in part.new for key in keys}
        wanted |= {changed.after.get(key) for changed in part.changed for key in keys}
    kept = {
        key: rows if key == "packages" else [row for row in rows if row["id"] in wanted]
        for key, rows in made.items()
    }
    return {key: rows for key, rows in kept.items() if rows}


# Writing


def write(store: Store, plans: Plan | Sequence[Plan], progress: Progress | None = None) -> Receipt:
    """Write previewed plans in one transaction, as one batch that can be taken back.

    Raises:
        UserError: The data changed since the preview.
    """
    plans = [plans] if isinstance(plans, Plan) else list(plans)
    with store.writing() as session:
        if any(plan.state != plans[0].state for plan in plans) or (
            plans and last_seq(session) != plans[0].state
        ):
            raise UserError(_("预览之后数据有了变动。"), _("请重新预览再导入。"))
        before = last_seq(session)
        for plan in plans:
            _apply(session, plan, progress or NoProgress())
        return _note_batch(store, session, plans, before)


@_no_collecting()
def _apply(session: Session, plan: Plan, progress: Progress) -> None:
    """Write one plan into an open transaction."""
    work = _new_rows(plan)
    signers = work.pop("residents", []) if _copies_signers(plan) else []
    total = sum(map(len, work.values()))
    done = 0
    for key, rows in work.items():
        # In the order of their ids, so that each page of the table is written once.
        rows.sort(key=itemgetter("id"))
        for start in range(0, len(rows), _CHUNK):
            progress.report(done, total)
            chunk = rows[start : start + _CHUNK]
            insert_many(session, find_register(key), chunk)
            done += len(chunk)
    if signers:
        contracts, residents = find_register("contracts"), find_register("residents")
        insert_copies(session, residents, contracts, "resident_id", signers, SIGNER_FIELDS)
    for key, rows in _new_rows(plan, back=True).items():
        bring_back(session, find_register(key), rows)
    for part in plan.parts:
        stored = {field.key for field in part.register.stored}
        changes = [
            (each.id, {key: value for key, value in each.after.items() if key in stored})
            for each in part.changed
        ]
        change_many(session, part.register, [each for each in changes if each[1]])
    progress.report(total, total)


def _new_rows(plan: Plan, *, back: bool = False) -> dict[str, list[Values]]:
    """Return the rows to insert by register, or those of deleted records that come back."""
    rows: dict[str, list[Values]] = defaultdict(list)
    for key in sorted(plan.made, key=_order):
        rows[key] += plan.made[key]
    for part in plan.parts:
        rows[part.register.key] += [new.values for new in part.new]
    for part in plan.parts:
        for key, moves in part.moves.items():
            rows[key] += moves
    if not plan.back:
        return {} if back else dict(rows)
    chosen = {
        key: [row for row in found if (row["id"] in plan.back) == back]
        for key, found in rows.items()
    }
    return {key: found for key, found in chosen.items() if found}


def _copies_signers(plan: Plan) -> bool:
    """Tell whether the residents a plan makes can be copied from its contracts."""
    parts = {part.register.key for part in plan.parts}
    same_search = find_register("contracts").searched == find_register("residents").searched
    return "contracts" in parts and "residents" not in parts and same_search


def _note_batch(store: Store, session: Session, plans: Sequence[Plan], before: int) -> Receipt:
    """Note the batch for taking it back; a file that changed nothing leaves no batch."""
    after = last_seq(session)
    created = sum(part.created_count for plan in plans for part in plan.parts)
    updated = sum(part.updated_count for plan in plans for part in plan.parts)
    if after == before:
        return Receipt(b"", created, updated)
    batch = new_id()
    registers = {part.register.key: None for plan in plans for part in plan.parts}
    session.add(
        ImportBatch(
            id=batch,
            file="、".join(plan.file.name for plan in plans)[:1000],
            registers=",".join(registers),
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            person=store.person_id,
            first_seq=before + 1,
            last_seq=after,
            created=created,
            updated=updated,
        )
    )
    return Receipt(batch, created, updated)


def _keep_or_leave(
    store: Store, session: Session, plans: Sequence[Plan], before: int, *, dry_run: bool
) -> Receipt:
    """Note the batch, or end a preview's transaction without keeping anything."""
    if dry_run:
        raise _TakeBack
    return _note_batch(store, session, plans, before)


def preview(
    store: Store,
    files: Sequence[Path],
    options: Options | None = None,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Return what taking in the files would do, each after the ones it refers to."""
    return take_in(store, files, options, progress, dry_run=True)[0]


def take_in(
    store: Store,
    files: Sequence[Path],
    options: Options | None = None,
    progress: Progress | None = None,
    *,
    dry_run: bool = False,
) -> tuple[list[Outcome], Receipt]:
    """Take in files as one transaction and one batch; a file that cannot be read stops no other."""
    options = options or Options()
    progress = progress or NoProgress()
    outcomes: list[Outcome] = []
    receipt = Receipt(b"", 0, 0)
    try:
        with store.writing() as session:
            before = last_seq(session)
            memory = remembered(session) | dict(options.corrections)
            waiting = _in_order(files, memory, options, outcomes)
            for at, each in enumerate(waiting):
                outcome = _plan_one(session, each, options, progress)
                outcomes.append(outcome)
                last = at == len(waiting) - 1
                if outcome.plan is not None:
                    outcome.plan.state = before
                    if not (dry_run and last):
                        _apply(session, outcome.plan, progress)
            plans = [outcome.plan for outcome in outcomes if outcome.plan is not None]
            receipt = _keep_or_leave(store, session, plans, before, dry_run=dry_run)
    except _TakeBack:
        pass
    position = {file: at for at, file in enumerate(files)}
    return sorted(outcomes, key=lambda outcome: position[outcome.file]), receipt


@dataclass(frozen=True)
class _Waiting:
    """A file whose tables are found and not planned yet."""

    file: Path
    tables: Sequence[Table]
    question: Question | None


def _question_about(
    sheets: Sequence[Sheet], memory: Memory, tables: Sequence[Table]
) -> Question | None:
    """Return the question by which a file can be read otherwise.

    None for a form, and for a sheet that feeds two registers: to say one header and one register
    of them would lose the rest, for the next file as well.
    """
    question = Question.about(sheets, memory, tables[0].match)
    alone = len({id(table.match.sheet) for table in tables}) == len(tables)
    return question if alone and question.guess is not None else None


def _in_order(
    files: Sequence[Path], memory: Memory, options: Options, outcomes: list[Outcome]
) -> list[_Waiting]:
    """Read the files and put those first that others refer to; the unreadable go to outcomes."""
    found: list[_Waiting] = []
    for file in files:
        try:
            sheets = read(file)
            tables = recognise(sheets, memory, options.register)
        except NotRecognised as error:
            outcomes.append(Outcome(file, error=error, question=error.question))
        except UserError as error:
            outcomes.append(Outcome(file, error=error))
        else:
            found.append(_Waiting(file, tables, _question_about(sheets, memory, tables)))
    return sorted(found, key=lambda each: min(_order(t.match.register_key) for t in each.tables))


def _plan_one(session: Session, waiting: _Waiting, options: Options, progress: Progress) -> Outcome:
    outcome = Outcome(waiting.file, question=waiting.question)
    try:
        outcome.plan = plan_tables(session, waiting.tables, options, progress)
    except UserError as error:
        outcome.error = error
    return outcome
