"""Lists agree with a plain sort in Python: whole, in pages, filtered, searched, while rows come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from desktop.models import listing, paging, store
from desktop.models.ids import new_id
from desktop.models.kinds import Kind
from desktop.models.listing import Query
from desktop.models.opening import Centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.search_keys import searched
from tests.helpers.samples import id_number

CONTRACTS = find_register("contracts")
DIVISIONS = find_register("divisions")
SORTABLE = [column.key for column in listing.columns(CONTRACTS) if column.sortable]
_SURNAMES = "王李张单曾翟㛃欧阿"
_GIVEN = ("秀兰", "国强", "大", "小", "䶮")


def made_rows(count: int, villages: list[bytes], seed: int = 7) -> list[Values]:
    """Return contracts with blanks, ties, and villages that have not arrived."""
    random = Random(seed)
    absent = [new_id(), new_id()]
    rows: list[Values] = []
    for order in range(count):
        born = date(1930, 1, 1) + timedelta(days=random.randrange(0, 30_000, 500))
        values: Values = {
            "name": random.choice(_SURNAMES) + random.choice(_GIVEN),
            "id_number": random.choice([None, id_number(order, born)]),
            "village_id": random.choice([None, *villages, *absent]),
            "packages": random.choice([None, "基础包", "基础包、高血压包"]),
            "signed_on": random.choice([None, date(2026, 1, 1 + order % 5)]),
            "expires_on": date(2026, 12, 1) + timedelta(days=random.randrange(4)),
            "phone": random.choice([None, f"138{order:08d}"]),
            "hypertension": random.choice([None, True, False]),
            "diabetes": random.choice([None, True, False]),
            "householder": None,
        }
        rows.append(values)
    return rows


@pytest.fixture
def villages(fresh_centre: Centre) -> list[bytes]:
    """Villages, two of them with the same name and key."""
    names = ("上河村", "单楼村", "前进村", "前进村", "阿庄")
    with fresh_centre.store.writing() as session:
        return store.insert_many(session, DIVISIONS, [{"name": name} for name in names])


@pytest.fixture
def session(fresh_centre: Centre, villages: list[bytes]) -> Iterator[Session]:
    with fresh_centre.store.writing() as session:
        ids = store.insert_many(session, CONTRACTS, made_rows(120, villages))
        for each in ids[::17]:
            store.remove(session, CONTRACTS, each)
    with fresh_centre.store.reading() as session:
        yield session


def sort_value(session: Session, key: str, row: dict[str, object]) -> object:
    """Return what a row is ordered by, comparable with its like; None is a blank."""
    if key in ("", "name"):
        return str(row["search_key"]).encode()
    if key == "age":
        number = row["id_number"]
        return str(number)[6:14].encode() if number else None
    value = row[key]
    if CONTRACTS.by_key[key].kind is Kind.REFERENCE:
        target = find_register(CONTRACTS.by_key[key].target).table
        value = session.execute(select(target.c.search_key).where(target.c.id == value)).scalar()
    return value.encode() if isinstance(value, str) else value


def expected(session: Session, query: Query, rows: list[dict[str, object]]) -> list[bytes]:
    down = query.descending != (query.sort == "age")
    keyed: list[tuple[Any, ...]] = []
    for row in rows:
        value = sort_value(session, query.sort, row)
        keyed.append((False, row["id"]) if value is None else (True, value, row["id"]))
    return [each[-1] for each in sorted(keyed, reverse=down)]


def present(session: Session) -> list[dict[str, object]]:
    table = CONTRACTS.table
    found = session.execute(select(table).where(table.c.deleted_at.is_(None)))
    return [dict(row._mapping) for row in found]


def walked(session: Session, query: Query, limit: int) -> list[bytes]:
    page = listing.page(session, query, limit=limit)
    seen = [row.id for row in page.rows]
    while page.after is not None:
        page = listing.page(session, query, page.after, limit)
        seen += [row.id for row in page.rows]
    return seen


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["", *SORTABLE])
def test_pages_and_the_whole_list_are_in_the_order_of_a_plain_sort(
    session: Session, sort: str, descending: bool
) -> None:
    query = Query(CONTRACTS, sort=sort, descending=descending)
    wanted = expected(session, query, present(session))
    assert walked(session, query, 7) == wanted
    assert [row.id for row in listing.every(session, query)] == wanted
    assert listing.count(session, query) == len(wanted)


@pytest.mark.parametrize("groups", [0, 500])
@pytest.mark.parametrize("sort", ["", "village_id", "expires_on", "age"])
def test_a_search_finds_what_holds_every_word_in_any_order(
    session: Session, sort: str, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FEW", 5)  # so that both ways of searching are taken
    monkeypatch.setattr(paging, "MANY_GROUPS", groups)
    everyone = present(session)
    for text in ("w", "dx", "XIAO", "３", "王 8", "查无此人", "基础包"):
        words = searched(text).split()
        rows = [row for row in everyone if all(w in str(row["search_key"]) for w in words)]
        for descending in (False, True):
            query = Query(CONTRACTS, text=text, sort=sort, descending=descending)
            assert walked(session, query, 11) == expected(session, query, rows)
            assert listing.count(session, query) == len(rows)


def test_chips_conditions_and_words_hold_together(session: Session) -> None:
    query = Query(
        CONTRACTS,
        text="x",
        chips=("hypertension", "unknown to this version"),
        where="到期日期>=2026-12-02",
        sort="signed_on",
    )
    rows = [
        row
        for row in present(session)
        if "x" in str(row["search_key"])
        and row["hypertension"]
        and str(row["expires_on"]) >= "2026-12-02"
    ]
    assert rows
    assert listing.count(session, query) == len(rows)
    assert walked(session, query, 2) == expected(session, query, rows)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["", "expires_on", "signed_on", "village_id", "packages", "age"])
def test_rows_that_come_between_pages_neither_hide_nor_double_the_others(
    fresh_centre: Centre, villages: list[bytes], sort: str, descending: bool
) -> None:
    with fresh_centre.store.writing() as session:
        first = store.insert_many(session, CONTRACTS, made_rows(60, villages))
    query = Query(CONTRACTS, sort=sort, descending=descending)
    after = None
    seen: list[bytes] = []
    for turn in range(100):
        with fresh_centre.store.reading() as session:
            page = listing.page(session, query, after, 9)
        seen += [row.id for row in page.rows]
        after = page.after
        if after is None:
            break
        with fresh_centre.store.writing() as session:
            store.insert_many(session, CONTRACTS, made_rows(5 if turn < 8 else 0, villages, turn))
    with fresh_centre.store.reading() as session:
        whole = expected(session, query, present(session))
    assert len(seen) == len(set(seen))
    assert set(first) <= set(seen)
    assert [each for each in whole if each in set(seen)] == seen


def test_a_village_renamed_between_pages_does_not_break_the_list(
    fresh_centre: Centre, villages: list[bytes]
) -> None:
    with fresh_centre.store.writing() as session:
        rows: list[Values] = [{"name": "王", "village_id": each} for each in villages * 4]
        store.insert_many(session, CONTRACTS, rows)
    query = Query(CONTRACTS, sort="village_id")
    with fresh_centre.store.writing() as session:
        page = listing.page(session, query, limit=6)
        last = store.load(session, CONTRACTS, page.rows[-1].id)["village_id"]
        assert isinstance(last, bytes)
        store.save(session, DIVISIONS, {"name": "庄头村"}, last)
    with fresh_centre.store.reading() as session:
        rest = walked_from(session, query, page.after)
    assert len(rest) == len(set(rest))
    assert len(rest) >= len(rows) - 6


def walked_from(session: Session, query: Query, after: listing.Cursor | None) -> list[bytes]:
    seen: list[bytes] = []
    while after is not None:
        page = listing.page(session, query, after, 6)
        seen += [row.id for row in page.rows]
        after = page.after
    return seen


def test_a_page_has_the_values_of_the_fields_in_their_order(session: Session) -> None:
    row = listing.page(session, Query(CONTRACTS), limit=1).rows[0]
    assert listing.as_values(CONTRACTS, row) == store.load(session, CONTRACTS, row.id)


def test_an_empty_list_has_no_page_after(fresh_centre: Centre) -> None:
    with fresh_centre.store.reading() as session:
        for sort in ("", "village_id", "expires_on"):
            page = listing.page(session, Query(CONTRACTS, sort=sort))
            assert page == ([], None)
            assert listing.count(session, Query(CONTRACTS, sort=sort)) == 0


def test_texts_are_masked_unless_asked_and_unknown_references_are_named(
    fresh_centre: Centre, villages: list[bytes]
) -> None:
    number = id_number(5)
    values: Values = {"name": "王秀兰", "id_number": number, "phone": "13800000001"}
    with fresh_centre.store.writing() as session:
        store.insert_many(session, CONTRACTS, [values | {"village_id": villages[0]}])
        store.insert_many(session, CONTRACTS, [values | {"village_id": new_id()}])
    with fresh_centre.store.reading() as session:
        rows = listing.page(session, Query(CONTRACTS, sort="village_id", descending=True)).rows
        here, nowhere = listing.shown(session, CONTRACTS, rows)
        whole = listing.shown(session, CONTRACTS, rows, masked=False)[0]
    assert (here["village_id"], nowhere["village_id"]) == ("上河村", "（未找到）")
    assert number not in here.values()
    assert "13800000001" not in here.values()
    assert (whole["id_number"], whole["phone"]) == (number, "13800000001")
    assert here["sex"] == ("男" if int(number[16]) % 2 else "女")
    assert here["hypertension"] == ""


def test_a_new_name_is_found_wherever_it_is_searched_by(fresh_centre: Centre) -> None:
    clinics, months = find_register("clinics"), find_register("clinic_months")
    with fresh_centre.store.writing() as session:
        clinic = store.insert_many(session, clinics, [{"name": "上河村卫生室"}])[0]
        store.insert_many(session, months, [{"clinic_id": clinic, "month": "2026-10"}])
        store.save(session, clinics, {"name": "解放村卫生室"}, clinic)
    with fresh_centre.store.reading() as session:
        assert listing.count(session, Query(months, text="jfcwss 2026-10")) == 1
        assert listing.count(session, Query(months, text="上河")) == 0


def test_deleted_rows_are_in_no_list(session: Session) -> None:
    before = listing.count(session, Query(CONTRACTS))
    table = CONTRACTS.table
    session.execute(update(table).values(deleted_at="2026-11-22T00:00:00+00:00"))
    assert before > 0
    assert listing.count(session, Query(CONTRACTS)) == 0
    assert listing.page(session, Query(CONTRACTS, sort="village_id")).rows == []
    assert list(listing.every(session, Query(CONTRACTS, text="w"))) == []
