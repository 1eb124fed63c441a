"""Words and sentences in a row, in either language."""

from __future__ import annotations

from desktop.errors import Problem, RecordRefused, UserError
from desktop.text import _, in_a_row, in_one_line, set_language


def test_words_have_the_comma_of_the_language() -> None:
    assert in_a_row(["甲", "乙"]) == "甲、乙"
    set_language("en")
    assert in_a_row(["甲", "乙"]) == "甲, 乙"
    assert in_a_row([]) == ""


def test_sentences_are_joined_as_the_language_joins_them() -> None:
    assert in_one_line(["缺少姓名。", "缺少日期。"]) == "缺少姓名；缺少日期。"
    assert in_one_line(["缺少姓名。"]) == "缺少姓名。"
    assert in_one_line(["一", "二"]) == "一；二"
    assert in_one_line([]) == ""
    set_language("en")
    assert in_one_line(["Name is missing.", "Date is missing."]) == (
        "Name is missing. Date is missing."
    )


def test_an_error_is_a_sentence_and_the_next_step() -> None:
    assert (
        str(UserError("磁盘空间不足。", "请清理磁盘后再试。")) == "磁盘空间不足。请清理磁盘后再试。"
    )
    assert str(UserError("The disk is full.", "Make room.")) == "The disk is full. Make room."
    refused = RecordRefused(
        [Problem("missing_name", "缺少姓名。"), Problem("bad_date", "日期不对。")]
    )
    assert str(refused) == "缺少姓名；日期不对。"


def test_a_language_without_a_catalogue_shows_the_source() -> None:
    set_language("xx")
    assert _("保存") == "保存"
