"""Commands by which the county publishes to its centres and takes back what it published."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from sqlalchemy import Connection, select

from county.centres import find_centre
from county.storage import Hub
from county.tables import CENTRES
from desktop.errors import UserError
from desktop.text import _

if TYPE_CHECKING:  # Reading sheets is imported only where something is published.
    from county.publishing.writing import Published

Open = Callable[[str], AbstractContextManager[Hub]]

Database = Annotated[
    str,
    typer.Option(
        envvar="COUNTY_HUB_DATABASE",
        help="数据库地址 / sqlite:////srv/county/hub.db, postgresql://user@host/name",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
Word = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="drugs | policy | checklist | scheme | form | notice | staff-orders"
        " | shortage-replies | money-advices",
    ),
]
Centres = Annotated[
    list[str], typer.Option("--centre", help="机构代码或名称，可多次；不写为全部 / default all")
]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="执行日期 / valid from, e.g. 2027-01-01"),
]
Confirm = Annotated[bool, typer.Option("--confirm", help="要求签收 / must be confirmed")]
Partial = Annotated[
    bool, typer.Option("--partial", help="目录只增补，不停用未列的 / stop nothing that is absent")
]


def attach(app: typer.Typer, open_hub: Open) -> None:
    """Add the commands."""
    _attach_publish(app, open_hub)
    _attach_withdraw(app, open_hub)

    @app.command("published")
    def published(database: Database = "", *, as_json: AsJson = False) -> None:
        """List what was published to whom, and who has confirmed it."""
        from county.publishing.listing import listing

        with open_hub(database) as hub, hub.reading() as connection:
            rows = [asdict(each) for each in listing(connection)]
        _print(rows, as_json=as_json)


def _attach_publish(app: typer.Typer, open_hub: Open) -> None:
    @app.command("publish")
    def publish(  # noqa: PLR0913 - typer reads the options from here
        kind: Word,
        file: Annotated[Path, typer.Argument(metavar="FILE")],
        centre: Centres = [],  # noqa: B006 - typer's own
        valid_from: From = None,
        title: Annotated[str, typer.Option(help="标题，默认为文件名 / title")] = "",
        database: Database = "",
        *,
        confirm: Confirm = False,
        partial: Partial = False,
        as_json: AsJson = False,
    ) -> None:
        """Publish a file to all centres or to some; a broken file publishes nothing."""
        from county.publishing import standing
        from county.publishing.content import find_kind
        from county.publishing.reading import read_content

        content = read_content(
            file,
            find_kind(kind),
            valid_from=valid_from.date() if valid_from else None,
            title=title,
            must_confirm=confirm,
            partial=partial,
        )
        with open_hub(database) as hub, hub.writing() as connection:
            chosen = _chosen(connection, centre)
            done = standing.publish(connection, content, chosen, date.today(), everybody=not centre)
        about = {"kind": content.kind.label, "title": content.title}
        _print(
            (
                _centre(each) | {"number": each.number} | about | each.changes.counts
                for each in done
            ),
            as_json=as_json,
        )


def _attach_withdraw(app: typer.Typer, open_hub: Open) -> None:
    @app.command("withdraw")
    def withdraw(
        kind: Word,
        words: Annotated[
            list[str] | None,
            typer.Argument(metavar="WORD…", help="代号、文号、名称或姓名 / code, number or name"),
        ] = None,
        centre: Centres = [],  # noqa: B006 - typer's own
        database: Database = "",
        *,
        every: Annotated[bool, typer.Option("--all", help="这一类全部撤销 / all of it")] = False,
        as_json: AsJson = False,
    ) -> None:
        """Take back what was published: named by words, or all of a kind."""
        from county.publishing import standing
        from county.publishing.content import find_kind
        from county.publishing.withdrawing import withdraw as take_back

        if not words and not every:
            raise UserError(_("没有说撤销哪一条。"), _("请写出代号、文号或名称，或加 --all。"))
        found = find_kind(kind)
        with open_hub(database) as hub, hub.writing() as connection:
            chosen = _chosen(connection, centre)
            kept = not centre and standing.withdraw(connection, found, words or [])
            done = take_back(connection, found, words or [], chosen, date.today(), kept=kept)
        _print(
            (_centre(each) | {"withdrawn": sum(each.changes.counts.values())} for each in done),
            as_json=as_json,
        )


def _centre(published: Published) -> dict[str, object]:
    return {"centre": published.centre, "name": published.name}


def _chosen(connection: Connection, words: Iterable[str]) -> list[int]:
    """Return the numbers of the named centres, of all without a name."""
    named = [find_centre(connection, word).id for word in words]
    chosen = list(dict.fromkeys(named)) or list(connection.scalars(select(CENTRES.c.id)))
    if not chosen:
        raise UserError(_("还没有登记机构。"), _("请先运行 county-hub centre add。"))
    return chosen


def _print(rows: Iterable[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo("\t".join(_shown(key, value) for key, value in row.items() if value))


def _shown(key: str, value: object) -> str:
    label = {
        "new": _("新增"),
        "stopped": _("停用"),
        "price": _("调价"),
        "changed": _("变更"),
        "taken_over": _("转为县级"),
        "withdrawn": _("已撤销"),
    }.get(key)
    if isinstance(value, list):
        return "、".join(map(str, value))
    if key == "kind":
        return _(str(value))
    if key == "must_confirm":
        return _("要求签收")
    return f"{label} {value}" if label else str(value)
