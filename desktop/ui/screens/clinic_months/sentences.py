"""What the page says of cells: what stands there, what is the matter, what was pasted."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QModelIndex

from desktop.models.kinds import show
from desktop.services.monthly_sheet import ClinicRow, MonthSheet
from desktop.text import _, in_a_row
from desktop.ui.screens.clinic_months.excel import Pasted
from desktop.ui.screens.clinic_months.model import Place, SheetModel, Tone


def absent(sheet: MonthSheet) -> str:
    """Name the clinics that have not reported, and those whose report came late."""
    words = [in_a_row(sheet.missing)] if sheet.missing else []
    if sheet.late:
        words.append(_("迟报：{names}").format(names=in_a_row(sheet.late)))
    return "　".join(words)


def about(model: SheetModel, index: QModelIndex, place: Place) -> str:
    """Say which figure a cell holds, with last month, the target and the mean."""
    row, field = model.row(index.row()), model.field_of(place[1])
    words = [f"{row.name} · {_(field.label)}"]
    last, goal, mean = row.last.get(place[1]), row.targets.get(place[1]), row.means.get(place[1])
    words.append(_("上月 {value}").format(value="—" if last is None else show(field.kind, last)))
    if goal is not None:
        words.append(_("目标 {value}").format(value=show(field.kind, round(goal))))
    if mean is not None:
        words.append(_("近12个月平均 {value}").format(value=show(field.kind, round(mean))))
    return "　".join(words)


def matter(model: SheetModel, index: QModelIndex, place: Place) -> str:
    """Say what is the matter with a cell; empty where nothing is."""
    if place in model.elsewhere:
        return _("别处已改为 {value}，保存将以您填的为准").format(value=model.elsewhere[place])
    if model.problem(place):
        return model.problem(place)
    tone = model.tone(index)
    if tone is Tone.BELOW:
        return _("低于目标")
    if tone is Tone.FAR:
        return _("与近12个月平均相差很大，请核对")
    if model.row(index.row()).copies > 1:
        return _("这个月有 {count} 份月报，请到明细列表核对").format(
            count=model.row(index.row()).copies
        )
    return ""


def comparison(model: SheetModel, place: Place) -> str:
    """Set a typed figure against the mean of the last twelve months."""
    row, field = _row_of(model, place), model.field_of(place[1])
    return _("{clinic} {figure}：{value}，近12个月平均 {mean}").format(
        clinic=row.name,
        figure=_(field.label),
        value=show(field.kind, model.value(row, place[1])),
        mean=show(field.kind, round(row.means[place[1]])),
    )


def wrong(model: SheetModel, problems: Mapping[Place, str]) -> str:
    """Name the first cell that keeps the sheet from being saved, and how many there are."""
    place, reason = next(iter(problems.items()))
    more = _("（共 {count} 处）").format(count=len(problems)) if len(problems) > 1 else ""
    return _("{clinic} {figure}：{reason}{more}").format(
        clinic=_row_of(model, place).name,
        figure=_(model.field_of(place[1]).label),
        reason=reason,
        more=more,
    )


def pasted(done: Pasted) -> str:
    """Say what became of a pasted block."""
    words = [_("已粘贴 {count} 格。").format(count=done.cells)]
    if done.outside:
        words.append(_("超出表格的 {count} 格没有粘贴。").format(count=done.outside))
    if done.unknown:
        words.append(_("没有这些村卫生室：{names}。").format(names="、".join(done.unknown)))
    return "".join(words)


def _row_of(model: SheetModel, place: Place) -> ClinicRow:
    return next(each for each in model.sheet.rows if each.clinic == place[0])
