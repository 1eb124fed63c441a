"""Which register each sheet of a file feeds, and with which rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from desktop.exchange.choosing import WHOLE, NotRecognised, Question, recalled
from desktop.exchange.claims import Heading, Memory
from desktop.exchange.forms import FORM_REGISTER, looks_like_form, read_form
from desktop.exchange.headers import Match, candidates, match_layout
from desktop.exchange.layouts import PAIRS, Layout, find_layout, layouts, normal
from desktop.exchange.likeness import liken
from desktop.exchange.sheets import Row, Sheet, is_blank
from desktop.exchange.tables import Table, read_table
from desktop.models.local import ColumnMemory
from desktop.models.store import Store
from desktop.text import _, in_a_row

_TOO_CLOSE = 0.3


def remembered(session: Session) -> dict[tuple[str, str], str]:
    """Return what people corrected before: (register, normal heading) to column key."""
    rows = session.execute(select(ColumnMemory.register, ColumnMemory.heading, ColumnMemory.field))
    return {(row[0], row[1]): row[2] for row in rows}


def remember(store: Store, corrections: Mapping[tuple[str, str], str]) -> None:
    """Keep what a person corrected, for the next file: (register, heading) to column key.

    The key is :data:`desktop.exchange.claims.NOT_THIS` for a heading that means no field, and
    :data:`desktop.exchange.choosing.WHOLE` for a header that belongs to the register, and so to
    no other any more.
    """
    with store.writing() as session:
        for (register, heading), field in corrections.items():
            form = normal(heading)
            if field == WHOLE:
                session.execute(delete(ColumnMemory).where(ColumnMemory.heading == form))
            session.merge(ColumnMemory(register=register, heading=form, field=field))


def recognise(sheets: Sequence[Sheet], memory: Memory, register: str = "") -> list[Table]:
    """Return the tables of a file, each with the register it feeds.

    Raises:
        NotRecognised: No sheet fits a register, or one fits two equally well.
    """
    chosen = [find_layout(register)] if register else list(layouts().values())
    visible = [sheet for sheet in sheets if sheet.visible]
    for some in (visible, [sheet for sheet in sheets if not sheet.visible]):
        tables = [table for sheet in some for table in _tables_of(sheet, chosen, memory)]
        if tables:
            return tables
    raise _not_recognised(sheets, chosen, memory, register)


def _tables_of(sheet: Sheet, chosen: Sequence[Layout], memory: Memory) -> list[Table]:
    """Return the tables one sheet holds: none, one, or one for each register of a pair."""
    known = recalled(sheet, chosen, memory)
    if known is not None:
        return [_without_blank_columns(read_table(known))]
    fitting = candidates(sheet, chosen, memory)
    found = _complete(fitting, chosen, memory)
    form = read_form(sheet) if find_layout(FORM_REGISTER) in chosen else None
    if form is not None and (not found or _is_rather_a_form(form, found[0])):
        return [read_table(form)]
    if not found:
        return []
    best = found[0]
    pair = next((pair for pair in PAIRS if best.register_key in pair), None)
    if pair is not None and len(chosen) > 1:
        both = _read_pair(best, pair, memory)
        if both:
            return both
    if len(found) > 1 and best.score - found[1].score < _TOO_CLOSE:
        names = "”或“".join(_(match.layout.register.label) for match in found[:2])
        raise NotRecognised(
            _("“{file}”可能是“{names}”，无法确定。").format(file=sheet.file.name, names=names),
            _("请指明台账（--register {keys}）。").format(
                keys=" | ".join(match.register_key for match in found[:2])
            ),
            Question.about([sheet], memory, None),
        )
    liken(best, memory)
    return [_without_blank_columns(read_table(best))]


def _without_blank_columns(table: Table) -> Table:
    """Leave out of the unmatched headings those with nothing below them."""
    table.match.unmatched = tuple(
        heading
        for heading in table.match.unmatched
        if any(not is_blank(row[heading.index]) for row in table.rows)
    )
    return table


def _is_rather_a_form(form: Match, match: Match) -> bool:
    """Tell whether a sheet is a form and not a table."""
    return match.score < form.score or (
        match.register_key == FORM_REGISTER and looks_like_form(match, read_table(match).rows)
    )


def _complete(fitting: Sequence[Match], chosen: Sequence[Layout], memory: Memory) -> list[Match]:
    """Return the matches that have every required column, by likeness where none has by name."""
    found = [match for match in fitting if not match.missing and _is_worth(match, fitting, chosen)]
    if found:
        return found
    for match in fitting:
        liken(match, memory)
    return [match for match in fitting if not match.missing and _is_worth(match, fitting, chosen)]


def _is_worth(match: Match, fitting: Sequence[Match], chosen: Sequence[Layout]) -> bool:
    """Tell whether a match explains the sheet: contracts without dates are no doctors' list."""
    if len(chosen) == 1:
        return True
    incomplete = max((len(each.columns) for each in fitting if each.missing), default=0)
    explained = len(match.columns)
    return explained * 2 >= len(match.headings) and explained > incomplete - 2


def _read_pair(best: Match, pair: tuple[str, str], memory: Memory) -> list[Table]:
    """Read a sheet whose first columns, merged down, are one register and the rest another."""
    outer, inner = (
        match_layout(best.sheet, find_layout(key), best.top, best.headings, best.depth, memory)
        for key in pair
    )
    for match in (outer, inner):
        if match.missing:
            liken(match, memory)
    shared = outer.columns.get("name")
    reference = "clinic_id"
    if outer.missing or inner.missing or shared is None or inner.columns["name"] == shared:
        return []
    inner.columns = {key: at for key, at in inner.columns.items() if at != shared}
    inner.columns[reference] = shared
    inside = {at for key, at in inner.columns.items() if key not in (reference, "serial")}
    outer.columns = {key: at for key, at in outer.columns.items() if at not in inside}
    about_clinic = [key for key in outer.columns if key not in ("name", "serial")]
    if shared not in outer.columns.values() or not about_clinic:
        return []
    inner.unmatched = _in_neither(outer, inner)
    liken(inner, memory)
    outer.unmatched = inner.unmatched = _in_neither(outer, inner)
    return _split_rows(read_table(inner), outer, inner)


def _in_neither(outer: Match, inner: Match) -> tuple[Heading, ...]:
    """Return the headings that neither register of a pair takes."""
    taken = {*outer.columns.values(), *inner.columns.values()}
    return tuple(heading for heading in outer.headings if heading.index not in taken)


def _split_rows(whole: Table, outer: Match, inner: Match) -> list[Table]:
    """Give the outer register one row a block, and the inner one every row with a person."""
    name_at = outer.columns["name"]
    personal = [at for key, at in inner.columns.items() if key not in ("clinic_id", "serial")]
    clinics, doctors = Table(outer, skipped=whole.skipped), Table(inner)
    above: Row | None = None
    for at, row in enumerate(whole.rows):
        line = row
        of_person = any(not is_blank(row[index]) for index in personal)
        if is_blank(row[name_at]) and above is not None and of_person:
            line = list(row)
            line[name_at] = above[name_at]
        begins = above is None or (
            (at, name_at) not in whole.merged_under and line[name_at] != above[name_at]
        )
        if begins:
            clinics.rows.append(line)
            clinics.numbers.append(whole.numbers[at])
        if not begins or of_person:
            doctors.rows.append(line)
            doctors.numbers.append(whole.numbers[at])
        above = line
    return [clinics, doctors]


def _not_recognised(
    sheets: Sequence[Sheet], chosen: Sequence[Layout], memory: Memory, register: str
) -> NotRecognised:
    """Return the sentence that says what a file lacks."""
    file = sheets[0].file.name
    near = [match for sheet in sheets for match in candidates(sheet, chosen, memory)]
    near = [match for match in near if match.missing]
    near.sort(key=lambda match: -len(match.columns))
    if near:
        best = near[0]
        lacking = in_a_row(
            _(column.label) for column in best.layout.columns if column.key in best.missing
        )
        return NotRecognised(
            _("“{file}”像是“{register}”，但缺少这些列：{columns}。").format(
                file=file, register=_(best.layout.register.label), columns=lacking
            ),
            _("请补上这些列，或在导入时指定各列的含义。"),
            Question.about(sheets, memory, best),
        )
    if register:
        return NotRecognised(
            _("在“{file}”里没有找到“{register}”的表头。").format(
                file=file, register=_(chosen[0].register.label)
            ),
            _("可用“导出模板”得到表头正确的空表。"),
            Question.about(sheets, memory, None),
        )
    return NotRecognised(
        _("看不出“{file}”属于哪个台账。").format(file=file),
        _("请检查表头，或指明台账（--register）。"),
        Question.about(sheets, memory, None),
    )
