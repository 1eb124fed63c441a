"""Village clinics (村卫生室) and how far they are managed with the centre (S0-3h, S4-4a)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class Clinic(Record):
    """A village clinic or community station of the centre; merged and closed ones stay."""

    __tablename__ = "clinic"
    __table_args__ = (
        Index("ix_clinic_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    village_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    population: Mapped[int | None]
    ownership: Mapped[str | None] = mapped_column(Text)
    floor_area: Mapped[int | None]
    integrated: Mapped[bool | None]
    sponsor: Mapped[str | None] = mapped_column(Text)
    insurance: Mapped[str | None] = mapped_column(Text)
    ecg_device: Mapped[bool | None]
    phone: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    unit_kind: Mapped[str | None] = mapped_column(Text)
    management: Mapped[str | None] = mapped_column(Text)
    converted_on: Mapped[date | None] = mapped_column(Date)
    integrated_on: Mapped[date | None] = mapped_column(Date)
    in_consortium: Mapped[bool | None]
    practice_mode: Mapped[str | None] = mapped_column(Text)
    head: Mapped[str | None] = mapped_column(Text)
    head_kind: Mapped[str | None] = mapped_column(Text)
    up_to_standard: Mapped[bool | None]
    zero_markup: Mapped[bool | None]
    essential_drugs: Mapped[int | None]
    off_list_drugs: Mapped[int | None]
    projects: Mapped[str | None] = mapped_column(Text)
    insurance_code: Mapped[str | None] = mapped_column(Text)
    insurance_applied_on: Mapped[date | None] = mapped_column(Date)
    insurance_approved_on: Mapped[date | None] = mapped_column(Date)
    insurance_expires_on: Mapped[date | None] = mapped_column(Date)
    insurance_reason: Mapped[str | None] = mapped_column(Text)
    tcm_clinic: Mapped[bool | None]
    remote: Mapped[bool | None]
    closed_on: Mapped[date | None] = mapped_column(Date)
    merged_into: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Clinic.name,
        label=N_("村卫生室名称"),
        kind=Kind.TEXT,
        required=True,
        width=10,
        synonyms=(
            "村卫生室",
            "卫生室名称",
            "卫生室",
            "村卫生所",
            "村卫生所名称",
            "机构名称",
            "卫生所名称",
            "村医疗机构名称",
        ),
    ),
    Field(
        number=2,
        column=Clinic.village_id,
        label=N_("所在行政村"),
        kind=Kind.REFERENCE,
        target="divisions",
        width=8,
        synonyms=("行政村", "所在村", "村名", "所属行政村", "所属村"),
    ),
    Field(
        number=3,
        column=Clinic.population,
        label=N_("服务人口"),
        kind=Kind.WHOLE,
        minimum=0,
        unit=N_("人"),
        width=5,
        synonyms=("服务人口数", "服务人数", "覆盖人口", "辖区人口", "人口数"),
    ),
    Field(
        number=4,
        column=Clinic.ownership,
        label=N_("产权"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("公有"), ("公", "公有产权", "集体")),
            Choice(N_("私有"), ("私", "个人")),
        ),
        open_choice=True,
        width=4,
        synonyms=("产权性质", "房屋产权", "产权（公有/私有）", "产权归属"),
    ),
    Field(
        number=5,
        column=Clinic.floor_area,
        label=N_("建筑面积"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("㎡"),
        synonyms=("房屋建筑面积", "面积", "房屋面积", "业务用房面积"),
    ),
    Field(
        number=6,
        column=Clinic.integrated,
        label=N_("一体化管理"),
        kind=Kind.YES_NO,
        width=5,
        synonyms=("是否纳入一体化管理", "纳入一体化管理", "是否一体化", "一体化", "是否一体化管理"),
    ),
    Field(
        number=7,
        column=Clinic.sponsor,
        label=N_("主办形式"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("村办")),
            Choice(N_("乡卫生院设点"), ("乡镇卫生院延伸举办", "延伸举办")),
            Choice(N_("联合办")),
            Choice(N_("私人办"), ("个体",)),
            Choice(N_("其他")),
        ),
        open_choice=True,
        synonyms=("举办形式", "举办主体", "主办单位"),
        listed=False,
    ),
    Field(
        number=8,
        column=Clinic.insurance,
        label=N_("医保定点"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("已定点"), ("是", "√")),
            Choice(N_("已申请")),
            Choice(N_("未定点"), ("否", "×")),
            Choice(N_("暂停")),
        ),
        open_choice=True,
        synonyms=("是否医保定点", "医保定点机构"),
    ),
    Field(
        number=9,
        column=Clinic.ecg_device,
        label=N_("配备心电设备"),
        kind=Kind.YES_NO,
        synonyms=("心电设备", "是否配备心电", "心电图机"),
        listed=False,
    ),
    Field(
        number=10,
        column=Clinic.phone,
        label=N_("卫生室电话"),
        kind=Kind.PHONE,
        listed=False,
    ),
    Field(
        number=11,
        column=Clinic.status,
        label=N_("运行状态"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("运行"), ("正常",)), Choice(N_("合并")), Choice(N_("撤销"), ("关闭",))),
        open_choice=True,
        width=4,
        listed=False,
        synonyms=("状态",),
    ),
    Field(number=12, column=Clinic.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
    Field(
        number=13,
        column=Clinic.unit_kind,
        label=N_("机构类型"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("村卫生室")),
            Choice(N_("村卫生所")),
            Choice(N_("社区卫生服务站")),
        ),
        open_choice=True,
        listed=False,
    ),
    Field(
        number=14,
        column=Clinic.management,
        label=N_("管理层级"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("延伸举办")),
            Choice(N_("一体化")),
            Choice(N_("一般")),
        ),
        open_choice=True,
        synonyms=("管理级别", "管理形式"),
        listed=False,
    ),
    Field(
        number=15,
        column=Clinic.converted_on,
        label=N_("转为延伸举办日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=16,
        column=Clinic.integrated_on,
        label=N_("一体化管理日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=17,
        column=Clinic.in_consortium,
        label=N_("纳入医共体"),
        kind=Kind.YES_NO,
        synonyms=("是否纳入医共体", "医共体管理"),
        listed=False,
    ),
    Field(
        number=18,
        column=Clinic.practice_mode,
        label=N_("行医方式"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("西医为主")),
            Choice(N_("中医为主")),
            Choice(N_("中西医结合")),
        ),
        open_choice=True,
        listed=False,
    ),
    Field(
        number=19,
        column=Clinic.head,
        label=N_("卫生室负责人"),
        kind=Kind.TEXT,
        synonyms=("负责人", "法人", "法人/负责人"),
        listed=False,
    ),
    Field(
        number=20,
        column=Clinic.head_kind,
        label=N_("负责人类别"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("乡村医生")),
            Choice(N_("村委会主任")),
            Choice(N_("乡镇卫生院院长")),
            Choice(N_("其他")),
        ),
        open_choice=True,
        listed=False,
    ),
    Field(
        number=21,
        column=Clinic.up_to_standard,
        label=N_("达标"),
        kind=Kind.YES_NO,
        synonyms=("是否达标", "标准化建设达标"),
        listed=False,
    ),
    Field(
        number=22,
        column=Clinic.zero_markup,
        label=N_("药品零差率"),
        kind=Kind.YES_NO,
        synonyms=("是否零差率", "零差率销售"),
        listed=False,
    ),
    Field(
        number=23,
        column=Clinic.essential_drugs,
        label=N_("配备基本药物种类数"),
        kind=Kind.WHOLE,
        minimum=0,
        listed=False,
    ),
    Field(
        number=24,
        column=Clinic.off_list_drugs,
        label=N_("非目录药品数"),
        kind=Kind.WHOLE,
        minimum=0,
        listed=False,
    ),
    Field(
        number=25,
        column=Clinic.projects,
        label=N_("承担公卫项目"),
        kind=Kind.TEXT,
        width=10,
        synonyms=("公卫项目", "承担基本公卫项目"),
        listed=False,
    ),
    Field(
        number=26,
        column=Clinic.insurance_code,
        label=N_("医保机构编码"),
        kind=Kind.TEXT,
        listed=False,
    ),
    Field(
        number=27,
        column=Clinic.insurance_applied_on,
        label=N_("医保申请日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=28,
        column=Clinic.insurance_approved_on,
        label=N_("医保批准日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=29,
        column=Clinic.insurance_expires_on,
        label=N_("医保协议有效期至"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=30,
        column=Clinic.insurance_reason,
        label=N_("未定点原因"),
        kind=Kind.TEXT,
        listed=False,
    ),
    Field(
        number=31,
        column=Clinic.tcm_clinic,
        label=N_("中医阁"),
        kind=Kind.YES_NO,
        synonyms=("中医特色门诊",),
        listed=False,
    ),
    Field(
        number=32,
        column=Clinic.remote,
        label=N_("边远"),
        kind=Kind.YES_NO,
        synonyms=("是否边远", "偏远"),
        listed=False,
    ),
    Field(
        number=33,
        column=Clinic.closed_on,
        label=N_("合并撤销日期"),
        kind=Kind.DATE,
        listed=False,
    ),
    Field(
        number=34,
        column=Clinic.merged_into,
        label=N_("并入卫生室"),
        kind=Kind.TEXT,
        listed=False,
    ),
)

REGISTER = Register(
    number=5,
    key="clinics",
    singular="clinic",
    label=N_("村卫生室"),
    record=Clinic,
    fields=FIELDS,
    natural_key=(Clinic.name,),
    title=(Clinic.name,),
    search=(Clinic.name,),
    chips=(
        Chip("integrated", N_("一体化管理"), lambda: Clinic.integrated.is_(True)),
        Chip("not_integrated", N_("未一体化"), lambda: Clinic.integrated.is_not(True)),
        Chip("private", N_("私有产权"), lambda: Clinic.ownership == "私有"),
    ),
    group=N_("村卫生室"),
    icon="fa6s.house-medical",
    counter=N_("所"),
)
