"""A blank visit checklist to take along: there is no computer in the village (S3-5.2a, S4-4a)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed
from desktop.text import _

_LEFT = 14 * MM
_RIGHT = A4[0] - _LEFT
_TOP = A4[1] - 13 * MM
_FOOT = 13 * MM
_SIZE = 9.0
_LEADING = _SIZE * 1.3
_ROW = 6.3 * MM
_PAD = 1.2 * MM
_WIDTHS = (9, 15, 82, 10, 12, 13, 13)
"""Millimetres: section, code, wording, points, passed, failed, not applicable; remarks the rest."""

_SAMPLES = 6
_SAMPLE_WIDTHS = (34, 40, 24, 24)
_SHOWN_FINDINGS = 5
_BOX = 2.9 * MM
CRITICAL, VETO = "★", "▲"


@dataclass(frozen=True)
class ChecklistLine:
    """An item as text; ``by_points`` leaves room for points instead of boxes to tick."""

    section: str
    code: str
    wording: str
    points: str
    by_points: bool = False
    critical: bool = False
    veto: bool = False


@dataclass(frozen=True)
class BlankChecklist:
    """A checklist for one clinic: what stands on it before the visit."""

    title: str
    centre: str
    clinic: str
    lines: tuple[ChecklistLine, ...]
    visitor: str = ""
    last: str = ""
    findings: tuple[str, ...] = ()


def _edges(widths: Sequence[float]) -> list[float]:
    edges = [_LEFT]
    for width in widths:
        edges.append(edges[-1] + width * MM)
    return [*edges, _RIGHT]


class _Sheet:
    """A checklist being drawn."""

    def __init__(self, pen: Pen, sheet: BlankChecklist) -> None:
        self.pen = pen
        self.sheet = sheet
        self.y = _TOP

    def draw(self) -> None:
        """Draw the sheet from the top of the page on."""
        self._head()
        self._items()
        self._samples()
        self._signatures()
        self.pen.page_number(self.pen.width / 2, 7 * MM)

    def _room(self, high: float) -> bool:
        """Begin another page where so much does not fit; tell whether it did."""
        if self.y - high >= _FOOT:
            return False
        self.pen.page_number(self.pen.width / 2, 7 * MM)
        self.pen.next_page()
        self.y = _TOP
        return True

    def _head(self) -> None:
        pen, sheet = self.pen, self.sheet
        self.y -= 15
        pen.heavy(pen.width / 2, self.y, sheet.title, size=15)
        self.y -= 20
        pen.text(_LEFT, self.y, sheet.clinic, face=Face.BOLD, size=11)
        visitor = _("督导人：{name}").format(name=sheet.visitor or "＿＿＿＿＿＿")
        pen.text(_LEFT + 72 * MM, self.y, visitor, size=10)
        day = _("督导日期：＿＿＿＿年＿＿月＿＿日")
        pen.text(_RIGHT, self.y, day, size=10, align=Align.RIGHT)
        self.y -= 14
        pen.text(_LEFT, self.y, sheet.last or _("首次督导"), size=9)
        marks = _("{critical} 关键项　{veto} 一票否决项").format(critical=CRITICAL, veto=VETO)
        pen.text(_RIGHT, self.y, marks, size=9, align=Align.RIGHT)
        shown = sheet.findings[:_SHOWN_FINDINGS]
        for number, finding in enumerate(shown, start=1):
            self.y -= 12
            text = _("待整改 {number}：{finding}").format(number=number, finding=finding)
            pen.text(_LEFT, self.y, wrap(text, Face.SERIF, 9, _RIGHT - _LEFT - 60)[0], size=9)
            pen.text(_RIGHT, self.y, _("□ 已改 □ 未改"), size=9, align=Align.RIGHT)
        more = len(sheet.findings) - len(shown)
        if more > 0:
            self.y -= 12
            pen.text(_LEFT, self.y, _("另有 {count} 个待整改问题。").format(count=more), size=9)
        self.y -= 5

    def _items(self) -> None:
        edges = _edges(_WIDTHS)
        self._item_head(edges)
        top = self.y
        for section, lines in groupby(self.sheet.lines, key=lambda line: line.section):
            held = list(lines)
            begun = self.y
            for line in held:
                cells = wrap(line.wording, Face.SANS, _SIZE, edges[3] - edges[2] - 2 * _PAD)
                high = max(_ROW, len(cells) * _LEADING + _PAD)
                if self.y - high < _FOOT:
                    self._close_section(section, begun, edges)
                    self._frame(top, edges)
                    self._room(high + _ROW * 2)
                    self._item_head(edges)
                    top = begun = self.y
                self._item(line, cells, high, edges)
            self._close_section(section, begun, edges)
        self._frame(top, edges)

    @staticmethod
    def _code(line: ChecklistLine) -> str:
        marks = (CRITICAL if line.critical else "") + (VETO if line.veto else "")
        return f"{line.code} {marks}".strip()

    def _item_head(self, edges: Sequence[float]) -> None:
        high = _ROW
        self.pen.shade(_LEFT, self.y - high, _RIGHT - _LEFT, high)
        labels = (
            _("领域"),
            _("代号"),
            _("检查内容"),
            _("分值"),
            _("合格"),
            _("不合格"),
            _("不适用"),
            _("问题与备注"),
        )
        self._texts(labels, high, edges, Face.BOLD)
        self.y -= high
        self.pen.rules([(_LEFT, self.y, _RIGHT, self.y)], weight=0.4)
        above = self.y + high
        self.pen.rules([(x, above, x, self.y) for x in edges], weight=0.4)
        self.pen.rules([(_LEFT, above, _RIGHT, above)], weight=0.8)

    def _texts(
        self, labels: Sequence[str], high: float, edges: Sequence[float], face: Face
    ) -> None:
        for left, right, label in zip(edges, edges[1:], labels, strict=False):
            y = self.y - high / 2 - _SIZE * 0.36
            self.pen.text((left + right) / 2, y, label, face=face, size=8.5, align=Align.CENTRE)

    def _item(
        self, line: ChecklistLine, cells: Sequence[str], high: float, edges: Sequence[float]
    ) -> None:
        pen, middle = self.pen, self.y - high / 2
        base = middle - _SIZE * 0.36
        pen.text(edges[1] + _PAD, base, self._code(line), face=Face.SANS, size=8)
        y = self.y - (high - len(cells) * _LEADING) / 2 - _SIZE
        for text in cells:
            pen.text(edges[2] + _PAD, y, text, face=Face.SANS, size=_SIZE)
            y -= _LEADING
        pen.text(edges[4] - _PAD, base, line.points, face=Face.SANS, size=8.5, align=Align.RIGHT)
        if line.by_points:
            for column, words in ((4, _("得分")), (5, "＿＿＿")):
                x = (edges[column] + edges[column + 1]) / 2
                pen.text(x, base, words, size=8.5, align=Align.CENTRE)
        boxes = [6] if line.by_points else [4, 5, 6]
        for column in boxes:
            self._box((edges[column] + edges[column + 1]) / 2, middle)
        self.y -= high
        pen.rules([(edges[1], self.y, _RIGHT, self.y)], weight=0.3)

    def _box(self, x: float, y: float) -> None:
        left, right, foot, top = x - _BOX / 2, x + _BOX / 2, y - _BOX / 2, y + _BOX / 2
        self.pen.rules(
            [
                (left, foot, right, foot),
                (left, top, right, top),
                (left, foot, left, top),
                (right, foot, right, top),
            ],
            weight=0.5,
        )

    def _close_section(self, section: str, begun: float, edges: Sequence[float]) -> None:
        """Write a section's name, character by character, beside its items and rule it off."""
        if begun <= self.y:
            return
        self.pen.rules([(_LEFT, self.y, edges[1], self.y)], weight=0.4)
        middle, step = (begun + self.y) / 2, _SIZE * 1.15
        fitting = max(1, int((begun - self.y) / step))
        letters = list(section)
        per_line = -(-len(letters) // fitting)
        lines = ["".join(letters[at : at + per_line]) for at in range(0, len(letters), per_line)]
        y = middle + (len(lines) - 1) * step / 2 - _SIZE * 0.36
        for text in lines:
            size = min(_SIZE, (edges[1] - _LEFT - 2) / max(1, len(text)))
            x = (_LEFT + edges[1]) / 2
            self.pen.text(x, y, text, face=Face.BOLD, size=size, align=Align.CENTRE)
            y -= step

    def _frame(self, top: float, edges: Sequence[float]) -> None:
        self.pen.rules([(x, top, x, self.y) for x in edges[1:-1]], weight=0.3)
        self.pen.rules([(x, top, x, self.y) for x in (_LEFT, _RIGHT)], weight=0.8)
        self.pen.rules([(_LEFT, self.y, _RIGHT, self.y)], weight=0.8)

    def _samples(self) -> None:
        high = _ROW
        self._room((_SAMPLES + 1) * high + 16 * MM)
        self.y -= 13
        self.pen.text(_LEFT, self.y, _("抽查真实性"), face=Face.BOLD, size=9.5)
        self.y -= 4
        top, edges = self.y, _edges(_SAMPLE_WIDTHS)
        self.pen.shade(_LEFT, self.y - high, _RIGHT - _LEFT, high)
        labels = (_("抽查类别"), _("抽查对象"), _("是否真实"), _("是否规范"), _("备注"))
        self._texts(labels, high, edges, Face.BOLD)
        for _row in range(_SAMPLES):
            self.y -= high
            self.pen.rules([(_LEFT, self.y, _RIGHT, self.y)], weight=0.3)
            ticks = _("□是 □否")
            self._texts(("", "", ticks, ticks, ""), high, edges, Face.SERIF)
        self.y -= high
        self.pen.rules([(_LEFT, top, _RIGHT, top)], weight=0.8)
        self._frame(top, edges)

    def _signatures(self) -> None:
        self._room(12 * MM)
        self.y -= 10 * MM
        for share, label in (
            (0.0, _("督导人签名：")),
            (0.37, _("被督导人签名：")),
            (0.74, _("得分：")),
        ):
            self.pen.text(_LEFT + share * (_RIGHT - _LEFT), self.y, label, size=10)


def draw_checklist(pen: Pen, sheet: BlankChecklist) -> None:
    """Draw a checklist from the top of the pen's page on; it may take two pages."""
    _Sheet(pen, sheet).draw()


def print_checklists(target: Path | IO[bytes], sheets: Sequence[BlankChecklist]) -> Printed:
    """Print blank checklists, each on its own paper."""
    title = sheets[0].title if sheets else _("督导检查表")
    pen = Pen(target, A4, title, sheets[0].centre if sheets else "")
    for number, sheet in enumerate(sheets):
        if number:
            pen.next_page()
        draw_checklist(pen, sheet)
    missing = tuple(sorted(pen.missing))
    return Printed(pen.close(), len(sheets), missing)
