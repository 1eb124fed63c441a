"""A process that has the programs' modules loaded and forks a child for each order it is given.

An order comes with a file that holds ``{program, words, environment}``, a socket for the child's
number and its exit code, and the child's stdin, stdout and stderr. A child between us waits for the
program, so that this process can take the next order.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import signal
import socket
import sys
from typing import Any

from sqlalchemy.orm import configure_mappers

import desktop.commands

_MODULES = (
    *(
        "desktop.cli",
        "county.cli",
        "county.asgi",
        "uvicorn",
        "uvicorn.loops.auto",
    ),
    *(
        "uvicorn.protocols.http.auto",
        "psycopg",
        "openpyxl",
        "xlsxwriter",
        "reportlab.pdfgen.canvas",
    ),
)
"""What the programs load while they run; whatever is missing here they load themselves."""


def load() -> None:
    """Load what a command of either program begins with."""
    commands = [each.name for each in pkgutil.iter_modules(desktop.commands.__path__)]
    for name in (*_MODULES, *(f"desktop.commands.{each}" for each in commands)):
        importlib.import_module(name)
    configure_mappers()
    gc.collect()
    gc.freeze()


def next_order(orders: socket.socket) -> dict[str, Any]:
    """Return each order in a process of its own; end this one when no more can come."""
    while True:
        sent, given, _flags, _address = socket.recv_fds(orders, 1, 5)
        if not sent:
            while _reap():
                pass
            os._exit(0)
        if os.fork() == 0:
            orders.close()
            return _run_for(*given)
        for each in given:
            os.close(each)
        while _reap(os.WNOHANG):
            pass


def _reap(how: int = 0) -> bool:
    """Forget a child that has ended; tell whether there was one."""
    try:
        return os.waitpid(-1, how)[0] != 0
    except ChildProcessError:
        return False


def _run_for(order: int, tells: int, *streams: int) -> dict[str, Any]:
    """Fork the program and return in it; in the process that waits for it never return."""
    child = os.fork()
    if child:
        for each in (order, *streams):
            os.close(each)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with socket.socket(fileno=tells) as teller:
            teller.sendall(b"%16d" % child)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            with contextlib.suppress(BrokenPipeError):  # Nobody wants to know any more.
                teller.sendall(b"%16d" % code)
        os._exit(0)
    os.close(tells)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    with open(order, encoding="utf-8") as file:
        given: dict[str, Any] = json.load(file)
    return given


def become(given: dict[str, Any]) -> None:
    """Be the program of an order, as if this Python had been started for it."""
    os.environ.clear()
    os.environ.update(given["environment"])
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, "utf-8", "backslashreplace", closefd=False)
    random.seed()
    sys.argv = [given["program"], *given["words"]]
    gc.enable()
    runpy.run_module(given["program"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    load()
    become(next_order(socket.socket(fileno=int(sys.argv[1]))))
