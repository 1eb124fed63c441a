"""What taking files in would do, as texts for the screen; read on the database thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from desktop.exchange.choosing import NotRecognised, Question
from desktop.exchange.headers import Match
from desktop.exchange.importing import Options, Outcome, preview
from desktop.exchange.plan import Plan, RegisterPlan
from desktop.models.kinds import NUMERIC, Value, plain, show
from desktop.models.register import Register, Values
from desktop.models.store import Store
from desktop.models.titles import reference_titles, titles
from desktop.text import _, in_a_row
from desktop.ui.worker import Progress

SHOWN_ROWS = 300

Titles = Mapping[bytes, str]


@dataclass(frozen=True)
class Listing:
    """A tab of the preview: its headings, its rows and how many there are in all."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    count: int
    numeric: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class PartPreview:
    """What would happen to one register."""

    register: Register
    matches: list[Match]
    rows: int
    new: Listing
    changed: Listing
    unchanged: Listing
    refused: Listing
    notices: Listing


@dataclass(frozen=True)
class FilePreview:
    """What would happen to one file, or why it cannot be read.

    Args:
        file: The file.
        error: Why it cannot be read.
        unknown: Whether it is only that nobody said what its sheets are.
        question: What a person needs to say how it is to be read.
    """

    file: Path
    error: str = ""
    unknown: bool = False
    question: Question | None = None
    period: str = ""
    parts: list[PartPreview] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def has_work(self) -> bool:
        """Whether taking the file in would write anything."""
        return any(part.new.count or part.changed.count for part in self.parts)


def read_previews(
    store: Store, files: Sequence[Path], options: Options, progress: Progress
) -> list[FilePreview]:
    """Find out what taking the files in would do."""
    outcomes = preview(store, files, options, progress)
    names = _made_titles(outcomes)
    with store.reading() as session:
        for outcome in outcomes:
            for part in outcome.plan.parts if outcome.plan is not None else ():
                rows = [
                    *(new.values for new in part.new[:SHOWN_ROWS]),
                    *(each.before for each in part.changed[:SHOWN_ROWS]),
                    *(each.after for each in part.changed[:SHOWN_ROWS]),
                ]
                names |= reference_titles(session, part.register, rows)
                known = [each.id for each in part.changed[:SHOWN_ROWS]]
                known += [record_id for _row, record_id in part.unchanged[:SHOWN_ROWS]]
                names |= titles(session, part.register, known)
    return [_file_preview(outcome, names) for outcome in outcomes]


def _made_titles(outcomes: Iterable[Outcome]) -> dict[bytes, str]:
    """Return the titles of records that exist only in the plans."""
    found: dict[bytes, str] = {}
    for outcome in outcomes:
        plan = outcome.plan
        if plan is None:
            continue
        for key, rows in plan.made.items():
            _add_titles(found, key, rows)
        for part in plan.parts:
            _add_titles(found, part.register.key, [new.values for new in part.new])
    return found


def _add_titles(found: dict[bytes, str], key: str, rows: Iterable[Values]) -> None:
    from desktop.models.registers import find_register

    columns = [str(column.key) for column in find_register(key).title]
    for row in rows:
        record_id = row.get("id")
        if isinstance(record_id, bytes):
            words = [str(row.get(column) or "") for column in columns if column in row]
            found[record_id] = " ".join(word for word in words if word)


def _file_preview(outcome: Outcome, names: Titles) -> FilePreview:
    plan = outcome.plan
    if plan is None:
        error = outcome.error
        unknown = isinstance(error, NotRecognised)
        text = error.message if isinstance(error, NotRecognised) else str(error or "")
        return FilePreview(outcome.file, text, unknown=unknown, question=outcome.question)
    return FilePreview(
        outcome.file,
        question=outcome.question,
        period=plan.period,
        parts=[_part_preview(part, names) for part in plan.parts],
        made=plan.made_counts(),
        notes=_notes(plan),
    )


def _notes(plan: Plan) -> list[str]:
    notes = list(plan.notes)
    made = [f"{_(label)} {count:,}" for label, count in plan.made_counts().items()]
    if made:
        text = _("将同时新建表中提到而本机没有的：{made}。")
        notes.append(text.format(made=in_a_row(made)))
    return notes


def _part_preview(part: RegisterPlan, names: Titles) -> PartPreview:
    return PartPreview(
        part.register,
        part.matches,
        part.rows,
        _new(part, names),
        _changed(part, names),
        _unchanged(part, names),
        _refused(part),
        _notices(part),
    )


def _text(register: Register, key: str, value: Value, names: Titles) -> str:
    if isinstance(value, bytes):
        return names.get(value, _("（新建）"))
    known = register.by_key.get(key)
    return show(known.kind, value) if known is not None else str(value or "")


def _new(part: RegisterPlan, names: Titles) -> Listing:
    register = part.register
    used = {
        key
        for new in part.new[:SHOWN_ROWS]
        for key, value in new.values.items()
        if value is not None
    }
    fields = [each for each in register.fields if each.key in used]
    rows = [
        (
            str(new.row),
            *(_text(register, each.key, new.values.get(each.key), names) for each in fields),
        )
        for new in part.new[:SHOWN_ROWS]
    ]
    numeric = {0} | {at for at, each in enumerate(fields, 1) if each.kind in NUMERIC}
    headings = (_("行"), *(_(each.label) for each in fields))
    return Listing(headings, rows, len(part.new), frozenset(numeric))


def _changed(part: RegisterPlan, names: Titles) -> Listing:
    register = part.register
    rows = []
    for each in part.changed[:SHOWN_ROWS]:
        for key, after in each.after.items():
            known = register.by_key.get(key)
            rows.append(
                (
                    str(each.row),
                    names.get(each.id, ""),
                    _(known.label) if known is not None else key,
                    _text(register, key, each.before.get(key), names),
                    _text(register, key, after, names),
                )
            )
    headings = (_("行"), _("记录"), _("栏目"), _("原来"), _("改为"))
    return Listing(headings, rows, len(part.changed))


def _unchanged(part: RegisterPlan, names: Titles) -> Listing:
    rows = [(str(row), names.get(record_id, "")) for row, record_id in part.unchanged[:SHOWN_ROWS]]
    return Listing((_("行"), _("记录")), rows, len(part.unchanged))


def _refused(part: RegisterPlan) -> Listing:
    rows = []
    for each in part.refused[:SHOWN_ROWS]:
        cells = [" ".join(plain(cell).split()) for cell in each.cells]
        rows.append((str(each.row), each.message, " | ".join(cell for cell in cells if cell)))
    return Listing((_("行"), _("原因"), _("表中内容")), rows, len(part.refused))


def _notices(part: RegisterPlan) -> Listing:
    rows = [
        (str(notice.row) if notice.row else "", notice.message)
        for notice in part.notices[:SHOWN_ROWS]
    ]
    return Listing((_("行"), _("提示")), rows, len(part.notices))
