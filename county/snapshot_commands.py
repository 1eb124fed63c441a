"""`county-hub snapshot`: packing centres' records for new PCs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated

import typer
from sqlalchemy import select

from county import centres, snapshots
from county.publish_commands import Database
from county.storage import Hub
from county.tables import CENTRES
from desktop.text import _

Open = Callable[[str], AbstractContextManager[Hub]]

_MIB = 1024 * 1024


def attach(app: typer.Typer, open_hub: Open) -> None:
    """Add the command."""

    @app.command("snapshot")
    def snapshot(
        centre: Annotated[
            list[str] | None, typer.Argument(help="机构代码或名称，默认全部 / default all")
        ] = None,
        database: Database = "",
    ) -> None:
        """Pack the records of centres for new PCs; run it every night."""
        with open_hub(database) as hub:
            with hub.reading() as connection:
                found = [centres.find_centre(connection, word).id for word in centre or ()]
                ids = found or list(connection.scalars(select(CENTRES.c.id).order_by(CENTRES.c.id)))
            for id in ids:
                _say(snapshots.build(hub, id))


def _say(built: snapshots.Built) -> None:
    if not built.pages:
        typer.echo(_("{code} {name}：没有新的内容。").format(code=built.code, name=built.name))
        return
    typer.echo(
        _("{code} {name}：{records} 条，{pages} 页，{size} MB。").format(
            code=built.code,
            name=built.name,
            records=built.records,
            pages=built.pages,
            size=round(built.size / _MIB, 1),
        )
    )
