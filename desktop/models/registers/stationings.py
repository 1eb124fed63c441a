"""People stationed at the centre by the county's institutions (派驻帮扶, S0-7, S4-4e, S4-8b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.models.registers.staff import TITLES
from desktop.text import N_, _

LEAD_HOSPITAL = "牵头医院"
RESIDENT, ROVING = "驻扎", "巡回"
CORE_ROLES = ("西医", "中医", "护理")
"""The 1+1+1 of the support team (S0-7a)."""

FURTHER_ROLES = ("院感", "疾控", "质控", "监督")
"""Its N: as many as are needed (S0-7a)."""


class Stationing(Record):
    """One person's time at the centre, sent by another institution."""

    __tablename__ = "stationing"
    __table_args__ = (
        Index("ix_stationing_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    source_unit: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    mode: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date | None] = mapped_column(Date)
    planned_end: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    days_present: Mapped[int | None]
    duties: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Stationing.name,
        label=N_("派驻人员"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("派驻人员姓名", "下沉人员", "帮扶人员", "姓名"),
    ),
    Field(
        number=2,
        column=Stationing.source_unit,
        label=N_("派出单位"),
        kind=Kind.CHOICE,
        required=True,
        width=6,
        choices=(
            Choice(N_("牵头医院"), ("市人民医院", "县人民医院")),
            Choice(N_("市中医院"), ("中医院", "县中医院")),
            Choice(N_("疾控"), ("疾控中心", "市疾控中心", "县疾控中心")),
            Choice(N_("妇幼"), ("妇幼保健院", "市妇幼保健院", "县妇幼保健院")),
        ),
        open_choice=True,
        synonyms=("来源单位", "帮扶单位", "派驻单位"),
    ),
    Field(
        number=3,
        column=Stationing.role,
        label=N_("帮扶角色"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(
            Choice(N_("西医"), ("西医医生", "临床")),
            Choice(N_("中医"), ("中医医生",)),
            Choice(N_("护理"), ("护士",)),
            Choice(N_("院感")),
            Choice(N_("疾控")),
            Choice(N_("质控")),
            Choice(N_("监督"), ("卫生监督", "疾控监督员")),
            Choice(N_("管理"), ("业务院长",)),
        ),
        open_choice=True,
        synonyms=("角色", "帮扶专业", "派驻专业"),
    ),
    Field(
        number=4,
        column=Stationing.title,
        label=N_("职称"),
        kind=Kind.CHOICE,
        choices=tuple(Choice(term) for term in TITLES),
        open_choice=True,
        synonyms=("专业技术职称", "技术职称", "现有职称"),
    ),
    Field(
        number=5,
        column=Stationing.mode,
        label=N_("帮扶方式"),
        kind=Kind.CHOICE,
        required=True,
        width=4,
        choices=(
            Choice(N_("驻扎"), ("驻点", "常驻", "驻扎式")),
            Choice(N_("巡回"), ("巡诊", "巡回式")),
        ),
        synonyms=("派驻方式", "下沉方式"),
    ),
    Field(
        number=6,
        column=Stationing.starts_on,
        label=N_("派驻开始日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("派驻日期", "到岗日期", "开始日期"),
    ),
    Field(
        number=7,
        column=Stationing.planned_end,
        label=N_("计划结束日期"),
        kind=Kind.DATE,
        synonyms=("计划截止日期", "派驻期限至"),
    ),
    Field(
        number=8,
        column=Stationing.ends_on,
        label=N_("实际结束日期"),
        kind=Kind.DATE,
        synonyms=("离岗日期", "结束日期", "实际截止日期"),
        help=N_("仍在派驻的留空。"),
    ),
    Field(
        number=9,
        column=Stationing.days_present,
        label=N_("实际在岗天数"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("天"),
        width=5,
        listed=False,
        synonyms=("在岗天数", "出勤天数"),
        help=N_("派驻结束时按考勤填写。"),
    ),
    Field(
        number=10,
        column=Stationing.duties,
        label=N_("工作内容"),
        kind=Kind.TEXT,
        width=10,
        listed=False,
        synonyms=("派驻任务", "帮扶内容"),
    ),
    Field(number=11, column=Stationing.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a stationing that ends, or is to end, before it begins."""
    start = values.get("starts_on")
    found = []
    for key in ("planned_end", "ends_on"):
        end = values.get(key)
        if isinstance(start, date) and isinstance(end, date) and end < start:
            sentence = _("{label}早于派驻开始日期。").format(label=_(REGISTER.by_key[key].label))
            found.append(Problem("end_before_start", sentence, key))
    return found


def _now() -> ColumnElement[bool]:
    today = date.today()
    return and_(
        Stationing.starts_on <= today,
        or_(Stationing.ends_on.is_(None), Stationing.ends_on >= today),
    )


REGISTER = Register(
    number=37,
    key="stationings",
    singular="stationing",
    label=N_("派驻帮扶"),
    record=Stationing,
    fields=FIELDS,
    natural_key=(Stationing.name, Stationing.source_unit, Stationing.starts_on),
    title=(Stationing.name, Stationing.source_unit),
    search=(Stationing.name, Stationing.source_unit, Stationing.role),
    check=check,
    chips=(
        Chip("current", N_("在驻"), _now),
        Chip("resident", N_("驻扎"), lambda: Stationing.mode == RESIDENT),
        Chip("roving", N_("巡回"), lambda: Stationing.mode == ROVING),
    ),
    group=N_("队伍"),
    icon="fa6s.hands-holding-circle",
    counter=N_("人次"),
)
