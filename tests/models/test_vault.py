from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.errors import NotFound, TooManyTries, UserError, WrongPassword
from desktop.models.recovery_code import ALPHABET, WrongRecoveryCode, new_code, normalise
from desktop.models.sign_in_waits import wait_after
from desktop.models.storage_errors import DataDamaged
from desktop.models.vault import Cost, NotAllowed, Unlocked, Vault, WeakPassword

CHEAP = Cost(operations=1, memory_bytes=8192)
PASSWORD = "春天来了2026"


class Clock:
    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def watched(home: Path, director: Unlocked, clock: Clock) -> Vault:
    return Vault(home, cost=CHEAP, now=clock)


def wrong(vault: Vault, name: str = "张院长") -> None:
    with pytest.raises(WrongPassword, match="密码不正确"):
        vault.sign_in(name, "not this one")


def test_the_first_person_signs_in(vault: Vault, director: Unlocked) -> None:
    assert vault.sign_in("张院长", PASSWORD) == director
    assert vault.sign_in(" 张院长 ", PASSWORD).role == "director"
    assert len(director.data_key) == 32
    assert vault.centre == "城关镇卫生院"


def test_the_key_file_and_a_print_of_a_person_keep_the_secret(
    vault: Vault, recovery: str, director: Unlocked
) -> None:
    content = vault.path.read_text(encoding="utf-8")
    for secret in (director.data_key.hex(), recovery, PASSWORD):
        assert secret not in content
    assert director.data_key.hex() not in repr(director)
    assert str(director.data_key) not in repr(director)


def test_full_width_typing_is_the_same_password(vault: Vault, director: Unlocked) -> None:
    vault.change_password(director, "abc12345")
    assert vault.sign_in("张院长", "ａｂｃ１２３４５") == director


def test_a_folder_is_set_up_once(vault: Vault, director: Unlocked) -> None:
    with pytest.raises(UserError, match="已经有数据"):
        vault.create("李", PASSWORD)


def test_several_people_open_the_same_data(vault: Vault, director: Unlocked) -> None:
    added = vault.add_person(director, "李统计", "tongji-88", role="statistics")
    clerk = vault.sign_in("李统计", "tongji-88")
    assert clerk.data_key == director.data_key
    assert clerk.person_id == added.id != director.person_id
    assert [person.name for person in vault.people()] == ["张院长", "李统计"]
    with pytest.raises(WrongPassword):
        vault.sign_in("李统计", PASSWORD)


def test_a_new_password_keeps_the_data(vault: Vault, director: Unlocked) -> None:
    vault.change_password(director, "a new one")
    assert vault.sign_in("张院长", "a new one") == director
    wrong(vault)
    with pytest.raises(WrongPassword):
        vault.sign_in("张院长", PASSWORD)


def test_a_removed_person_is_out(vault: Vault, director: Unlocked) -> None:
    vault.add_person(director, "李统计", "tongji-88", role="statistics")
    vault.remove_person(director, "李统计")
    with pytest.raises(NotFound, match="可以登录的有：张院长"):
        vault.sign_in("李统计", "tongji-88")


def test_one_director_must_stay(vault: Vault, director: Unlocked) -> None:
    with pytest.raises(NotAllowed, match="至少要保留一位院长"):
        vault.remove_person(director, "张院长")
    assert vault.sign_in("张院长", PASSWORD) == director


def test_only_a_director_manages_people(vault: Vault, director: Unlocked) -> None:
    vault.add_person(director, "李统计", "tongji-88", role="statistics")
    clerk = vault.sign_in("李统计", "tongji-88")
    for forbidden in (
        lambda: vault.add_person(clerk, "王", "wang-123", role="director"),
        lambda: vault.remove_person(clerk, "张院长"),
        lambda: vault.renew_recovery(clerk),
    ):
        with pytest.raises(NotAllowed, match="只有院长"):
            forbidden()


@pytest.mark.parametrize("password", ["", "12345", "aaaaaaaa"])
def test_a_weak_password_is_refused_and_nothing_is_written(vault: Vault, password: str) -> None:
    with pytest.raises(WeakPassword, match="至少要有 6 个字符"):
        vault.create("张院长", password)
    assert not vault.exists


def test_names_are_unique_and_roles_known(vault: Vault, director: Unlocked) -> None:
    with pytest.raises(UserError, match="已经有名为"):
        vault.add_person(director, "张院长", "another-1", role="nurse")
    with pytest.raises(UserError, match="没有“king”这种岗位"):
        vault.add_person(director, "王", "another-1", role="king")
    with pytest.raises(UserError, match="请填写姓名"):
        vault.add_person(director, "  ", "another-1", role="nurse")


def test_each_wrong_password_makes_the_wait_longer(watched: Vault, clock: Clock) -> None:
    waits = []
    for _slip in range(12):
        try:
            wrong(watched)
            waits.append(0)
        except TooManyTries as error:
            waits.append(error.seconds)
            with pytest.raises(TooManyTries, match="秒后再试"):
                watched.sign_in("张院长", PASSWORD)
            clock.seconds += error.seconds
            wrong(watched)
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_the_waits_double_up_to_five_minutes() -> None:
    assert [wait_after(count) for count in range(7)] == [0, 0, 1, 2, 4, 8, 16]
    assert wait_after(10_000) == 300


def test_the_wait_survives_a_restart_and_is_each_persons_own(
    watched: Vault, clock: Clock, home: Path, director: Unlocked
) -> None:
    watched.add_person(director, "李统计", "tongji-88", role="statistics")
    wrong(watched)
    wrong(watched)
    restarted = Vault(home, cost=CHEAP, now=clock)
    with pytest.raises(TooManyTries):
        restarted.sign_in("张院长", PASSWORD)
    assert restarted.sign_in("李统计", "tongji-88").role == "statistics"
    clock.seconds += 1
    assert restarted.sign_in("张院长", PASSWORD) == director
    wrong(restarted)
    assert restarted.sign_in("张院长", PASSWORD) == director


def test_a_clock_set_back_locks_nobody_out(watched: Vault, clock: Clock) -> None:
    wrong(watched)
    wrong(watched)
    clock.seconds -= 1_000_000
    with pytest.raises(TooManyTries) as caught:
        watched.sign_in("张院长", PASSWORD)
    assert caught.value.seconds == 1
    clock.seconds += 1
    assert watched.sign_in("张院长", PASSWORD).role == "director"


def test_a_damaged_count_locks_nobody_out(watched: Vault, home: Path, director: Unlocked) -> None:
    (home / "sign-ins.json").write_text("{[", encoding="utf-8")
    assert watched.sign_in("张院长", PASSWORD) == director


def test_the_recovery_key_opens_and_resets(vault: Vault, recovery: str, director: Unlocked) -> None:
    assert vault.unlock_with_recovery(recovery.lower().replace("-", " ")) == director.data_key
    assert vault.reset_password(recovery, "张院长", "remembered") == director
    assert vault.sign_in("张院长", "remembered") == director


def test_a_renewed_recovery_key_ends_the_old_one(
    vault: Vault, recovery: str, director: Unlocked
) -> None:
    renewed = vault.renew_recovery(director)
    assert vault.unlock_with_recovery(renewed) == director.data_key
    with pytest.raises(WrongRecoveryCode, match="不符"):
        vault.unlock_with_recovery(recovery)


def test_the_recovery_key_is_readable() -> None:
    codes = {new_code() for _time in range(50)}
    assert len(codes) == 50
    for code in codes:
        assert re.fullmatch(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{7}}", code)


@given(st.integers(0, 31), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found_in_its_group(at: int, character: str) -> None:
    plain = new_code().replace("-", "")
    if plain[at] == character:
        assert normalise(plain).replace("-", "") == plain
        return
    with pytest.raises(WrongRecoveryCode, match=f"第 {at // 4 + 1} 组"):
        normalise(plain[:at] + character + plain[at + 1 :])


@given(st.integers(0, 30))
def test_two_swapped_neighbours_in_a_group_are_found(at: int) -> None:
    plain = new_code().replace("-", "")
    swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    if swapped == plain or at % 4 == 3:
        return
    with pytest.raises(WrongRecoveryCode):
        normalise(swapped)


@given(st.integers(0, 7), st.integers(0, 7))
def test_swapped_groups_are_found(first: int, second: int) -> None:
    groups = new_code().split("-")
    groups[first], groups[second] = groups[second], groups[first]
    if first == second:
        normalise("-".join(groups))
        return
    with pytest.raises(WrongRecoveryCode):
        normalise("-".join(groups))


@given(st.text(max_size=40))
def test_any_text_is_a_recovery_key_or_refused(code: str) -> None:
    with pytest.raises(WrongRecoveryCode):
        normalise(code)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 2, "people": []}', "\x00"])
def test_a_damaged_key_file_is_told(vault: Vault, director: Unlocked, content: str) -> None:
    vault.path.write_text(content, encoding="utf-8")
    with pytest.raises(DataDamaged, match=r"keys\.json"):
        vault.sign_in("张院长", PASSWORD)


def test_the_cost_of_a_guess_is_kept_with_the_password(vault: Vault, director: Unlocked) -> None:
    wrap = json.loads(vault.path.read_text(encoding="utf-8"))["people"][0]["wrap"]
    assert (wrap["operations"], wrap["memory_bytes"]) == (CHEAP.operations, CHEAP.memory_bytes)
    dearer = Vault(vault.path.parent, cost=Cost(operations=2, memory_bytes=16384))
    assert dearer.sign_in("张院长", PASSWORD) == director


def test_an_empty_folder_is_named(vault: Vault) -> None:
    assert not vault.exists
    with pytest.raises(NotFound, match="没有本系统的数据"):
        vault.sign_in("张院长", PASSWORD)
