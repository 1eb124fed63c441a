"""Files as a county would publish them."""

from __future__ import annotations

from pathlib import Path

DRUGS = "药品通用名,规格,单位,零售价,使用状态\n"
POLICY = """
[[policy]]
code = "visit.grade_a_least"
name = "A 级最低分"
value = "92"
unit = "分"
valid_from = 2026-07-01
clause = "县卫发〔2026〕8 号"
status = "现行"
"""
NOTICE = """
title = "关于做好冬季传染病防控的通知"
number = "县卫发〔2026〕12 号"
text = "各卫生院：即日起每日报告发热病例。"
valid_from = 2026-11-20
valid_until = 2099-12-31
must_confirm = true
"""
ORDERS = "文号,姓名,原单位,派往单位,类别,开始日期,截止日期\n"
REPLIES = "药品名称,规格,答复,数量,预计到货\n"
ADVICES = "文号,资金,期间,金额,备注\n"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def drugs(folder: Path, *rows: str, name: str = "县药品目录2026.csv") -> Path:
    return written(folder, name, DRUGS + "".join(f"{row}\n" for row in rows))
