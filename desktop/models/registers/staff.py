"""The centre's staff (人员花名册), the roster behind head counts and licences (S0-16b, S2-6c)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, Index, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.models.registers._people import ID_NUMBER_SYNONYMS, PHONE_SYNONYMS, SEX_AND_AGE
from desktop.models.registers._policies import days_ahead
from desktop.text import N_


class Staff(Record):
    """A person on the centre's roster."""

    __tablename__ = "staff"
    __table_args__ = (
        Index("ix_staff_search_key", "search_key", "deleted_at"),
        Index("ix_staff_id_number", "id_number"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    id_number: Mapped[str | None] = mapped_column(Text)
    ethnicity: Mapped[str | None] = mapped_column(Text)
    work_start: Mapped[date | None] = mapped_column(Date)
    phone: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    post_category: Mapped[str | None] = mapped_column(Text)
    employment: Mapped[str | None] = mapped_column(Text)
    position: Mapped[str | None] = mapped_column(Text)
    education: Mapped[str | None] = mapped_column(Text)
    major: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    practice_category: Mapped[str | None] = mapped_column(Text)
    licence_no: Mapped[str | None] = mapped_column(Text)
    licence_expires_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


_ETHNIC_GROUPS = [
    N_("汉族"),
    N_("蒙古族"),
    N_("回族"),
    N_("藏族"),
    N_("维吾尔族"),
    N_("苗族"),
    N_("彝族"),
    N_("壮族"),
    N_("布依族"),
    N_("朝鲜族"),
    N_("满族"),
    N_("侗族"),
    N_("瑶族"),
    N_("白族"),
    N_("土家族"),
    N_("哈尼族"),
    N_("哈萨克族"),
    N_("傣族"),
    N_("黎族"),
    N_("傈僳族"),
    N_("佤族"),
    N_("畲族"),
    N_("拉祜族"),
    N_("水族"),
    N_("东乡族"),
    N_("纳西族"),
    N_("土族"),
    N_("羌族"),
    N_("锡伯族"),
]
TITLES = [
    N_("主任医师"),
    N_("副主任医师"),
    N_("主治医师"),
    N_("医师"),
    N_("医士"),
    N_("主任护师"),
    N_("副主任护师"),
    N_("主管护师"),
    N_("护师"),
    N_("护士"),
    N_("主任药师"),
    N_("副主任药师"),
    N_("主管药师"),
    N_("药师"),
    N_("药士"),
    N_("主任技师"),
    N_("副主任技师"),
    N_("主管技师"),
    N_("技师"),
    N_("技士"),
]

FIELDS = (
    Field(
        number=1,
        column=Staff.name,
        label=N_("姓名"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=("职工姓名", "人员姓名", "员工姓名"),
    ),
    Field(
        number=2,
        column=Staff.id_number,
        label=N_("身份证号"),
        kind=Kind.ID_NUMBER,
        required=True,
        width=10,
        synonyms=ID_NUMBER_SYNONYMS,
    ),
    Field(
        number=3,
        column=Staff.ethnicity,
        label=N_("民族"),
        kind=Kind.CHOICE,
        choices=tuple(
            Choice(group, (group.removesuffix("族"),) if len(group) > 1 else ())
            for group in _ETHNIC_GROUPS
        ),
        open_choice=True,
        width=4,
        listed=False,
    ),
    Field(
        number=4,
        column=Staff.work_start,
        label=N_("参加工作时间"),
        kind=Kind.DATE,
        synonyms=("参加工作日期", "工作时间", "入职时间", "入职日期", "参工时间"),
        listed=False,
    ),
    Field(
        number=5,
        column=Staff.phone,
        label=N_("联系电话"),
        kind=Kind.PHONE,
        width=7,
        synonyms=PHONE_SYNONYMS,
    ),
    Field(
        number=6,
        column=Staff.department,
        label=N_("科室"),
        kind=Kind.TEXT,
        synonyms=("所在科室", "部门", "工作科室", "科室名称"),
    ),
    Field(
        number=7,
        column=Staff.post_category,
        label=N_("岗位类别"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("专业技术"), ("专技", "专业技术岗位", "专技岗位", "卫生技术", "专业技术岗")),
            Choice(N_("管理"), ("管理岗位", "管理岗")),
            Choice(N_("工勤技能"), ("工勤", "工勤技能岗位", "工勤岗", "工勤岗位")),
        ),
        open_choice=True,
        synonyms=("岗位", "岗位类型", "岗位性质", "工种"),
    ),
    Field(
        number=8,
        column=Staff.employment,
        label=N_("编制性质"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("在编"), ("编制内", "事业编", "在编在岗", "乡镇在编")),
            Choice(N_("县管乡用"), ("区管镇用",)),
            Choice(N_("县招乡用")),
            Choice(N_("乡聘村用"), ("镇聘村用",)),
            Choice(N_("轮岗派驻")),
            Choice(N_("人事代理")),
            Choice(N_("编外聘用"), ("编外", "聘用", "合同制", "编外合同")),
            Choice(N_("劳务派遣")),
            Choice(N_("员额制"), ("员额",)),
        ),
        open_choice=True,
        synonyms=("编制", "编制情况", "用工形式", "人员性质", "编制类型", "聘用形式", "人员类别"),
    ),
    Field(
        number=9,
        column=Staff.position,
        label=N_("职务"),
        kind=Kind.TEXT,
        synonyms=("行政职务", "现任职务"),
    ),
    Field(
        number=10,
        column=Staff.education,
        label=N_("学历"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("博士"), ("博士研究生",)),
            Choice(N_("硕士"), ("硕士研究生", "研究生")),
            Choice(N_("本科"), ("大学本科", "大学")),
            Choice(N_("大专"), ("专科", "大学专科")),
            Choice(N_("中专"), ("中等专科",)),
            Choice(N_("高中"), ("高中及以下",)),
            Choice(N_("初中")),
        ),
        open_choice=True,
        synonyms=("最高学历", "文化程度", "学历层次"),
        width=4,
    ),
    Field(
        number=11,
        column=Staff.major,
        label=N_("所学专业"),
        kind=Kind.TEXT,
        synonyms=("专业", "毕业专业"),
        listed=False,
    ),
    Field(
        number=12,
        column=Staff.title,
        label=N_("职称"),
        kind=Kind.CHOICE,
        choices=tuple(Choice(term) for term in TITLES),
        open_choice=True,
        synonyms=(
            "专业技术职称",
            "专业技术职务",
            "技术职称",
            "专业技术资格",
            "职称名称",
            "现有职称",
        ),
    ),
    Field(
        number=13,
        column=Staff.practice_category,
        label=N_("执业类别"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("临床")),
            Choice(N_("口腔")),
            Choice(N_("公共卫生")),
            Choice(N_("中医")),
        ),
        open_choice=True,
        synonyms=("执业范围", "执业类型"),
        width=4,
        listed=False,
    ),
    Field(
        number=14,
        column=Staff.licence_no,
        label=N_("执业证书编号"),
        kind=Kind.TEXT,
        synonyms=(
            "执业证号",
            "执业证编号",
            "执业证书号",
            "证书编号",
            "资格证书编号",
            "执业证书号码",
        ),
        width=9,
        listed=False,
    ),
    Field(
        number=15,
        column=Staff.licence_expires_on,
        label=N_("执业证有效期至"),
        kind=Kind.DATE,
        synonyms=("执业证书有效期", "证书有效期至", "执业证有效期", "证书到期日", "执业证到期日期"),
    ),
    Field(
        number=16,
        column=Staff.status,
        label=N_("在岗状态"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("在岗"), ("在职",)),
            Choice(N_("借调")),
            Choice(N_("休假"), ("病假", "产假")),
            Choice(N_("离职"), ("辞职", "调出")),
            Choice(N_("退休")),
        ),
        open_choice=True,
        synonyms=("状态", "人员状态"),
        width=4,
        listed=False,
    ),
    Field(
        number=17,
        column=Staff.note,
        label=N_("备注"),
        kind=Kind.LONG_TEXT,
        synonyms=("说明",),
        listed=False,
    ),
)


def _expiring() -> ColumnElement[bool]:
    return and_(
        Staff.licence_expires_on.is_not(None),
        Staff.licence_expires_on <= days_ahead("licence.warning_days"),
    )


REGISTER = Register(
    number=4,
    key="staff",
    singular="staff",
    label=N_("人员花名册"),
    record=Staff,
    fields=FIELDS,
    natural_key=(Staff.id_number,),
    unique=(Staff.licence_no,),
    title=(Staff.name,),
    search=(Staff.name, Staff.id_number, Staff.phone, Staff.department),
    derived=SEX_AND_AGE,
    chips=(
        Chip("licence_expiring", N_("执业证将到期"), _expiring),
        Chip("professional", N_("专业技术"), lambda: Staff.post_category == "专业技术"),
        Chip("on_quota", N_("在编"), lambda: Staff.employment == "在编"),
        Chip("off_quota", N_("编外聘用"), lambda: Staff.employment == "编外聘用"),
    ),
    group=N_("队伍"),
    icon="fa6s.user-doctor",
    counter=N_("人"),
)
