"""A broken file is refused with line and reason, and nothing of it is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import func, select
from typer.testing import CliRunner

from county.cli import app
from county.publishing.content import KINDS, ContentRefused, find_kind
from county.publishing.reading import read_content
from county.storage import Hub
from county.tables import CENTRES, register_tables
from desktop.errors import NotFound, UserError
from desktop.models.published import SHARED
from desktop.models.register import Owner
from desktop.models.registers import all_registers, find_register
from desktop.paths import resource
from desktop.services.checklists import checklists
from desktop.services.performance.schemes import scheme_for
from desktop.services.periods import parse_period
from desktop.services.records import Records
from tests.county.published_files import ADVICES, NOTICE, ORDERS, POLICY, REPLIES, drugs, written
from tests.county.publishing_parts import rows, send, sound
from tests.sync.parts import PC, code_for

Make = Callable[..., PC]
SCHEME = resource("forms", "performance", "scheme_village_doctor.toml")
CHECKLIST = next(iter(resource("forms", "performance").glob("visit_checklist_*.toml")))
FORM = resource("forms", "medical_services_monthly.toml")


def counted(hub: Hub) -> list[int]:
    """Count all rows and revisions of the hub."""
    with hub.reading() as connection:
        tables = [table for _register, table in register_tables().values()]
        asked = [select(func.count()).select_from(table) for table in tables]
        counts = [connection.execute(each).scalar_one() for each in asked]
        return [*counts, connection.execute(select(func.sum(CENTRES.c.rev))).scalar_one()]


BROKEN = [
    ("drugs", "药品.csv", "药品通用名,规格,零售价\n好药,1g,2\n,2g,3\n坏药,1g,很贵\n", [3, 4]),
    ("drugs", "药品.csv", "药品通用名,规格,零售价\n好药,1g,2\n好药,1g,3\n", [3]),
    ("drugs", "药品.csv", "药品通用名,规格,零售价\n好药,1g,-2\n", [2]),
    ("policy", "政策.toml", POLICY.replace('value = "92"', 'value = "92'), [5]),
    ("policy", "政策.toml", POLICY + "[[policy]]\ncode = 'x'\nwert = 1\n", [10]),
    ("policy", "政策.toml", POLICY.replace("2026-07-01", '"某日"'), [2]),
    ("policy", "政策.toml", "policies = 1\n", [0]),
    ("staff-orders", "令.csv", f"{ORDERS}令1,人,甲,乙,派驻,2026-12-01,2026-11-01\n", [2]),
    (
        "staff-orders",
        "令.csv",
        f"{ORDERS}令1,,甲,乙,派驻,2026-12-01,\n令2,人,甲,乙,派驻,昨天,\n",
        [2, 3],
    ),
    ("shortage-replies", "缺.csv", f"{REPLIES}阿司匹林,1g,可供,-3,\n", [2]),
    ("money-advices", "款.csv", f"{ADVICES}文1,公卫,2026,十二万,\n", [2]),
    ("notice", "通.toml", NOTICE.replace("title", "titel"), [0, 0]),
    ("notice", "通.toml", NOTICE.replace("2099-12-31", "2025-03-31"), [0]),
    ("notice", "通.toml", NOTICE.replace("= true", '= "ja"'), [0]),
    ("notice", "通.toml", 'title = 5\ntext = ["一", "二"]\n', [0, 0]),
    *((word, "深.toml", f"x = {'[' * 5000}", [0]) for word in ("policy", "scheme", "notice")),
]


@pytest.mark.parametrize(("word", "name", "text", "lines"), BROKEN)
def test_what_is_wrong_is_told_by_line(
    word: str, name: str, text: str, lines: list[int], sqlite_hub: Hub, tmp_path: Path
) -> None:
    before = counted(sqlite_hub)
    with pytest.raises(ContentRefused) as refused:
        send(sqlite_hub, word, written(tmp_path, name, text))
    assert [line for line, _reason in refused.value.faults] == lines
    assert all(reason for _line, reason in refused.value.faults)
    assert all(f"第 {line} 行" in str(refused.value) for line in lines if line)
    assert counted(sqlite_hub) == before


@pytest.mark.parametrize(
    ("word", "name", "text"),
    [
        ("drugs", "空.csv", ""),
        ("drugs", "别的.csv", "甲,乙\n1,2\n"),
        ("staff-orders", "别的.csv", "姓名,电话\n王,1\n"),
        ("staff-orders", "只有表头.csv", ORDERS),
        ("checklist", "检.toml", "key = 'x'\n"),
        ("checklist", "检.toml", "key = \n"),
        ("scheme", "方.toml", "name = '方案'\nvalid_from = 2027-01-01\n"),
        ("form", "表.toml", "title = '表'\n"),
        ("form", "深.toml", f"x = {'[' * 5000}"),
        ("checklist", "深.toml", f"x = {'[' * 5000}"),
    ],
)
def test_a_file_of_another_kind_publishes_nothing(
    word: str, name: str, text: str, sqlite_hub: Hub, tmp_path: Path
) -> None:
    before = counted(sqlite_hub)
    with pytest.raises(UserError):
        send(sqlite_hub, word, written(tmp_path, name, text))
    assert counted(sqlite_hub) == before


def test_a_scheme_that_breaks_its_rules_or_has_no_day_is_refused(
    sqlite_hub: Hub, tmp_path: Path
) -> None:
    text = SCHEME.read_text("utf-8")
    with pytest.raises(UserError, match="--from"):
        send(sqlite_hub, "scheme", SCHEME)
    heavier = written(tmp_path, "重.toml", text.replace("weight = 50", "weight = 60", 1))
    with pytest.raises(UserError):
        send(sqlite_hub, "scheme", heavier, valid_from=date(2027, 1, 1))


def test_a_missing_file_and_an_unknown_kind_are_sentences(tmp_path: Path) -> None:
    for word in KINDS:
        with pytest.raises(NotFound):
            read_content(tmp_path / "没有.toml", KINDS[word])
    with pytest.raises(NotFound, match="drugs"):
        find_kind("drug")


def test_advice_is_of_use_where_there_is_no_window(tmp_path: Path) -> None:
    file = written(tmp_path, "别的.csv", "甲,乙\n1,2\n")
    with pytest.raises(UserError, match="表头要有这些列：药品通用名") as refused:
        read_content(file, KINDS["drugs"])
    assert "导出模板" not in str(refused.value)


def test_what_a_notice_looks_like_is_told(tmp_path: Path) -> None:
    (tmp_path / "通知.xlsx").touch()
    with pytest.raises(UserError, match=r"\.toml.*title = .*text = "):
        read_content(tmp_path / "通知.xlsx", KINDS["notice"])
    wrong = written(tmp_path, "通知.toml", "title = 5\n")
    with pytest.raises(ContentRefused) as refused:
        read_content(wrong, KINDS["notice"])
    told = {reason for _line, reason in refused.value.faults}
    assert told == {"title 应当是写在引号里的文字。", "缺少 text。"}


def test_not_utf8_is_told(tmp_path: Path) -> None:
    file = tmp_path / "通知.toml"
    file.write_bytes(NOTICE.encode("gb18030"))
    with pytest.raises(UserError, match="UTF-8"):
        read_content(file, KINDS["notice"])


@pytest.fixture
def pc(hub: Hub, make_pc: Make) -> PC:
    made = make_pc()
    made.join(hub, code_for(hub))
    made.sync()
    return made


def test_a_workbook_as_offices_draw_it_up(hub: Hub, pc: PC, tmp_path: Path) -> None:
    file = tmp_path / "某某县基本药物目录.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("目录")
        sheet.write(0, 0, "某某县医共体统一用药目录（2026版）")
        heads = ["序号", "药品名称", "规格", "剂型", "单位", "生产厂家", "零售价（元）", "是否基药"]
        sheet.write_row(1, 0, heads)
        sheet.write_row(2, 0, [1, "阿莫西林胶囊", "0.25g*24粒", "胶囊", "盒", "甲厂", 9.8, "是"])
        sheet.write_row(3, 0, [2, "阿莫西林胶囊", "0.25g*24粒", "胶囊", "盒", "乙厂", 8.6, "是"])
        sheet.write_row(4, 0, ["制表人：张三"])
    send(hub, "drugs", file, must_confirm=True)
    pc.sync()
    found = {row.manufacturer: row.retail_price for row in rows(pc, "drugs")}
    assert found == {"甲厂": 980, "乙厂": 860}
    (told,) = rows(pc, "publications")
    assert told.must_confirm
    sound(hub, pc)


def test_a_catalogue_without_makers_means_every_maker(hub: Hub, pc: PC, tmp_path: Path) -> None:
    for maker in ("甲厂", "乙厂"):
        pc.save("drugs", {"name": "阿司匹林肠溶片", "spec": "0.1g*30片", "manufacturer": maker})
    pc.sync()
    send(hub, "drugs", drugs(tmp_path, "阿司匹林肠溶片,100mg×30片,盒,12.50,在用"))
    pc.sync()
    found = {row.manufacturer: row.retail_price for row in rows(pc, "drugs")}
    assert found == {"甲厂": 1250, "乙厂": 1250}
    sound(hub, pc)


def test_a_checklist_goes_before_and_cannot_lose_items_in_use(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    text = CHECKLIST.read_text("utf-8").replace(
        'key = "visit_checklist_', 'key = "visit_checklist_x'
    )
    send(hub, "checklist", written(tmp_path, "检查表.toml", text))
    pc.sync()
    (row,) = rows(pc, "checklists")
    with pc.store.reading() as session:
        assert row.code in checklists(Records(session))
    reworded = text.replace("执业许可", "医疗机构执业许可", 1)
    send(hub, "checklist", written(tmp_path, "检查表.toml", reworded))
    pc.sync()
    assert [each.body for each in rows(pc, "checklists")] == [reworded]
    before = counted(hub)
    with pytest.raises(UserError, match="A01"):
        send(hub, "checklist", written(tmp_path, "检查表.toml", text.replace('"A01"', '"Z99"')))
    assert counted(hub) == before


def test_the_countys_scheme_holds_before_the_centres_and_ends_its_own_earlier(
    hub: Hub, pc: PC, tmp_path: Path
) -> None:
    text = SCHEME.read_text("utf-8")
    own = text.replace('name = "村医绩效考核方案"', 'name = "本院方案"')
    county = text.replace('name = "村医绩效考核方案"', 'name = "县方案"')
    body = read_content(
        written(tmp_path, "本院.toml", own), KINDS["scheme"], valid_from=date(2026, 1, 1)
    ).rows[0]
    pc.save("schemes", dict(body))
    pc.sync()
    send(hub, "scheme", written(tmp_path, "县.toml", county), valid_from=date(2026, 7, 1))
    second = county.replace("version = 1", "version = 2")
    send(hub, "scheme", written(tmp_path, "县.toml", second), valid_from=date(2027, 1, 1))
    pc.sync()
    with pc.store.reading() as session:
        records = Records(session)
        named = {
            month: scheme_for(records, parse_period(month))
            for month in ("2026-06", "2026-12", "2027-01")
        }
    shown = {
        month: (found.scheme.name, found.scheme.version) for month, found in named.items() if found
    }
    assert shown == {"2026-06": ("本院方案", 1), "2026-12": ("县方案", 1), "2027-01": ("县方案", 2)}
    sound(hub, pc)


def test_a_form_is_published_with_its_days(hub: Hub, pc: PC) -> None:
    send(hub, "form", FORM)
    pc.sync()
    (row,) = rows(pc, "return_forms")
    assert (row.code, row.body) == ("medical_services_monthly", FORM.read_text("utf-8"))
    (told,) = rows(pc, "publications")
    assert told.title.endswith("（第 1 版）")
    sound(hub, pc)


# The command


def test_the_command_publishes_lists_and_withdraws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTY_HUB_DATABASE", f"sqlite:///{tmp_path / 'hub.db'}")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    run("init")
    notice = str(written(tmp_path, "通知.toml", NOTICE))
    with pytest.raises(UserError, match="机构"):
        CliRunner().invoke(app, ["publish", "notice", notice], catch_exceptions=False)
    run("centre", "add", "--code", "1", "--name", "甲")
    run("centre", "add", "--code", "2", "--name", "乙")
    run("publish", "notice", notice, "--centre", "乙")
    (listed,) = json.loads(run("published", "--json"))
    assert (listed["centre_name"], listed["confirmed"], listed["must_confirm"]) == ("乙", [], True)
    file = str(drugs(tmp_path, "好药,1g,盒,2,在用"))
    done = json.loads(run("publish", "drugs", file, "--from", "2027-01-01", "--json"))
    assert [(each["centre"], each["new"]) for each in done] == [("1", 1), ("2", 1)]
    assert "新增 1" in run("publish", "policy", str(written(tmp_path, "p.toml", POLICY)))
    with pytest.raises(UserError, match="--all"):
        CliRunner().invoke(app, ["withdraw", "drugs"], catch_exceptions=False)
    assert run("withdraw", "drugs", "好药", "--centre", "1") == "1\t甲\t已撤销 1"
    assert "已撤销 1" in run("withdraw", "drugs", "--all")
    assert run("verify") == "数据库完好。"
    assert "\tNotice\t" in run("--lang", "en", "published")
    assert "Withdrawn 1" in run("--lang", "en", "withdraw", "policy", "--all")


def test_every_kind_has_its_register_and_label() -> None:
    labels = {choice.value for choice in find_register("publications").by_key["kind"].choices}
    assert {kind.label for kind in KINDS.values()} == labels
    county = {key for key, each in all_registers().items() if each.owner is Owner.COUNTY}
    published = SHARED | county - {"publications", "county_marks"}
    assert {kind.key for kind in KINDS.values() if kind.key} == published
