"""The documents that clauses of figures and policies come from, named as people know them."""

from __future__ import annotations

import re

from desktop.text import N_, _, in_a_row

_DOCUMENTS = {
    "S0": N_("禹州市紧密型县域医共体实施方案（2025，征求意见稿）"),
    "S1": N_("郑州市紧密型县域医共体实施意见政策解读（2020）"),
    "S2": N_("云南省 云卫基层发〔2019〕7号"),
    "S3": N_("新密市 新密卫〔2016〕57号"),
    "S4": N_("天津市紧密型区域医共体实施方案（2024，征求意见稿）"),
    "facts a": N_("卫生资源与医疗服务统计调查制度"),
    "facts b": N_("国家基本公共卫生服务规范"),
    "facts c": N_("家庭医生签约服务规范"),
    "facts d": N_("紧密型县域医共体监测指标体系"),
    "facts e": N_("发热诊室设置与应急物资储备要求"),
    "facts f": N_("村卫生室与乡村医生管理要求"),
    "facts g": N_("国家基本药物目录与药品编码"),
    "facts h": N_("卫生人员分类"),
}

_CLAUSE = re.compile(r"(S\d)-(\S+)|(facts [a-h])\s*(.*)")


def in_words(clause: str) -> str:
    """Return a clause such as ``S4-4c`` with the document it stands in; others as they are."""
    return in_a_row(_one(part.strip()) for part in clause.split(";") if part.strip())


def _one(clause: str) -> str:
    found = _CLAUSE.fullmatch(clause)
    if found is None:
        return _(clause)
    document, number, facts, item = found.groups()
    name = _DOCUMENTS.get(document or facts)
    if name is None:
        return clause
    place = clause if document else item
    return f"{_(name)} {place}".strip() if (number or item) else _(name)
