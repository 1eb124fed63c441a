"""Cutting requests short: a hub that does not answer must not keep a program from ending."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from threading import Event
from typing import Any

_OPENED = ("connect_tcp.complete", "start_tls.complete")


class Sockets:
    """The sockets of one client, as its HTTP library tells of them while it opens them."""

    def __init__(self) -> None:
        self._streams: list[Any] = []
        self._cut = Event()
        _open.add(self)

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of a socket that was opened."""
        if event.endswith(_OPENED):
            self._streams.append(info["return_value"])
            if self._cut.is_set():
                self.cut()

    def close(self) -> None:
        """Nobody asks anything through them any more."""
        _open.discard(self)

    def wait(self, seconds: float) -> bool:
        """Wait as long as the hub has asked for; returns at once, and whether, where it was cut."""
        return self._cut.wait(seconds)

    def cut(self) -> None:
        """Shut every socket: whoever waits on one, in another thread, is told at once."""
        self._cut.set()
        for stream in list(self._streams):
            opened = stream.get_extra_info("socket")
            with suppress(OSError, AttributeError):  # It is closed already.
                opened.shutdown(socket.SHUT_RDWR)


_open: set[Sockets] = set()


def cut_all() -> None:
    """Shut every socket of every client: the program ends."""
    for each in _open.copy():
        each.cut()
