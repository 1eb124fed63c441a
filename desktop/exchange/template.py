"""An empty workbook of a register: headings with notes, drop-down lists, text cells for numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from desktop.errors import UserError
from desktop.exchange.directory import named_records
from desktop.exchange.layouts import Column, find_layout
from desktop.exchange.workbooks import MOST_SHEET_NAME, Styles, new_workbook
from desktop.models.kinds import Kind
from desktop.models.register import Register
from desktop.text import N_, _

LISTS = N_("选项")
_ROWS = 2_000
_LONGEST_LIST = 1_000
_INLINE_LIST = 200
"""Excel keeps a list typed into a validation only up to 255 characters."""

_EXAMPLES = {
    Kind.TEXT: N_("例：文字"),
    Kind.LONG_TEXT: N_("例：文字，可多行"),
    Kind.WHOLE: N_("例：120"),
    Kind.AMOUNT: N_("例：45.80"),
    Kind.DATE: N_("例：2026-03-01"),
    Kind.MONTH: N_("例：2026-10"),
    Kind.YES_NO: N_("例：是（或 √），留空表示没有填"),
    Kind.CHOICE: N_("从下拉列表中选"),
    Kind.REFERENCE: N_("写名称，须与台账中的一致"),
    Kind.ID_NUMBER: N_("例：18 位身份证号，按文本录入"),
    Kind.PHONE: N_("例：13800000000，按文本录入"),
    Kind.ATTACHMENT: N_("照片不能从表格填入"),
}


def template_columns(register: Register) -> list[Column]:
    """Return the columns a person is to fill in."""
    layout = find_layout(register.key)
    work = [column for column in layout.columns if not column.ignored and column.key != "term"]
    own = [column for column in work if column.field is None]
    fields = [column for column in work if column.field is not None]
    if register.key == "drug_stock":
        return [fields[0], *own, *fields[1:]]
    return [*fields, *own]


def write_template(session: Session, register: Register, file: Path) -> None:
    """Write the empty workbook.

    Raises:
        UserError: The register cannot be taken in, or the file cannot be written.
    """
    columns = template_columns(register)
    if file.suffix.lower() != ".xlsx":
        raise UserError(_("模板文件名应以 .xlsx 结尾，现为“{name}”。").format(name=file.name))
    with new_workbook(file) as book:
        styles = Styles(book)
        sheet = book.add_worksheet(_(register.label)[:MOST_SHEET_NAME])
        lists = _Lists(book, session)
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(columns):
            width = max(len(_(column.label)) + 2, column.field.width if column.field else 6) * 2.1
            sheet.set_column(at, at, width, _style(styles, column.kind))
            lists.validate(sheet, at, column)
        for at, column in enumerate(columns):
            label = f"*{_(column.label)}" if column.required else _(column.label)
            style = styles.required if column.required else styles.header
            sheet.write_string(0, at, label, style)
            sheet.write_comment(0, at, _note(column), {"x_scale": 1.6, "y_scale": 1.2})
        lists.write()


def _note(column: Column) -> str:
    """Return what the note on a heading says: need, meaning, unit, example."""
    lines = [_("必填") if column.required else _("选填")]
    if column.field is not None and column.field.help:
        lines.append(_(column.field.help))
    if column.field is not None and column.field.unit:
        lines.append(_("单位：{unit}").format(unit=_(column.field.unit)))
    lines.append(_(_EXAMPLES[column.kind]))
    return "\n".join(lines)


def _style(styles: Styles, kind: Kind) -> Any:
    if kind is Kind.DATE:
        return styles.date
    if kind is Kind.WHOLE:
        return styles.whole
    if kind is Kind.AMOUNT:
        return styles.amount
    return styles.text


class _Lists:
    """The drop-down lists; long ones stand on a hidden sheet of their own."""

    def __init__(self, book: Any, session: Session) -> None:
        self._sheet = book.add_worksheet(_(LISTS))
        self._sheet.hide()
        self._session = session
        self._columns: list[list[str]] = []

    def validate(self, sheet: Any, at: int, column: Column) -> None:
        """Give the cells of a column their drop-down list, which warns but does not forbid."""
        terms = self._terms(column)
        if not terms:
            return
        source: Any = terms
        if sum(len(term) + 1 for term in terms) > _INLINE_LIST:
            letter = _letter(len(self._columns))
            self._columns.append(terms)
            source = f"={_(LISTS)}!${letter}$1:${letter}${len(terms)}"
        sheet.data_validation(
            1,
            at,
            _ROWS,
            at,
            {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True},
        )

    def _terms(self, column: Column) -> list[str]:
        if column.kind is Kind.YES_NO:
            return [_("是"), _("否")]
        field = column.field
        if field is None:
            return []
        if column.kind is Kind.CHOICE:
            return [choice.value for choice in field.choices]
        if column.kind is Kind.REFERENCE:
            names = {name for _id, name in named_records(self._session, field.target) if name}
            return sorted(names) if len(names) <= _LONGEST_LIST else []
        return []

    def write(self) -> None:
        """Write the long lists; rows go from above, as the file is written once."""
        for row in range(max(map(len, self._columns), default=0)):
            for at, terms in enumerate(self._columns):
                if row < len(terms):
                    self._sheet.write_string(row, at, terms[row])


def _letter(index: int) -> str:
    """Return the letters of a worksheet column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
