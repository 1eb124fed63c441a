"""An office's own workbook, filled in without touching anything else of it.

Only the cells that are filled in are replaced in the sheet's XML; every other byte of the sheets,
and every other part of the file (formats, pictures, charts, macros, print set-up), stays as the
office made it. Values that formulas had are taken out, and the workbook is told to work them out
anew, so that no reader ever sees a sum of the figures that stood there before (ECMA-376, 18.2.2).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from posixpath import dirname, join, normpath
from xml.etree import ElementTree as ET

from desktop.errors import UserError
from desktop.exchange.office_cells import Cell, SheetReader, SheetXml
from desktop.exchange.sheets import Span
from desktop.text import _

Value = int | float | str | None
"""What is written into a cell; None empties it."""

Position = tuple[int, int]
"""Row and column, counted from 0."""

ENDINGS = frozenset({".xlsx", ".xlsm"})
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MOST_BYTES = 100_000_000
"""Unpacked; a form has a few hundred thousand."""

_PERCENT_FORMATS = frozenset({9, 10})
"""The built-in number formats 0% and 0.00%."""


@dataclass(frozen=True)
class OfficeSheet:
    """A worksheet as people see it: texts by position, merged areas, which cells are formulas."""

    name: str
    texts: Mapping[Position, str]
    formulas: frozenset[Position]
    merged: tuple[Span, ...] = ()
    percents: frozenset[Position] = frozenset()
    visible: bool = True
    rows: int = 0
    columns: int = 0

    def first_of(self, place: Position) -> Position:
        """Return the cell that a position belongs to: of a merged area its first one."""
        return self._first_cells.get(place, place)

    @cached_property
    def _first_cells(self) -> dict[Position, Position]:
        return {
            (row, column): (span.top, span.left)
            for span in self.merged
            for row in range(span.top, span.bottom + 1)
            for column in range(span.left, span.right + 1)
        }

    def text(self, place: Position) -> str:
        """Return what stands at a position, also within a merged area."""
        return self.texts.get(self.first_of(place), "")


class OfficeWorkbook:
    """A workbook of an office, read from its bytes.

    Args:
        content: The file.
        name: How it is called in a complaint.

    Raises:
        UserError: It is no workbook that can be filled in; the sentence says what to do.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        self._zip = self._opened(content)
        self._workbook_part = self._find_workbook()
        self._parts = dict(self._sheet_parts())
        self.sheets = {sheet: self._read(sheet) for sheet in self._parts}

    def _opened(self, content: bytes) -> dict[str, bytes]:
        if content.startswith(_COMPOUND):
            if _ENCRYPTED in content:
                raise UserError(
                    _("“{name}”有打开密码，无法读取。").format(name=self._name),
                    _("请在 Excel 或 WPS 中去掉密码，另存后再选。"),
                )
            raise self._refused(_("“{name}”是旧的 xls 格式，不能原样填入。"))
        if not content.startswith(_ZIP):
            raise self._refused(_("“{name}”不是 Excel 工作簿。"))
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                self._infos = packed.infolist()
                if sum(info.file_size for info in self._infos) > _MOST_BYTES:
                    raise self._refused(_("“{name}”太大，不像是一张报表模板。"))
                return {info.filename: packed.read(info) for info in self._infos}
        except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
            raise self._refused(_("“{name}”已损坏，无法读取。")) from error

    def _refused(self, sentence: str) -> UserError:
        return UserError(
            sentence.format(name=self._name),
            _("请用 Excel 或 WPS 打开，用“另存为”存成 xlsx 格式后再选。"),
        )

    def _tree(self, part: str) -> ET.Element:
        try:
            return ET.fromstring(self._zip[part])  # noqa: S314 - expat limits entities
        except (KeyError, ET.ParseError) as error:
            raise self._refused(_("“{name}”已损坏，无法读取。")) from error

    def _related(self, part: str) -> dict[str, str]:
        """Return the parts that a part refers to, by the references' ids."""
        rels = join(dirname(part), "_rels", f"{part.rpartition('/')[2]}.rels")
        if rels not in self._zip:
            return {}
        return {
            each.get("Id", ""): normpath(join("/", dirname(part), each.get("Target", "")))[1:]
            for each in self._tree(rels)
        }

    def _find_workbook(self) -> str:
        for part in self._related("").values():
            if part.endswith((".xml",)) and part in self._zip and "workbook" in part:
                return part
        raise self._refused(_("“{name}”不是 Excel 工作簿。"))

    def _sheet_parts(self) -> Iterable[tuple[str, tuple[str, bool]]]:
        related = self._related(self._workbook_part)
        for sheet in _named(self._tree(self._workbook_part), "sheet"):
            part = related.get(_attribute(sheet, "id"), "")
            if part in self._zip and _local(self._tree(part).tag) == "worksheet":
                visible = sheet.get("state", "visible") == "visible"
                yield sheet.get("name", ""), (part, visible)

    @cached_property
    def _strings(self) -> list[str]:
        related = self._related(self._workbook_part).values()
        part = next((each for each in related if each.endswith("sharedStrings.xml")), "")
        if part not in self._zip:
            return []
        return [_plain_text(item) for item in _named(self._tree(part), "si")]

    @cached_property
    def _percent_styles(self) -> frozenset[int]:
        """Return the cell formats that show a number as a percentage."""
        related = self._related(self._workbook_part).values()
        part = next((each for each in related if each.endswith("styles.xml")), "")
        if part not in self._zip:
            return frozenset()
        tree = self._tree(part)
        own = {
            int(each.get("numFmtId", "0")): "%" in each.get("formatCode", "")
            for each in _named(tree, "numFmt")
        }
        formats = next(_named(tree, "cellXfs"), None)
        return frozenset(
            at
            for at, each in enumerate(formats if formats is not None else ())
            if (number := int(each.get("numFmtId", "0"))) in _PERCENT_FORMATS or own.get(number)
        )

    def _xml(self, sheet: str) -> SheetXml:
        try:
            return SheetReader(self._zip[self._parts[sheet][0]]).read()
        except ValueError as error:
            raise self._refused(_("“{name}”已损坏，无法读取。")) from error

    def _read(self, sheet: str) -> OfficeSheet:
        found = self._xml(sheet)
        texts = {}
        for place, cell in found.cells.items():
            text = self._text(cell)
            if text:
                texts[place] = text
        places = [*found.cells, *((span.bottom, span.right) for span in found.merged)]
        return OfficeSheet(
            name=sheet,
            texts=texts,
            formulas=frozenset(place for place, cell in found.cells.items() if cell.formula),
            merged=found.merged,
            percents=frozenset(
                place for place, cell in found.cells.items() if cell.style in self._percent_styles
            ),
            visible=self._parts[sheet][1],
            rows=max((row for row, _column in places), default=-1) + 1,
            columns=max((column for _row, column in places), default=-1) + 1,
        )

    def _text(self, cell: Cell) -> str:
        if cell.kind == "s" and cell.value.isdecimal():
            at = int(cell.value)
            return self._strings[at].strip() if at < len(self._strings) else ""
        return cell.value.strip()

    def filled(self, values: Mapping[str, Mapping[Position, Value]]) -> bytes:
        """Return the workbook with values in its cells, by sheet and position.

        A position within a merged area means the area's first cell.
        """
        replaced = {self._workbook_part: _recalculated(self._zip[self._workbook_part])}
        for sheet, (part, _visible) in self._parts.items():
            wanted = {
                self.sheets[sheet].first_of(place): value
                for place, value in values.get(sheet, {}).items()
            }
            replaced[part] = self._xml(sheet).with_values(wanted)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
            for info in self._infos:
                packed.writestr(info, replaced.get(info.filename, self._zip[info.filename]))
        return made.getvalue()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _named(tree: ET.Element, name: str) -> Iterator[ET.Element]:
    """Return the elements of a local name: strict and ordinary files differ in the namespace."""
    return (each for each in tree.iter() if _local(each.tag) == name)


def _attribute(element: ET.Element, name: str) -> str:
    """Return an attribute of a namespace by its local name."""
    found = [value for key, value in element.items() if key.endswith("}" + name)]
    return found[0] if found else ""


def _plain_text(item: ET.Element) -> str:
    """Return a shared string's text without what is only written beside it to be read aloud."""
    made = []
    for each in item:
        if _local(each.tag) == "t":
            made.append(each.text or "")
        elif _local(each.tag) == "r":
            made += [part.text or "" for part in each if _local(part.tag) == "t"]
    return "".join(made)


_CALC = re.compile(rb"<((?:\w+:)?)calcPr\b([^>]*?)(/?)>")
_FULL = re.compile(rb'\s*fullCalcOnLoad="[^"]*"')
_BEFORE_CALC = re.compile(
    rb"</((?:\w+:)?)(?:definedNames|externalReferences|functionGroups|sheets)>"
    rb"|<((?:\w+:)?)functionGroups\b[^>]*/>"
)


def _recalculated(workbook: bytes) -> bytes:
    """Return the workbook's part with the order to work all formulas out when it is opened."""
    found = _CALC.search(workbook)
    if found:
        prefix, rest, end = found.groups()
        tag = b'<%bcalcPr%b fullCalcOnLoad="1"%b>' % (prefix, _FULL.sub(b"", rest), end)
        return workbook[: found.start()] + tag + workbook[found.end() :]
    last = list(_BEFORE_CALC.finditer(workbook))[-1]
    prefix = last.group(1) or last.group(2) or b""
    tag = b'<%bcalcPr calcId="0" fullCalcOnLoad="1"/>' % prefix
    return workbook[: last.end()] + tag + workbook[last.end() :]
