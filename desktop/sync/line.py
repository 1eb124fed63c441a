"""Requests on their way: while one is at the hub, the next is built and leaves as well.

A slow link is only full, and PC and hub are only both at work, where a batch does not wait for the
answer to the one before. Two are on their way at most, under the same nonce; the hub takes them in
their order and leaves one that has overtaken the other untouched (``Status.EARLY``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from desktop.errors import UserError
from desktop.sync.account import Account
from desktop.sync.client import Client
from desktop.sync.outbox import Batch
from desktop.sync.protocol import Reply, Request

_MOST = 2


class Sent(NamedTuple):
    """A request on its way, and what waits for its answer and tells the bytes sent."""

    account: Account
    batch: Batch
    answer: Callable[[], tuple[Reply, int]]


class Line:
    """The requests of one exchange that are on their way, in their order.

    Args:
        client: The connection.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._sent: deque[Sent] = deque()
        self.built: Batch | None = None
        """The next batch, made while there was no room for it."""

    def __len__(self) -> int:
        """Return how many requests are on their way."""
        return len(self._sent)

    @property
    def end(self) -> int | None:
        """The last change on its way, None where none is."""
        return self._sent[-1].batch.last if self._sent else None

    @property
    def has_room(self) -> bool:
        """Tell whether another request may leave now."""
        return len(self._sent) < _MOST

    def send(self, account: Account, batch: Batch, request: Request) -> None:
        """Let a request leave."""
        request.ahead = bool(self._sent)
        answer = self._client.later(partial(self._client.exchange, request))
        self._sent.append(Sent(account, batch, answer))

    def take_built(self, first: int) -> Batch | None:
        """Return the batch made before, if it is the one that begins with this change."""
        built, self.built = self.built, None
        return built if built is not None and built.first == first else None

    def oldest(self) -> Sent:
        """Take out the request whose answer comes next."""
        return self._sent.popleft()

    def drop(self) -> None:
        """Wait for all that is on its way and forget its answers: it will be sent once more."""
        self.built = None
        while self._sent:
            with suppress(UserError):
                self.oldest().answer()
