"""A return's paper or workbook held against what was submitted, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import isclose

from desktop.models.return_text import ReturnSheet, SheetBlock, SheetPart, SheetRow
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.forms import split_key
from desktop.services.returns.numbers import numbers_of
from desktop.services.returns.paper_text import Paper
from desktop.text import _

_FIGURE = re.compile(r"[+−-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?%?|—")
_STAND_IN = "〓"
_LONGEST_RUN = 12
"""A text is broken over at most so many lines or pieces."""


@dataclass(frozen=True)
class Difference:
    """What stands elsewhere than submitted: the cell's name and place, both texts."""

    key: str
    where: str
    found: str
    submitted: str


@dataclass(frozen=True)
class _Piece:
    """A text that the paper should have, and where; a figure is told apart from words.

    An ``aside`` may read otherwise: head and foot of a draft's paper.
    """

    text: str
    where: str
    key: str = ""
    figure: bool = False
    aside: bool = False


def compare_paper(paper: Paper, sheet: ReturnSheet) -> list[Difference]:
    """Return what a paper says otherwise than the submitted sheet, in reading order.

    Of a draft's paper only the tables are compared: its foot is empty until it is submitted.
    """
    found = list(_found(paper, sheet))
    wanted = list(_wanted(sheet, draft=paper.draft))
    texts = [piece.text for piece in wanted]
    found = [_filled(word, texts) for word in found]
    made: list[Difference] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, found, texts, autojunk=False).get_opcodes():
        if tag != "equal":
            near = wanted[min(max(j1 - 1, 0), len(wanted) - 1)]
            made += _settle(found[i1:i2], wanted[j1:j2], near)
    return [*made, *(_patch(number) for number in paper.covered)]


def _filled(word: str, texts: Sequence[str]) -> str:
    """Return a word with the characters that the printer had no face for, drawn as 〓."""
    if _STAND_IN not in word:
        return word
    shape = re.compile(re.escape(word).replace(_STAND_IN, "."))
    return next((text for text in texts if shape.fullmatch(text)), word)


def _patch(number: int) -> Difference:
    where = _("文件第 {page} 页").format(page=number)
    return Difference("", where, _("盖着图片、批注或白块"), "")


def _found(paper: Paper, sheet: ReturnSheet) -> Iterator[str]:
    """Return the paper's words without what is printed anew on every page."""
    titles = {sheet.title, *(block.title for part in sheet.parts for block in part.blocks)}
    again = tuple(_("{title}（续）").format(title=title) for title in titles if title)
    across = {word for text in (_("草稿"), _("已退回")) for word in text.split()}
    page = re.compile(
        re.escape(_("第 {page} 页 共 {pages} 页"))
        .replace(r"\{page\}", r"\d+")
        .replace(r"\{pages\}", r"\d+")
    )
    for line in paper.lines:
        text = page.sub("", line).strip()
        if text.startswith(again) or text.upper().endswith(paper.code):
            continue
        yield from (word for word in text.split() if word not in across)


def _wanted(sheet: ReturnSheet, *, draft: bool) -> Iterator[_Piece]:
    """Return the texts of a sheet in the order in which they are printed."""
    for part in sheet.parts:
        head = [sheet.title, sheet.month, *sheet.head_left]
        if part.subject:
            head.append(_("机构名称：{name}").format(name=part.subject))
        head += sheet.head_right
        if sheet.money:
            head.append(_("计量单位：{unit}").format(unit=sheet.money))
        yield from _words(_("表头"), *head, aside=draft)
        for block in part.blocks:
            yield from _words(_("小标题"), block.title)
            for row in block.rows:
                yield from _row(part, block, row)
        yield from _words(_("表尾"), *sheet.signatures, aside=draft)
    yield from _words(_("表下说明"), *sheet.notes, aside=draft)


def _words(where: str, *texts: str, aside: bool = False) -> Iterator[_Piece]:
    for text in texts:
        yield from (_Piece(word, where, aside=aside) for word in text.split())


def _row(part: SheetPart, block: SheetBlock, row: SheetRow) -> Iterator[_Piece]:
    name = _name_of_row(part, block, row)
    yield from _words(name, row.label)
    for position, (head, text) in enumerate(zip(block.heads[1:], row.cells, strict=True)):
        if not text:
            continue
        if head.numeric:
            key = row.keys[position if block.table else 0] if row.keys else ""
            yield _Piece(text, f"{name} · {head.label}", key, figure=True)
        else:
            yield from _words(name, text)


def _name_of_row(part: SheetPart, block: SheetBlock, row: SheetRow) -> str:
    label = row.label
    if not block.table and row.keys:
        label = _("{label}（{code}）").format(label=label, code=split_key(row.keys[0])[0])
    return f"{part.subject} · {label}" if part.subject else label


def _settle(found: Sequence[str], wanted: Sequence[_Piece], near: _Piece) -> Iterator[Difference]:
    """Tell what differs in a stretch where the words are not the same.

    A text broken over lines is the same text; words that stand there besides are heads printed
    again; a figure that stands there besides is a difference.
    """
    left = list(found)
    missing = [
        piece for piece in wanted if piece.figure or not (_take(left, piece.text) or piece.aside)
    ]
    figures = [word for word in left if _FIGURE.fullmatch(word)]
    words = [word for word in left if not _FIGURE.fullmatch(word)]
    for piece in missing:
        if piece.figure:
            # What stands in the cell may be no figure at all.
            instead = figures.pop(0) if figures else "".join(words[:1]) if len(words) == 1 else ""
            yield Difference(piece.key, piece.where, instead, piece.text)
        else:
            yield Difference(piece.key, piece.where, "".join(words), piece.text)
            words = []
    if near.aside or any(piece.aside for piece in wanted):
        return
    for figure in figures:
        yield Difference("", _("“{where}”之后").format(where=near.where), figure, "")


def _take(words: list[str], text: str) -> bool:
    """Take a text, perhaps broken into pieces, out of the words; says whether it was there."""
    for start in range(len(words)):
        joined = ""
        for end in range(start, min(len(words), start + _LONGEST_RUN)):
            joined += words[end]
            if joined == text:
                del words[start : end + 1]
                return True
            if not text.startswith(joined):
                break
    return False


def compare_numbers(
    cells: Mapping[tuple[str, str], tuple[str, object]], composed: ComposedReturn
) -> list[Difference]:
    """Return what a workbook says otherwise than submitted.

    Args:
        cells: Of each cell and compared column, where it stands in the workbook and its value.
        composed: The submitted return.
    """
    made = []
    for place, number in numbers_of(composed).items():
        if place not in cells and place[1] != "this":
            continue  # The form does not show this column.
        where, value = cells.get(place, (_("没有这一格"), ""))
        wanted = number.text if number.value is None else number.value
        if not _same(value, wanted):
            name = _("{cell}（{where}）").format(cell=_name_of(composed, place), where=where)
            made.append(Difference(place[0], name, _shown(value), _shown(wanted)))
    return made


def _name_of(composed: ComposedReturn, place: tuple[str, str]) -> str:
    line = composed.cell(place[0]).line
    return f"{line.code} {_(line.label)}"


def _same(value: object, wanted: object) -> bool:
    """Say that a workbook's value is the number or text wanted; a blank is not a zero."""
    if isinstance(wanted, int | float):
        try:
            return isclose(float(str(value)), wanted, rel_tol=1e-9, abs_tol=1e-9)
        except ValueError:
            return False
    return _shown(value) == _shown(wanted)


def _shown(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()
