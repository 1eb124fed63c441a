"""A backbone doctor's route: the clinics to visit in their order, then a checklist for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.printing.register_list import Printed
from desktop.printing.visit_checklist import BlankChecklist, draw_checklist
from desktop.text import _

_LEFT = 14 * MM
_RIGHT = A4[0] - _LEFT
_TOP = A4[1] - 16 * MM
_FOOT = 20 * MM
_SIZE = 9.5
_PAD = 1.4 * MM
_ROW = 8.5 * MM
_WIDTHS = (10, 35, 21, 26, 22, 18, 24)
"""Millimetres: order, clinic, village, phone, last visit, score and class, due; open the rest."""


@dataclass(frozen=True)
class RouteLine:
    """A clinic on the route, as text."""

    clinic: str
    village: str
    phone: str
    last: str
    score: str
    due: str
    open: str


@dataclass(frozen=True)
class Route:
    """One doctor's route and the blank checklists for its clinics."""

    doctor: str
    lines: tuple[RouteLine, ...]
    checklists: tuple[BlankChecklist, ...] = ()


def print_routes(
    target: Path | IO[bytes], centre: str, day: date, routes: Sequence[Route]
) -> Printed:
    """Print each doctor's route, followed by the checklists of its clinics."""
    pen = Pen(target, A4, _("督导路线单"), centre)
    first = True
    for route in routes:
        if not first:
            pen.next_page()
        first = False
        _draw_route(pen, centre, day, route)
        for sheet in route.checklists:
            pen.next_page()
            draw_checklist(pen, sheet)
    missing = tuple(sorted(pen.missing))
    rows = sum(len(route.lines) for route in routes)
    return Printed(pen.close(), rows, missing)


def _draw_route(pen: Pen, centre: str, day: date, route: Route) -> None:
    edges = [_LEFT]
    for wide in _WIDTHS:
        edges.append(edges[-1] + wide * MM)
    edges.append(_RIGHT)
    y = top = _head(pen, centre, day, route, edges)
    for number, line in enumerate(route.lines, start=1):
        cells = _cells(number, line, edges)
        high = max(_ROW, max(map(len, cells)) * _SIZE * 1.3 + _PAD)
        if y - high < _FOOT:
            _frame(pen, top, y, edges)
            pen.next_page()
            y = top = _head(pen, centre, day, route, edges)
        _row(pen, cells, y, high, edges)
        y -= high
        pen.rules([(_LEFT, y, _RIGHT, y)], weight=0.3)
    _frame(pen, top, y, edges)
    y -= 18
    count = _("共 {count} 个村卫生室").format(count=len(route.lines))
    pen.text(_LEFT, y, count, size=_SIZE)
    pen.text(_RIGHT - 62 * MM, y, _("责任医生签名：＿＿＿＿＿＿＿＿"), size=_SIZE)


def _head(pen: Pen, centre: str, day: date, route: Route, edges: Sequence[float]) -> float:
    """Write title and table head; return where the first row begins."""
    y = _TOP - 17
    pen.heavy(pen.width / 2, y, _("村卫生室督导路线单"), size=17)
    y -= 20
    pen.text(_LEFT, y, _("单位：{name}").format(name=centre), size=10)
    doctor = route.doctor or _("未指定责任医生")
    pen.text(
        pen.width / 2,
        y,
        _("责任医生：{name}").format(name=doctor),
        face=Face.BOLD,
        size=10.5,
        align=Align.CENTRE,
    )
    written = _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)
    pen.text(_RIGHT, y, written, size=10, align=Align.RIGHT)
    y -= 6
    labels = (
        _("序号"),
        _("村卫生室"),
        _("行政村"),
        _("电话"),
        _("上次督导"),
        _("得分等级"),
        _("应督导日"),
        _("待整改"),
    )
    pen.shade(_LEFT, y - _ROW, _RIGHT - _LEFT, _ROW)
    for left, right, label in zip(edges, edges[1:], labels, strict=False):
        middle = y - _ROW / 2 - _SIZE * 0.36
        pen.text((left + right) / 2, middle, label, face=Face.BOLD, size=_SIZE, align=Align.CENTRE)
    pen.rules([(_LEFT, y, _RIGHT, y)], weight=0.8)
    pen.rules([(_LEFT, y - _ROW, _RIGHT, y - _ROW)], weight=0.4)
    pen.rules([(x, y, x, y - _ROW) for x in edges[1:-1]], weight=0.3)
    pen.rules([(x, y, x, y - _ROW) for x in (_LEFT, _RIGHT)], weight=0.8)
    pen.page_number(pen.width / 2, 9 * MM)
    return y - _ROW


def _cells(number: int, line: RouteLine, edges: Sequence[float]) -> list[Sequence[str]]:
    texts = (
        str(number),
        line.clinic,
        line.village,
        line.phone,
        line.last,
        line.score,
        line.due,
        line.open,
    )
    return [
        wrap(text, Face.SANS, _SIZE, right - left - 2 * _PAD)
        for text, left, right in zip(texts, edges, edges[1:], strict=False)
    ]


def _row(
    pen: Pen, cells: Sequence[Sequence[str]], top: float, high: float, edges: Sequence[float]
) -> None:
    for column, lines in enumerate(cells):
        x = edges[column] + _PAD
        y = top - (high - len(lines) * _SIZE * 1.3) / 2 - _SIZE
        for text in lines:
            pen.text(x, y, text, face=Face.SANS, size=_SIZE)
            y -= _SIZE * 1.3


def _frame(pen: Pen, top: float, foot: float, edges: Sequence[float]) -> None:
    pen.rules([(x, top, x, foot) for x in edges[1:-1]], weight=0.3)
    pen.rules([(x, top, x, foot) for x in (_LEFT, _RIGHT)], weight=0.8)
    pen.rules([(_LEFT, foot, _RIGHT, foot)], weight=0.8)
