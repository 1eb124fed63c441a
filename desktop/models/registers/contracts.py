"""Family-doctor contracts (家庭医生签约) with the person's data as signed (S0-10a, S3-5.2b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, Date, Index, LargeBinary, Text, and_, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Field, Register
from desktop.models.registers._people import ID_NUMBER_SYNONYMS, PHONE_SYNONYMS, SEX_AND_AGE
from desktop.text import N_, _


class Contract(Record):
    """One resident's contract for one term.

    Name, ID number, phone and village stand on the signed paper and stay as signed; ``resident_id``
    leads to the person as known today.
    """

    __tablename__ = "contract"
    __table_args__ = (
        Index("ix_contract_search_key", "search_key", "deleted_at"),
        Index("ix_contract_id_number", "id_number"),
        Index("ix_contract_expires_on", "expires_on"),
        Index("ix_contract_signed_on", "signed_on"),
        Index("ix_contract_village_id", "village_id"),
        Index("ix_contract_team_id", "team_id"),
        Index("ix_contract_packages", "packages"),
        Index(
            "ix_contract_agreement_no",
            "agreement_no",
            sqlite_where=text("agreement_no IS NOT NULL"),
        ),
        Record.__table_args__,
    )

    resident_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    name: Mapped[str | None] = mapped_column(Text)
    householder: Mapped[str | None] = mapped_column(Text)
    id_number: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    village_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    team_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    packages: Mapped[str | None] = mapped_column(Text)
    signed_on: Mapped[date | None] = mapped_column(Date)
    expires_on: Mapped[date | None] = mapped_column(Date)
    elderly: Mapped[bool | None]
    hypertension: Mapped[bool | None]
    diabetes: Mapped[bool | None]
    maternal: Mapped[bool | None]
    child: Mapped[bool | None]
    mental: Mapped[bool | None]
    tuberculosis: Mapped[bool | None]
    disabled: Mapped[bool | None]
    bereaved: Mapped[bool | None]
    out_of_poverty: Mapped[bool | None]
    note: Mapped[str | None] = mapped_column(Text)
    agreement_no: Mapped[str | None] = mapped_column(Text)


def _group(
    number: int,
    column: InstrumentedAttribute[bool | None],
    label: str,
    synonyms: tuple[str, ...],
) -> Field:
    return Field(
        number=number,
        column=column,
        label=label,
        kind=Kind.YES_NO,
        synonyms=synonyms,
        width=4,
        listed=False,
    )


GROUPS = (
    _group(11, Contract.elderly, N_("65岁及以上老年人"), ("65岁以上老年人", "老年人", "65岁以上")),
    _group(12, Contract.hypertension, N_("高血压"), ("高血压患者",)),
    _group(13, Contract.diabetes, N_("糖尿病"), ("糖尿病患者", "2型糖尿病", "2型糖尿病患者")),
    _group(14, Contract.maternal, N_("孕产妇"), ("孕妇", "孕产妇人群")),
    _group(15, Contract.child, N_("0-6岁儿童"), ("0—6岁儿童", "0～6岁儿童", "儿童", "0-6岁")),
    _group(16, Contract.mental, N_("严重精神障碍"), ("严重精神障碍患者", "精神障碍", "重性精神病")),
    _group(17, Contract.tuberculosis, N_("肺结核"), ("肺结核患者", "结核病")),
    _group(18, Contract.disabled, N_("残疾人"), ("残疾",)),
    _group(19, Contract.bereaved, N_("计生特殊家庭"), ("计划生育特殊家庭", "计生特扶", "失独家庭")),
    _group(20, Contract.out_of_poverty, N_("脱贫人口"), ("建档立卡", "脱贫户", "贫困人口")),
)

FIELDS = (
    Field(
        number=1,
        column=Contract.name,
        label=N_("签约居民姓名"),
        kind=Kind.TEXT,
        required=True,
        width=5,
        synonyms=(
            "姓名",
            "居民姓名",
            "签约人",
            "签约对象",
            "签约人姓名",
            "签约居民",
            "签约对象姓名",
        ),
    ),
    Field(
        number=2,
        column=Contract.id_number,
        label=N_("身份证号"),
        kind=Kind.ID_NUMBER,
        required=True,
        width=10,
        synonyms=ID_NUMBER_SYNONYMS,
    ),
    Field(
        number=3,
        column=Contract.village_id,
        label=N_("行政村"),
        kind=Kind.REFERENCE,
        target="divisions",
        width=6,
        synonyms=("村", "所在村", "所在行政村", "居住村", "村名", "村（社区）", "村居", "村别"),
    ),
    Field(
        number=4,
        column=Contract.team_id,
        label=N_("签约团队"),
        kind=Kind.REFERENCE,
        target="teams",
        width=6,
        synonyms=("团队", "团队名称", "家庭医生团队", "服务团队", "签约医生团队"),
    ),
    Field(
        number=5,
        column=Contract.expires_on,
        label=N_("到期日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=(
            "到期日",
            "协议到期日",
            "有效期至",
            "截止日期",
            "到期时间",
            "结束日期",
            "服务截止日期",
        ),
    ),
    Field(
        number=6,
        column=Contract.packages,
        label=N_("服务包"),
        kind=Kind.TEXT,
        width=8,
        synonyms=("签约服务包", "服务包名称", "签约包", "签约服务包名称"),
    ),
    Field(
        number=7,
        column=Contract.signed_on,
        label=N_("签约日期"),
        kind=Kind.DATE,
        required=True,
        synonyms=("签约时间", "协议签订日期", "签订日期", "起始日期", "开始日期", "签约起始日期"),
    ),
    Field(
        number=8,
        column=Contract.phone,
        label=N_("联系电话"),
        kind=Kind.PHONE,
        width=7,
        synonyms=PHONE_SYNONYMS,
        listed=False,
    ),
    Field(
        number=9,
        column=Contract.householder,
        label=N_("户主姓名"),
        kind=Kind.TEXT,
        width=5,
        synonyms=("户主",),
        listed=False,
    ),
    Field(
        number=10,
        column=Contract.resident_id,
        label=N_("居民档案"),
        kind=Kind.REFERENCE,
        target="residents",
        listed=False,
    ),
    *GROUPS,
    Field(
        number=22,
        column=Contract.agreement_no,
        label=N_("协议编号"),
        kind=Kind.TEXT,
        width=8,
        listed=False,
        synonyms=("协议书编号", "签约协议编号", "签约编号", "合同编号"),
        help=N_("纸质协议书上的编号；一户签一份时，同一户主的可以相同，其他不能重复。"),
    ),
    Field(
        number=21,
        column=Contract.note,
        label=N_("备注"),
        kind=Kind.LONG_TEXT,
        listed=False,
        synonyms=("说明",),
    ),
)


def check(values: Mapping[str, Value]) -> list[Problem]:
    """Refuse a contract that ends before it was signed."""
    signed, expires = values.get("signed_on"), values.get("expires_on")
    if isinstance(signed, date) and isinstance(expires, date) and expires < signed:
        return [
            Problem(
                "expiry_before_signing",
                _("到期日期 {expires} 早于签约日期 {signed}。").format(
                    expires=expires.isoformat(), signed=signed.isoformat()
                ),
                "expires_on",
            )
        ]
    return []


def _this_month() -> ColumnElement[bool]:
    today = date.today()
    start = today.replace(day=1)
    end = date(today.year + today.month // 12, today.month % 12 + 1, 1)
    return and_(Contract.expires_on >= start, Contract.expires_on < end)


def known_by(values: Mapping[str, Value]) -> tuple[Value, ...]:
    """Return person and term, with the name: an ID number given out twice is two people."""
    if values.get("id_number") is None:
        return ()
    return values.get("id_number"), values.get("name"), values.get("signed_on")


REGISTER = Register(
    number=16,
    key="contracts",
    singular="contract",
    label=N_("家庭医生签约"),
    record=Contract,
    fields=FIELDS,
    natural_key=(Contract.id_number, Contract.signed_on),
    unique=(Contract.agreement_no,),
    one_paper=Contract.householder,
    title=(Contract.name,),
    search=(Contract.name, Contract.id_number, Contract.phone),
    derived=SEX_AND_AGE,
    check=check,
    chips=(
        Chip("expiring", N_("本月到期"), _this_month),
        Chip("hypertension", N_("高血压"), lambda: Contract.hypertension.is_(True)),
        Chip("diabetes", N_("糖尿病"), lambda: Contract.diabetes.is_(True)),
        Chip("elderly", N_("65岁以上"), lambda: Contract.elderly.is_(True)),
        Chip("maternal", N_("孕产妇"), lambda: Contract.maternal.is_(True)),
        Chip("child", N_("0—6岁儿童"), lambda: Contract.child.is_(True)),
        Chip("mental", N_("严重精神障碍"), lambda: Contract.mental.is_(True)),
        Chip("tuberculosis", N_("肺结核"), lambda: Contract.tuberculosis.is_(True)),
    ),
    group=N_("居民服务"),
    icon="fa6s.file-signature",
    counter=N_("份"),
    known_by=known_by,
)
