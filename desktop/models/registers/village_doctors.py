"""Village doctors (乡村医生) and the clinic each works in (S1-6.1d, S4-12b)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.models.registers._people import ID_NUMBER_SYNONYMS, PHONE_SYNONYMS, SEX_AND_AGE
from desktop.models.registers._policies import days_ahead
from desktop.text import N_


class VillageDoctor(Record):
    """A doctor of a village clinic."""

    __tablename__ = "village_doctor"
    __table_args__ = (
        Index("ix_village_doctor_search_key", "search_key", "deleted_at"),
        Index("ix_village_doctor_id_number", "id_number"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    id_number: Mapped[str | None] = mapped_column(Text)
    clinic_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    qualification: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    licence_no: Mapped[str | None] = mapped_column(Text)
    licence_expires_on: Mapped[date | None] = mapped_column(Date)
    employment: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    education: Mapped[str | None] = mapped_column(Text)
    hired_on: Mapped[date | None] = mapped_column(Date)
    contract_expires_on: Mapped[date | None] = mapped_column(Date)
    left_on: Mapped[date | None] = mapped_column(Date)
    pension_kind: Mapped[str | None] = mapped_column(Text)
    pension_starts_on: Mapped[date | None] = mapped_column(Date)
    pension_monthly: Mapped[int | None]
    pension_payer: Mapped[str | None] = mapped_column(Text)
    public_health_duties: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=VillageDoctor.name,
        label=N_("乡村医生姓名"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("姓名", "村医姓名", "医生姓名", "村医", "乡村医生", "乡医姓名"),
    ),
    Field(
        number=2,
        column=VillageDoctor.id_number,
        label=N_("身份证号"),
        kind=Kind.ID_NUMBER,
        required=True,
        width=10,
        synonyms=ID_NUMBER_SYNONYMS,
    ),
    Field(
        number=3,
        column=VillageDoctor.clinic_id,
        label=N_("所在卫生室"),
        kind=Kind.REFERENCE,
        target="clinics",
        width=10,
        synonyms=("村卫生室名称", "村卫生室", "卫生室名称", "执业地点", "所在村卫生室", "卫生室"),
    ),
    Field(
        number=4,
        column=VillageDoctor.qualification,
        label=N_("执业资格"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("乡村医生"), ("乡村医生证",)),
            Choice(N_("乡村全科执业助理医师"), ("乡村全科助理医师", "乡村全科执业助理")),
            Choice(N_("执业助理医师"), ("助理医师", "执业助理")),
            Choice(N_("执业医师"), ("医师",)),
        ),
        open_choice=True,
        width=9,
        synonyms=("资格", "执业资质", "资质", "执业证类别", "职称"),
    ),
    Field(
        number=5,
        column=VillageDoctor.phone,
        label=N_("联系电话"),
        kind=Kind.PHONE,
        width=7,
        synonyms=PHONE_SYNONYMS,
    ),
    Field(
        number=6,
        column=VillageDoctor.licence_no,
        label=N_("执业证书编号"),
        kind=Kind.TEXT,
        synonyms=("执业证号", "执业证编号", "证书编号"),
        width=9,
        listed=False,
    ),
    Field(
        number=7,
        column=VillageDoctor.licence_expires_on,
        label=N_("执业证有效期至"),
        kind=Kind.DATE,
        synonyms=("证书有效期至", "执业证有效期", "证书有效期"),
    ),
    Field(
        number=8,
        column=VillageDoctor.employment,
        label=N_("聘用形式"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("乡聘村用"), ("镇聘村用",)),
            Choice(N_("乡管村用")),
            Choice(N_("自主执业")),
        ),
        open_choice=True,
        synonyms=("用工形式", "合同形式"),
        listed=False,
    ),
    Field(
        number=9,
        column=VillageDoctor.status,
        label=N_("在岗状态"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("在岗"), ("在职",)), Choice(N_("休假")), Choice(N_("离岗"), ("退出",))),
        open_choice=True,
        width=4,
        listed=False,
        synonyms=("状态",),
    ),
    Field(
        number=10, column=VillageDoctor.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False
    ),
    Field(
        number=11,
        column=VillageDoctor.education,
        label=N_("学历"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("本科")),
            Choice(N_("大专")),
            Choice(N_("中专")),
            Choice(N_("高中")),
            Choice(N_("初中")),
        ),
        open_choice=True,
        synonyms=("文化程度",),
        listed=False,
    ),
    Field(
        number=12,
        column=VillageDoctor.hired_on,
        label=N_("聘用日期"),
        kind=Kind.DATE,
        synonyms=("聘用时间", "上岗时间"),
        listed=False,
    ),
    Field(
        number=13,
        column=VillageDoctor.contract_expires_on,
        label=N_("聘用合同到期日"),
        kind=Kind.DATE,
        synonyms=("合同到期日",),
        listed=False,
    ),
    Field(
        number=14,
        column=VillageDoctor.left_on,
        label=N_("离岗日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=15,
        column=VillageDoctor.pension_kind,
        label=N_("养老保障"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("企业职工养老保险")),
            Choice(N_("城乡居民养老保险")),
            Choice(N_("离岗补助")),
            Choice(N_("无")),
        ),
        open_choice=True,
        synonyms=("养老保险类别",),
        listed=False,
    ),
    Field(
        number=16,
        column=VillageDoctor.pension_starts_on,
        label=N_("养老保障起始日"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=17,
        column=VillageDoctor.pension_monthly,
        label=N_("月养老补助"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        listed=False,
    ),
    Field(
        number=18,
        column=VillageDoctor.pension_payer,
        label=N_("养老补助资金来源"),
        kind=Kind.TEXT,
        listed=False,
    ),
    Field(
        number=19,
        column=VillageDoctor.public_health_duties,
        label=N_("承担的公卫服务"),
        kind=Kind.TEXT,
        listed=False,
    ),
)


def _expiring() -> ColumnElement[bool]:
    expires = VillageDoctor.licence_expires_on
    return and_(expires.is_not(None), expires <= days_ahead("licence.warning_days"))


REGISTER = Register(
    number=6,
    key="village_doctors",
    singular="village_doctor",
    label=N_("乡村医生"),
    record=VillageDoctor,
    fields=FIELDS,
    natural_key=(VillageDoctor.id_number,),
    unique=(VillageDoctor.licence_no,),
    title=(VillageDoctor.name,),
    search=(VillageDoctor.name, VillageDoctor.id_number, VillageDoctor.phone),
    derived=SEX_AND_AGE,
    chips=(
        Chip("licence_expiring", N_("执业证将到期"), _expiring),
        Chip("country", N_("乡村医生证"), lambda: VillageDoctor.qualification == "乡村医生"),
        Chip(
            "assistant",
            N_("助理医师及以上"),
            lambda: (
                VillageDoctor.qualification.is_not(None)
                & (VillageDoctor.qualification != "乡村医生")
            ),
        ),
    ),
    group=N_("村卫生室"),
    icon="fa6s.user-nurse",
    counter=N_("人"),
)
