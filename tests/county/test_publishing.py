"""What the county publishes reaches every PC of the centres it is for, and no other."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from county.publishing.content import KINDS
from county.publishing.listing import listing
from county.publishing.reading import read_content
from county.publishing.writing import publish
from county.storage import Hub, renew_generation
from county.tables import register_tables
from desktop.errors import Frozen, NotFound, UserError
from desktop.models.policy import policy_value
from desktop.models.store import change_many, load, remove, save
from desktop.services.records import Records
from tests.county.published_files import ADVICES, NOTICE, ORDERS, POLICY, REPLIES, drugs, written
from tests.county.publishing_parts import (
    ASPIRIN,
    DRUGS,
    OTHER,
    OTHER_NAME,
    Make,
    centre_ids,
    rows,
    send,
    sound,
    take_back,
)
from tests.sync.parts import PC, add_centre, code_for


@pytest.fixture
def pc(hub: Hub, make_pc: Make) -> PC:
    made = make_pc()
    made.join(hub, code_for(hub))
    made.sync()
    return made


def test_a_catalogue_takes_over_what_the_centre_has_and_adds_the_rest(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    own = pc.save("drugs", {"name": "阿司匹林肠溶片", "spec": "100mg×30片", "note": "柜台二"})
    lot = pc.save("drug_stock", {"drug_id": own, "batch_no": "A1"})
    pc.sync()
    (done,) = send(hub, "drugs", drugs(tmp_path, ASPIRIN, "布洛芬片,0.2g,盒,8,在用"))
    assert dict(done.changes.counts) == {"price": 1, "new": 1}
    report = pc.sync()
    assert {"drugs", "publications", "county_marks"} <= report.changed
    by_name = {row.name: row for row in rows(pc, "drugs")}
    assert by_name["阿司匹林肠溶片"].id == own
    assert by_name["阿司匹林肠溶片"].retail_price == 1250
    assert by_name["阿司匹林肠溶片"].note == "柜台二"
    assert by_name["布洛芬片"].retail_price == 800
    assert pc.load("drug_stock", lot)["drug_id"] == own
    (told,) = rows(pc, "publications")
    assert (told.kind, told.title) == ("药品目录", "县药品目录2026")
    changes = json.loads(told.changes)
    assert changes["counts"] == {"new": 1, "price": 1}
    assert {"what": "price", "title": "阿司匹林肠溶片 100mg*30片", "new": "12.50"} in changes[
        "lines"
    ]
    sound(hub, pc)


def test_what_the_county_published_is_read_only_and_the_notes_are_the_centres(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.sync()
    (drug,) = rows(pc, "drugs")
    with pc.store.writing() as session:
        for work in (
            lambda: save(session, DRUGS, {"retail_price": 1}, drug.id),
            lambda: change_many(session, DRUGS, [(drug.id, {"name": "别名"})]),
            lambda: remove(session, DRUGS, drug.id),
        ):
            with pytest.raises(Frozen, match="县里发布"):
                work()
        whole = load(session, DRUGS, drug.id)
        save(session, DRUGS, whole | {"note": "柜台三", "manufacturer": "某厂"}, drug.id)
    assert pc.sync().refused == []
    with hub.reading() as connection:
        table = register_tables()[DRUGS.number][1]
        row = connection.execute(select(table)).one()
    assert (row.note, row.manufacturer, row.retail_price) == ("柜台三", "某厂", 1250)
    sound(hub, pc)


def test_an_edit_that_was_under_way_gives_way_to_the_county(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    own = pc.save("drugs", {"name": "阿司匹林肠溶片", "spec": "100mg*30片", "retail_price": 900})
    pc.sync()
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.save("drugs", {"retail_price": 1100, "note": "我的"}, own)
    pc.save("drugs", {"name": "仅本院有"})
    with pc.store.writing() as session:
        remove(session, DRUGS, own)
    report = pc.sync()
    assert [each.reason for each in report.refused] == ["published"]
    assert pc.sync().refused == []
    there = pc.load("drugs", own)
    assert (there["retail_price"], there["note"]) == (1250, "我的")
    sound(hub, pc)


def test_both_made_the_same_drug_before_they_met(hub: Hub, pc: PC, tmp_path: Path) -> None:
    made = pc.save(
        "drugs", {"name": "阿司匹林肠溶片", "spec": "100mg*30片", "retail_price": 900, "note": "我"}
    )
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.sync()
    pc.sync()
    (drug,) = rows(pc, "drugs")
    assert (drug.id, drug.retail_price, drug.note) == (made, 1250, "我")
    sound(hub, pc)


def test_published_again_it_changes_in_place_and_stops_what_is_gone(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    own = pc.save("drugs", {"name": "仅本院有"})
    pc.sync()
    send(hub, "drugs", drugs(tmp_path, ASPIRIN, "布洛芬片,0.2g,盒,8,在用"))
    pc.sync()
    before = {row.name: row.id for row in rows(pc, "drugs")}
    again = send(hub, "drugs", drugs(tmp_path, ASPIRIN, "布洛芬片,0.2g,盒,8,在用"))
    assert [each.changed for each in again] == [False]
    (third,) = send(hub, "drugs", drugs(tmp_path, ASPIRIN.replace("12.50", "11")))
    assert dict(third.changes.counts) == {"price": 1, "stopped": 1}
    pc.sync()
    after = {row.name: row for row in rows(pc, "drugs")}
    assert {name: row.id for name, row in after.items()} == before
    assert after["阿司匹林肠溶片"].retail_price == 1100
    assert after["布洛芬片"].status == "停用"
    assert after["仅本院有"].status is None
    assert after["仅本院有"].id == own
    assert [row.number for row in rows(pc, "publications")] == ["20261122-1", "20261122-2"]
    sound(hub, pc)


def test_a_drug_that_is_in_the_catalogue_again_is_in_use_again(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    def publish_names(*names: str) -> None:
        text = "".join(f"{name},1g,2\n" for name in names)
        send(hub, "drugs", written(tmp_path, "目录.csv", f"药品通用名,规格,零售价\n{text}"))
        pc.sync()

    publish_names("甲药", "乙药")
    publish_names("甲药")
    assert {row.name: row.status for row in rows(pc, "drugs")} == {"甲药": None, "乙药": "停用"}
    publish_names("甲药", "乙药")
    assert {row.name: row.status for row in rows(pc, "drugs")} == {"甲药": None, "乙药": "在用"}
    sound(hub, pc)


def test_a_catalogue_that_only_adds_stops_nothing(hub: Hub, pc: PC, tmp_path: Path) -> None:
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    send(hub, "drugs", drugs(tmp_path, "布洛芬片,0.2g,盒,8,在用"), partial=True)
    pc.sync()
    assert {row.status for row in rows(pc, "drugs")} == {"在用"}


def test_a_published_policy_holds_before_the_centres_own(hub: Hub, pc: PC, tmp_path: Path) -> None:
    day = date(2026, 11, 1)
    with pc.store.reading() as session:
        before = policy_value(session, "visit.grade_a_least", day)
    pc.save(
        "policy",
        {
            "code": "visit.grade_a_least",
            "name": "A 级",
            "value": "70",
            "valid_from": date(2026, 10, 1),
        },
    )
    pc.sync()
    (done,) = send(hub, "policy", written(tmp_path, "政策.toml", POLICY))
    pc.sync()
    with pc.store.reading() as session:
        held = policy_value(session, "visit.grade_a_least", day)
        assert held is not None
        assert held.text == "92"
        assert Records(session).policy("visit.grade_a_least", day) == 92
    (line,) = json.loads(rows(pc, "publications")[0].changes)["lines"]
    assert (line["new"], line["from"]) == ("92分", "2026-07-01")
    assert before is None or line["old"].startswith(before.text)
    assert done.changes.counts["new"] == 1
    take_back(hub, "policy", ["visit.grade_a_least"])
    pc.sync()
    with pc.store.reading() as session:
        held = policy_value(session, "visit.grade_a_least", day)
        assert held is not None
        assert held.text == "70"
    sound(hub, pc)


def test_policies_in_a_sheet_take_their_day_from_the_command(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    sheet = written(tmp_path, "参数.csv", "代号,名称,数值\nx.days,某天数,15\n")
    with pytest.raises(UserError, match="执行日期"):
        send(hub, "policy", sheet)
    send(hub, "policy", sheet, valid_from=date(2027, 1, 1))
    pc.sync()
    (row,) = [row for row in rows(pc, "policy") if row.code == "x.days"]
    assert (row.value, row.valid_from) == ("15", date(2027, 1, 1))


def test_orders_replies_and_advices_arrive_and_are_only_read(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    order = "调字1号,王医生,县医院,甲镇卫生院,派驻,2026-12-01,2027-05-31\n"
    send(hub, "staff-orders", written(tmp_path, "调配.csv", ORDERS + order))
    reply = "阿司匹林肠溶片,100mg,部分供应,200,2026-12-03\n"
    send(hub, "shortage-replies", written(tmp_path, "缺药.csv", REPLIES + reply))
    advice = '县财社1号,基本公卫,2026年第四季度,"12,000.50",预拨\n'
    send(hub, "money-advices", written(tmp_path, "拨款.csv", ADVICES + advice))
    pc.sync()
    (person,) = rows(pc, "staff_orders")
    assert (person.person, person.ends_on) == ("王医生", date(2027, 5, 31))
    assert rows(pc, "shortage_replies")[0].quantity == 200
    assert rows(pc, "money_advices")[0].amount == 1200050
    with pytest.raises(Frozen):
        pc.save("staff_orders", {"note": "x"}, person.id)
    later = order.replace("2027-05-31", "2027-11-30")
    send(hub, "staff-orders", written(tmp_path, "调配.csv", ORDERS + later))
    pc.sync()
    (again,) = rows(pc, "staff_orders")
    assert (again.id, again.ends_on) == (person.id, date(2027, 11, 30))
    take_back(hub, "staff-orders", ["王医生"])
    pc.sync()
    assert rows(pc, "staff_orders") == []
    assert "撤销：调配令" in {row.title for row in rows(pc, "publications")}
    send(hub, "staff-orders", written(tmp_path, "调配.csv", ORDERS + order))
    pc.sync()
    assert [row.id for row in rows(pc, "staff_orders")] == [person.id]
    sound(hub, pc)


def test_a_notice_is_confirmed_and_the_county_sees_by_whom(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE))
    pc.sync()
    (notice,) = rows(pc, "publications")
    assert notice.must_confirm
    assert notice.text.startswith("各卫生院")
    values = {"publication_id": notice.id, "person": "院长", "confirmed_at": "2026-11-22 09:00"}
    pc.save("confirmations", values)
    pc.sync()
    with hub.reading() as connection:
        (listed,) = listing(connection)
    assert listed.confirmed == ["院长 2026-11-22 09:00"]
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE.replace("每日", "每周")))
    pc.sync()
    (again,) = rows(pc, "publications")
    assert (again.id, "每周" in again.text) == (notice.id, True)
    later = read_content(written(tmp_path, "通知.toml", NOTICE), KINDS["notice"])
    for day, published_on in ((23, 23), (24, 23)):
        with hub.writing() as connection:
            publish(connection, later, centre_ids(hub), date(2026, 11, day))
        pc.sync()
        assert rows(pc, "publications")[0].published_on == date(2026, 11, published_on)
    take_back(hub, "notice", ["县卫发〔2026〕12 号"])
    pc.sync()
    assert rows(pc, "publications") == []
    sound(hub, pc)


def test_what_the_centre_had_or_uses_stays_when_the_county_takes_it_back(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    own = pc.save("drugs", {"name": "阿司匹林肠溶片", "spec": "100mg*30片"})
    pc.sync()
    file = drugs(tmp_path, ASPIRIN, "布洛芬片,0.2g,盒,8,在用", "氨溴索片,30mg,盒,9,在用")
    send(hub, "drugs", file)
    pc.sync()
    used = next(row.id for row in rows(pc, "drugs") if row.name == "布洛芬片")
    pc.save("drug_stock", {"drug_id": used, "batch_no": "B1"})
    pc.sync()
    take_back(hub, "drugs")
    pc.sync()
    assert {row.id for row in rows(pc, "drugs")} == {own, used}
    pc.save("drugs", {"retail_price": 1}, own)
    pc.save("drugs", {"retail_price": 2}, used)
    assert pc.sync().refused == []
    sound(hub, pc)
    with pytest.raises(NotFound):
        take_back(hub, "drugs", ["没有的"])


def test_every_pc_gets_it_also_one_that_comes_later(
    hub: Hub, pc: PC, make_pc: Make, tmp_path: Path
) -> None:
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE))
    pc.sync()
    later = make_pc(person="会计")
    later.join(hub, code_for(hub))
    later.sync()
    for key in ("drugs", "publications", "county_marks"):
        assert [row.id for row in rows(later, key)] == [row.id for row in rows(pc, key)]
    with later.store.writing() as session, pytest.raises(Frozen):
        save(session, DRUGS, {"retail_price": 1}, rows(later, "drugs")[0].id)


def test_only_the_chosen_centres_get_it(hub: Hub, pc: PC, make_pc: Make, tmp_path: Path) -> None:
    add_centre(hub, OTHER, OTHER_NAME)
    neighbour = make_pc(name=OTHER_NAME, code=OTHER, person="邻院长")
    neighbour.join(hub, code_for(hub, OTHER))
    neighbour.sync()
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE), OTHER)
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.sync()
    neighbour.sync()
    assert [row.kind for row in rows(pc, "publications")] == ["药品目录"]
    assert sorted(row.kind for row in rows(neighbour, "publications")) == ["药品目录", "通知"]
    here = {row.id for row in rows(pc, "drugs")}
    assert not here & {row.id for row in rows(neighbour, "drugs")}
    sound(hub, pc, neighbour)


def test_a_hub_restored_from_a_backup_sends_again_and_publishes_again_in_place(
    hub: Hub, pc: PC, make_pc: Make, tmp_path: Path
) -> None:
    send(hub, "drugs", drugs(tmp_path, ASPIRIN))
    pc.sync()
    before = [row.id for row in rows(pc, "drugs")]
    tables = [table for _register, table in register_tables().values()]
    with hub.writing() as connection:
        kept = [(table, connection.execute(select(table)).all()) for table in tables]
    send(hub, "drugs", drugs(tmp_path, ASPIRIN.replace("12.50", "11")))
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE))
    pc.sync()
    with hub.writing() as connection:
        for table, found in kept:
            connection.execute(table.delete())
            if found:
                connection.execute(table.insert(), [dict(row._mapping) for row in found])
        renew_generation(connection)
    pc.sync()
    assert [row.retail_price for row in rows(pc, "drugs")] == [1250]
    assert [row.kind for row in rows(pc, "publications")] == ["药品目录"]
    send(hub, "drugs", drugs(tmp_path, ASPIRIN.replace("12.50", "10")))
    send(hub, "notice", written(tmp_path, "通知.toml", NOTICE))
    pc.sync()
    fresh = make_pc(person="会计")
    fresh.join(hub, code_for(hub))
    fresh.sync()
    for each in (pc, fresh):
        assert [(row.id, row.retail_price) for row in rows(each, "drugs")] == [(before[0], 1000)]
        assert [row.kind for row in rows(each, "publications")].count("通知") == 1
