"""ID numbers are read however they were typed; one mistyped digit is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop.models.id_numbers import age_on, are_id_numbers, birth_date_of, mask_id_number, sex_of
from desktop.models.kinds import PARSERS, BadValue, Kind, parse_id_number

_WEIGHTS = [2 ** (17 - place) % 11 for place in range(17)]
WIDE = str.maketrans("0123456789.-/X", "０１２３４５６７８９．－／Ｘ")


def check_digit(body: str) -> str:
    """GB 11643 by its text: Σ aᵢWᵢ ≡ 1 (mod 11), Wᵢ = 2^(i−1) mod 11."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    for digit in range(11):
        if (total + digit) % 11 == 1:
            return "X" if digit == 10 else str(digit)
    raise AssertionError(body)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    born = draw(st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 11, 1)))
    division = draw(st.integers(110000, 659999))
    return f"{division}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"


def reason(kind: Kind, cell: object) -> str:
    with pytest.raises(BadValue) as caught:
        PARSERS[kind](cell)
    assert caught.value.message
    return caught.value.reason


def test_the_standards_own_example_is_valid() -> None:
    assert parse_id_number("11010519491231002X") == "11010519491231002X"


def stays_as_it_is(text: str) -> bool:
    with suppress(BadValue):
        return parse_id_number(text) == text
    return False


def bend(number: str, place: int, sign: str) -> str:
    """Return a number with another sign at a place, or with one more or one less at its end."""
    return number[:place] + sign + number[place + 1 :] if place < 18 else (number + sign)[:place]


NUMBERS = bodies().map(lambda body: body + check_digit(body))
BENT = st.builds(bend, NUMBERS, st.integers(0, 19), st.sampled_from("0123456789Xx９ ²"))


@given(st.lists(NUMBERS | BENT | st.text(max_size=20)))
def test_many_at_once_are_right_where_each_is(texts: list[str]) -> None:
    assert are_id_numbers(texts) == all(map(stays_as_it_is, texts))


@given(bodies())
def test_just_one_last_digit_is_right_and_the_refusal_names_it(body: str) -> None:
    right = check_digit(body)
    assert parse_id_number(body + right) == body + right
    for digit in "0123456789X":
        if digit == right:
            continue
        with pytest.raises(BadValue) as caught:
            parse_id_number(body + digit)
        assert caught.value.reason == "bad_id_number"
        assert f"应为 {right}，现为 {digit}" in caught.value.message


@given(bodies(), st.data())
def test_a_mistyped_digit_or_two_swapped_ones_are_refused(body: str, data: st.DataObject) -> None:
    number = body + check_digit(body)
    place = data.draw(st.integers(0, 16))
    other = data.draw(st.sampled_from("0123456789"))
    assume(other != number[place])
    wrong = number[:place] + other + number[place + 1 :]
    assert reason(Kind.ID_NUMBER, wrong) == "bad_id_number"
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert reason(Kind.ID_NUMBER, swapped) == "bad_id_number"


@given(bodies())
def test_an_id_number_is_read_however_it_was_typed(body: str) -> None:
    number = body + check_digit(body)
    spellings = [
        number.lower(),
        number.translate(WIDE),
        f" {number}\u3000",
        f"'{number}",
        f"{number[:6]} {number[6:14]} {number[14:]}",
    ]
    assert {parse_id_number(typed) for typed in spellings} == {number}


@given(bodies())
def test_sex_birth_and_mask_come_from_the_number(body: str) -> None:
    number = body + check_digit(body)
    born = datetime.strptime(body[6:14], "%Y%m%d").date()
    assert birth_date_of(number) == born
    assert sex_of(number) == ("男" if int(body[16]) % 2 else "女")
    masked = mask_id_number(number)
    assert (len(masked), masked[:6], masked[-4:]) == (18, number[:6], number[-4:])
    assert body[6:14] not in masked


@pytest.mark.parametrize(
    "cell",
    [
        410105196003050000.0,  # Excel keeps 15 digits of a number
        410105196003050011,
        "41010519600305001",
        "4101051960030500110",
        "41010519600305X011",
        "无",
        "410105196013050011",  # there is no 13th month
        "٤١٠١٠٥١٩٦٠٠٣٠٥٠٠١١",  # digits, but of another script
    ],
)
def test_what_is_no_id_number_is_refused(cell: object) -> None:
    assert reason(Kind.ID_NUMBER, cell) == "bad_id_number"


def test_age_turns_on_the_birthday() -> None:
    born = date(1960, 2, 29)
    assert age_on(born, date(2026, 2, 28)) == 65
    assert age_on(born, date(2026, 3, 1)) == 66
