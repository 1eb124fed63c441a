"""The recovery sheet: printed once at set-up and locked away; the key on it opens the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO

from desktop.printing.fonts import Face
from desktop.printing.pen import A4, MM, Align, Pen, wrap
from desktop.text import _

_LEFT = 28 * MM
_RIGHT = A4[0] - 26 * MM
_GROUPS_IN_LINE = 4


@dataclass(frozen=True)
class RecoverySheet:
    """What stands on the sheet."""

    centre: str
    person: str
    code: str
    day: date


def recovery_sheet(sheet: RecoverySheet) -> bytes:
    """Return the sheet as a PDF of one page."""
    target = BytesIO()
    pen = Pen(target, A4, _("恢复密钥单"), sheet.centre)
    pen.heavy(pen.width / 2, pen.height - 45 * MM, _("恢复密钥单"), size=22)
    y = pen.height - 62 * MM
    day = _("{year}年{month}月{day}日").format(
        year=sheet.day.year, month=sheet.day.month, day=sheet.day.day
    )
    for line in (
        _("机构：{name}").format(name=sheet.centre),
        _("建立人：{name}").format(name=sheet.person),
        _("建立日期：{day}").format(day=day),
    ):
        pen.text(_LEFT, y, line, size=12)
        y -= 8 * MM
    y = _draw_code(pen, sheet.code, y - 4 * MM)
    for number, sentence in enumerate(_sentences(), start=1):
        for at, line in enumerate(wrap(sentence, Face.SERIF, 12, _RIGHT - _LEFT - 8 * MM)):
            if not at:
                pen.text(_LEFT, y, f"{number}.", size=12)
            pen.text(_LEFT + 8 * MM, y, line, size=12)
            y -= 7 * MM
        y -= 2 * MM
    y -= 10 * MM
    pen.text(_LEFT, y, _("保管人签字："), size=12)
    pen.text(pen.width / 2 + 10 * MM, y, _("存放地点："), size=12)
    pen.close()
    return target.getvalue()


def _draw_code(pen: Pen, code: str, y: float) -> float:
    """Write the key in a frame, four groups a line, and return where the text goes on."""
    groups = code.split("-")
    high = 34 * MM
    pen.shade(_LEFT, y - high, _RIGHT - _LEFT, high)
    pen.rules(
        [
            (_LEFT, y, _RIGHT, y),
            (_LEFT, y - high, _RIGHT, y - high),
            (_LEFT, y, _LEFT, y - high),
            (_RIGHT, y, _RIGHT, y - high),
        ],
        weight=0.8,
    )
    share = (_RIGHT - _LEFT) / _GROUPS_IN_LINE
    for position, group in enumerate(groups):
        line, place = divmod(position, _GROUPS_IN_LINE)
        x = _LEFT + share * (place + 0.5)
        baseline = y - 13 * MM - line * 13 * MM
        pen.text(x, baseline, group, face=Face.BOLD, size=20, align=Align.CENTRE)
        pen.text(x, baseline + 6.6 * MM, str(position + 1), face=Face.SANS, size=7)
    return y - high - 12 * MM


def _sentences() -> tuple[str, ...]:
    return (
        _("忘记密码时，在登录窗口点“忘记密码”，按顺序输入以上八组字符，即可重设密码。"),
        _("本单只打印这一次，程序里不保存它。请与公章同样锁好，不要拍照、不要发到微信。"),
        _("任何人拿到本单和这台电脑（或备份文件），都能打开本机构的全部数据。"),
        _("密码和本单都丢失时，数据无法找回，厂家和县级也不能解开。"),
        _("本单遗失或被他人看到时，请院长登录后在“设置”中换发新的恢复密钥，旧密钥随即作废。"),
    )
