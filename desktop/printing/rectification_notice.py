"""The rectification notice (整改通知书) as a letter after GB/T 9704-2012 (facts i).

A4; margins top 37 mm, bottom 35 mm, left 28 mm, right 26 mm; title 22 pt, body 16 pt on 28 pt
lines; the date stands at the right, four characters in, with 42 mm left clear for the seal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.photo_pages import Picture, draw_photos
from desktop.printing.register_list import Printed
from desktop.text import _

_LEFT = 28 * MM
_RIGHT = A4[0] - 26 * MM
_TOP = A4[1] - 37 * MM
_FOOT = 35 * MM
_TITLE = 22.0
_BODY = 16.0
_LINE = 28.0
_SEAL = 42 * MM
_ENDING = 3.3 * _LINE + _SEAL * 0.42 + _LINE + 24
"""Sender, date under the seal and receipt stay on one page."""

_INDENT = "　　"
_NOT_LAST = frozenset("（《“‘")


@dataclass(frozen=True)
class NoticeItem:
    """A finding: what is wrong, by which clause, and until when it is to be put right."""

    problem: str
    clause: str = ""
    doctor: str = ""
    due_on: date | None = None
    times: int = 1


@dataclass(frozen=True)
class Notice:
    """A notice to one clinic after one visit."""

    centre: str
    clinic: str
    visited_on: date | None
    items: tuple[NoticeItem, ...]
    dated: date
    due_on: date | None = None
    score: str = ""
    grade: str = ""
    visitor: str = ""
    number: str = ""
    photos: tuple[Picture, ...] = ()


def _in_words(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


class _Letter:
    """A notice being drawn, line by line."""

    def __init__(self, target: Path | IO[bytes], notice: Notice) -> None:
        self.notice = notice
        self.pen = Pen(target, A4, _("整改通知书"), notice.centre)
        self.y = _TOP

    def _next_line(self, lines: int = 1) -> None:
        if self.y - lines * _LINE < _FOOT:
            self._end_page()
            self.pen.next_page()
            self.y = _TOP
        self.y -= _LINE

    def _end_page(self) -> None:
        self.pen.page_number(self.pen.width / 2, _FOOT - 7 * MM - 14, size=14)

    def paragraph(self, text: str, *, indent: bool = True, face: Face = Face.SERIF) -> None:
        """Write a paragraph of the body."""
        for line in wrap_body((_INDENT if indent else "") + text, face):
            self._next_line()
            self.pen.text(_LEFT, self.y, line, face=face, size=_BODY)

    def draw(self) -> Printed:
        """Draw the letter and write the file."""
        notice = self.notice
        self.pen.heavy(self.pen.width / 2, self.y - _TITLE, _("整改通知书"), size=_TITLE)
        self.y -= _TITLE + _LINE / 2
        if notice.number:
            self._next_line()
            middle = self.pen.width / 2
            self.pen.text(middle, self.y, notice.number, size=_BODY, align=Align.CENTRE)
        self._next_line()
        self.paragraph(_("{clinic}：").format(clinic=notice.clinic), indent=False)
        self.paragraph(self._opening())
        for number, item in enumerate(notice.items, start=1):
            self.paragraph(self._item(number, item))
        self.paragraph(self._demand())
        self._sign()
        self._end_page()
        if notice.photos:
            self.pen.next_page()
            draw_photos(self.pen, _("附：督导照片"), notice.photos, _FOOT - 7 * MM - 14)
        missing = tuple(sorted(self.pen.missing))
        return Printed(self.pen.close(), len(notice.items), missing)

    def _opening(self) -> str:
        notice = self.notice
        when = _in_words(notice.visited_on) if notice.visited_on else ""
        score = ""
        if notice.score:
            score = _("得分 {score} 分").format(score=notice.score)
            if notice.grade:
                score += _("，评为 {grade} 级").format(grade=notice.grade)
            score += _("。")
        return _("{day}，我院对你室进行了督导检查。{score}检查发现以下 {count} 个问题：").format(
            day=when, score=score, count=len(notice.items)
        )

    def _item(self, number: int, item: NoticeItem) -> str:
        text = f"{number}. {item.problem.rstrip('。；')}"
        if item.clause:
            text += _("（依据 {clause}）").format(clause=item.clause)
        if item.times > 1:
            text += _("，为重复出现的问题（第 {times} 次）").format(times=item.times)
        text += _("。")
        if item.doctor:
            text += _("责任人：{name}。").format(name=item.doctor)
        if item.due_on is not None:
            text += _("整改期限：{day}。").format(day=_in_words(item.due_on))
        return text

    def _demand(self) -> str:
        if self.notice.due_on is None:
            return _("请按以上要求整改，完成后将整改情况书面报我院，由我院组织复查。")
        return _(
            "请按以上期限整改，最迟于 {day}前全部完成，并将整改情况书面报我院，由我院组织复查。"
        ).format(day=_in_words(self.notice.due_on))

    def _sign(self) -> None:
        """Write sender and date with room for the seal over the date; then the receipt."""
        if self.y - _ENDING < _FOOT:
            self._end_page()
            self.pen.next_page()
            self.y = _TOP
        self.y -= _LINE * 1.3
        dated = _in_words(self.notice.dated)
        right = _RIGHT - 4 * _BODY
        self._next_line()
        room = max(len(self.notice.centre), len(dated) * 0.75) * _BODY
        middle = right - room / 2
        self.pen.text(middle, self.y, self.notice.centre, size=_BODY, align=Align.CENTRE)
        self._next_line()
        self.pen.text(middle, self.y, dated, size=_BODY, align=Align.CENTRE)
        self.pen.corners(middle - _SEAL / 2, self.y - _SEAL * 0.42, _SEAL)
        self.y -= _SEAL * 0.42
        self._next_line()
        receipt = _("签收人：＿＿＿＿＿＿＿＿　　签收日期：＿＿＿＿年＿＿月＿＿日")
        self.pen.rules([(_LEFT, self.y + 18, _RIGHT, self.y + 18)], weight=0.5)
        self.pen.text(_LEFT, self.y - 4, receipt, size=12)
        if self.notice.visitor:
            words = _("督导人：{name}").format(name=self.notice.visitor)
            self.pen.text(_LEFT, self.y - 24, words, size=12)


def wrap_body(text: str, face: Face) -> Sequence[str]:
    """Break a paragraph into lines of the body; the two characters' indent stays."""
    indented = text.startswith(_INDENT)
    rest = "口口" + text[2:] if indented else text
    lines: list[str] = []
    while rest:
        line = wrap(rest, face, _BODY, _RIGHT - _LEFT)[0]
        while len(line) > 1 and line[-1] in _NOT_LAST and len(line) < len(rest):
            line = line[:-1]
        lines.append(line)
        rest = rest[len(line) :].lstrip()
    if indented and lines:
        lines[0] = _INDENT + lines[0][2:]
    return lines


def print_notice(target: Path | IO[bytes], notice: Notice) -> Printed:
    """Print a rectification notice."""
    return _Letter(target, notice).draw()
