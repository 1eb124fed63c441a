"""The office's files again, reshaped: other orders, headings and formats, the same figures."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from tests.exchange.conftest import CommandLine
from tests.exchange.sheets_made import OFFICE
from tests.helpers.office import truth

OTHER_HEADINGS: dict[str, tuple[str, ...]] = {
    "序号": ("编号", "序", "NO."),
    "姓名": ("职工姓名", "人员姓名", "姓 名"),
    "身份证号码": ("身份证号", "公民身份号码", "证件号码"),
    "身份证号": ("身份证号码", "身份证", "居民身份证号码"),
    "参加工作时间": ("参加工作日期", "参工时间", "参加工作年月"),
    "联系电话": ("手机号码", "联系方式", "电话"),
    "科室": ("所在科室", "部门"),
    "岗位类别": ("岗位类型", "岗位"),
    "编制性质": ("编制", "用工形式", "编制类别"),
    "职务": ("行政职务", "现任职务"),
    "学历": ("最高学历", "文化程度"),
    "所学专业": ("专业", "毕业专业"),
    "职称": ("专业技术职称", "技术职称", "现有职称"),
    "执业类别": ("执业类型",),
    "执业证书编号": ("执业证号", "执业证书号"),
    "执业证有效期至": ("执业证书有效期", "证书有效期至"),
    "备注": ("说明", "备 注"),
    "药品通用名": ("通用名称", "药品名称", "品名"),
    "药品名称": ("通用名", "药名", "药品通用名称"),
    "规格": ("药品规格", "包装规格", "规格型号"),
    "单位": ("计量单位", "包装单位"),
    "类别": ("药品类别", "药品分类"),
    "药理分类": ("药理类别", "药理作用分类"),
    "国家基本药物": ("是否基药", "基本药物", "是否国家基本药物"),
    "医保类别": ("医保等级", "医保分类", "医保类型"),
    "生产企业": ("生产厂家", "厂家", "生产单位"),
    "零售价（元）": ("零售价", "销售价（元）", "单价"),
    "批号": ("生产批号", "产品批号"),
    "库存数量": ("实盘数量", "盘点数", "实际库存"),
    "有效期至": ("有效期", "失效日期", "效期"),
    "单价": ("购进价", "零售价", "进价（元）"),
    "物资名称": ("品名", "物品名称", "应急物资名称"),
    "计量单位": ("单位",),
    "执行标准": ("标准号", "产品标准"),
    "储备标准（30天）": ("储备定额", "30天储备标准", "应储备量"),
    "期初库存": ("上月结存", "期初数", "月初库存"),
    "本月入库": ("本月购进", "入库数量", "本期入库"),
    "本月消耗": ("本月领用", "消耗数量", "本期出库"),
    "期末库存": ("本月结存", "期末数", "月末库存"),
    "最近效期": ("有效期至", "最早效期"),
    "户主姓名": ("户主",),
    "签约居民姓名": ("签约人姓名", "居民姓名", "服务对象"),
    "行政村": ("所在村", "村名", "村（社区）"),
    "签约团队": ("家庭医生团队", "服务团队"),
    "签约日期": ("签约时间", "起始日期", "协议签订日期"),
    "到期日期": ("协议到期日", "截止日期", "终止日期"),
    "服务包": ("签约服务包", "服务包类型"),
    "65岁及以上老年人": ("65岁以上老年人", "老年人（65岁及以上）"),
    "高血压": ("高血压患者", "是否高血压"),
    "糖尿病": ("2型糖尿病", "糖尿病患者"),
    "0-6岁儿童": ("0～6岁儿童", "儿童（0-6岁）"),
    "严重精神障碍": ("严重精神障碍患者", "精神障碍"),
    "肺结核": ("肺结核患者", "结核病"),
    "残疾人": ("残疾",),
    "计生特殊家庭": ("计划生育特殊家庭", "特扶家庭"),
    "脱贫人口": ("建档立卡", "脱贫户"),
    "村卫生室名称": ("卫生室名称", "村卫生室"),
    "所在行政村": ("行政村", "所在村"),
    "服务人口": ("服务人口数", "覆盖人口"),
    "产权（公有/私有）": ("产权性质", "房屋产权"),
    "建筑面积（㎡）": ("业务用房面积（平方米）", "房屋建筑面积"),
    "乡村医生姓名": ("村医姓名", "医生姓名"),
    "执业资格": ("执业资质", "资格"),
    "是否纳入一体化管理": ("一体化管理", "是否一体化"),
}


class Reshaped:
    """A sample's table in another shape; knows where each old row went."""

    def __init__(self, name: str, header: int, seed: int) -> None:
        self._chance = random.Random(seed)
        book = python_calamine.CalamineWorkbook.from_path(OFFICE / name)
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
        self.spans = [span for span in sheet.merged_cell_ranges or () if span[0][0] > header]
        self.headings = [str(cell) or "备注" for cell in rows[header - 1]]
        self.numbers = list(range(header + 1, len(rows) + 1))
        self.rows: list[Sequence[Any]] = rows[header:]
        self.order = list(range(len(self.headings)))
        if not self.spans:
            self._chance.shuffle(self.order)
        self.moved: dict[int, int] = {}

    def heading(self, at: int) -> str:
        old = self.headings[at]
        return self._chance.choice((old, *OTHER_HEADINGS.get(old, ())))

    def cells(self) -> list[list[Any]]:
        """Return the new rows: titles, header, data with blank rows and page headers."""
        made: list[list[Any]] = [["某某表"], ["制表单位：卫生院"]][: self._chance.randrange(3)]
        heads = [self.heading(at) for at in self.order]
        made.append(heads)
        for number, row in zip(self.numbers, self.rows, strict=True):
            if not self.spans and number % 97 == 0:
                made += [[], ["小计"], list(heads)]
            made.append([row[at] for at in self.order])
            self.moved[number] = len(made)
        return made

    def write(self, file: Path) -> Path:
        book = xlsxwriter.Workbook(file)
        sheet = book.add_worksheet("表")
        day = book.add_format({"num_format": "yyyy/m/d"})
        cells = self.cells()
        for (top, left), (bottom, right) in self.spans:
            first, last = (self.moved[at + 1] - 1 for at in (top, bottom))
            sheet.merge_range(first, left, last, right, "")
        for at, row in enumerate(cells):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, datetime(cell.year, cell.month, cell.day), day)
                elif cell != "":
                    sheet.write(at, column, cell)
        book.close()
        return file


HEADERS = {
    "人员花名册.xlsx": 4,
    "在用药品目录.xlsx": 3,
    "发热诊室应急物资.xlsx": 3,
    "家庭医生签约明细.xlsx": 3,
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", HEADERS)
def test_the_same_rows_are_taken_in_and_refused(
    with_clinics: CommandLine, tmp_path: Path, name: str, seed: int
) -> None:
    reshaped = Reshaped(name, HEADERS[name], seed)
    file = reshaped.write(tmp_path / "新表.xlsx")
    found = with_clinics.take_in(file, "--on", "2026-11-21", "--period", "2026-10")
    expected = truth()[name]
    assert found.get("register") == expected["register"], found
    assert {each["row"]: each["reason"] for each in found["rejected"]} == {
        reshaped.moved[int(row)]: reason for row, reason in expected["rejected"].items()
    }
    for key in ("data_rows", "importable", "closing_stock", "active", "active_by_group"):
        assert found.get(key) == expected.get(key), key
    assert "unmatched_columns" not in found


@pytest.mark.parametrize("seed", range(3))
def test_the_old_workbook_of_clinics_and_doctors_too(
    thdesk: CommandLine, tmp_path: Path, seed: int
) -> None:
    file = Reshaped("村卫生室及乡村医生名册.xls", 2, seed).write(tmp_path / "新表.xlsx")
    found = thdesk.take_in(file)
    expected = truth()["村卫生室及乡村医生名册.xls"]["registers"]
    assert {key: part["created"] for key, part in found["registers"].items()} == expected
    assert "unmatched_columns" not in found


@pytest.mark.parametrize(
    ("encoding", "separator"), [("utf-8-sig", ","), ("gbk", "\t"), ("utf-8", ";"), ("utf-16", ",")]
)
def test_the_stock_take_in_other_encodings_and_orders(
    with_drugs: CommandLine, tmp_path: Path, encoding: str, separator: str
) -> None:
    lines = (OFFICE / "药品库存盘点.csv").read_text(encoding="gb18030").splitlines()
    order = random.Random(separator + encoding).sample(range(6), 6)
    heads = [OTHER_HEADINGS[head][0] for head in lines[0].split(",")]
    rows = [heads, *(line.split(",") for line in lines[1:])]
    file = tmp_path / "盘点.csv"
    text = "\r\n".join(separator.join(row[at] for at in order) for row in rows)
    file.write_bytes(text.encode(encoding))
    found = with_drugs.take_in(file)
    expected = truth()["药品库存盘点.csv"]
    assert {str(each["row"]): each["reason"] for each in found["rejected"]} == expected["rejected"]
    assert found["total_quantity"] == expected["total_quantity"]
