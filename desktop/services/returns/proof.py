"""Does a paper say what was submitted: codes, printed PDFs and workbooks against the registers.

The same at the centre and, over all centres, at the hub; :class:`Records` says whose returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BindParameter, FromClause, Select, bindparam, or_, select

from desktop.errors import NotFound, UserError
from desktop.models.registers.returns import RETURNED, SETTLED
from desktop.services.records import Records
from desktop.services.returns.comparing import Difference, compare_numbers, compare_paper
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.paper_text import Paper, read_papers
from desktop.services.returns.sheet import day_in_words, sheet_of
from desktop.services.returns.stored import from_row
from desktop.services.returns.verifying import PaperSays, read_code
from desktop.text import _, language, set_language

_GIVEN = (*SETTLED, RETURNED)
"""States of a revision that was once submitted."""


class Verdict(Enum):
    """What is to be said of a paper; only the first is in order."""

    MATCHES = "matches"
    REPLACED = "replaced"
    SENT_BACK = "sent_back"
    CHANGED = "changed"
    DRAFT = "draft"
    UNKNOWN = "unknown"
    DAMAGED = "damaged"


@dataclass(frozen=True)
class Proof:
    """What was found of one paper: the verdict in a sentence, and what differs."""

    verdict: Verdict
    sentence: str
    composed: ComposedReturn | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def sound(self) -> bool:
        """Say that the paper is what was submitted and still holds."""
        return self.verdict is Verdict.MATCHES


class SavedCell(Protocol):
    """A cell of a saved workbook."""

    @property
    def where(self) -> str:
        """Return where it stands, such as 报表!D12."""

    @property
    def value(self) -> object:
        """Return what is in it now."""


class SavedReturn(Protocol):
    """A return in a saved workbook."""

    @property
    def qr_text(self) -> str:
        """Return the code that was written with it."""

    @property
    def cells(self) -> Mapping[tuple[str, str], SavedCell]:
        """Return its cells by cell name and compared column."""


PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
FILES = (".pdf", ".xlsx", ".xlsm", ".xls", *PICTURES)
"""Endings that tell a file from a code."""


def prove(
    records: Records, paper: str, read_workbook: Callable[[Path], Sequence[SavedReturn]]
) -> list[Proof]:
    """Judge a code, a printed PDF or a saved workbook, a proof for each return in it.

    Args:
        records: Whose returns.
        paper: What the code says, or the name of a file.
        read_workbook: Reads the returns in a workbook that this program has written.

    Raises:
        NotFound: The file is not there.
        UserError: It is neither a code nor a file of this program.
    """
    file = Path(paper)
    if file.suffix.lower() not in FILES:
        return prove_code(records, paper)
    if not file.is_file():
        raise NotFound(_("没有文件“{file}”。").format(file=paper))
    if file.suffix.lower() == ".pdf":
        return [_prove_paper(records, each) for each in read_papers(file)]
    if file.suffix.lower() in PICTURES:
        raise UserError(
            _("“{file}”是图片，读不出数据。").format(file=file.name),
            _("请改用页脚的校验码或二维码核对。"),
        )
    saved = read_workbook(file)
    if not saved:
        raise UserError(
            _("“{file}”不是本程序导出的报表。").format(file=file.name),
            _("可以核对本程序打印的 PDF、导出的工作簿，或直接输入页脚的校验码。"),
        )
    return [_prove_saved(records, each) for each in saved]


def prove_code(records: Records, code: str) -> list[Proof]:
    """Say what was submitted under a code: a scanned one, or 8F3A-61C2.

    Raises:
        UserError: It is no code.
    """
    says = read_code(code)
    rows = _rows(records, _by_digest, prefix=f"{says.digest}%")
    given = [row for row in rows if row.status in _GIVEN]
    if says.draft or (rows and not given):
        return [_draft(given[-1] if given else None)]
    if not given:
        return [_unknown(records, says)]
    return [_standing(records, row) for row in given]


def _prove_saved(records: Records, saved: SavedReturn) -> Proof:
    says = read_code(saved.qr_text)
    row, same_digest = _compared(records, saved.qr_text, saved.qr_text)
    if row is None:
        return _draft(None) if says.draft else _unknown(records, says)
    composed = from_row(row)
    cells = {place: (cell.where, cell.value) for place, cell in saved.cells.items()}
    differences = compare_numbers(cells, composed)
    return _judged(records, row, differences, says, same_digest=same_digest)


def _prove_paper(records: Records, paper: Paper) -> Proof:
    says = read_code(paper.code)
    row, same_digest = _compared(records, paper.code, paper.said)
    if row is None:
        return _draft(None) if says.draft else _unknown(records, says)
    with _in_language(paper.language):
        differences = compare_paper(paper, sheet_of(from_row(row), date.today()))
    return _judged(records, row, differences, says, same_digest=same_digest)


def _judged(
    records: Records,
    row: Any,
    differences: Sequence[Difference],
    says: PaperSays,
    *,
    same_digest: bool,
) -> Proof:
    """Join what the code says and what the comparison found."""
    if says.draft:
        return _draft(row, differences)
    proof = _standing(records, row)
    if not differences and same_digest:
        return proof
    if not differences:
        told = _("{period}《{title}》的数据与已上报第 {revision} 版一致，但校验码被改动过。")
    elif same_digest:
        told = _("{period}《{title}》被改动过：与已上报第 {revision} 版有 {count} 处不同。")
    else:
        told = _(
            "{period}《{title}》的校验码不属于任何已上报的版次，"
            "与第 {revision} 版相比有 {count} 处不同。"
        )
    said = told.format(count=len(differences), **_place_words(from_row(row)))
    return Proof(Verdict.CHANGED, said, proof.composed, tuple(differences))


# Which submitted return a paper is of


def _compared(records: Records, code: str, qr: str) -> tuple[Any | None, bool]:
    """Return the submitted return to compare a paper with, and whether its code is the paper's.

    The printed code leads; where it is nobody's, what the file's properties say of the form,
    the centre and the period.
    """
    given = _with_code(records, code)
    if given:
        return given[-1], True
    if not qr:
        return None, False
    says = read_code(qr)
    given = _with_code(records, says.digest[:8])
    if not given:
        given = _of_place(records, says.form, says.period, says.centre)
    return (given[-1] if given else None), False


def _with_code(records: Records, code: str) -> list[Any]:
    rows = _rows(records, _by_digest, prefix=f"{read_code(code).digest}%")
    return [row for row in rows if row.status in _GIVEN]


def _of_place(records: Records, form: str, period: str, centre: str) -> list[Any]:
    """Return the revisions of a form that a centre submitted for a period, oldest first."""
    rows = _rows(records, _by_place, form=form, period=period, status=_GIVEN)
    return [row for row in rows if from_row(row).head.identity.upper() == centre.upper()]


def _by_digest(returns: FromClause) -> Select[Any]:
    digest = returns.c.checksum.like(bindparam("prefix"))
    return select(returns).where(returns.c.deleted_at.is_(None), digest)


def _by_place(returns: FromClause) -> Select[Any]:
    table = returns.c
    period: BindParameter[str] = bindparam("period")
    return select(returns).where(
        table.deleted_at.is_(None),
        table.form == bindparam("form"),
        or_(table.period == period, table.period.is_(None) & (table.month == period)),
        table.status.in_(bindparam("status", expanding=True)),
    )


def _rows(records: Records, statement: Any, **bound: Any) -> list[Any]:
    found = records.rows(statement(records.table("returns")), **bound)
    return sorted(found, key=lambda row: (row.month or "", row.revision or 0))


# Verdicts


def _standing(records: Records, row: Any) -> Proof:
    """Say how the return that a paper is of stands today."""
    composed = from_row(row)
    place = composed.form.key, composed.period.key, composed.head.identity
    newer = [each for each in _of_place(records, *place) if each.revision > composed.revision]
    if composed.checksum != row.checksum:
        verdict = Verdict.DAMAGED
        told = _("{period}《{title}》第 {revision} 版的数据与校验码不符，数据库可能损坏。")
    elif composed.status == RETURNED:
        verdict = Verdict.SENT_BACK
        told = _("{period}《{title}》第 {revision} 版已被县里退回，不再作数。")
    elif newer:
        verdict = Verdict.REPLACED
        told = _(
            "{period}《{title}》第 {revision} 版已由第 {newer} 版（校验码 {newer_code}）更正，"
            "不再作数。"
        )
    else:
        verdict = Verdict.MATCHES
        told = _(
            "相符：{centre}{period}《{title}》第 {revision} 版，"
            "{day}上报，{status}，校验码 {code}。"
        )
    last = from_row(newer[-1]) if newer else composed
    said = told.format(
        centre=composed.head.name,
        day=day_in_words(date.fromisoformat(composed.submitted_at[:10])),
        status=_(composed.status),
        code=composed.check_code,
        newer=last.revision,
        newer_code=last.check_code,
        **_place_words(composed),
    )
    return Proof(verdict, said, composed)


def _draft(row: Any | None, differences: Sequence[Difference] = ()) -> Proof:
    """Say that a paper is a draft's, and what was submitted since."""
    if row is None:
        told = _("这是草稿，不作上报凭据；这份报表还没有上报。")
        return Proof(Verdict.DRAFT, told)
    told = (
        _(
            "这是草稿，不作上报凭据；"
            "与{period}《{title}》已上报的第 {revision} 版有 {count} 处不同。"
        )
        if differences
        else _("这是草稿，不作上报凭据；{period}《{title}》已上报的第 {revision} 版数据与它一致。")
    )
    composed = from_row(row)
    said = told.format(count=len(differences), **_place_words(composed))
    return Proof(Verdict.DRAFT, said, composed, tuple(differences))


def _unknown(records: Records, says: PaperSays) -> Proof:
    """Say that nothing was submitted under a code, and what was instead where that is known."""
    rows = _of_place(records, says.form, says.period, says.centre) if says.form else []
    if not rows:
        told = _(
            "没有校验码为 {code} 的已上报报表：纸质报表可能被改动过，"
            "或者是别的机构的、还没有同步来的报表。"
        )
        return Proof(Verdict.UNKNOWN, told.format(code=says.short))
    composed = from_row(rows[-1])
    told = _(
        "校验码 {code} 不属于任何已上报的版次：{period}《{title}》已上报的是第 {revision} 版，"
        "校验码 {other}。纸质报表可能被改动过。"
    )
    words = _place_words(composed)
    return Proof(
        Verdict.UNKNOWN, told.format(code=says.short, other=composed.check_code, **words), composed
    )


def _place_words(composed: ComposedReturn) -> dict[str, Any]:
    return {
        "period": composed.period.label,
        "title": _(composed.form.title),
        "revision": composed.revision,
    }


@contextmanager
def _in_language(code: str) -> Iterator[None]:
    """Compare in the language of the paper, whatever the language of the answer.

    The language is the process's, so this is for commands, not for a window.
    """
    before = language()
    set_language(code)
    try:
        yield
    finally:
        set_language(before)


# In words and as data


def in_words(proof: Proof, most: int = 20) -> Iterator[str]:
    """Return the verdict and the cells that differ, a line each."""
    yield proof.sentence
    for each in proof.differences[:most]:
        yield _("· {where}：纸上是“{found}”，上报的是“{submitted}”").format(
            where=each.where,
            found=each.found or _("空白"),
            submitted=each.submitted or _("空白"),
        )
    more = len(proof.differences) - most
    if more > 0:
        yield _("……另有 {count} 处。").format(count=more)


def as_data(proof: Proof) -> dict[str, Any]:
    """Return the proof for other programs."""
    composed = proof.composed
    return {
        "verdict": proof.verdict.value,
        "sentence": proof.sentence,
        "form": composed.form.key if composed else None,
        "period": composed.period.key if composed else None,
        "revision": composed.revision if composed else None,
        "centre": composed.head.name if composed else None,
        "status": composed.status if composed else None,
        "check_code": composed.check_code if composed else None,
        "differences": [vars(each) for each in proof.differences],
    }
