"""Figures of what the register says of each village clinic: numbers, yes or no, codes (facts f).

The register keeps no history, so earlier periods are read from the returns of then.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_

from desktop.services.figures.catalogue import (
    WHOLE,
    Ask,
    Behind,
    Figure,
    Kind,
    Shape,
    Values,
    declare,
    rate,
)
from desktop.services.figures.clinic_rows import is_working, working
from desktop.services.oversight import DESIGNATED
from desktop.text import N_

_BY_CLINIC = frozenset({"clinic"})


def _attribute(name: str, word: str = "") -> Callable[[Ask], Values]:
    """Return how many working clinics have something; by clinic one or zero, blank if unknown."""

    def values(ask: Ask) -> Values:
        known = {
            each.key: int(value == word if word else bool(value))
            for each in working(ask.readings, ask.period)
            if (value := getattr(each.row, name)) is not None
        }
        if ask.by:
            return known
        return {WHOLE: sum(known.values())} if known else {}

    return values


def _attribute_behind(name: str, word: str = "") -> Callable[[Ask, str], Behind]:
    def behind(ask: Ask, row: str) -> Behind:
        table = ask.readings.records.table("clinics").c
        has = table[name] == word if word else table[name].is_(True)
        return Behind("clinics", (has, _of_clinic(ask, row)))

    return behind


def _of_clinic(ask: Ask, row: str) -> ColumnElement[bool]:
    table = ask.readings.records.table("clinics").c
    here = is_working(table, ask.period)
    return and_(here, table.id == bytes.fromhex(row)) if row else here


def _clinics_working(ask: Ask) -> Values:
    found = working(ask.readings, ask.period)
    return {WHOLE: len(found)} if found else {}


_SHARES = (
    ("integrated", "integrated", "", N_("一体化管理的村卫生室"), "S0-3h"),
    ("in_consortium", "in_consortium", "", N_("纳入医共体的村卫生室"), "S0-3h"),
    ("designated", "insurance", DESIGNATED, N_("医保定点的村卫生室"), "S1-6.1b"),
    ("with_ecg", "ecg_device", "", N_("配有心电设备的村卫生室"), "facts d 5"),
    ("up_to_standard", "up_to_standard", "", N_("达标的村卫生室"), "facts f"),
    ("zero_markup", "zero_markup", "", N_("药品零差率的村卫生室"), "facts f"),
    ("with_tcm", "tcm_clinic", "", N_("设有中医阁的村卫生室"), "S2-14j"),
)

_SHARE_LABELS = {
    "integrated": N_("村卫生室一体化管理率"),
    "in_consortium": N_("村卫生室纳入医共体比例"),
    "designated": N_("村卫生室医保定点率"),
    "with_ecg": N_("村卫生室心电设备配备率"),
    "up_to_standard": N_("村卫生室达标率"),
    "zero_markup": N_("村卫生室药品零差率执行率"),
    "with_tcm": N_("村卫生室中医阁覆盖率"),
}

declare(
    Figure(
        key="clinics.working",
        label=N_("期末在运行村卫生室"),
        unit=N_("个"),
        definition=N_("名册中期末未合并、未撤销的村卫生室数。"),
        clause="facts f",
        kind=Kind.STOCK,
        snapshot=True,
        values=_clinics_working,
        behind=lambda ask, _row: Behind("clinics", (_of_clinic(ask, ""),)),
    )
)

for _key, _column, _word, _label, _clause in _SHARES:
    declare(
        Figure(
            key=f"clinics.{_key}",
            label=_label,
            unit=N_("个"),
            definition=N_(
                "期末在运行的村卫生室中，名册这一项为“是”（医保为“已定点”）者；"
                "逐室时是为 1、否为 0、未填空白。"
            ),
            clause=_clause,
            kind=Kind.STOCK,
            by=_BY_CLINIC,
            snapshot=True,
            values=_attribute(_column, _word),
            behind=_attribute_behind(_column, _word),
        ),
        Figure(
            key=f"clinics.{_key}_share",
            label=_SHARE_LABELS[_key],
            unit=N_("%"),
            definition=N_("名册这一项为“是”（医保为“已定点”）的村卫生室 ÷ 期末在运行村卫生室。"),
            clause=_clause,
            kind=Kind.STOCK,
            shape=Shape.RATE,
            snapshot=True,
            values=rate(f"clinics.{_key}", "clinics.working"),
            numerator=f"clinics.{_key}",
            denominator="clinics.working",
        ),
    )


# Numbers and codes of the annual return (卫健统1-3)


def _number(name: str) -> Callable[[Ask], Values]:
    def values(ask: Ask) -> Values:
        known = {
            each.key: int(value)
            for each in working(ask.readings, ask.period)
            if (value := getattr(each.row, name)) is not None
        }
        if ask.by:
            return known
        return {WHOLE: sum(known.values())} if known else {}

    return values


def _number_behind(name: str) -> Callable[[Ask, str], Behind]:
    return lambda ask, row: Behind("clinics", (_of_clinic(ask, row),), adds=name)


SPONSORS = {"村办": 1, "乡卫生院设点": 2, "联合办": 3, "私人办": 4, "其他": 9}
PRACTICE_MODES = {"西医为主": 1, "中医为主": 2, "中西医结合": 3}
HEADS = {"乡村医生": 1, "村委会主任": 2, "乡镇卫生院院长": 3, "其他": 9}


def _code(name: str, codes: dict[str, int]) -> Callable[[Ask], Values]:
    """Return the code of each clinic's word."""

    def values(ask: Ask) -> Values:
        return {
            each.key: codes[word]
            for each in working(ask.readings, ask.period)
            if (word := getattr(each.row, name)) in codes
        }

    return values


def _coded(key: str, name: str, codes: dict[str, int], label: str) -> Figure:
    return Figure(
        key=key,
        label=label,
        unit="",
        definition=N_("村卫生室年报的代码，由名册中的文字得来；名册未填或另填的空白。"),
        clause="facts f",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        snapshot=True,
        rows_only=True,
        values=_code(name, codes),
    )


declare(
    Figure(
        key="clinics.floor_area",
        label=N_("房屋建筑面积"),
        unit=N_("㎡"),
        definition=N_("期末在运行村卫生室名册中的建筑面积。"),
        clause="facts f",
        kind=Kind.STOCK,
        shape=Shape.AVERAGE,
        by=_BY_CLINIC,
        snapshot=True,
        values=_number("floor_area"),
        behind=_number_behind("floor_area"),
    ),
    Figure(
        key="clinics.essential_drugs",
        label=N_("配备基本药物种类数"),
        unit=N_("种"),
        definition=N_("期末在运行村卫生室名册中配备的基本药物种类数。"),
        clause="facts f",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        snapshot=True,
        values=_number("essential_drugs"),
        behind=_number_behind("essential_drugs"),
    ),
    Figure(
        key="clinics.off_list_drugs",
        label=N_("非目录药品数"),
        unit=N_("种"),
        definition=N_("期末在运行村卫生室名册中的非目录药品数。"),
        clause="facts f",
        kind=Kind.STOCK,
        by=_BY_CLINIC,
        snapshot=True,
        values=_number("off_list_drugs"),
        behind=_number_behind("off_list_drugs"),
    ),
    _coded("clinics.sponsor_code", "sponsor", SPONSORS, N_("主办形式代码")),
    _coded("clinics.practice_code", "practice_mode", PRACTICE_MODES, N_("行医方式代码")),
    _coded("clinics.head_code", "head_kind", HEADS, N_("负责人类别代码")),
)
