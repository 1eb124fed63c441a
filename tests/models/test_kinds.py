"""Each kind reads what clerks write and refuses, with the reason, what it cannot be."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.models import kinds
from desktop.models.id_numbers import mask_id_number
from desktop.models.kinds import (
    PARSERS,
    BadValue,
    Kind,
    mask_phone,
    parse_amount,
    parse_date,
    parse_long_text,
    parse_month,
    parse_phone,
    parse_text,
    parse_whole,
    parse_yes_no,
    show,
    show_amount,
)
from tests.models.test_id_numbers import WIDE, check_digit, reason

_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
_RARE = st.sampled_from("㛃𠅤䶮𬭎𱁬〇")
_DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


# ---- Dates and months ----


@given(_DAYS)
def test_a_day_comes_back_from_every_spelling(day: date) -> None:
    y, m, d = day.year, day.month, day.day
    spellings: list[object] = [
        day,
        datetime(y, m, d, 13, 45),
        day.isoformat(),
        f"{y}-{m}-{d}",
        f"{y}/{m}/{d}",
        f"{y}.{m}.{d}",
        f"{y}.{m:02d}.{d:02d}",
        f"{y}年{m}月{d}日",
        f"{y} 年 {m} 月 {d} 号",
        f"{y}{m:02d}{d:02d}",
        int(f"{y}{m:02d}{d:02d}"),
        float(f"{y}{m:02d}{d:02d}"),
        f"{day.isoformat()} 00:00:00",
        f"{day.isoformat()}T08:30:00.000",
        f"{y}-{m}-{d}".translate(WIDE),
        f"\u3000{y}/{m}/{d} ",
    ]
    for typed in spellings:
        assert parse_date(typed) == day, typed


@given(st.dates(min_value=date(1954, 10, 3), max_value=date(2099, 12, 31)), st.floats(0, 0.99))
def test_excels_day_numbers_are_days(day: date, time: float) -> None:
    number = (day - date(1899, 12, 30)).days
    assert parse_date(number) == parse_date(float(number)) == parse_date(str(number)) == day
    assert parse_date(number + time) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-29",
        "2026-13-01",
        "2026年3月",
        "2026.10",
        2026.1,
        2026,
        "3月1日",
        "3/5/2026",
        "1899-12-31",
        date(1899, 12, 31),
        "2101-01-01",
        "长期",
        True,
        float("nan"),
        float("inf"),
        0,
    ],
)
def test_what_is_no_whole_day_is_refused(cell: object) -> None:
    assert reason(Kind.DATE, cell) == "bad_date"


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_month_comes_back_from_every_spelling(year: int, month: int) -> None:
    kept = f"{year}-{month:02d}"
    spellings: list[object] = [
        kept,
        f"{year}-{month}",
        f"{year}/{month}",
        f"{year}.{month}",
        f"{year}年{month}月",
        f"{year} 年 {month} 月份",
        f"{year}{month:02d}",
        int(f"{year}{month:02d}"),
        float(f"{year}{month:02d}"),
        date(year, month, 17),
        datetime(year, month, 1, 0, 0),
        f"{kept}-01",
        f"{year}年{month}月".translate(WIDE),
    ]
    for typed in spellings:
        assert parse_month(typed) == kept, typed


@pytest.mark.parametrize("cell", [2026.1, 2026.12, "2026", 2026, "2026-13", "2026-00", "十月"])
def test_a_month_that_may_have_been_another_is_refused(cell: object) -> None:
    # Excel makes 2026.10 the number 2026.1: it may have been January or October.
    assert reason(Kind.MONTH, cell) == "bad_month"


# ---- Numbers ----


@given(st.integers(-(10**13), 10**13))
def test_an_amount_keeps_every_fen(fen: int) -> None:
    exact = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"
    assert parse_amount(exact) == fen
    assert parse_amount(show_amount(fen)) == fen
    assert parse_amount(fen / 100) == fen
    assert parse_amount(exact.translate(WIDE)) == fen
    if fen >= 0:
        assert parse_amount(f"￥{exact}元") == fen


@given(st.lists(st.integers(0, 10**7), min_size=2, max_size=40))
def test_the_noise_of_summed_floats_is_no_third_decimal(amounts: list[int]) -> None:
    assert parse_amount(sum(fen / 100 for fen in amounts)) == sum(amounts)


@given(st.integers(0, 10**9), st.integers(1, 9))
def test_a_third_decimal_is_refused_and_not_rounded(fen: int, third: int) -> None:
    written = f"{fen // 100}.{fen % 100:02d}{third}"
    assert reason(Kind.AMOUNT, written) == "bad_amount"
    assert reason(Kind.AMOUNT, float(written)) == "bad_amount"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,234", 1234),
        ("1，234", 1234),
        (1234.0, 1234),
        ("１２", 12),
        ("12 人", 12),
        ("120㎡", 120),
        ("-3", -3),
        ("0", 0),
        (0, 0),
        ("3.0", 3),
    ],
)
def test_a_whole_number_is_read_with_sign_and_unit(cell: object, number: int) -> None:
    assert parse_whole(cell) == number


@pytest.mark.parametrize(
    "cell",
    ["1.5", 1.5, "一", "12万", "1-2", "3千元", True, "约10", "nan", float("nan"), 1e300, "9" * 20],
)
def test_what_is_no_whole_number_is_refused(cell: object) -> None:
    assert reason(Kind.WHOLE, cell) == "bad_number"


@given(st.floats() | st.integers() | st.text(max_size=12))
def test_whatever_passes_as_a_number_fits_the_database(cell: object) -> None:
    for parse in (parse_whole, parse_amount):
        try:
            value = parse(cell)
        except BadValue:
            continue
        assert value is None or -(2**63) <= value < 2**63


# ---- Text, phones, ticks ----


@given(st.lists(_HAN | _RARE, min_size=1, max_size=6), st.sampled_from(" \u3000\xa0"))
def test_the_spaces_between_characters_go(characters: list[str], space: str) -> None:
    name = "".join(characters)
    assert parse_text(space.join(characters)) == name
    assert parse_text(f"{space}{name}{space}") == name


def test_the_spaces_of_latin_words_and_the_rare_characters_stay() -> None:
    assert parse_text("阿尔帕提·Ai li  Jr") == "阿尔帕提·Ai li Jr"
    assert parse_text("𠅤 㛃") == "𠅤㛃"
    assert parse_text("BYD 救护 车") == "BYD 救护车"
    assert parse_text(12.0) == "12"
    assert parse_long_text("第一行\n第二行 ") == "第一行\n第二行"


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        (13837100001.0, "13837100001"),
        (13837100001, "13837100001"),
        ("１３８３７１００００１", "13837100001"),
        ("138 3710 0001", "13837100001"),
        ("0371-69881234", "0371-69881234"),
        ("（0371）69881234转8001", "(0371)69881234转8001"),
        ("120", "120"),
        ("13837100001/13937100002", "13837100001/13937100002"),
    ],
)
def test_a_phone_number_is_text(cell: object, phone: str) -> None:
    assert parse_phone(cell) == phone


@pytest.mark.parametrize("cell", ["无", "12", "1.38E+10", "李四", "138xxxx0001"])
def test_what_is_no_phone_number_is_refused(cell: object) -> None:
    assert reason(Kind.PHONE, cell) == "bad_phone"


def test_a_masked_phone_hides_its_middle() -> None:
    assert mask_phone("13837100001") == "138****0001"
    assert mask_phone("120") == "****"


@pytest.mark.parametrize("cell", ["√", "✓", "☑", "是", "有", "Y", "Ｙ", "yes", "1", 1, 1.0, True])
def test_a_tick_is_yes(cell: object) -> None:
    assert parse_yes_no(cell) is True


@pytest.mark.parametrize("cell", ["×", "否", "无", "N", "no", "0", 0, False, "—", "☐"])
def test_a_cross_is_no(cell: object) -> None:
    assert parse_yes_no(cell) is False


def test_another_word_is_neither_yes_nor_no() -> None:
    assert reason(Kind.YES_NO, "不详") == "bad_yes_no"


@pytest.mark.parametrize("kind", list(PARSERS))
@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000", "\xa0"])
def test_a_blank_is_nothing_and_never_zero_or_no(kind: Kind, cell: object) -> None:
    assert PARSERS[kind](cell) is None
    assert show(kind, None) == ""


@given(st.sampled_from(list(PARSERS)), st.text(max_size=20) | st.integers() | st.floats())
def test_no_cell_breaks_a_parser(kind: Kind, cell: object) -> None:
    with suppress(BadValue):
        PARSERS[kind](cell)


def test_a_refusal_becomes_a_problem_of_its_field() -> None:
    problem = BadValue("bad_date", "不是日期。").problem("signed_on")
    assert (problem.reason, problem.message, problem.field) == (
        "bad_date",
        "不是日期。",
        "signed_on",
    )


# ---- Showing ----


def test_values_are_shown_as_the_office_writes_them() -> None:
    number = "41108119600305001" + check_digit("41108119600305001")
    assert show(Kind.AMOUNT, -123456789) == "-1,234,567.89"
    assert show(Kind.AMOUNT, 5) == "0.05"
    assert show(Kind.WHOLE, 12345) == "12,345"
    assert show(Kind.YES_NO, value=False) == "否"
    assert show(Kind.DATE, date(2026, 3, 1)) == "2026-03-01"
    assert show(Kind.ID_NUMBER, number) == mask_id_number(number)
    assert show(Kind.ID_NUMBER, number, masked=False) == number
    assert show(Kind.PHONE, "13837100001", masked=False) == "13837100001"


def test_every_day_an_excel_number_can_be_is_in_range() -> None:
    first, last = kinds._EXCEL_DAYS.start, kinds._EXCEL_DAYS.stop - 1
    assert date(1899, 12, 30) + timedelta(days=first) == date(1954, 10, 3)
    assert date(1899, 12, 30) + timedelta(days=last) == date(2099, 12, 31)
