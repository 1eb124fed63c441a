"""The fields of one line or column: label, unit, and where its figure comes from."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from desktop.services.figures.catalogue import Figure, figures, find_figure
from desktop.services.returns.forms import Line
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.editors import quiet_wheel
from desktop.ui.parts import Label

TYPED, FIGURE, FORMULA, CARRIED = "typed", "figure", "formula", "carried"

_SOURCES = (
    (TYPED, N_("由填表人填报")),
    (FIGURE, N_("取自台账（指标目录）")),
    (FORMULA, N_("按算式计算")),
    (CARRIED, N_("结转上期")),
)
_SHAPES = (
    ("", N_("同来源")),
    ("count", N_("个数")),
    ("money", N_("金额")),
    ("rate", N_("百分比")),
    ("average", N_("平均数")),
)
_KINDS = (("", N_("同来源")), ("flow", N_("时期数（可累计）")), ("stock", N_("时点数（期末）")))
_MOST_INDENT = 4
_LEAST_SHOWN = 6


def choice_box(choices: tuple[tuple[str, str], ...], name: str) -> QComboBox:
    """Return a box with words to choose from."""
    box = ChoiceBox()
    for key, label in choices:
        box.addItem(_(label), key)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(box.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(_LEAST_SHOWN)
    quiet_wheel(box)
    return box


class FigureBox(QComboBox):
    """Chooses a figure of the catalogue; typing filters by any part of its name."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("指标目录"))
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self.completer()
        assert completer is not None  # An editable box has one of its own.
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setMinimumContentsLength(_LEAST_SHOWN)
        self.setSizeAdjustPolicy(self.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        quiet_wheel(self)

    def show_figures(self, by: str) -> None:
        """Offer the figures that can be told by a dimension; all where there is none."""
        self.clear()
        for figure in figures():
            if by in figure.by if by else not figure.rows_only:
                self.addItem(f"{_(figure.label)}  {figure.key}", figure.key)

    def choose(self, key: str) -> None:
        """Choose a figure; one that is not offered is shown as it is called."""
        if key and self.findData(key) < 0:
            self.addItem(key, key)
        self.setCurrentIndex(self.findData(key))
        edit = self.lineEdit()
        assert edit is not None  # An editable box has one.
        edit.setCursorPosition(0)


class LineForm(QWidget):
    """Edits a line.

    Signals:
        edited: The line as it is typed.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.line: Line | None = None
        self._by = ""
        self._showing = False
        self.arguments: dict[str, QComboBox] = {}
        self._make_fields()
        self._lay_out()
        self._connect()

    def _make_fields(self) -> None:
        self.code, self.label, self.unit = QLineEdit(), QLineEdit(), QLineEdit()
        self.group, self.formula = QLineEdit(), QLineEdit()
        self.indent = QSpinBox()
        self.indent.setRange(0, _MOST_INDENT)
        self.indent.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.required = QCheckBox(_("必填"))
        self.source = choice_box(_SOURCES, _("来源"))
        self.figure = FigureBox()
        self.carried = ChoiceBox()
        self.carried.setAccessibleName(_("结转自"))
        self.carried.setMinimumContentsLength(_LEAST_SHOWN)
        quiet_wheel(self.carried)
        self.shape = choice_box(_SHAPES, _("数值类型"))
        self.kind = choice_box(_KINDS, _("时期或时点"))
        self.definition = Label("", "soft", wrap=True)

    def _lay_out(self) -> None:
        self.rows = QFormLayout()
        self.rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.rows.setSpacing(theme.px(8))
        for label, widget in (
            (_("代码"), self.code),
            (_("名称"), self.label),
            (_("单位"), self.unit),
            (_("缩进"), self.indent),
            (_("上层表头"), self.group),
            (_("来源"), self.source),
            (_("指标"), self.figure),
        ):
            self.rows.addRow(label, widget)
        self.argument_rows = QFormLayout()
        self.rows.addRow(self.argument_rows)
        for label, widget in (
            (_("算式"), self.formula),
            (_("结转自"), self.carried),
            (_("数值类型"), self.shape),
            (_("时期或时点"), self.kind),
        ):
            self.rows.addRow(label, widget)
        self.rows.addRow(self.required)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self.rows)
        column.addWidget(self.definition)
        column.addStretch(1)

    def _connect(self) -> None:
        for edit in (self.code, self.label, self.unit, self.group, self.formula):
            edit.textEdited.connect(lambda _text: self._typed())
        for box in (self.carried, self.shape, self.kind):
            box.activated.connect(lambda _at: self._typed())
        self.source.activated.connect(lambda _at: self._source_chosen())
        self.figure.activated.connect(lambda _at: self._figure_chosen())
        self.indent.valueChanged.connect(lambda _value: self._typed())
        self.required.clicked.connect(lambda _on: self._typed())

    # Showing

    def show_line(self, line: Line, by: str, codes: list[str]) -> None:
        """Show a line of a section with rows by ``by``; it may be carried from one of ``codes``."""
        self._showing = True
        self.line, self._by = line, by
        self.code.setText(line.code)
        self.label.setText(line.label)
        self.unit.setText(line.unit)
        self.group.setText(line.group)
        self.indent.setValue(line.indent)
        self.required.setChecked(line.required)
        self.source.setCurrentIndex(self.source.findData(_source_of(line)))
        self.figure.show_figures(by)
        self.figure.choose(line.figure)
        self.formula.setText(line.formula)
        self.carried.clear()
        self.carried.addItems([code for code in codes if code != line.code])
        self.carried.setCurrentText(line.carried)
        self.shape.setCurrentIndex(self.shape.findData(line.shape))
        self.kind.setCurrentIndex(self.kind.findData(line.kind))
        self.rows.setRowVisible(self.indent, not by)
        self.rows.setRowVisible(self.group, bool(by))
        self._show_arguments(line.arguments)
        self._show_source()
        self._showing = False

    def _show_source(self) -> None:
        source = self.source.currentData()
        for widget, kind in (
            (self.figure, FIGURE),
            (self.formula, FORMULA),
            (self.carried, CARRIED),
        ):
            self.rows.setRowVisible(widget, source == kind)
        figure = self._chosen_figure()
        self.definition.setText(_(figure.definition) if figure is not None else _hint_of(source))

    def _chosen_figure(self) -> Figure | None:
        key = self.figure.currentData()
        if self.source.currentData() != FIGURE or not key:
            return None
        known = {each.key for each in figures()}
        return find_figure(str(key)) if key in known else None

    def _show_arguments(self, given: dict[str, Any]) -> None:
        while self.argument_rows.rowCount():
            self.argument_rows.removeRow(0)
        self.arguments = {}
        figure = self._chosen_figure()
        for argument in figure.arguments if figure is not None else ():
            box = choice_box((), _(argument.label))
            if not argument.required:
                box.addItem(_("不限"), "")
            for key, label in argument.choices().items():
                box.addItem(_(label), key)
            box.setCurrentIndex(max(0, box.findData(str(given.get(argument.name, "")))))
            box.activated.connect(lambda _at: self._typed())
            self.arguments[argument.name] = box
            self.argument_rows.addRow(_(argument.label), box)

    # Reading

    def _source_chosen(self) -> None:
        if self.source.currentData() == FIGURE and not self.figure.currentData():
            self.figure.setCurrentIndex(0)
        self._figure_chosen()

    def _figure_chosen(self) -> None:
        self._show_arguments({})
        self._show_source()
        self._typed()

    def _typed(self) -> None:
        if self._showing or self.line is None:
            return
        self.line = self.read()
        self.edited.emit(self.line)

    def read(self) -> Line:
        """Return the line as it is typed; what is wrong with it the form's reader says."""
        assert self.line is not None
        return msgspec.structs.replace(
            self.line,
            code=self.code.text().strip(),
            label=self.label.text().strip(),
            unit=self.unit.text().strip(),
            group=self.group.text().strip(),
            indent=self.indent.value() if not self._by else self.line.indent,
            required=self.required.isChecked(),
            source=self._read_source(),
            shape=self.shape.currentData(),
            kind=self.kind.currentData(),
        )

    def _read_source(self) -> dict[str, str | int | bool]:
        match self.source.currentData():
            case "figure":
                given = {name: str(box.currentData()) for name, box in self.arguments.items()}
                said = {name: value for name, value in given.items() if value}
                return {"figure": str(self.figure.currentData() or ""), **said}
            case "formula":
                return {"formula": self.formula.text().strip()}
            case "carried":
                return {"carried": self.carried.currentText()}
            case _:
                return {}


def _source_of(line: Line) -> str:
    if line.typed:
        return TYPED
    return FIGURE if "figure" in line.source else FORMULA if "formula" in line.source else CARRIED


def _hint_of(source: str) -> str:
    return {
        FORMULA: _("用代码写算式，如 M11 + M12、100 * M17 / M10、total(M11, M12)。"),
        CARRIED: _("取所选代码上一期的数，如期初等于上期期末。"),
        TYPED: _("台账里没有的数，由填表人每期填写。"),
    }.get(source, "")
