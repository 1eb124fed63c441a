"""A return as text, in the order it is printed (facts a and i)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from desktop.models.registers.returns import OPEN, RETURNED
from desktop.models.return_text import ReturnSheet, SheetBlock, SheetHead, SheetPart, SheetRow
from desktop.services.periods import Period, parse_period
from desktop.services.returns.composed import (
    ComposedCell,
    ComposedReturn,
    ComposedSection,
    ComposedSheet,
)
from desktop.services.returns.forms import TOTAL, ColumnName, Form, Line, column_labels
from desktop.services.returns.verifying import paper_code, qr_text
from desktop.services.returns.wording import NOT_APPLICABLE, show_change, show_figure
from desktop.text import _, in_a_row


def shown_cell(cell: ComposedCell, column: ColumnName) -> str:
    """Return what stands in a compared column of a line."""
    line = cell.line
    match column:
        case "change":
            return show_change(line, cell.this, cell.last)
        case "to_date" if line.stock or line.carried:
            return NOT_APPLICABLE
        case _:
            return show_figure(line, getattr(cell, column))


def period_in_words(period: Period | str) -> str:
    """Return a period as a return's head writes it."""
    return (period if isinstance(period, Period) else parse_period(period)).label


def day_in_words(day: date) -> str:
    """Return a day as a return's foot writes it."""
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def unit_of(line: Line) -> str:
    """Return a line's unit as printed; money in its scale."""
    return _(line.scale) if line.money else _(line.unit)


def block_of(form: Form, section: ComposedSection) -> SheetBlock:
    """Return a section as text."""
    if section.section.rows:
        return _table_block(section)
    labels = column_labels(form)
    columns = section.section.columns
    heads = (
        SheetHead(_("指标名称"), numeric=False),
        SheetHead(_("代码"), width=13, numeric=False),
        SheetHead(_("单位"), width=15, numeric=False),
        *(SheetHead(labels[name], width=_COLUMN_WIDTHS[name], name=name) for name in columns),
    )
    rows = tuple(
        SheetRow(
            _(cell.line.label),
            (
                cell.line.code,
                unit_of(cell.line),
                *(shown_cell(cell, name) for name in columns),
            ),
            (cell.key,),
            cell.line.indent,
        )
        for cell in section.lines
    )
    return SheetBlock(_(section.section.title), heads, rows)


_COLUMN_WIDTHS: dict[ColumnName, float] = {
    "this": 20,
    "last": 20,
    "change": 17,
    "year_ago": 19,
    "to_date": 20,
}


def _table_block(section: ComposedSection) -> SheetBlock:
    heads = (
        SheetHead(_(section.rows_label), numeric=False),
        *(
            SheetHead(_(line.label), _(line.group), unit_of(line), line.width, code=line.code)
            for line in section.section.column
        ),
    )
    rows = tuple(
        SheetRow(
            row.label,
            tuple(show_figure(cell.line, cell.this) for cell in row.cells),
            tuple(cell.key for cell in row.cells),
            total=row.key == TOTAL,
        )
        for row in section.rows
    )
    return SheetBlock(_(section.section.title), heads, rows, table=True)


def part_of(form: Form, sheet: ComposedSheet) -> SheetPart:
    """Return one subject's sections as text."""
    return SheetPart(sheet.name, tuple(block_of(form, section) for section in sheet.sections))


def sheet_of(composed: ComposedReturn, today: date) -> ReturnSheet:
    """Return the whole sheet; a submitted return bears the day it was submitted."""
    form, head = composed.form, composed.head
    reported = date.fromisoformat(composed.submitted_at[:10]) if composed.submitted_at else today
    draft = composed.status in OPEN
    return ReturnSheet(
        title=_(form.title),
        month=composed.period.label,
        centre=head.name,
        head_left=(
            _("统一社会信用代码：{code}").format(code=head.uscc),
            _("填报单位（盖章）：{name}").format(name=head.name),
        ),
        head_right=tuple(_head_block(form)),
        parts=tuple(part_of(form, sheet) for sheet in composed.sheets),
        signatures=(
            _("单位负责人：{name}").format(name=head.director if composed.approved_at else ""),
            _("统计负责人：{name}").format(name=head.statistician if composed.checked_at else ""),
            _("填表人：{name}").format(name="" if draft else composed.submitted_by),
            _("联系电话：{phone}").format(phone=head.phone),
            _("报出日期：{day}").format(day="" if draft else day_in_words(reported)),
        ),
        notes=tuple(_notes(composed)),
        landscape=form.orientation == "landscape",
        draft=draft,
        check_code=paper_code(composed),
        qr_text=qr_text(composed),
        money=_(form.money) if any(line.money for line in form.items) else "",
        sent_back=composed.status == RETURNED,
    )


def _head_block(form: Form) -> Iterator[str]:
    """Return the block at the top right in its statutory order (facts a)."""
    for sentence, text in (
        (_("表　　号：{text}"), form.number),
        (_("制定机关：{text}"), form.issuer),
        (_("批准机关：{text}"), form.approver),
        (_("批准文号：{text}"), form.approval),
        (_("有效期至：{text}"), form.valid_until),
    ):
        if text:
            yield sentence.format(text=_(text))


def _notes(composed: ComposedReturn) -> Iterator[str]:
    if composed.replaces:
        yield _("本表为更正，更正对象：{old}。").format(old=composed.replaces)
    rules = in_a_row(_(rule.shown) for rule in composed.form.rule if rule.shown)
    if rules:
        yield _("审核关系：{rules}。").format(rules=rules)
    for note in composed.form.notes:
        yield _(note)
    for finding in composed.findings:
        yield _("{message}说明：{text}").format(
            message=finding.message, text=finding.explanation or _("（未写）")
        )
