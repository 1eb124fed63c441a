"""Search keys of records one by one and column by column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop.models.registers import find_register
from desktop.models.search_keys import search_key, search_keys

CONTRACTS = find_register("contracts")
TEXTS = st.one_of(
    st.none(), st.sampled_from(["解大山", "王小明 ", "AB c", "13800000001", "１２", ""])
)


@given(st.lists(st.fixed_dictionaries({"name": TEXTS, "id_number": TEXTS, "phone": TEXTS})))
def test_columns_give_the_keys_that_each_record_has_alone(
    rows: list[dict[str, str | None]],
) -> None:
    columns = {key: [row[key] for row in rows] for key in ("phone", "name", "id_number")}
    alone = [search_key(CONTRACTS, row, {}) for row in rows]
    assert search_keys(CONTRACTS, columns, {}, len(rows)) == alone


def test_a_column_left_out_is_blank() -> None:
    assert search_keys(CONTRACTS, {"name": ["王明", "李华"]}, {}, 2) == [
        "wangming wm 王明",
        "lihua lh 李华",
    ]
    assert search_keys(CONTRACTS, {}, {}, 2) == ["", ""]
