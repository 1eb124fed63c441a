"""A return as text, in the order it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desktop.services.months import first_day
from desktop.services.returns import ComposedLine, ComposedReturn
from desktop.services.wording import NOT_APPLICABLE, show_change, show_figure
from desktop.text import _, in_a_row


@dataclass(frozen=True)
class SheetLine:
    """A line as text; a section's heading has only a label."""

    label: str
    code: str = ""
    unit: str = ""
    cells: tuple[str, str, str, str, str] = ("", "", "", "", "")
    indent: int = 0
    section: bool = False


@dataclass(frozen=True)
class ReturnSheet:
    """A return as text, in the order it is printed."""

    title: str
    month: str
    centre: str
    head_left: tuple[str, ...]
    head_right: tuple[str, ...]
    lines: tuple[SheetLine, ...]
    signatures: tuple[str, ...]
    notes: tuple[str, ...]
    draft: bool
    check_code: str
    qr_text: str


def cells_of(composed: ComposedLine) -> tuple[str, str, str, str, str]:
    """Return this month, last month, change, same month last year and year to date as text."""
    line = composed.line
    to_date = NOT_APPLICABLE if line.kind == "stock" else show_figure(line, composed.to_date)
    return (
        show_figure(line, composed.this),
        show_figure(line, composed.last),
        show_change(line, composed.this, composed.last),
        show_figure(line, composed.year_ago),
        to_date,
    )


def month_in_words(month: str) -> str:
    """Return a month as a return's head writes it."""
    day = first_day(month)
    return _("{year}年{month}月").format(year=day.year, month=day.month)


def _day_in_words(day: date) -> str:
    return _("{year}年{month}月{day}日").format(year=day.year, month=day.month, day=day.day)


def table_of(composed: ComposedReturn) -> tuple[SheetLine, ...]:
    """Return the table with its section headings."""
    made: list[SheetLine] = []
    section = ""
    for each in composed.lines:
        line = each.line
        if line.section != section:
            section = line.section
            made.append(SheetLine(label=_(section), section=True))
        made.append(SheetLine(_(line.label), line.code, _(line.unit), cells_of(each), line.indent))
    return tuple(made)


def sheet_of(composed: ComposedReturn, today: date) -> ReturnSheet:
    """Return the whole sheet; a submitted return bears the day it was submitted."""
    form, head = composed.form, composed.head
    reported = date.fromisoformat(composed.submitted_at[:10]) if composed.submitted_at else today
    rules = in_a_row(_(rule.shown) for rule in form.rules if rule.shown)
    notes = [_("审核关系：{rules}。").format(rules=rules)] if rules else []
    notes += [_finding_text(finding.message, finding.explanation) for finding in composed.findings]
    if composed.replaces:
        notes.insert(0, _("本表为更正，更正对象：{old}。").format(old=composed.replaces))
    return ReturnSheet(
        title=_(form.title),
        month=month_in_words(composed.month),
        centre=head.name,
        head_left=(
            _("统一社会信用代码：{code}").format(code=head.uscc),
            _("填报单位（盖章）：{name}").format(name=head.name),
        ),
        head_right=(
            _("表　　号：{number}").format(number=_(form.number)),
            _("制定机关：{issuer}").format(issuer=_(form.issuer)),
            _("有效期至：{until}").format(until=_(form.valid_until)),
        ),
        lines=table_of(composed),
        signatures=(
            _("单位负责人："),
            _("统计负责人："),
            _("填表人："),
            _("联系电话：{phone}").format(phone=head.phone),
            _("报出日期：{day}").format(day=_day_in_words(reported) if composed.frozen else ""),
        ),
        notes=tuple(notes),
        draft=not composed.frozen,
        check_code=composed.check_code,
        qr_text=_qr_text(composed),
    )


def _finding_text(message: str, explanation: str) -> str:
    return _("{message}说明：{text}").format(message=message, text=explanation or _("（未写）"))


def _qr_text(composed: ComposedReturn) -> str:
    """Return what the QR code says, in the characters a QR code packs best."""
    return ":".join(
        (
            "THD1",
            composed.form.key.replace("_", ".").upper(),
            composed.head.identity.upper(),
            composed.month.replace("-", ""),
            f"R{composed.revision}",
            composed.checksum[:32].upper(),
        )
    )
