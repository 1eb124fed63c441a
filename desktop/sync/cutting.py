"""Cutting requests short: a hub that does not answer must not keep a program from ending."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

_OPENED = ("connect_tcp.complete", "start_tls.complete")


class Sockets:
    """The sockets of one client, as its HTTP library tells of them while it opens them."""

    def __init__(self) -> None:
        self._streams: list[Any] = []
        self._cut = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a socket that was opened."""
        if event.endswith(_OPENED):
            self._streams.append(info["return_value"])
            if self._cut:
                self.cut()

    def cut(self) -> None:
        """Shut every socket: whoever waits on one, in another thread, is told at once."""
        self._cut = True
        for stream in list(self._streams):
            opened = stream.get_extra_info("socket")
            with suppress(OSError, AttributeError):  # It is closed already.
                opened.shutdown(socket.SHUT_RDWR)
