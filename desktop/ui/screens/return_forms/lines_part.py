"""The sections and lines of a form: the list, moving and adding, the form of the chosen one."""

from __future__ import annotations

from typing import Literal

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.services.figures.dimensions import dimensions
from desktop.services.returns.forms import COMPARED, Form, Line, Section, column_labels
from desktop.services.returns.proofreading import section_words, source_words, unit_words
from desktop.services.returns.writing import Place
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.return_forms.line_form import LineForm
from desktop.ui.screens.visits.side import scrolling

_FORM_WIDTH = 356


class SectionForm(QWidget):
    """Edits a section's title, what it has rows for, and its columns.

    Signals:
        edited: The section as it is typed.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.section: Section | None = None
        self._showing = False
        self.title = QLineEdit()
        self.rows = ChoiceBox()
        self.rows.setAccessibleName(_("分行"))
        self.rows.setSizeAdjustPolicy(
            self.rows.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.rows.setMinimumContentsLength(6)
        quiet_wheel(self.rows)
        self.rows.addItem(_("不分行（与以前各期比较）"), "")
        for dimension in dimensions():
            self.rows.addItem(_(dimension.label), dimension.key)
        self.total = QCheckBox(_("有合计行"))
        self.columns = {name: QCheckBox() for name in COMPARED}
        layout = QFormLayout(self)
        layout.addRow(_("标题"), self.title)
        layout.addRow(_("分行"), self.rows)
        layout.addRow(self.total)
        for box in self.columns.values():
            layout.addRow(box)
            box.clicked.connect(lambda _on: self._typed())
        self.title.textEdited.connect(lambda _text: self._typed())
        self.rows.activated.connect(lambda _at: self._typed())
        self.total.clicked.connect(lambda _on: self._typed())

    def show_section(self, form: Form, section: Section) -> None:
        """Show a section."""
        self._showing = True
        self.section = section
        self.title.setText(section.title)
        if self.rows.findData(section.rows) < 0:
            self.rows.addItem(section.rows, section.rows)
        self.rows.setCurrentIndex(self.rows.findData(section.rows))
        self.total.setChecked(section.total)
        for name, label in column_labels(form).items():
            self.columns[name].setText(label)
            self.columns[name].setChecked(name in section.columns)
        self._follow()
        self._showing = False

    def _follow(self) -> None:
        tabular = bool(self.rows.currentData())
        self.total.setVisible(tabular)
        for box in self.columns.values():
            box.setVisible(not tabular)

    def _typed(self) -> None:
        if self._showing or self.section is None:
            return
        self._follow()
        rows = str(self.rows.currentData())
        items = self.section.items
        self.section = msgspec.structs.replace(
            self.section,
            title=self.title.text().strip(),
            rows=rows,
            total=self.total.isChecked(),
            columns=tuple(name for name in COMPARED if self.columns[name].isChecked()),
            line=() if rows else items,
            column=items if rows else (),
        )
        self.edited.emit(self.section)


class LinesPart(QWidget):
    """Sections and lines.

    Signals:
        edited: The sections as they are now.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.places: list[Place] = []
        self.table = PlainTable(
            [
                PlainColumn(_("代码"), 3.4),
                PlainColumn(_("名称"), 12),
                PlainColumn(_("单位"), 4),
                PlainColumn(_("来源"), 14),
            ],
            row_height=28,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._show_chosen())
        self.line, self.section = LineForm(), SectionForm()
        self.line.edited.connect(self._line_typed)
        self.section.edited.connect(self._section_typed)
        self.stack = QStackedWidget()
        self.stack.addWidget(QWidget())
        self.stack.addWidget(self.line)
        self.stack.addWidget(self.section)
        self.tools = self._make_tools()
        left = QVBoxLayout()
        left.setSpacing(theme.px(6))
        left.addWidget(self.tools)
        left.addWidget(self.table, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(10))
        row.addLayout(left, 1)
        row.addWidget(scrolling(self.stack, _FORM_WIDTH))

    def _make_tools(self) -> FlowRow:
        tools = FlowRow()
        for text, icon, run in (
            (_("加指标"), "fa6s.plus", self.add_line),
            (_("加部分"), "fa6s.folder-plus", self.add_section),
            (_("去掉"), "fa6s.minus", self.take),
            (_("上移"), "fa6s.arrow-up", lambda: self.move_chosen(-1)),
            (_("下移"), "fa6s.arrow-down", lambda: self.move_chosen(1)),
        ):
            button = Button(text, icon, run, role="link")
            button.fold(theme.font_size() is theme.FontSize.LARGEST)
            tools.add(button)
        return tools

    # Showing

    def show_form(self, form: Form, place: Place | None = None) -> None:
        """Show the sections of a form and choose a part of it."""
        self.form = form
        self._list()
        wanted = place or next(iter(self.places), Place())
        row = self.places.index(wanted) if wanted in self.places else 0
        self.table.selectRow(row)
        self._show_chosen()

    def show_faults(self, places: set[Place]) -> None:
        """Mark the parts that something is wrong with."""
        rows = {at for at, place in enumerate(self.places) if place in places}
        self.table.plain.tones = {(row, column): theme.RED for row in rows for column in range(4)}
        self.table.viewport().update()

    def chosen(self) -> Place | None:
        """Return the chosen section or line."""
        row = self.table.currentIndex().row()
        return self.places[row] if 0 <= row < len(self.places) else None

    def choose(self, place: Place) -> None:
        """Choose a section or line."""
        if place in self.places:
            self.table.selectRow(self.places.index(place))

    def _list(self) -> None:
        assert self.form is not None
        rows: list[tuple[str, ...]] = []
        self.places = []
        for at, section in enumerate(self.form.section):
            self.places.append(Place("section", at))
            rows.append(("", section_words(section), "", ""))
            for number, line in enumerate(section.items):
                self.places.append(Place("item", at, number))
                rows.append(_cells(line))
        self.table.show_rows(rows)

    def _show_chosen(self) -> None:
        place, form = self.chosen(), self.form
        if form is None or place is None:
            self.stack.setCurrentIndex(0)
            return
        section = form.section[place.number]
        if place.part == "section":
            self.section.show_section(form, section)
            self.stack.setCurrentWidget(self.section)
            return
        codes = [line.code for line in (section.items if section.rows else form.lines)]
        self.line.show_line(section.items[place.item], section.rows or form.each, codes)
        self.stack.setCurrentWidget(self.line)

    # Changing

    def _line_typed(self, line: Line) -> None:
        place = self.chosen()
        if place is None or self.form is None:
            return
        items = list(self.form.section[place.number].items)
        items[place.item] = line
        self._put(place.number, items)
        row = self.table.currentIndex().row()
        self.table.plain.rows[row] = _cells(line)
        first, last = (self.table.plain.index(row, column) for column in (0, 3))
        self.table.plain.dataChanged.emit(first, last)
        self.edited.emit(self.form.section)

    def _section_typed(self, section: Section) -> None:
        place = self.chosen()
        if place is None or self.form is None:
            return
        sections = list(self.form.section)
        sections[place.number] = section
        self.form = msgspec.structs.replace(self.form, section=tuple(sections))
        row = self.table.currentIndex().row()
        self.table.plain.rows[row] = ("", section_words(section), "", "")
        index = self.table.plain.index(row, 1)
        self.table.plain.dataChanged.emit(index, index)
        self.edited.emit(self.form.section)

    def _put(self, number: int, items: list[Line]) -> None:
        """Give a section other lines or columns."""
        assert self.form is not None
        sections = list(self.form.section)
        name: Literal["line", "column"] = "column" if sections[number].rows else "line"
        sections[number] = msgspec.structs.replace(sections[number], **{name: tuple(items)})
        self.form = msgspec.structs.replace(self.form, section=tuple(sections))

    def _changed(self, place: Place) -> None:
        assert self.form is not None
        self.show_form(self.form, place)
        self.edited.emit(self.form.section)

    def add_line(self) -> None:
        """Add a line below the chosen one, with a code that no other has."""
        place, form = self.chosen(), self.form
        if place is None or form is None:
            return
        taken = {line.code for line in form.items}
        code = next(f"X{n:02d}" for n in range(1, 1000) if f"X{n:02d}" not in taken)
        items = list(form.section[place.number].items)
        items.insert(place.item + 1, Line(code=code, label=_("新指标")))
        self._put(place.number, items)
        self._changed(Place("item", place.number, place.item + 1))
        self.line.label.setFocus()
        self.line.label.selectAll()

    def add_section(self) -> None:
        """Add a section below the chosen one, with a line of its own."""
        place, form = self.chosen(), self.form
        if form is None:
            return
        at = place.number + 1 if place is not None else 0
        sections = list(form.section)
        sections.insert(at, Section(title=_("新的部分")))
        self.form = msgspec.structs.replace(form, section=tuple(sections))
        self.show_form(self.form, Place("section", at))
        self.add_line()

    def take(self) -> None:
        """Take the chosen line or section away."""
        place, form = self.chosen(), self.form
        if place is None or form is None:
            return
        if place.part == "section":
            sections = list(form.section)
            del sections[place.number]
            self.form = msgspec.structs.replace(form, section=tuple(sections))
            self._changed(Place("section", max(0, place.number - 1)))
            return
        items = list(form.section[place.number].items)
        del items[place.item]
        self._put(place.number, items)
        stays = Place("item", place.number, min(place.item, len(items) - 1))
        self._changed(stays if items else Place("section", place.number))

    def move_chosen(self, by: int) -> None:
        """Move the chosen line within its section, or the chosen section."""
        place, form = self.chosen(), self.form
        if place is None or form is None:
            return
        whole = place.part == "section"
        parts: list[Section] | list[Line]
        parts = list(form.section) if whole else list(form.section[place.number].items)
        at = place.number if whole else place.item
        if not 0 <= at + by < len(parts):
            return
        parts[at], parts[at + by] = parts[at + by], parts[at]  # type: ignore[assignment]
        if whole:
            self.form = msgspec.structs.replace(form, section=tuple(parts))
            self._changed(Place("section", at + by))
        else:
            self._put(place.number, parts)  # type: ignore[arg-type]
            self._changed(Place("item", place.number, at + by))


def _cells(line: Line) -> tuple[str, ...]:
    return (line.code, "　" * line.indent + line.label, unit_words(line), source_words(line))
