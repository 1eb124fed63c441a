"""Pinyin of names, and the search keys made of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models.pinyin import spell, spellings
from desktop.models.registers import find_register
from desktop.models.search_keys import reference_columns, search_key, searched


@pytest.mark.parametrize(
    ("name", "full", "initials"),
    [
        ("王秀兰", "wangxiulan", "wxl"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("曾国", "zengguo", "zg"),
        ("仇和", "qiuhe", "qh"),
        ("翟让", "zhairang", "zr"),
        ("吕蒙", "lvmeng", "lm"),
        ("欧阳修", "ouyangxiu", "oyx"),
        ("㛃𠅤", "jiexi", "jx"),
        ("张䶮", "zhangyan", "zy"),
        ("Li Wei", "li wei", ""),
        ("", "", ""),
    ],
)
def test_names_are_spelt_as_people_say_them(name: str, full: str, initials: str) -> None:
    assert spell(name) == (full, initials)


def test_a_surname_that_also_begins_a_place_has_both_readings() -> None:
    assert spellings("解放村") == [("xiefangcun", "xfc"), ("jiefangcun", "jfc")]
    assert spellings("上河村") == [("shanghecun", "shc")]


def test_letters_and_unknown_signs_stay() -> None:
    assert spell("A区") == ("aqu", "aq")
    assert spell("龘囧") != ("", "")
    full, initials = spell("一\U000f0000")
    assert full.startswith("yi")
    assert len(initials) == 2


@given(st.text(max_size=12))
def test_any_text_has_a_spelling(text: str) -> None:
    full, initials = spell(text)
    assert full == full.lower()
    assert len(initials) <= len(text)


def test_a_key_holds_name_pinyin_initials_and_numbers() -> None:
    contracts = find_register("contracts")
    key = search_key(
        contracts,
        {"name": "单秀兰", "id_number": "41108119600305001X", "phone": None, "note": "不在内"},
        {},
    )
    assert key.startswith("shanxiulan sxl ")
    for word in ("dxl", "单秀兰", "41108119600305001x"):
        assert word in key
    assert "不在内" not in key


def test_keys_in_order_are_names_in_the_order_of_pinyin() -> None:
    residents = find_register("residents")
    names = ["张三", "阿丽", "单雄", "白云", "曾强"]
    ordered = sorted(names, key=lambda name: search_key(residents, {"name": name}, {}))
    assert ordered == ["阿丽", "白云", "单雄", "曾强", "张三"]


def test_a_reference_is_found_by_the_title_it_leads_to() -> None:
    months = find_register("clinic_months")
    clinic = b"0123456789abcdef"
    assert "clinic_id" in reference_columns(months)
    key = search_key(months, {"clinic_id": clinic, "month": "2026-10"}, {clinic: "上河村卫生室"})
    assert key == "shanghecunweishengshi shcwss 上河村卫生室 2026-10"
    assert search_key(months, {"clinic_id": clinic, "month": "2026-10"}, {}) == " 2026-10"


def test_full_width_letters_of_an_input_method_are_narrow() -> None:
    assert searched("ＷＸＬ　１２") == "wxl 12"
    assert searched("上河村（社区）") == "上河村(社区)"
