"""The monthly figures of each village clinic, filled on its behalf (facts a, M80–M89, f; S4-4c)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Field, Register
from desktop.text import N_, _


class ClinicMonth(Record):
    """One clinic's figures of one month; a blank figure was not reported, a zero was.

    ``received_on`` is the day the report came, from which being late is measured.
    """

    __tablename__ = "clinic_month"
    __table_args__ = (
        Index("ix_clinic_month_month", "month"),
        Index("ix_clinic_month_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    month: Mapped[str | None] = mapped_column(Text)
    visits: Mapped[int | None]
    tcm_visits: Mapped[int | None]
    outpatient_income: Mapped[int | None]
    drug_income: Mapped[int | None]
    referrals_up: Mapped[int | None]
    hypertension_followups: Mapped[int | None]
    diabetes_followups: Mapped[int | None]
    elderly_checkups: Mapped[int | None]
    education_sessions: Mapped[int | None]
    new_files: Mapped[int | None]
    contracts_performed: Mapped[int | None]
    received_on: Mapped[date | None]
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=ClinicMonth.clinic_id,
        label=N_("村卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        required=True,
        width=10,
        synonyms=("村卫生室名称", "卫生室名称", "卫生室", "村卫生所", "填报单位", "单位名称"),
    ),
    Field(
        number=2,
        column=ClinicMonth.month,
        label=N_("月份"),
        kind=Kind.MONTH,
        required=True,
        synonyms=("统计月份", "报告月份", "所属月份", "年月", "报表月份", "统计时间"),
    ),
    Field(
        number=3,
        column=ClinicMonth.visits,
        label=N_("诊疗人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=5,
        synonyms=("总诊疗人次", "门诊人次", "诊疗人次数", "总诊疗人次数", "就诊人次", "接诊人次"),
    ),
    Field(
        number=4,
        column=ClinicMonth.tcm_visits,
        label=N_("其中：中医诊疗人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=5,
        synonyms=("中医诊疗人次", "中医人次", "中医诊疗", "中医药诊疗人次"),
    ),
    Field(
        number=5,
        column=ClinicMonth.outpatient_income,
        label=N_("门诊收入（元）"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        width=6,
        synonyms=("门诊收入", "医疗收入", "业务收入", "总收入", "收入"),
    ),
    Field(
        number=6,
        column=ClinicMonth.drug_income,
        label=N_("药品收入（元）"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        width=6,
        synonyms=("药品收入", "其中药品收入", "其中：药品收入", "药费收入"),
    ),
    Field(
        number=7,
        column=ClinicMonth.referrals_up,
        label=N_("上转人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=4,
        synonyms=("上转病人", "向上转诊人次", "上转患者", "转诊人次", "上转人数"),
    ),
    Field(
        number=8,
        column=ClinicMonth.hypertension_followups,
        label=N_("高血压随访人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=5,
        synonyms=("高血压随访", "高血压患者随访人次", "高血压随访次数"),
    ),
    Field(
        number=9,
        column=ClinicMonth.diabetes_followups,
        label=N_("糖尿病随访人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=5,
        synonyms=("糖尿病随访", "糖尿病患者随访人次", "糖尿病随访次数", "2型糖尿病随访人次"),
    ),
    Field(
        number=10,
        column=ClinicMonth.elderly_checkups,
        label=N_("老年人体检人数"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人"),
        width=5,
        synonyms=("老年人体检", "老年人健康体检人数", "65岁以上老年人体检人数", "老年人查体人数"),
    ),
    Field(
        number=11,
        column=ClinicMonth.education_sessions,
        label=N_("健康教育活动次数"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("次"),
        width=5,
        synonyms=("健康教育次数", "健康教育活动", "健康教育", "健教活动次数", "健康讲座次数"),
    ),
    Field(
        number=12,
        column=ClinicMonth.new_files,
        label=N_("新建健康档案份数"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("份"),
        width=5,
        synonyms=("新建档案份数", "新建健康档案", "新建档案", "新建档案数", "新建健康档案数"),
    ),
    Field(
        number=14,
        column=ClinicMonth.contracts_performed,
        label=N_("签约履约服务人次"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人次"),
        width=5,
        synonyms=(
            "签约履约人次",
            "履约服务人次",
            "履约人次",
            "家庭医生签约履约人次",
            "签约居民服务人次",
            "家医签约履约服务人次",
        ),
    ),
    Field(
        number=15,
        column=ClinicMonth.received_on,
        label=N_("收到日期"),
        kind=Kind.DATE,
        width=6,
        synonyms=("收表日期", "报送日期", "上报日期", "交表日期", "报表收到日期"),
    ),
    Field(number=13, column=ClinicMonth.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a part that is larger than its whole (facts a, C02 and C09)."""
    found = []
    for part, whole, message in (
        ("tcm_visits", "visits", _("中医诊疗人次大于诊疗人次。")),
        ("drug_income", "outpatient_income", _("药品收入大于门诊收入。")),
    ):
        less, more = values.get(part), values.get(whole)
        if isinstance(less, int) and isinstance(more, int) and less > more:
            found.append(Problem("part_exceeds_whole", message, part))
    return found


REGISTER = Register(
    number=7,
    key="clinic_months",
    singular="clinic_month",
    label=N_("村卫生室月报"),
    record=ClinicMonth,
    fields=FIELDS,
    natural_key=(ClinicMonth.clinic_id, ClinicMonth.month),
    title=(ClinicMonth.clinic_id, ClinicMonth.month),
    search=(ClinicMonth.clinic_id, ClinicMonth.month),
    check=check,
    stamped=ClinicMonth.received_on,
    group=N_("村卫生室"),
    icon="fa6s.table-list",
    counter=N_("份"),
)
