"""What waits for the county, register by register, and how the last exchange went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QVBoxLayout, QWidget

from desktop.sync.client import DIRECT, Way
from desktop.sync.files import FilesReport
from desktop.sync.mending import in_words
from desktop.sync.standing import SyncStatus
from desktop.text import _
from desktop.ui import theme
from desktop.ui.exchange_runner import moment_in_words
from desktop.ui.parts import Button, Card, ElidedLabel, Label, form_grid, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.sync.reading import SyncView
from desktop.ui.screens.sync.scrolled import Scrolled


class WaitingCard(Card):
    """The registers of which records wait, since when, and the last exchange below.

    Args:
        set_way: Sets how the county is reached.
    """

    def __init__(self, set_way: Callable[[], object]) -> None:
        super().__init__(_("待上传"), margin=16)
        self.table = _make_table()
        self.nothing = Label(_("没有待上传的记录"), "soft", wrap=True)
        area = Scrolled(spacing=8)
        self.column.addWidget(area, 1)
        inside = area.inside
        inside.addWidget(self.table)
        inside.addWidget(self.nothing)
        inside.addSpacing(theme.px(8))
        inside.addWidget(Label(_("最近一次"), "heading"))
        self.last_success = Label("", wrap=True)
        self.last_error = Label("", wrap=True)
        self.photos = Label("", wrap=True)
        self.checked = Label("", wrap=True)
        self.way = ElidedLabel()
        self.certificate = Label(_("只认县里的证书"), wrap=True)
        self.set_way = Button(_("更改"), clicked=set_way, role="link", tip=_("代理和证书"))
        way = QWidget()
        lines = QVBoxLayout(way)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.px(2))
        lines.addLayout(row_of(self.way, self.set_way, stretch=0))
        lines.addWidget(self.certificate)
        rows = (
            (_("同步成功"), self.last_success),
            (_("上次出错"), self.last_error),
            (_("照片"), self.photos),
            (_("与县级核对"), self.checked),
            (_("连接方式"), way),
        )
        inside.addLayout(form_grid(rows))
        inside.addStretch(1)

    def show_view(self, view: SyncView, now: dt.datetime) -> None:
        """Show another state."""
        status = view.status
        rows = [(each.label, f"{each.count:,}", _since(each.since, now)) for each in view.waiting]
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)
        height = self.table.verticalHeader().defaultSectionSize() * len(rows)
        frame = 2 * self.table.frameWidth() + theme.px(2)
        self.table.setFixedHeight(self.table.horizontalHeader().minimumHeight() + height + frame)
        self.last_success.setText(
            moment_in_words(dt.datetime.fromisoformat(status.last_success), now)
            if status.last_success
            else _("从未")
        )
        self.last_error.setText(_error_in_words(status.last_error, now))
        self.photos.setText(_waiting_photos(status))
        self.checked.setText(_checked_in_words(status, now))
        self.way.setText(_way_in_words(status.way))
        self.certificate.setVisible(bool(status.way.certificate))


def _make_table() -> PlainTable:
    """Return the table of registers; it is as high as its rows, and the card scrolls."""
    table = PlainTable(
        [
            PlainColumn(_("台账"), 8),
            PlainColumn(_("条数"), 4, numeric=True),
            PlainColumn(_("最早的一条"), 7),
        ],
        row_height=32,
    )
    head = table.horizontalHeader()
    head.setStretchLastSection(False)
    head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return table


def _since(moment: dt.datetime, now: dt.datetime) -> str:
    """Return since when, the time of day only of today and yesterday."""
    here = moment.astimezone().date()
    if (now.astimezone().date() - here).days > 1:
        return here.isoformat()
    return moment_in_words(moment, now)


def _way_in_words(way: Way) -> str:
    """Return by which proxy the county is reached, without a password in its address."""
    proxies = {"": _("代理跟随系统"), DIRECT: _("不用代理")}
    return proxies.get(way.proxy) or _("代理 {address}").format(address=way.proxy_in_words())


def _waiting_photos(status: SyncStatus) -> str:
    """Return how many photos wait to be sent, and how many have not come."""
    words = []
    if status.files_waiting:
        words.append(_("待上传 {count} 张").format(count=f"{status.files_waiting:,}"))
    if status.files_missing:
        words.append(_("{count} 张还没有收到").format(count=f"{status.files_missing:,}"))
    return "，".join(words) or _("没有待传的")


def photos_in_words(found: FilesReport) -> str:
    """Return what became of the photos; nothing where there were none."""
    words = ""
    if found.sent or found.fetched:
        words += _("照片送出 {sent} 张，收到 {fetched} 张。").format(
            sent=found.sent, fetched=found.fetched
        )
    if found.waiting:
        words += _("还有 {count} 张照片待送，下次同步会再试。").format(count=found.waiting)
    return words


def _checked_in_words(status: SyncStatus, now: dt.datetime) -> str:
    """Return when the registers were last held against the county's, and what was found."""
    if status.found is None or not status.checked_at:
        return _("每周自动核对一次")
    when = moment_in_words(dt.datetime.fromisoformat(status.checked_at), now)
    return f"{when}　{in_words(status.found)}"


def _error_in_words(text: str, now: dt.datetime) -> str:
    """Return the last error with its moment in words."""
    moment, _space, reason = text.partition(" ")
    if not reason:
        return text or _("无")
    try:
        when = dt.datetime.fromisoformat(moment)
    except ValueError:
        return text
    return f"{moment_in_words(when, now)}　{reason}"
