"""What the county published, as the centre sees it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.publications import (
    PublicationLine,
    State,
    confirm,
    publication_tasks,
    publications,
)
from desktop.services.records import Records

TODAY = date(2026, 11, 22)
REGISTER = find_register("publications")


def add(centre: Centre, number: str, **more: Any) -> bytes:
    values = {"kind": "通知", "number": number, "title": f"通知{number}", **more}
    with centre.store.writing() as session:
        return insert_many(session, REGISTER, [values])[0]


def listed(centre: Centre) -> list[PublicationLine]:
    with centre.store.reading() as session:
        return publications(Records(session), TODAY)


def test_what_waits_stands_before_the_newest(fresh_centre: Centre) -> None:
    add(fresh_centre, "1", published_on=date(2026, 11, 20))
    add(fresh_centre, "2", published_on=date(2026, 10, 1), must_confirm=True)
    add(fresh_centre, "3", published_on=date(2026, 9, 1))
    ended = {"published_on": date(2026, 11, 21), "valid_until": date(2026, 11, 21)}
    add(fresh_centre, "4", must_confirm=True, **ended)
    states = [(line.number, line.state) for line in listed(fresh_centre)]
    assert states == [
        ("2", State.TO_CONFIRM),
        ("4", State.ENDED),
        ("1", State.NEW),
        ("3", State.KNOWN),
    ]


def test_confirming_is_noted_once_for_each_person(fresh_centre: Centre) -> None:
    id = add(fresh_centre, "1", must_confirm=True)
    with fresh_centre.store.reading() as session:
        (task,) = publication_tasks(Records(session), TODAY)
    assert "1" in task.title
    assert task.parameters == {"register": "publications"}
    with fresh_centre.store.writing() as session:
        for person in ("院长", "院长", "会计"):
            confirm(session, id, person, datetime(2026, 11, 22, 9, 30))
    (line,) = listed(fresh_centre)
    assert line.state is State.CONFIRMED
    assert sorted(line.confirmed) == ["会计 2026-11-22 09:30", "院长 2026-11-22 09:30"]
    with fresh_centre.store.reading() as session:
        assert publication_tasks(Records(session), TODAY) == []


def test_what_the_county_has_changed_since_is_to_be_read_again(fresh_centre: Centre) -> None:
    id = add(fresh_centre, "1", must_confirm=True, published_on=date(2026, 11, 21))
    with fresh_centre.store.writing() as session:
        confirm(session, id, "院长", datetime(2026, 11, 20, 9, 30))
    assert [line.state for line in listed(fresh_centre)] == [State.TO_CONFIRM]
    with fresh_centre.store.writing() as session:
        confirm(session, id, "院长", datetime(2026, 11, 22, 8, 0))
    (line,) = listed(fresh_centre)
    assert (line.state, line.confirmed) == (State.CONFIRMED, ("院长 2026-11-22 08:00",))


def test_changes_are_told_in_words(fresh_centre: Centre) -> None:
    changes = {
        "counts": {"new": 12, "stopped": 3, "price": 8},
        "lines": [
            {"what": "price", "title": "阿莫西林", "old": "9.80", "new": "8.60"},
            {"what": "new", "title": "某参数", "new": "92分", "from": "2026-07-01"},
            {"what": "later", "title": "新版本才有的"},
        ],
    }
    add(fresh_centre, "1", kind="药品目录", changes=json.dumps(changes))
    (line,) = listed(fresh_centre)
    assert line.summary == "新增 12、停用 3、调价 8"
    assert [(each.what, each.values, each.begins) for each in line.lines] == [
        ("调价", "9.80 → 8.60", ""),
        ("新增", "92分", "2026-07-01"),
    ]
    assert line.register == "drugs"


def test_a_spoilt_note_of_changes_takes_nothing_down(fresh_centre: Centre) -> None:
    for number, text in enumerate(("{", "[]", '{"counts": {"new": "x"}}', '{"lines": [1]}')):
        add(fresh_centre, str(number), changes=text)
    assert {line.summary for line in listed(fresh_centre)} == {""}
