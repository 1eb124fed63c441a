"""Sheets of returns as text, made up: lines, tables with grouped heads, a sheet for each clinic."""

from __future__ import annotations

from dataclasses import replace

from desktop.models.return_text import (
    PackCover,
    PackEntry,
    ReturnSheet,
    SheetBlock,
    SheetHead,
    SheetPart,
    SheetRow,
)

COMPARED = (
    SheetHead("指标名称", numeric=False),
    SheetHead("代码", width=13, numeric=False),
    SheetHead("单位", width=15, numeric=False),
    SheetHead("本月", width=20),
    SheetHead("上月", width=20),
    SheetHead("环比", width=17),
    SheetHead("去年同期", width=19),
    SheetHead("本年累计", width=20),
)
CLINIC = (
    SheetHead("村卫生室", numeric=False),
    SheetHead("诊疗人次", "诊疗服务", "人次", code="V01"),
    SheetHead("其中：中医诊疗人次", "诊疗服务", "人次", code="V02"),
    SheetHead("总收入", "收入情况", "千元", code="V03"),
    SheetHead("其中：药品收入", "收入情况", "千元", code="V04"),
    SheetHead("处方数", "", "张", code="V05"),
    SheetHead("公共卫生服务人次", "", "人次", code="V06"),
)
_LINES = (
    ("总诊疗人次", "人次", 0, ("4,812", "4,655", "+3.4%", "4,390", "51,207")),
    ("其中：门急诊人次", "人次", 1, ("3,620", "3,548", "+2.0%", "3,301", "38,644")),
    ("其中：中医诊疗人次", "人次", 2, ("1,167", "1,090", "+7.1%", "980", "11,925")),
    ("上转患者", "人", 0, ("64", "71", "−9.9%", "80", "722")),
    ("门诊收入", "千元", 0, ("412.6", "398.0", "+3.7%", "", "4,120.9")),
    ("签约覆盖率", "%", 0, ("47.3", "46.5", "+0.8", "43.6", "—")),
)


def lines(title: str, count: int = 6, first: int = 1) -> SheetBlock:
    """Return a section of compared lines."""
    rows = []
    for number in range(first, first + count):
        label, unit, indent, cells = _LINES[(number - 1) % len(_LINES)]
        code = f"M{number:02}"
        rows.append(SheetRow(label, (code, unit, *cells), (code,), indent))
    return SheetBlock(title, COMPARED, tuple(rows))


def clinics(title: str, count: int) -> SheetBlock:
    """Return a table with a row for each clinic and its totals."""
    rows = []
    for number in range(count):
        cells = (f"{100 + number}", "0", f"{number}.5", "", "—", f"{number * 7}")
        keys = tuple(f"V0{column}@{number:02}" for column in range(1, 7))
        rows.append(SheetRow(f"第{number + 1}村卫生室", cells, keys))
    totals = SheetRow("合计", ("9,812", "0", "81.0", "", "—", "3,150"), total=True)
    return SheetBlock(title, CLINIC, (*rows, totals), table=True)


def sheet(*blocks: SheetBlock) -> ReturnSheet:
    """Return a submitted sheet with these sections."""
    return ReturnSheet(
        title="基层医疗卫生机构医疗服务月报表",
        month="2026年10月",
        centre="青禾镇中心卫生院",
        head_left=("统一社会信用代码：12411081417234567X", "填报单位（盖章）：青禾镇中心卫生院"),
        head_right=("表　　号：示例表", "制定机关：县医共体牵头医院", "有效期至：2027年12月"),
        parts=(SheetPart("", blocks),),
        signatures=(
            "单位负责人：王建国",
            "统计负责人：李㛃",
            "填表人：陈𠅤",
            "联系电话：0374-8881234",
            "报出日期：2026年11月2日",
        ),
        notes=(
            "审核关系：M10＝M11＋M12＋M13；M12≤M11。",
            "M14 上转患者比上月下降 9.9%。说明：朱䶮核对了转诊登记，本月无漏登。",
        ),
        landscape=False,
        draft=False,
        check_code="8F3A-61C2",
        qr_text="THD1:MEDICAL.SERVICES.MONTHLY:12411081417234567X:202610:R1:"
        "8F3A61C2BB85A8E75D71022A41941B30",
        money="千元",
    )


def month() -> ReturnSheet:
    """Return a month's return of compared lines and a table."""
    return sheet(lines("一、诊疗服务"), lines("二、家庭医生签约", 3, 7), clinics("三、村卫生室", 9))


def lying() -> ReturnSheet:
    """Return a draft on lying paper, longer than a page."""
    made = sheet(clinics("一、村卫生室工作汇总", 27))
    return replace(
        made,
        title="村卫生室工作汇总表",
        landscape=True,
        draft=True,
        check_code="D-8F3A-61C2",
    )


def each_clinic() -> ReturnSheet:
    """Return a yearly return with a sheet for each of three clinics."""
    parts = tuple(
        SheetPart(name, (lines("一、基本情况", 4), clinics("二、明细", 2)))
        for name in ("上河村卫生室", "李䶮村卫生室", "老寨村卫生室")
    )
    return replace(sheet(), title="村卫生室基本情况年报表", month="2026年", parts=parts)


def cover(*sheets: ReturnSheet) -> PackCover:
    """Return the cover of a pack of these."""
    first = sheets[0]
    return PackCover(
        title="报表汇总",
        period="2026年10月",
        centre=first.centre,
        head=first.head_left,
        entries=tuple(
            PackEntry(each.title, each.month, "草稿" if each.draft else "已上报", each.check_code)
            for each in sheets
        ),
        signatures=first.signatures,
        notes=("各表页脚的校验码与上列一致；凭校验码或二维码可核对纸质报表与已上报数据。",),
    )
