"""Requests on their way: while one is at the hub, the next is built and leaves as well.

A slow link is only full, and PC and hub are only both at work, where a batch does not wait for the
answer to the one before. Two are on their way at most, under the same nonce; the hub takes them in
their order and leaves one that has overtaken the other untouched (``Status.EARLY``).
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from desktop.errors import UserError
from desktop.sync.account import Account
from desktop.sync.client import Client
from desktop.sync.outbox import Batch
from desktop.sync.protocol import Reply, Request

_MOST = 2
_MOST_BUILT = 4
"""Batches that are made while the hub is at work: it is slower with some registers than the PC."""


class Sent(NamedTuple):
    """A request on its way, and what waits for its answer and tells the bytes sent."""

    account: Account
    batch: Batch
    answer: Future[tuple[Reply, int]]


class Line:
    """The requests of one exchange that are on their way, in their order.

    Args:
        client: The connection.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sent: deque[Sent] = deque()
        self._built: deque[Batch] = deque()

    def __len__(self) -> int:
        """Return how many requests are on their way."""
        return len(self._sent)

    @property
    def end(self) -> int | None:
        """The last change on its way, None where none is."""
        return self._sent[-1].batch.last if self._sent else None

    @property
    def next_to_build(self) -> int | None:
        """The change behind which the next batch begins, None where none is to be made now."""
        if not self._sent or len(self._built) >= _MOST_BUILT or self._sent[0].answer.done():
            return None
        last = self._built[-1] if self._built else self._sent[-1].batch
        return last.last if last.more else None

    @property
    def has_room(self) -> bool:
        """Tell whether another request may leave now; none does while a page is asked for."""
        return not self._sent or (len(self._sent) < _MOST and self._sent[-1].batch.more)

    def send(self, account: Account, batch: Batch, request: Request) -> None:
        """Let a request leave."""
        request.ahead = bool(self._sent)
        answer = self._client.later(partial(self._client.exchange, request))
        self._sent.append(Sent(account, batch, answer))

    def keep(self, batch: Batch) -> None:
        """Keep a batch that was made while there was no room for it."""
        self._built.append(batch)

    def keep_next(self, batch: Batch) -> None:
        """Keep the batch that leaves next, once the answers before it are here."""
        self._built.appendleft(batch)

    def take_built(self, first: int) -> Batch | None:
        """Return the batch made before, if it is the one that begins with this change."""
        built = self._built.popleft() if self._built else None
        if built is not None and built.first == first:
            return built
        self._built.clear()
        return None

    def oldest(self) -> Sent:
        """Take out the request whose answer comes next."""
        return self._sent.popleft()

    def drop(self) -> None:
        """Wait for all that is on its way and forget its answers: it will be sent once more."""
        self._built.clear()
        while self._sent:
            with suppress(UserError):
                self.oldest().answer.result()
