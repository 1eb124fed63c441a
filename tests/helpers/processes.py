"""The programs in processes of their own, without loading all their modules for each anew.

To load the modules takes four fifths of what a command takes. So a process that has loaded them
waits for orders and forks a child for each one (:mod:`tests.helpers.loaded`): another process with
its own memory, files and exit code, which can be killed like any other. Where there is no fork,
and where the start itself is what is tried, a new Python starts.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]


class Process:
    """A forked program; its words and exit code are had as those of :class:`subprocess.Popen`.

    Args:
        order: What to run, see :mod:`tests.helpers.loaded`.
        stderr: Whether to hold back what it says on stderr, too.
    """

    def __init__(self, order: Mapping[str, Any], *, stderr: bool) -> None:
        self.returncode: int | None = None
        self.stdout, out = _pipe()
        self.stderr, error = _pipe() if stderr else (None, os.dup(2))
        self._told, tells = socket.socketpair()
        with tempfile.TemporaryFile() as file, tells, Path(os.devnull).open() as nothing:
            file.write(json.dumps(order).encode())
            file.seek(0)
            given = [file.fileno(), tells.fileno(), nothing.fileno(), out, error]
            socket.send_fds(_loaded(), [b"."], given)
        os.close(out)
        os.close(error)
        self.pid = self._read_number()

    def _read_number(self) -> int:
        said = self._told.recv(16, socket.MSG_WAITALL)
        assert said, "the process that forks programs is gone"
        return int(said)

    def poll(self) -> int | None:
        """Return the exit code of a process that has ended."""
        if self.returncode is None and not select.select([self._told], [], [], 0)[0]:
            return None
        return self.wait()

    def wait(self) -> int:
        """Wait for its end and return its exit code; negative: the signal that ended it."""
        if self.returncode is None:
            self.returncode = self._read_number()
            self._told.close()
        return self.returncode

    def communicate(self) -> tuple[str, str]:
        """Return all it says, and wait for its end."""
        with self.stdout, self.stderr or Path(os.devnull).open() as errors:
            said: list[str] = []
            reading = threading.Thread(target=lambda: said.append(errors.read()))
            reading.start()
            out = self.stdout.read()
            reading.join()
        self.wait()
        return out, said[0]

    def send_signal(self, how: int) -> None:
        """Send a signal to it unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, how)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.send_signal(signal.SIGKILL)


def start(
    program: str, *words: str | Path, environment: Mapping[str, str], stderr: bool = True
) -> Process | subprocess.Popen[str]:
    """Start ``python -m program`` with these words; stdout is a pipe, and stderr if wanted."""
    arguments = [str(each) for each in words]
    if hasattr(os, "fork"):
        return Process(
            {"program": program, "words": arguments, "environment": dict(environment)},
            stderr=stderr,
        )
    return subprocess.Popen(
        [sys.executable, "-m", program, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if stderr else None,
        text=True,
        encoding="utf-8",
    )


def run(
    program: str, *words: str | Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m program`` to its end."""
    process = start(program, *words, environment=environment)
    out, error = process.communicate()
    assert process.returncode is not None
    return subprocess.CompletedProcess([program, *words], process.returncode, out, error)


def _pipe() -> tuple[IO[str], int]:
    reading, writing = os.pipe()
    return os.fdopen(reading, encoding="utf-8"), writing


@functools.cache
def _loaded() -> socket.socket:
    """Start the process that has the programs loaded, once for all tests of this process."""
    mine, its = socket.socketpair()
    with its:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.helpers.loaded", str(its.fileno())],
            cwd=ROOT,
            env=os.environ | {"PYTHONUTF8": "1"},
            pass_fds=[its.fileno()],
        )

    def end() -> None:
        mine.close()
        process.wait()

    atexit.register(end)
    return mine
