"""SQLite's own session extension behind the same kind of HTTP service: the yardstick's hub."""

from __future__ import annotations

import sys
from typing import Any

import apsw
import uvicorn
import zstandard


def make_app(path: str) -> Any:
    """Return a service that applies each changeset it is sent and answers when it is durable."""
    connection = apsw.Connection(path)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "full")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        apsw.Changeset.apply(zstandard.ZstdDecompressor().decompress(body), connection)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


if __name__ == "__main__":
    uvicorn.run(make_app(sys.argv[1]), port=int(sys.argv[2]), log_level="warning", lifespan="off")
