"""A version of a scheme or form that is withdrawn: the one before it holds on."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from county.storage import Hub
from desktop.models.published import held_fields
from desktop.models.registers import find_register
from desktop.services.performance.schemes import scheme_for
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.county.published_files import written
from tests.county.publishing_parts import OTHER, OTHER_NAME, Make, rows, sound
from tests.county.test_publishing_files import FORM, SCHEME
from tests.county.test_publishing_later import from_all, to_all
from tests.sync.parts import PC, add_centre, code_for

NAME = "县方案"


@pytest.fixture
def pc(hub: Hub, make_pc: Make) -> PC:
    made = make_pc()
    made.join(hub, code_for(hub))
    made.sync()
    return made


class Versions:
    """The versions of the county's scheme or form, published to all centres."""

    def __init__(self, hub: Hub, folder: Path, word: str) -> None:
        self._hub = hub
        self._folder = folder
        self._word = word

    def publish(self, version: int, start: date, more: str = "") -> None:
        text = (SCHEME if self._word == "scheme" else FORM).read_text("utf-8")
        text = text.replace('name = "村医绩效考核方案"', f'name = "{NAME}"')
        text = text.replace("version = 1", f"version = {version}{more}", 1)
        to_all(self._hub, self._word, written(self._folder, "版本.toml", text), valid_from=start)

    def withdraw(self, *versions: int) -> None:
        title = NAME if self._word == "scheme" else "基层医疗卫生机构医疗服务月报表"
        words = [f"{title} {version}" for version in versions] or [title]
        from_all(self._hub, self._word, *words)


@pytest.fixture
def schemes(hub: Hub, tmp_path: Path) -> Versions:
    return Versions(hub, tmp_path, "scheme")


@pytest.fixture
def forms(hub: Hub, tmp_path: Path) -> Versions:
    return Versions(hub, tmp_path, "form")


def ends(pc: PC, key: str = "schemes") -> dict[int, date | None]:
    pc.sync()
    return {row.version: row.valid_to for row in rows(pc, key)}


def in_force(pc: PC, month: str) -> int | None:
    with pc.store.reading() as session:
        found = scheme_for(Records(session), parse_period(month))
    return found.scheme.version if found else None


def test_the_scheme_before_a_withdrawn_one_holds_on_as_at_a_centre_added_later(
    hub: Hub, pc: PC, make_pc: Make, schemes: Versions
) -> None:
    schemes.publish(1, date(2026, 7, 1))
    schemes.publish(2, date(2027, 1, 1))
    assert ends(pc) == {1: date(2026, 12, 31), 2: None}
    schemes.withdraw(2)
    assert ends(pc) == {1: None}
    add_centre(hub, OTHER, OTHER_NAME)
    later = make_pc(name=OTHER_NAME, code=OTHER)
    later.join(hub, code_for(hub, OTHER))
    later.sync()
    for each in (pc, later):
        assert (in_force(each, "2026-12"), in_force(each, "2027-02")) == (1, 1)
        (row,) = rows(each, "schemes")
        with each.store.reading() as session:
            held = held_fields(session, find_register("schemes"), [row.id])
        assert "valid_to" not in held[row.id]
    sound(hub, pc, later)
    schemes.publish(2, date(2027, 1, 1))
    assert ends(pc) == {1: date(2026, 12, 31), 2: None}
    assert in_force(pc, "2027-02") == 2
    sound(hub, pc)


def test_of_several_versions_each_ends_where_the_next_that_stands_begins(
    hub: Hub, pc: PC, schemes: Versions
) -> None:
    for version in (1, 2, 3):
        schemes.publish(version, date(2026 + version, 1, 1))
    assert ends(pc) == {1: date(2027, 12, 31), 2: date(2028, 12, 31), 3: None}
    schemes.withdraw(2)
    assert ends(pc) == {1: date(2028, 12, 31), 3: None}
    schemes.publish(2, date(2028, 1, 1))
    schemes.withdraw(2, 3)
    assert ends(pc) == {1: None}
    sound(hub, pc)


def test_all_withdrawn_the_first_is_published_again_without_the_end_that_the_second_gave_it(
    hub: Hub, pc: PC, schemes: Versions
) -> None:
    schemes.publish(1, date(2026, 7, 1))
    schemes.publish(2, date(2027, 1, 1))
    schemes.withdraw()
    assert ends(pc) == {}
    schemes.publish(1, date(2026, 7, 1))
    assert ends(pc) == {1: None}
    sound(hub, pc)


def test_published_again_beside_the_newer_one_it_still_holds_on_after_that(
    hub: Hub, pc: PC, schemes: Versions
) -> None:
    schemes.publish(1, date(2026, 7, 1))
    schemes.publish(2, date(2027, 1, 1))
    schemes.publish(1, date(2026, 8, 1))
    assert ends(pc) == {1: date(2026, 12, 31), 2: None}
    schemes.withdraw(2)
    assert ends(pc) == {1: None}
    sound(hub, pc)


def test_an_end_that_the_centre_gave_it_stays(hub: Hub, pc: PC, forms: Versions) -> None:
    forms.publish(1, date(2026, 7, 1))
    pc.sync()
    (first,) = rows(pc, "return_forms")
    pc.save("return_forms", {"valid_to": date(2026, 12, 31)}, first.id)
    assert pc.sync().refused == []
    forms.publish(2, date(2027, 1, 1))
    forms.withdraw(2)
    assert ends(pc, "return_forms") == {1: date(2026, 12, 31)}
    sound(hub, pc)


def test_a_form_gets_the_end_back_that_its_own_file_gives_it(
    hub: Hub, pc: PC, forms: Versions
) -> None:
    forms.publish(1, date(2026, 7, 1), "\nvalid_to = 2028-12-31")
    forms.publish(2, date(2027, 1, 1))
    assert ends(pc, "return_forms") == {1: date(2026, 12, 31), 2: None}
    forms.withdraw(2)
    assert ends(pc, "return_forms") == {1: date(2028, 12, 31)}
    (form,) = rows(pc, "return_forms")
    with pc.store.reading() as session:
        assert "valid_to" in held_fields(session, find_register("return_forms"))[form.id]
    sound(hub, pc)


def test_a_form_whose_file_ends_it_where_the_newer_one_begins_is_not_prolonged(
    hub: Hub, pc: PC, forms: Versions
) -> None:
    forms.publish(1, date(2026, 7, 1), "\nvalid_to = 2026-12-31")
    forms.publish(2, date(2027, 1, 1))
    forms.withdraw(2)
    assert ends(pc, "return_forms") == {1: date(2026, 12, 31)}
    sound(hub, pc)
