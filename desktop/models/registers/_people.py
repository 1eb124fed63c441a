"""What registers of people share: sex, age and the masked ID number come from the ID number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import literal_column

from desktop.models.id_numbers import age_on, birth_date_of, sex_of
from desktop.models.kinds import Value
from desktop.models.register import Derived
from desktop.text import N_, _

BIRTH = "substr(id_number, 7, 8)"
"""SQL of the date of birth in an ID number, the order of the age column."""

ID_NUMBER_SYNONYMS = (
    "身份证号码",
    "身份证",
    "证件号码",
    "证件号",
    "公民身份号码",
    "居民身份证号",
    "居民身份证号码",
    "身份证件号码",
)
PHONE_SYNONYMS = ("联系方式", "手机号", "手机号码", "手机", "电话", "电话号码", "联系号码")


def _sex(values: Mapping[str, Value]) -> str:
    number = values.get("id_number")
    return _(sex_of(str(number))) if number else ""


def _age(values: Mapping[str, Value]) -> str:
    number = values.get("id_number")
    return str(age_on(birth_date_of(str(number)), date.today())) if number else ""


SEX_AND_AGE = (
    Derived(key="sex", label=N_("性别"), work_out=_sex, after="name"),
    Derived(
        key="age",
        label=N_("年龄"),
        work_out=_age,
        sort_by=literal_column(BIRTH),
        descending=True,
        numeric=True,
        after="name",
    ),
)
"""The columns that people's registers work out from the ID number (GB 11643)."""

N_("男")
N_("女")
