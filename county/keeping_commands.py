"""`county-hub backup|restore|restored|prune|stale`: what keeps the database from day to day."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from county import backups, centres, digesting, numbering, pruning, restoring
from county.clock import now_ms, written
from county.publish_commands import Database
from county.storage import Hub, renew_generation
from county.tables import register_tables
from desktop.errors import UserError
from desktop.sync.digests import in_short
from desktop.sync.packet import check_place
from desktop.text import _

Open = Callable[[str], AbstractContextManager[Hub]]

_MIB = 1024 * 1024
_DAY_MS = 86_400_000
_MOST_DAYS = 36_500


def attach(app: typer.Typer, open_hub: Open) -> None:
    """Add the commands."""
    _attach_backups(app, open_hub)
    _attach_watching(app, open_hub)
    _attach_numbers(app, open_hub)

    @app.command("prune")
    def prune(
        database: Database = "",
        days: Annotated[
            int, typer.Option(max=_MOST_DAYS, help="保留天数 / days to keep")
        ] = pruning.LEAST_DAYS,
    ) -> None:
        """Remove old history that later edits have outdone; `serve` does it every night."""
        with open_hub(database) as hub:
            gone = pruning.prune(hub, days)
        typer.echo(_("清理了 {count} 条旧的修改历史，各栏最后一次修改都还在。").format(count=gone))


def _attach_watching(app: typer.Typer, open_hub: Open) -> None:
    @app.command("digest")
    def digest(
        centre: Annotated[str, typer.Argument(help="机构代码或名称 / code or name")],
        database: Database = "",
        *,
        as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    ) -> None:
        """Print a digest of each register of a centre, to compare with its PCs' or a backup's."""
        with open_hub(database) as hub, hub.reading() as connection:
            found = digesting.digests(connection, centres.find_centre(connection, centre).id)
        if as_json:
            typer.echo(json.dumps({str(number): each for number, each in found.items()}))
            return
        for number, each in found.items():
            register, _table = register_tables()[number]
            count = sum(held for held, _sum in each)
            typer.echo(f"{in_short({number: each})}\t{count}\t{_(register.label)}")
        typer.echo(in_short(found))

    @app.command("stale")
    def stale(
        database: Database = "",
        days: Annotated[
            int, typer.Option(min=0, max=_MOST_DAYS, help="多少天没来 / silent for so many days")
        ] = 7,
        *,
        as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    ) -> None:
        """List the PCs that have not exchanged for a while."""
        with open_hub(database) as hub, hub.reading() as connection:
            found = backups.stale(connection, written(now_ms() - days * _DAY_MS))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
            return
        for row in found:
            typer.echo("\t".join(str(value) for value in row.values()))
        if not found:
            typer.echo(_("{days} 天内每台电脑都来过。").format(days=days))


def _attach_numbers(app: typer.Typer, open_hub: Open) -> None:
    @app.command("numbers")
    def numbers(
        centre: Annotated[str, typer.Argument(help="机构代码或名称 / code or name")],
        database: Database = "",
        *,
        as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    ) -> None:
        """List the numbers that several records of a centre have; the centre renumbers them."""
        with open_hub(database) as hub, hub.reading() as connection:
            own = centres.find_centre(connection, centre).id
            found = numbering.find_shared(connection, own)
        if as_json:
            told = [
                {
                    "register": each.register.key,
                    "field": each.field.key,
                    "number": each.number,
                    "records": [id.hex() for id in each.ids],
                }
                for each in found
            ]
            typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for each in found:
            ids = "\t".join(id.hex() for id in each.ids)
            typer.echo(f"{_(each.register.label)}\t{_(each.field.label)}\t{each.number}\t{ids}")
        if not found:
            typer.echo(_("没有重复的编号。"))


def _attach_backups(app: typer.Typer, open_hub: Open) -> None:
    @app.command("backup")
    def backup(
        file: Annotated[Path, typer.Argument(help="备份文件 / file to write")],
        database: Database = "",
    ) -> None:
        """Write a backup while the service goes on, and read it through."""
        check_place(file)
        with open_hub(database) as hub:
            size = backups.back_up(hub, file)
        typer.echo(
            _("备份已写好并通过检查：{file}，{size} MB。").format(
                file=file, size=round(size / _MIB, 1)
            )
        )

    @app.command("restore")
    def restore(
        file: Annotated[Path, typer.Argument(help="备份文件 / backup to read")],
        database: Database = "",
    ) -> None:
        """Put a backup in the place of the database; stop the service first."""
        if not database:
            raise UserError(
                _("没有给出数据库。"), _("请用 --database 或 COUNTY_HUB_DATABASE 指明。")
            )
        kept = restoring.restore(database, file)
        if kept is not None:
            typer.echo(_("原来的数据库留在 {file}。").format(file=kept))
        _say_restored()

    @app.command("restored")
    def restored(database: Database = "") -> None:
        """Run once after restoring the database by other means: the PCs send what it lost."""
        with open_hub(database) as hub, hub.owning() as connection:
            renew_generation(connection)
        _say_restored()


def _say_restored() -> None:
    typer.echo(_("已标记为恢复的数据库，各机构下次同步时会补送。"))
    typer.echo(_("备份之后由县里发布的、审定和退回的不在其中，请再做一次。"))
