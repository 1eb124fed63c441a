"""Cells of returns that people fill in (填报数据): a record each, so that clerks of two PCs meet.

Who typed what and when, and which value it replaced, is the history of the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Choice, Field, Register
from desktop.text import N_

FILLED = "填报"
EXPLANATION = "情况说明"


class ReturnCell(Record):
    """What was filled in for one cell of a return, or written to one finding of its checks.

    ``value`` is the whole number as the figures are kept (money in 分, rates in hundredths of a
    percent) or the sentence of an explanation; blank takes it back. Revisions share the cells:
    what a submitted revision said stands in its own figures.
    """

    __tablename__ = "return_cell"
    __table_args__ = (
        Index("ix_return_cell_form", "form", "period"),
        Index("ix_return_cell_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    form: Mapped[str | None] = mapped_column(Text)
    period: Mapped[str | None] = mapped_column(Text)
    cell: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    value: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1, column=ReturnCell.form, label=N_("报表"), kind=Kind.TEXT, required=True, width=12
    ),
    Field(number=2, column=ReturnCell.period, label=N_("期别"), kind=Kind.TEXT, required=True),
    Field(
        number=3, column=ReturnCell.cell, label=N_("单元格"), kind=Kind.TEXT, required=True, width=8
    ),
    Field(
        number=4,
        column=ReturnCell.kind,
        label=N_("类别"),
        kind=Kind.CHOICE,
        required=True,
        choices=(Choice(N_("填报")), Choice(N_("情况说明"))),
    ),
    Field(number=5, column=ReturnCell.value, label=N_("内容"), kind=Kind.LONG_TEXT, width=16),
)


def _known_by(values: Mapping[str, Value]) -> Sequence[Value]:
    return [values.get(name) for name in ("form", "period", "cell", "kind")]


REGISTER = Register(
    number=50,
    key="return_cells",
    singular="return_cell",
    label=N_("报表填报项"),
    record=ReturnCell,
    fields=FIELDS,
    natural_key=(ReturnCell.form, ReturnCell.period, ReturnCell.cell, ReturnCell.kind),
    title=(ReturnCell.form, ReturnCell.period, ReturnCell.cell),
    search=(ReturnCell.form, ReturnCell.period, ReturnCell.cell),
    known_by=_known_by,
    group=N_("上报"),
    icon="fa6s.table-cells",
    counter=N_("项"),
    detail=True,
)
