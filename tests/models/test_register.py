"""What follows from a declaration: parsing, choices, problems, twins, freezing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from desktop.errors import Frozen, NotFound, RecordRefused
from desktop.models import store
from desktop.models.kinds import BadValue, Kind
from desktop.models.opening import Centre
from desktop.models.register import Choice, Field, Owner, Register, Values
from desktop.models.registers import all_registers, find_register, registers_by_number
from desktop.models.registers.residents import Resident
from desktop.models.titles import titles
from desktop.text import set_language
from tests.helpers.samples import id_number

RESIDENTS = find_register("residents")
CONTRACTS = find_register("contracts")
CHOICES = [
    field
    for register in all_registers().values()
    for field in register.fields
    if field.kind is Kind.CHOICE
]


def a_field(kind: Kind, **options: object) -> Field:
    return Field(number=1, column=Resident.status, label="状态", kind=kind, **options)  # type: ignore[arg-type]


# ---- Fields ----


@given(st.sampled_from(CHOICES), st.data())
def test_every_spelling_of_a_term_is_kept_as_the_term(field: Field, data: st.DataObject) -> None:
    choice = data.draw(st.sampled_from(field.choices))
    spelling = data.draw(st.sampled_from((choice.value, *choice.synonyms)))
    assert field.parse(spelling) == choice.value
    assert field.parse(f" {spelling}\u3000") == choice.value
    assert field.parse(None) is None


def test_another_term_is_refused_with_those_there_are_or_kept_where_open() -> None:
    choices = (Choice("常住", ("在家",)), Choice("外出"))
    closed = a_field(Kind.CHOICE, choices=choices)
    with pytest.raises(BadValue) as caught:
        closed.parse("搬迁")
    assert caught.value.reason == "bad_choice"
    assert "状态“搬迁”不在可选项中：常住、外出" in caught.value.message
    assert closed.parse("在家") == "常住"
    assert a_field(Kind.CHOICE, choices=choices, open_choice=True).parse("搬迁") == "搬迁"


def test_a_number_below_the_least_is_refused_by_name() -> None:
    with pytest.raises(BadValue) as caught:
        a_field(Kind.WHOLE, minimum=0).parse("-1")
    assert caught.value.reason == "negative_status"
    assert "状态不能小于 0" in caught.value.message
    with pytest.raises(BadValue) as caught:
        a_field(Kind.WHOLE, minimum=1).parse(0)
    assert caught.value.reason == "bad_status"
    assert a_field(Kind.WHOLE, minimum=0).parse(0) == 0
    assert a_field(Kind.AMOUNT, minimum=0).parse("0.00") == 0


def test_a_field_is_computed_or_stored() -> None:
    lots = find_register("drug_stock")
    assert "quantity" in lots.by_key
    assert "quantity" not in {field.key for field in lots.stored}
    assert lots.by_key["quantity"].number not in lots.by_number


# ---- Problems ----


def test_each_missing_field_is_named_once_with_its_code() -> None:
    problems = CONTRACTS.problems({"name": "王秀兰", "signed_on": None})
    assert [(each.reason, each.field) for each in problems] == [
        ("missing_id_number", "id_number"),
        ("missing_expires_on", "expires_on"),
        ("missing_signed_on", "signed_on"),
    ]
    assert problems[0].message == "缺少身份证号。"
    lots = find_register("stock_moves")
    assert "missing_lot" in {each.reason for each in lots.problems({})}


def test_zero_and_no_are_not_missing() -> None:
    moves = find_register("stock_moves")
    required = {field.key: 0 for field in moves.stored if field.required}
    assert moves.problems(required) == []


def test_a_contract_that_ends_before_it_was_signed_is_refused() -> None:
    values: Values = {
        "name": "王秀兰",
        "id_number": id_number(1),
        "signed_on": date(2026, 3, 1),
        "expires_on": date(2026, 2, 28),
    }
    assert [each.reason for each in CONTRACTS.problems(values)] == ["expiry_before_signing"]
    assert CONTRACTS.problems(values | {"expires_on": date(2026, 3, 1)}) == []


# ---- Saving ----


@pytest.fixture
def resident(fresh_centre: Centre) -> bytes:
    with fresh_centre.store.writing() as session:
        return store.save(session, RESIDENTS, {"name": "王秀兰", "id_number": id_number(1)})


def refusals(session: Session, values: Values, record_id: bytes | None = None) -> list[str]:
    with pytest.raises(RecordRefused) as caught:
        store.save(session, RESIDENTS, values, record_id)
    return [each.reason for each in caught.value.problems]


def test_the_same_person_is_not_kept_twice(fresh_centre: Centre, resident: bytes) -> None:
    twin: Values = {"name": "王秀蓝", "id_number": id_number(1)}
    with fresh_centre.store.writing() as session:
        assert refusals(session, twin) == ["duplicate"]
        other = store.save(session, RESIDENTS, twin | {"id_number": id_number(2)})
        assert refusals(session, {"id_number": id_number(1)}, other) == ["duplicate"]
        store.save(session, RESIDENTS, {"note": "自己不算重复"}, resident)
        store.remove(session, RESIDENTS, resident)
        store.save(session, RESIDENTS, twin)


def test_two_people_whose_number_is_not_known_are_two(fresh_centre: Centre) -> None:
    with fresh_centre.store.writing() as session:
        store.insert_many(session, RESIDENTS, [{"name": "甲", "id_number": None}])
        assert store.find_twin(session, RESIDENTS, {"name": "乙", "id_number": None}) is None
        assert store.find_twin(session, RESIDENTS, {"name": "乙"}) is None


def test_a_key_with_a_blank_part_is_still_a_key(fresh_centre: Centre) -> None:
    drugs = find_register("drugs")
    values: Values = {"name": "阿莫西林胶囊", "spec": "0.25g*24", "manufacturer": None}
    with fresh_centre.store.writing() as session:
        made = store.insert_many(session, drugs, [values])[0]
        assert store.find_twin(session, drugs, values) == made
        assert store.find_twin(session, drugs, values | {"manufacturer": "某厂"}) is None


def test_an_edit_is_checked_with_what_the_record_holds(
    fresh_centre: Centre, resident: bytes
) -> None:
    with fresh_centre.store.writing() as session:
        assert refusals(session, {"name": ""}, resident) == ["missing_name"]
        store.save(session, RESIDENTS, {"phone": "13800000001"}, resident)
        kept = store.load(session, RESIDENTS, resident)
    assert (kept["name"], kept["phone"]) == ("王秀兰", "13800000001")


def test_what_the_county_owns_is_read_only(fresh_centre: Centre, resident: bytes) -> None:
    owned: Register = replace(RESIDENTS, owner=Owner.COUNTY)
    with (
        fresh_centre.store.writing() as session,
        pytest.raises(Frozen, match="由县级统一维护"),
    ):
        store.save(session, owned, {"note": "改"}, resident)


def test_a_ledger_and_a_submitted_return_are_not_edited(fresh_centre: Centre) -> None:
    moves, returns = find_register("supply_moves"), find_register("returns")
    with fresh_centre.store.writing() as session:
        move = store.insert_many(session, moves, [{"quantity": 5, "kind": "入库"}])[0]
        with pytest.raises(Frozen, match="冲正"):
            store.save(session, moves, {"quantity": 6}, move)
        draft = store.insert_many(session, returns, [{"status": "草稿", "month": "2026-10"}])[0]
        store.change_many(session, returns, [(draft, {"status": "已上报"})])
        with pytest.raises(Frozen, match="更正版次"):
            store.remove(session, returns, draft)


def test_a_record_that_is_gone_is_not_found(fresh_centre: Centre, resident: bytes) -> None:
    with fresh_centre.store.writing() as session:
        store.remove(session, RESIDENTS, resident)
        with pytest.raises(NotFound, match="已不存在"):
            store.save(session, RESIDENTS, {"note": "改"}, resident)


# ---- Finding registers and titles ----


def test_an_unknown_register_is_named_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="没有名为“stuff”的台账") as caught:
        find_register("stuff")
    assert "residents" in caught.value.advice


def test_registers_stand_in_the_order_of_their_numbers() -> None:
    numbers = [register.number for register in all_registers().values()]
    assert numbers == sorted(numbers)
    assert all(registers_by_number()[r.number] is r for r in all_registers().values())


def test_a_title_goes_through_references(fresh_centre: Centre) -> None:
    drugs, lots = find_register("drugs"), find_register("drug_stock")
    with fresh_centre.store.writing() as session:
        drug = store.insert_many(session, drugs, [{"name": "阿莫西林胶囊", "spec": "0.25g*24"}])[0]
        lot = store.insert_many(session, lots, [{"drug_id": drug, "batch_no": "B01"}])[0]
        absent = b"\x00" * 16
        assert titles(session, lots, [lot, absent]) == {lot: "阿莫西林胶囊 0.25g*24 B01"}


def test_sentences_follow_the_language() -> None:
    set_language("en")
    problem = CONTRACTS.problems({"name": "王秀兰", "expires_on": date(2026, 1, 1)})[0]
    assert problem.message == "ID number is missing."


@given(st.sampled_from(list(all_registers().values())), st.data())
def test_records_in_columns_have_the_problems_that_each_has_alone(
    register: Register, data: st.DataObject
) -> None:
    shown = data.draw(st.sets(st.sampled_from([field.key for field in register.stored])))
    days = st.sampled_from([None, date(2026, 1, 31), date(2026, 3, 1)])
    others = st.sampled_from([None, "", "词", 3, 7, True])
    rows = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    key: days if register.by_key[key].kind is Kind.DATE else others
                    for key in sorted(shown)
                }
            ),
            max_size=5,
        )
    )
    columns = {key: [row[key] for row in rows] for key in sorted(shown)}
    alone = {at: found[0] for at, row in enumerate(rows) if (found := register.problems(row))}
    assert register.first_problems(columns, len(rows)) == alone
