"""The centre's drug catalogue (在用药品目录), at first from the medicine list (S0-8b)."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_


class Drug(Record):
    """One specification of a drug the centre uses."""

    __tablename__ = "drug"
    __table_args__ = (
        Index("ix_drug_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    spec: Mapped[str | None] = mapped_column(Text)
    unit: Mapped[str | None] = mapped_column(Text)
    drug_class: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    essential: Mapped[bool | None]
    insurance_class: Mapped[str | None] = mapped_column(Text)
    manufacturer: Mapped[str | None] = mapped_column(Text)
    retail_price: Mapped[int | None]
    dosage_form: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str | None] = mapped_column(Text)
    special: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Drug.name,
        label=N_("药品通用名"),
        kind=Kind.TEXT,
        required=True,
        width=10,
        synonyms=("通用名", "药品名称", "药名", "品名", "药品通用名称", "通用名称", "名称"),
    ),
    Field(
        number=2,
        column=Drug.spec,
        label=N_("规格"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("药品规格", "包装规格", "剂型规格", "制剂规格"),
    ),
    Field(
        number=3,
        column=Drug.unit,
        label=N_("单位"),
        kind=Kind.TEXT,
        width=3,
        synonyms=("计量单位", "包装单位", "最小单位"),
    ),
    Field(
        number=4,
        column=Drug.drug_class,
        label=N_("类别"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("西药"), ("化学药", "化学药品", "生物制品")),
            Choice(N_("中成药"), ("成药",)),
            Choice(N_("中药饮片"), ("饮片", "中草药")),
        ),
        open_choice=True,
        width=4,
        synonyms=("药品类别", "药品类型", "药品分类", "种类"),
    ),
    Field(
        number=5,
        column=Drug.category,
        label=N_("药理分类"),
        kind=Kind.TEXT,
        synonyms=("药理类别", "分类", "功效分类"),
    ),
    Field(
        number=6,
        column=Drug.essential,
        label=N_("国家基本药物"),
        kind=Kind.YES_NO,
        width=4,
        synonyms=("基本药物", "是否基药", "基药", "是否基本药物", "是否国家基本药物", "基药标识"),
    ),
    Field(
        number=7,
        column=Drug.insurance_class,
        label=N_("医保类别"),
        kind=Kind.CHOICE,
        choices=(
            Choice(N_("甲类"), ("甲", "医保甲类", "1")),
            Choice(N_("乙类"), ("乙", "医保乙类", "2")),
            Choice(N_("自费"), ("丙", "丙类", "非医保", "3", "全自费")),
        ),
        open_choice=True,
        width=4,
        synonyms=("医保分类", "医保等级", "医保甲乙", "医保甲乙类", "医保类型"),
    ),
    Field(
        number=8,
        column=Drug.manufacturer,
        label=N_("生产企业"),
        kind=Kind.TEXT,
        width=9,
        synonyms=("生产厂家", "厂家", "生产商", "生产厂商", "产地"),
    ),
    Field(
        number=9,
        column=Drug.retail_price,
        label=N_("零售价（元）"),
        kind=Kind.AMOUNT,
        minimum=0,
        unit=N_("元"),
        width=5,
        synonyms=("零售价", "单价", "价格", "销售价", "售价", "单价（元）", "零售价格"),
    ),
    Field(
        number=10,
        column=Drug.dosage_form,
        label=N_("剂型"),
        kind=Kind.TEXT,
        width=4,
        listed=False,
    ),
    Field(
        number=11,
        column=Drug.code,
        label=N_("药品编码"),
        kind=Kind.TEXT,
        width=10,
        listed=False,
        synonyms=("医保编码", "国家药品编码", "本位码", "药品代码", "医保药品编码"),
    ),
    Field(
        number=12,
        column=Drug.special,
        label=N_("特殊标识"),
        kind=Kind.TEXT,
        listed=False,
        synonyms=("特殊管理", "特殊药品"),
    ),
    Field(
        number=13,
        column=Drug.status,
        label=N_("使用状态"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("在用"), ("使用中", "正常")), Choice(N_("停用"), ("停止使用",))),
        open_choice=True,
        width=4,
        listed=False,
        synonyms=("状态", "是否在用"),
    ),
    Field(number=14, column=Drug.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=8,
    key="drugs",
    singular="drug",
    label=N_("药品目录"),
    record=Drug,
    fields=FIELDS,
    natural_key=(Drug.name, Drug.spec, Drug.manufacturer),
    title=(Drug.name, Drug.spec),
    search=(Drug.name, Drug.spec, Drug.manufacturer),
    chips=(
        Chip("essential", N_("国家基本药物"), lambda: Drug.essential.is_(True)),
        Chip("western", N_("西药"), lambda: Drug.drug_class == "西药"),
        Chip("patent", N_("中成药"), lambda: Drug.drug_class == "中成药"),
        Chip("self_paid", N_("自费"), lambda: Drug.insurance_class == "自费"),
    ),
    group=N_("药品与物资"),
    icon="fa6s.pills",
    counter=N_("种"),
)
