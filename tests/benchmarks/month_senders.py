"""Many PCs in one process: ``python -m tests.benchmarks.month_senders SPEC``.

Each has its own connection and does what the program does: it pushes its batches one after the
other, pulls until it has everything, and comes again when the hub tells it to wait. A line on the
standard input lets all begin; the answer is one JSON text.
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from pathlib import Path

import msgspec

from desktop.sync import protocol
from desktop.sync.client import Client
from desktop.sync.protocol import Request
from desktop.sync.wire import ID_BYTES
from tests.benchmarks.month_load import Message

_PAGE = 5_000


class Sender(msgspec.Struct):
    """A PC that was let in."""

    url: str
    device: int
    generation: int
    nonce: bytes
    secret: bytes
    cursor: int
    messages: list[Message]


class Spec(msgspec.Struct):
    """All PCs of one process; each begins at a moment of its own within so many seconds."""

    senders: list[Sender]
    spread: float = 0.0


class Found(msgspec.Struct):
    """What the PCs of one process met."""

    requests: list[float] = []
    exchanges: list[float] = []
    errors: list[str] = []
    pushed: int = 0
    pulled: int = 0
    cpu: float = 0.0
    ended: float = 0.0

    def add(self, other: Found) -> None:
        """Take in what the PCs of another process met."""
        self.requests += other.requests
        self.exchanges += other.exchanges
        self.errors += other.errors
        self.pushed += other.pushed
        self.pulled += other.pulled
        self.cpu += other.cpu
        self.ended = max(self.ended, other.ended)


class Talk:
    """One PC's exchange."""

    def __init__(self, sender: Sender, found: Found) -> None:
        self._sender = sender
        self._found = found
        self._client = Client(sender.url)
        self._client.sign_as(sender.device, sender.secret)
        self._last = 0

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def run(self, begin: threading.Event, after: float) -> None:
        """Wait for the beginning, then push and pull everything; an error is kept as a person's."""
        begin.wait()
        time.sleep(after)
        started = time.perf_counter()
        try:
            self.exchange()
        except Exception as error:  # noqa: BLE001 - whatever a person would have been shown
            self._found.errors.append(repr(error))
        finally:
            self.close()
        self._found.exchanges.append(time.perf_counter() - started)

    def exchange(self) -> None:
        """Push and pull everything."""
        left = list(self._sender.messages)
        while True:
            message = left.pop(0) if left else Message(0, 0, [], [], [])
            reply = self._send(message, 0 if left else _PAGE)
            if not left and reply.cursor >= reply.top:
                return

    def _send(self, message: Message, want: int) -> protocol.Reply:
        sender = self._sender
        request = Request(
            protocol=protocol.PROTOCOL,
            schema=protocol.SCHEMA,
            device=sender.device,
            generation=sender.generation,
            nonce=sender.nonce,
            first=self._last + 1,
            last=self._last + message.count,
            cursor=sender.cursor,
            want=want,
            base=message.base,
            people=message.people,
            inserts=message.inserts,
            edits=message.edits,
            marks=[os.urandom(ID_BYTES)],
        )
        started = time.perf_counter()
        reply, _size = self._client.exchange(request)
        self._found.requests.append(time.perf_counter() - started)
        if reply.status != protocol.Status.TAKEN or reply.refused or reply.ack != request.last:
            raise AssertionError(f"{reply.status}, {reply.ack}, refused: {reply.refused[:1]}")
        self._last, sender.nonce, sender.cursor = request.last, reply.nonce, reply.cursor
        self._found.pushed += message.count
        self._found.pulled += sum(len(each.ids) // ID_BYTES for each in reply.inserts)
        self._found.pulled += sum(len(one.stamps) for each in reply.edits for one in each.fields)
        return reply


def play(spec: Spec, begin: threading.Event) -> Found:
    """Let all PCs exchange, each in a thread of its own, once the event is set."""
    found, chance = Found(), random.Random(5)
    before, threads = time.process_time(), []
    for each in spec.senders:
        after = chance.random() * spec.spread
        threads.append(threading.Thread(target=Talk(each, found).run, args=(begin, after)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.cpu, found.ended = time.process_time() - before, time.time()
    return found


def main() -> None:
    """Play the PCs of the file once told to."""
    spec = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Spec)
    begin = threading.Event()
    print("ready", flush=True)

    def wait() -> None:
        sys.stdin.readline()
        begin.set()

    threading.Thread(target=wait).start()
    print(msgspec.json.encode(play(spec, begin)).decode())


if __name__ == "__main__":
    main()
