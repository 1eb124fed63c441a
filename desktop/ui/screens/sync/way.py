"""How the county is reached: the proxy and the pinned certificate."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.errors import UserError
from desktop.sync import enrolling
from desktop.sync.certificate import shown
from desktop.sync.client import DIRECT, Way
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, form_grid

_OWN = "own"


class WayDialog(Dialog):
    """Sets the proxy and the certificate.

    Signals:
        saved: Something else holds now.
    """

    saved = Signal()

    def __init__(self, parent: QWidget, desk: Desk, way: Way) -> None:
        super().__init__(parent, _("连接设置"), "fa6s.sliders")
        self._desk = desk
        self.proxy = ChoiceBox()
        self.address = QLineEdit()
        self.certificate = QLineEdit(shown(way.certificate))
        self._fill(way)
        rows = (
            (_("代理"), self.proxy),
            (_("代理地址"), self.address),
            (_("证书指纹"), self.certificate),
        )
        for label, widget in rows:
            widget.setAccessibleName(label)
        self.column.addLayout(form_grid(rows))
        self._explain()
        self.error = Label("", "error", wrap=True)
        self.column.addWidget(self.error)
        self.add_button(Button(_("取消"), clicked=self.reject))
        self.save = self.add_button(Button(_("保存"), clicked=self.keep, role="primary"))
        self.save.setDefault(True)
        self.setMinimumWidth(theme.px(560))
        self._judge()

    def _explain(self) -> None:
        self.column.addWidget(
            Label(
                _(
                    "代理：多数单位选“跟随系统”就行。单位上网要先经过一台代理服务器、连不上县级时，"
                    "向管网络的人要它的地址填上。"
                ),
                "help",
                wrap=True,
            )
        )
        self.column.addWidget(
            Label(
                _(
                    "县级平台用自制证书时，把与县里电话核对过的 SHA-256 指纹填在这里，"
                    "以后只认这张证书；证书变了会停下来告诉您。"
                ),
                "help",
                wrap=True,
            )
        )

    def _fill(self, way: Way) -> None:
        words = (("", _("跟随系统")), (DIRECT, _("不用代理")), (_OWN, _("用下面的代理")))
        for word, label in words:
            self.proxy.addItem(label, word)
        own = way.proxy not in {"", DIRECT}
        self.proxy.setCurrentIndex(self.proxy.findData(_OWN if own else way.proxy))
        self.proxy.currentIndexChanged.connect(lambda _at: self._judge())
        self.address.setPlaceholderText("http://10.1.2.3:8080")
        self.address.setText(way.proxy if own else "")
        self.certificate.setCursorPosition(0)
        self.certificate.setPlaceholderText(_("空白：由公共机构签发的证书"))

    def _judge(self) -> None:
        self.address.setEnabled(self.proxy.currentData() == _OWN)

    def keep(self) -> None:
        """Save what is set."""
        word = self.proxy.currentData()
        proxy = self.address.text().strip() if word == _OWN else word
        if word == _OWN and not proxy:
            self.error.setText(_("请填代理地址。"))
            return
        fingerprint = self.certificate.text()
        self._desk.worker.run(
            lambda store: enrolling.set_way(store, proxy, fingerprint),
            self._kept,
            self._failed,
            owner=self,
        )

    def _kept(self, _way: Way) -> None:
        self.saved.emit()
        self.accept()

    def _failed(self, error: UserError) -> None:
        self.error.setText(str(error))
