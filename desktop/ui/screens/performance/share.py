"""The villages' share of public-health work, item by item, beside the line of the policy."""

from __future__ import annotations

from fractions import Fraction

from PySide6.QtWidgets import QWidget

from desktop.services.performance.village_share import VillageShare
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button
from desktop.ui.plain_table import PlainColumn, PlainTable


def percent_text(share: Fraction | None) -> str:
    """Return a share with one decimal, or a dash."""
    return "—" if share is None else f"{float(share):.1f}%"


def share_text(share: VillageShare, *, short: bool = False) -> str:
    """Return the share, and unless it has to be short the line it is held against."""
    said = _("村级公卫占比 {share}").format(share=percent_text(share.percent))
    if short or share.line is None:
        return said
    line = f"{share.line.normalize():f}"
    return said + _("（应达 {line}%）").format(line=line)


class ShareDialog(Dialog):
    """Lists the items of public-health work with what the villages do of each."""

    def __init__(self, parent: QWidget, desk: Desk, share: VillageShare) -> None:
        super().__init__(parent, share_text(share), "fa6s.chart-pie")
        self.desk = desk
        self.setMinimumWidth(theme.px(720))
        self.say(
            _("各项目数量乘以当量后相加。村级数未登记的，用村卫生室月报的合计（标“月报”）。")
            if share.items
            else _("本期还没有登记公卫工作量，登记后这里按项目列出村级占比。")
        )
        self.table = PlainTable(
            [
                PlainColumn(_("项目"), 11),
                PlainColumn(_("全部"), 5, numeric=True),
                PlainColumn(_("村级"), 5, numeric=True),
                PlainColumn(_("占比"), 4, numeric=True),
                PlainColumn(_("当量"), 4, numeric=True),
                PlainColumn(_("来源"), 4),
            ],
            row_height=30,
        )
        self.table.show_rows(
            [
                (
                    f"{_(each.item)}（{_(each.unit)}）" if each.unit else _(each.item),
                    "" if each.total is None else f"{each.total:,}",
                    "" if each.village is None else f"{each.village:,}",
                    percent_text(each.percent),
                    f"{float(each.weight):g}",
                    _("月报") if each.computed else _("登记"),
                )
                for each in share.items
            ]
        )
        self.table.setMinimumHeight(theme.px(260))
        self.column.addWidget(self.table, 1)
        self.add_button(Button(_("去登记"), clicked=self._enter))
        self.add_button(Button(_("关闭"), clicked=self.accept, role="primary"))

    def _enter(self) -> None:
        self.accept()
        self.desk.go_to("workloads")
