"""A pinned certificate of the hub: this one and no other, whoever signed it.

Counties run hubs on networks of their own, with certificates that no public authority signs. A
person compares the fingerprint once; from then on nothing is sent before the certificate is seen to
be the same.
"""

from __future__ import annotations

import re
import ssl
from hashlib import sha256
from socket import socket
from typing import Any, Self

from desktop.errors import UserError
from desktop.text import _

_LETTERS = 64


class OtherCertificate(ssl.SSLError):
    """The hub showed another certificate than the pinned one."""

    def __init__(self, found: str) -> None:
        super().__init__("another certificate")
        self.found = found


class _PinnedObject(ssl.SSLObject):
    """A protected link inside another one, as behind a proxy that is itself spoken to by https."""

    context: PinnedContext

    def do_handshake(self) -> None:
        """Shake hands, then compare before anything is sent."""
        super().do_handshake()
        self.context.compare(self.getpeercert(binary_form=True))


class PinnedContext(ssl.SSLContext):
    """Takes connections only to the holder of one certificate."""

    pinned: str
    sslobject_class = _PinnedObject

    def __new__(cls, pinned: str) -> Self:
        """Return a context for one fingerprint."""
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE  # The fingerprint says more than any authority.
        made.pinned = pinned
        return made

    def wrap_socket(self, sock: socket, *given: Any, **named: Any) -> ssl.SSLSocket:
        """Shake hands, then compare before anything is sent."""
        wrapped = super().wrap_socket(sock, *given, **named)
        try:
            self.compare(wrapped.getpeercert(binary_form=True))
        except OtherCertificate:
            wrapped.close()
            raise
        return wrapped

    def compare(self, certificate: bytes | None) -> None:
        """Refuse any certificate but the pinned one.

        Raises:
            OtherCertificate: It is another one.
        """
        found = sha256(certificate or b"").hexdigest()
        if found != self.pinned:
            raise OtherCertificate(found)


def read_fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as people copy it, with colons or spaces, as 64 letters.

    Raises:
        UserError: It is none.
    """
    letters = re.sub(r"[\s:：]", "", text.rpartition("=")[2]).lower()
    if len(letters) != _LETTERS or set(letters) - set("0123456789abcdef"):
        raise UserError(
            _("“{text}”不是证书的 SHA-256 指纹。").format(text=text),
            _("指纹是 64 位的数字和字母 A–F，向县里要。"),
        )
    return letters


def shown(fingerprint: str) -> str:
    """Return a fingerprint in pairs, as every tool shows it."""
    pairs = (fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))
    return ":".join(pairs).upper()
