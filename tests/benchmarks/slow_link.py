"""A slow link where the system lends none: ``python -m tests.benchmarks.slow_link PORT RATE``.

Carries connections to a port of this machine, each direction of all together at so many bits a
second and with a delay. Prints its own port, and after each line on its standard input how many
bytes went up and down.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import time

DELAY_SECONDS = 0.02
_PIECE = 4096
_BURST = 16 * 1024


class Direction:
    """One direction of the link, shared by all connections.

    Args:
        rate: Bytes a second.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._free = 0.0
        self.carried = 0

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Carry everything from one side to the other, piece by piece, each after its delay."""
        loop = asyncio.get_running_loop()
        while piece := await source.read(_PIECE):
            # A late wake-up is made up for, up to what a token bucket would hold.
            self._free = max(self._free, time.monotonic() - _BURST / self._rate)
            self._free += len(piece) / self._rate
            await asyncio.sleep(self._free - time.monotonic())
            self.carried += len(piece)
            loop.call_later(DELAY_SECONDS, target.write, piece)
        loop.call_later(2 * DELAY_SECONDS, target.close)


async def serve(port: int, rate: float) -> None:
    """Carry until the standard input ends."""
    up, down = Direction(rate / 8), Direction(rate / 8)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, to = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(up.carry(reader, to), down.carry(back, writer))

    listener = socket.create_server(("127.0.0.1", 0))
    # What waits before a slow link waits at the sender: a large buffer here would hide that.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    async with await asyncio.start_server(carry, sock=listener, limit=_PIECE):
        print(listener.getsockname()[1], flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(up.carried, down.carried, flush=True)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
