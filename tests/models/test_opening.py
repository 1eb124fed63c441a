"""A centre is made whole or not at all, and opened by who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, select

from desktop.errors import NotFound, UserError, WrongPassword
from desktop.models import backup, opening, store
from desktop.models.database import Database
from desktop.models.opening import (
    NewCentre,
    check_centre,
    create_centre,
    known_divisions,
    open_centre,
    villages_of,
)
from desktop.models.registers import find_register
from desktop.models.registers.centre import Centre as CentreRecord
from desktop.models.registers.divisions import Division
from desktop.models.registers.policy import Policy
from desktop.models.replacing import DATABASE_NAME, KEYS_NAME
from desktop.models.vault import Vault, WeakPassword
from tests.helpers.centres import CHEAP, CODE, PASSWORD, PERSON, reopen

USCC = "124110814172548563"
NEW = NewCentre("青禾镇中心卫生院", CODE)


def made(home: Path, new: NewCentre, password: str = PASSWORD) -> opening.Centre:
    return create_centre(home, new, PERSON, password, vault=Vault(home, cost=CHEAP))[0]


@pytest.mark.parametrize("code", ["411081", "411081101", "411081101001"])
def test_a_code_of_county_township_or_village_is_taken(code: str) -> None:
    check_centre(NewCentre("青禾镇中心卫生院", code))


@pytest.mark.parametrize(
    "code", ["", "4110", "41108110", "41108110A", "４１１０８１", "4110811010011"]
)
def test_another_code_is_refused_with_what_was_given(code: str) -> None:
    with pytest.raises(UserError, match="6 位、9 位或 12 位") as caught:
        check_centre(NewCentre("青禾镇中心卫生院", code))
    assert f"“{code}”" in caught.value.message


def test_a_centre_has_a_name() -> None:
    with pytest.raises(UserError, match="请填写机构名称"):
        check_centre(NewCentre(" 　", CODE))


def uscc_digit(body: str) -> str:
    """GB 32100: 31 − Σ wᵢcᵢ mod 31 with wᵢ = 3^(i−1) mod 31, worked out by hand."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(letter) * (3**at % 31) for at, letter in enumerate(body))
    return letters[-total % 31]


def test_a_wrong_credit_code_is_refused_and_a_right_one_kept_plain(tmp_path: Path) -> None:
    body = USCC[:17]
    right = body + uscc_digit(body)
    for letter in "0123456789ABCDEFGHJKLMNPQRTUWXY":
        if letter != right[-1]:
            with pytest.raises(UserError, match="统一社会信用代码"):
                check_centre(NewCentre("甲", CODE, body + letter))
    spaced = f"{right[:8].lower()} {right[8:]}"
    with made(tmp_path / "centre", NewCentre(" 青禾镇中心卫生院 ", CODE, spaced)) as centre:
        with centre.store.reading() as session:
            row = session.execute(select(CentreRecord.name, CentreRecord.uscc)).one()
        assert tuple(row) == ("青禾镇中心卫生院", right)
        assert centre.vault.centre == "青禾镇中心卫生院"


def test_a_township_brings_its_villages_a_county_none() -> None:
    townships = {row["乡级代码9"] for row in known_divisions()}
    for code in sorted(townships)[:5]:
        villages = villages_of(code)
        assert len(villages) == sum(row["乡级代码9"] == code for row in known_divisions())
        assert all(str(village["code"]).startswith(code) for village in villages)
    assert villages_of(f"{min(townships)}001") == villages_of(min(townships))
    assert villages_of(CODE[:6]) == []
    assert villages_of("999999999") == []


def test_a_new_centre_holds_its_villages_found_by_pinyin(tmp_path: Path) -> None:
    code = min(row["乡级代码9"] for row in known_divisions())
    home = tmp_path / "centre"
    with made(home, NewCentre("某镇卫生院", code)) as centre, centre.store.reading() as session:
        rows = session.execute(select(Division.code, Division.search_key)).all()
    assert sorted(row.code for row in rows) == sorted(str(v["code"]) for v in villages_of(code))
    assert all(row.search_key for row in rows)


def test_two_pcs_of_one_centre_begin_with_the_same_records(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        with made(tmp_path / name, NEW) as centre, centre.store.reading() as session:
            tables = [find_register(key).table for key in ("centre", "divisions", "policy")]
            ids.append({each for t in tables for each in session.execute(select(t.c.id)).scalars()})
    assert ids[0] == ids[1]


def test_a_folder_with_a_centre_is_left_as_it_is(tmp_path: Path) -> None:
    home = tmp_path / "centre"
    made(home, NEW).close()
    before = {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()}
    with pytest.raises(UserError, match="已经有数据"):
        made(home, NewCentre("另一家卫生院", CODE))
    (home / KEYS_NAME).rename(home / "keys-elsewhere.json")
    with pytest.raises(UserError, match="已经有数据"):
        made(home, NewCentre("另一家卫生院", CODE))
    (home / "keys-elsewhere.json").rename(home / KEYS_NAME)
    assert {path.name: path.read_bytes() for path in home.iterdir() if path.is_file()} == before


def test_a_weak_password_leaves_nothing_behind(tmp_path: Path) -> None:
    home = tmp_path / "centre"
    with pytest.raises(WeakPassword):
        made(home, NewCentre("甲", CODE), "111111")
    made(home, NewCentre("甲", CODE)).close()


@pytest.mark.parametrize("broken", ["making the file", "writing the first rows"])
def test_what_fails_half_way_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    home = tmp_path / "centre"

    def fail(*_arguments: object) -> None:
        raise UserError("磁盘空间不足。")

    with monkeypatch.context() as patch:
        if broken == "making the file":
            patch.setattr(Database, "migrate", fail)
        else:
            patch.setattr(opening, "seed_policies", fail)
        with pytest.raises(UserError, match="磁盘空间不足"):
            made(home, NEW)
    assert not (home / KEYS_NAME).exists()
    assert not list(home.glob(f"{DATABASE_NAME}*"))
    made(home, NEW).close()
    with reopen(home) as centre, centre.store.reading() as session:
        assert session.execute(select(CentreRecord.name)).scalar_one() == "青禾镇中心卫生院"


def test_a_record_of_the_centre_is_written_by_the_person_signed_in(tmp_path: Path) -> None:
    with made(tmp_path / "centre", NEW) as centre:
        assert centre.store.person_name == PERSON
        assert centre.database.person == centre.unlocked.person_id


def test_opening_asks_for_the_right_password_and_a_centre(tmp_path: Path) -> None:
    home = tmp_path / "centre"
    with pytest.raises(NotFound, match="没有本系统的数据"):
        open_centre(home, PERSON, PASSWORD)
    made(home, NEW).close()
    with pytest.raises(WrongPassword):
        open_centre(home, PERSON, "another-2026", vault=Vault(home, cost=CHEAP))
    with pytest.raises(NotFound, match="没有名为“李四”的人员"):
        open_centre(home, "李四", PASSWORD, vault=Vault(home, cost=CHEAP))


def test_opening_waits_for_no_backup_and_the_day_gets_just_one(tmp_path: Path) -> None:
    home = tmp_path / "centre"
    made(home, NEW).close()
    with reopen(home) as centre:
        assert backup.listing(home) == []
        first = centre.daily_backup()
        assert first is not None
        assert centre.daily_backup() is None
    with reopen(home) as centre:
        assert centre.daily_backup() is None
        assert backup.listing(home) == [first]


def test_an_opened_centre_reads_and_writes(tmp_path: Path) -> None:
    home = tmp_path / "centre"
    made(home, NEW).close()
    residents = find_register("residents")
    with reopen(home) as centre, centre.store.writing() as session:
        made_id = store.insert_many(session, residents, [{"name": "王秀兰"}])[0]
    with reopen(home) as centre, centre.store.reading() as session:
        assert store.load(session, residents, made_id)["name"] == "王秀兰"


def policies(centre: opening.Centre) -> dict[str, str | None]:
    with centre.store.reading() as session:
        rows = session.execute(select(Policy.code, Policy.value, Policy.deleted_at)).all()
    return {row.code: None if row.deleted_at else row.value for row in rows}


def test_an_older_centre_is_given_the_policies_it_never_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "centre"
    with made(home, NEW) as centre:
        with centre.store.writing() as session:
            rows = session.execute(select(Policy.code, Policy.id)).all()
            ids = {row.code: row.id for row in rows}
            session.execute(delete(Policy).where(Policy.code == "population.elderly"))
            register = find_register("policy")
            store.save(session, register, {"value": "90"}, ids["drug.near_expiry_days"])
            store.remove(session, register, ids["population.child"])
        before = policies(centre)
    assert "population.elderly" not in before
    with reopen(home) as centre:
        assert policies(centre) == before, "nothing was migrated: nothing is added"
    monkeypatch.setattr(Database, "migrate", lambda _self: True)
    with reopen(home) as centre:
        assert policies(centre) == before | {"population.elderly": ""}
