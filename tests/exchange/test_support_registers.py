"""Clerks' sheets of drug shortages, stationed people and moves of staff, taken in."""

from __future__ import annotations

from pathlib import Path

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import person, reasons, workbook


def test_a_list_of_shortages(with_clinics: CommandLine, tmp_path: Path) -> None:
    (clinic, *_more) = with_clinics.listed("clinics")
    rows = [
        ["青禾镇中心卫生院短缺药品登记台账"],
        [
            "序号",
            "药品名称",
            "需求量",
            "短缺情形",
            "登记时间",
            "申报单位",
            "解决情况",
            "解决时间",
            "备注",
        ],
        [
            1,
            "硝苯地平缓释片 20mg",
            "60",
            "断供",
            "2026.10.8",
            clinic["name"],
            "调剂",
            "2026年10月12日",
            "",
        ],
        [2, "二甲双胍片", 30, "无货", "2026-10-09", "", "", "", "急需"],
        [3, "", 30, "缺货", "2026-10-09", "", "", "", ""],
        [4, "卡托普利片", 30, "缺货", "2026-10-09", "", "已配送", "", ""],
    ]
    found = with_clinics.take_in(workbook(tmp_path / "短缺药品登记.xlsx", rows))
    assert reasons(found) == {5: "missing_drug", 6: "missing_resolved_on"}
    first, second = sorted(with_clinics.listed("shortages"), key=lambda each: each["reported_on"])
    assert (first["kind"], first["outcome"], first["resolved_on"]) == ("断供", "调剂", "2026-10-12")
    assert (second["drug_name"], second["kind"], second["needed"]) == ("二甲双胍片", "缺货", 30)


def test_a_list_of_people_sent_by_the_county(thdesk: CommandLine, tmp_path: Path) -> None:
    rows = [
        ["县级医院下沉帮扶人员登记表"],
        [
            "序号",
            "姓名",
            "派出单位",
            "专业",
            "职称",
            "帮扶方式",
            "起始日期",
            "截止日期",
            "派驻天数",
        ],
        [1, "张明远", "市人民医院", "西医", "主治医师", "驻点", "2026年3月2日", "2026.9.1", 131],
        [2, "郭伟", "疾控中心", "疾控", "", "巡诊", "2026-01-05", "", ""],
        [3, "何静", "市人民医院", "西医", "副主任医师", "驻扎", "2026-09-01", "2026-08-01", ""],
    ]
    found = thdesk.take_in(workbook(tmp_path / "下沉帮扶.xlsx", rows))
    assert reasons(found) == {5: "end_before_start"}
    one, other = sorted(thdesk.listed("stationings"), key=lambda each: str(each["name"]))
    assert (one["source_unit"], one["mode"], one["days_present"]) == ("牵头医院", "驻扎", 131)
    assert (other["source_unit"], other["mode"], other["ends_on"]) == ("疾控", "巡回", None)


def test_a_list_of_comings_and_goings(thdesk: CommandLine, tmp_path: Path) -> None:
    roster = [
        ["姓名", "身份证号", "科室", "岗位类别", "职称"],
        ["宋佳", person(1), "护理部", "专业技术", "主管护师"],
        ["谭红", person(2), "办公室", "管理", ""],
    ]
    thdesk.take_in(workbook(tmp_path / "花名册.xlsx", roster))
    rows = [
        ["2026年10月人员变动情况表"],
        ["序号", "姓名", "变动时间", "流向", "变动原因", "原单位", "去向", "备注"],
        [1, "宋佳", "2026.10.8", "减少", "调出", "青禾镇中心卫生院", "市人民医院", ""],
        [2, "谭红", "2026/10/9", "院内", "转岗", "", "", ""],
        [3, "无此人", "2026/10/9", "流入", "招聘", "", "", ""],
    ]
    found = thdesk.take_in(workbook(tmp_path / "人员变动.xlsx", rows))
    assert reasons(found) == {5: "unknown_staff"}
    moves = sorted(thdesk.listed("staff_moves"), key=lambda each: str(each["moved_on"]))
    assert [each["direction"] for each in moves] == ["流出", "院内"]
    assert moves[0]["to_unit"] == "市人民医院"
