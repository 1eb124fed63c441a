"""Comings and goings of staff (人员变动), told to the county every month (S2-6c, S0-6c)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_

INFLOW, OUTFLOW, WITHIN = "流入", "流出", "院内"


class StaffMove(Record):
    """One person who came, went or changed the post."""

    __tablename__ = "staff_move"
    __table_args__ = (
        Index("ix_staff_move_staff_id", "staff_id"),
        Index("ix_staff_move_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    staff_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    moved_on: Mapped[date | None] = mapped_column(Date)
    direction: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    from_unit: Mapped[str | None] = mapped_column(Text)
    to_unit: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=StaffMove.staff_id,
        label=N_("变动人员"),
        kind=Kind.REFERENCE,
        target="staff",
        required=True,
        width=6,
        synonyms=("变动人员姓名", "人员姓名", "姓名"),
    ),
    Field(
        number=4,
        column=StaffMove.kind,
        label=N_("变动类别"),
        kind=Kind.CHOICE,
        width=5,
        choices=(
            Choice(N_("招聘"), ("公开招聘", "新招")),
            Choice(N_("调入")),
            Choice(N_("派驻到岗")),
            Choice(N_("返聘")),
            Choice(N_("退休")),
            Choice(N_("辞职"), ("离职",)),
            Choice(N_("调出")),
            Choice(N_("考研"), ("升学",)),
            Choice(N_("转岗"), ("科室调整",)),
        ),
        open_choice=True,
        synonyms=("变动原因", "变动类型", "流动类别"),
    ),
    Field(
        number=3,
        column=StaffMove.direction,
        label=N_("变动方向"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(
            Choice(N_("流入"), ("增加", "进")),
            Choice(N_("流出"), ("减少", "出")),
            Choice(N_("院内"), ("院内调整", "内部调整")),
        ),
        synonyms=("流动方向", "增减"),
    ),
    Field(
        number=2,
        column=StaffMove.moved_on,
        label=N_("变动日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("变动时间", "调动日期"),
    ),
    Field(
        number=5,
        column=StaffMove.from_unit,
        label=N_("从何单位"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("原单位", "调出单位", "来自单位"),
    ),
    Field(
        number=6,
        column=StaffMove.to_unit,
        label=N_("去何单位"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("调入单位", "去向", "去向单位"),
    ),
    Field(number=7, column=StaffMove.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=38,
    key="staff_moves",
    singular="staff_move",
    label=N_("人员变动"),
    record=StaffMove,
    fields=FIELDS,
    natural_key=(StaffMove.staff_id, StaffMove.moved_on, StaffMove.direction),
    title=(StaffMove.staff_id, StaffMove.moved_on),
    search=(StaffMove.staff_id, StaffMove.kind, StaffMove.to_unit),
    chips=(
        Chip("in", N_("流入"), lambda: StaffMove.direction == INFLOW),
        Chip("out", N_("流出"), lambda: StaffMove.direction == OUTFLOW),
    ),
    group=N_("队伍"),
    icon="fa6s.person-walking-arrow-right",
    detail=True,
    counter=N_("条"),
)
