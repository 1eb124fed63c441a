"""The closed vocabulary of what an appraisal item may be measured by, and what it may not (S2-7b).

Nobody is paid by the drugs, consumables or examinations sold: income of any kind is no source, and
naming one is refused with the clause.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from desktop.text import N_


class Measure(Enum):
    """What kind of figure a source gives."""

    COUNT = "count"
    RATE = "rate"
    DEFECTS = "defects"
    MANUAL = "manual"


@dataclass(frozen=True)
class Source:
    """A source an item may name.

    Args:
        key: Its name in a scheme.
        label: What a person chooses.
        measure: A count (may carry a unit price), a percentage, a number of defects, or by hand.
        unit: The unit of a count.
        field: The column of a clinic's monthly figures, where it is one of them.
        target: The figure's name in the register of targets.
        of: What the item has to name beside it: a checklist's section or item, a kind of sample.
    """

    key: str
    label: str
    measure: Measure
    unit: str = ""
    field: str = ""
    target: str = ""
    of: str = ""


_MONTHLY = (
    ("visits", N_("诊疗人次"), N_("人次")),
    ("tcm_visits", N_("中医诊疗人次"), N_("人次")),
    ("referrals_up", N_("上转人次"), N_("人次")),
    ("hypertension_followups", N_("高血压随访人次"), N_("人次")),
    ("diabetes_followups", N_("糖尿病随访人次"), N_("人次")),
    ("elderly_checkups", N_("老年人体检人数"), N_("人")),
    ("education_sessions", N_("健康教育活动次数"), N_("次")),
    ("new_files", N_("新建健康档案份数"), N_("份")),
    ("contracts_performed", N_("签约履约服务人次"), N_("人次")),
)

MONTHLY_FIELDS = tuple(field for field, _label, _unit in _MONTHLY)
"""The monthly figures that may be scored or paid; the incomes are not among them."""

_ALL = (
    *(
        Source(f"clinic_months.{field}", label, Measure.COUNT, unit, field, label)
        for field, label, unit in _MONTHLY
    ),
    Source("tcm_share", N_("中医诊疗人次占比"), Measure.RATE),
    Source(
        "contracts.active", N_("有效签约人数"), Measure.COUNT, N_("人"), target=N_("有效签约人数")
    ),
    Source("contracts.signed", N_("新签约人数"), Measure.COUNT, N_("人"), target=N_("新签约人数")),
    Source("contracts.coverage", N_("签约覆盖率"), Measure.RATE),
    Source("contracts.renewal", N_("到期续约率"), Measure.RATE),
    Source("events.counted", N_("登记的计量"), Measure.COUNT, N_("次")),
    Source("visits.score", N_("督导检查得分"), Measure.RATE),
    Source("visits.section", N_("督导检查领域得分率"), Measure.RATE, of="section"),
    Source("visits.item", N_("督导检查项目得分率"), Measure.RATE, of="item"),
    Source("samples.genuine", N_("抽查真实率"), Measure.RATE),
    Source("samples.compliant", N_("抽查规范率"), Measure.RATE),
    Source("unified", N_("统一管理落实率"), Measure.RATE),
    Source("trainings.attended", N_("培训会议参加率"), Measure.RATE),
    Source("findings.new", N_("发现的问题"), Measure.DEFECTS, N_("个")),
    Source("findings.overdue", N_("逾期未整改的问题"), Measure.DEFECTS, N_("个")),
    Source("findings.repeat", N_("重复出现的问题"), Measure.DEFECTS, N_("个")),
    Source("reports.missing", N_("缺报的月报"), Measure.DEFECTS, N_("份")),
    Source("reports.late", N_("迟报的月报"), Measure.DEFECTS, N_("份")),
    Source("events", N_("登记的扣分"), Measure.DEFECTS, N_("次")),
    Source("manual", N_("人工评分（须有事由）"), Measure.MANUAL),
)

SOURCES = {source.key: source for source in _ALL}

DOCTOR_SOURCES = frozenset({"trainings.attended", "manual"})
"""Sources that speak of the doctor, not of the clinic."""

_INCOME_WORDS = (
    "income",
    "revenue",
    "drug_",
    "drugs",
    "consumable",
    "examination",
    "收入",
    "药品",
    "耗材",
    "检查费",
    "化验",
)


def is_income(key: str) -> bool:
    """Say that a source would tie pay to drug, consumable or examination income (S2-7b)."""
    return key not in SOURCES and any(word in key.lower() for word in _INCOME_WORDS)
