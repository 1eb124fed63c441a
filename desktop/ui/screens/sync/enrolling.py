"""Letting this PC in at the county with the one-time code."""

from __future__ import annotations

import socket
from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QLineEdit

from desktop.errors import UserError
from desktop.sync import enrolling
from desktop.sync.certificate import shown
from desktop.sync.client import UntrustedCertificate
from desktop.sync.protocol import Enrolled
from desktop.text import _
from desktop.ui.dialogs import show_message
from desktop.ui.parts import Button, Card, Label, form_grid
from desktop.ui.worker import Worker


class EnrolCard(Card):
    """Address, one-time code and this PC's name."""

    def __init__(self, worker: Worker, done: Callable[[], object]) -> None:
        super().__init__(_("登记这台电脑"), margin=18, spacing=10)
        self._worker = worker
        self._done = done
        self.add(
            Label(
                _("向县里要平台地址和一次性登记码，填好后点“登记”。没有登记也能照常工作。"),
                "soft",
                wrap=True,
            )
        )
        self.url = QLineEdit()
        self.url.setPlaceholderText("https://")
        self.code = QLineEdit()
        self.code.setPlaceholderText(_("县里给的登记码"))
        self.device = QLineEdit(socket.gethostname())
        rows = ((_("平台地址"), self.url), (_("登记码"), self.code), (_("电脑名称"), self.device))
        for label, edit in rows:
            edit.setAccessibleName(label)
            edit.textChanged.connect(lambda _text: self._judge())
        self.column.addLayout(form_grid(rows))
        self.plain = QCheckBox(_("地址不加密（http://），我确认在卫生专网内"))
        self.plain.toggled.connect(lambda _on: self._judge())
        self.column.addWidget(self.plain)
        self.vouch = QCheckBox("")
        self.vouch.hide()
        self.vouch.toggled.connect(lambda _on: self._judge())
        self.url.textChanged.connect(lambda _text: self._forget_certificate())
        self.column.addWidget(self.vouch)
        self._fingerprint = ""
        self.error = Label("", "error", wrap=True)
        self.column.addWidget(self.error)
        self.go = Button(_("登记"), "fa6s.link", self.enrol, role="primary")
        self.column.addWidget(self.go)
        self.column.addStretch(1)
        self._judge()

    def _judge(self) -> None:
        self.error.setText("")
        unsafe = self.url.text().strip().lower().startswith("http://")
        self.plain.setVisible(unsafe)
        self.go.setEnabled(bool(self.url.text().strip() and self.code.text().strip()))

    def _forget_certificate(self) -> None:
        """What was compared is the certificate of the hub at the address that stood there."""
        self._fingerprint = ""
        self.vouch.setChecked(False)
        self.vouch.hide()

    def enrol(self) -> None:
        """Ask the hub, aside."""
        store = self._worker.centre.store
        url, code = self.url.text().strip(), self.code.text().strip()
        name = self.device.text().strip() or socket.gethostname()
        insecure = self.plain.isVisible() and self.plain.isChecked()
        fingerprint = self._fingerprint if self.vouch.isChecked() else ""
        self.go.setEnabled(False)
        self.go.setText(_("正在登记…"))
        self._worker.run_aside(
            lambda _progress: enrolling.enrol(
                store,
                url,
                code,
                name,
                insecure=insecure,
                fingerprint=fingerprint,
                run_db=self._worker.steps_of(store),
            ),
            self._enrolled,
            self._failed,
            owner=self,
        )

    def _enrolled(self, enrolled: Enrolled) -> None:
        self.go.setText(_("登记"))
        self.code.clear()
        show_message(
            self.window(),
            _("登记成功"),
            _("已登记为{centre}的 {device} 号电脑，现在开始第一次同步。").format(
                centre=enrolled.centre_name, device=enrolled.device
            ),
        )
        self._done()

    def _failed(self, error: UserError) -> None:
        self.go.setText(_("登记"))
        self._judge()
        if isinstance(error, UntrustedCertificate):
            self._fingerprint = error.fingerprint
            ends = shown(error.fingerprint)
            self.vouch.setText(_("已与县里核对，指纹一致（{ends}）").format(ends=_ends(ends)))
            self.vouch.setChecked(False)
            self.vouch.show()
        self.error.setText(str(error))


def _ends(fingerprint: str) -> str:
    """Return the beginning and the end of a fingerprint, which stands whole in the sentence."""
    return f"{fingerprint[:5]}…{fingerprint[-5:]}"
