"""Office workbooks as files: what is refused, and what a written cell leaves as it was."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import UserError
from desktop.exchange.office_cells import letters, position, reference
from desktop.exchange.office_marks import (
    folded,
)
from desktop.exchange.office_workbook import OfficeWorkbook
from tests.exchange.offices_templates import (
    by_clinic,
    loaded,
    monthly,
    opened,
    saved,
)
from tests.exchange.test_return_template import part_texts

# Files that are no templates


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "旧的 xls 格式.*另存为"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "打开密码",
        ),
        (b"a,b\n1,2", "不是 Excel 工作簿"),
        (b"PK\x03\x04 torn", "已损坏"),
    ],
)
def test_other_files_are_refused_in_words(content: bytes, said: str) -> None:
    with pytest.raises(UserError, match=f"(?s){said}"):
        OfficeWorkbook(content, "县表.xls")


def test_a_broken_sheet_is_refused() -> None:
    parts = part_texts(saved(monthly()))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, text in parts.items():
            packed.writestr(name, text[:-40] if name.endswith("sheet1.xml") else text)
    with pytest.raises(UserError, match="已损坏"):
        OfficeWorkbook(made.getvalue(), "a.xlsx")


# Cells of a sheet's XML


@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_references_come_back(row: int, column: int) -> None:
    assert position(reference((row, column))) == (row, column)


def test_letters() -> None:
    assert [letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 9)),
        st.one_of(
            st.integers(-(10**9), 10**9),
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1),
            st.none(),
        ),
        max_size=12,
    )
)
def test_whatever_is_written_stands_there_and_all_else_stays(
    values: dict[tuple[int, int], Any],
) -> None:
    template = opened(by_clinic(["清河村", "柳林村", ""]))
    sheet = template.sheets["村卫生室"]
    before = loaded(saved(by_clinic(["清河村", "柳林村", ""])))["村卫生室"]
    after = loaded(template.filled({"村卫生室": values}))["村卫生室"]
    wanted = {sheet.first_of(place): value for place, value in values.items()}
    for row in range(13):
        for column in range(10):
            place = (row, column)
            there = after.cell(row + 1, column + 1).value
            expected = wanted[place] if place in wanted else before.cell(row + 1, column + 1).value
            assert there == expected, place


def test_labels_are_folded() -> None:
    assert folded("（一）其中： 门 诊") == "门诊"
    assert folded("12.5毫克") == "12.5毫克", "no numbering"
    assert folded("1、总诊疗人次：") == "总诊疗人次"
