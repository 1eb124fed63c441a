"""The `county-hub` command, for the county's technician."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import select

from county import (
    __version__,
    centres,
    keeping_commands,
    papers,
    publish_commands,
    return_commands,
    serving,
    snapshot_commands,
    verifying,
)
from county.storage import Hub
from county.tables import CENTRES, QUARANTINE
from desktop.console import speak, speak_utf8
from desktop.errors import UserError, WrongUse
from desktop.sync.packet import SUFFIX, check_place, read_packet, write_packet
from desktop.text import _

app = typer.Typer(
    help="县级平台 · county hub",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
centre_app = typer.Typer(help="机构 / centres", no_args_is_help=True)
app.add_typer(centre_app, name="centre")

Database = Annotated[
    str,
    typer.Option(
        envvar="COUNTY_HUB_DATABASE",
        help="数据库地址 / sqlite:////srv/county/hub.db, postgresql://user@host/name",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")]
_MOST_HOURS = 366 * 24


@app.callback()
def start(
    lang: Annotated[str, typer.Option(envvar="THDESK_LANG", help="zh | en")] = "",
) -> None:
    """Set the language of the answers."""
    speak(lang)


@contextmanager
def _open(database: str, *, check: bool = True) -> Iterator[Hub]:
    if not database:
        raise UserError(_("没有给出数据库。"), _("请用 --database 或 COUNTY_HUB_DATABASE 指明。"))
    hub = Hub(database)
    try:
        if check:
            hub.check()
        yield hub
    finally:
        hub.close()


publish_commands.attach(app, _open)
snapshot_commands.attach(app, _open)
return_commands.attach(app, _open)
papers.attach(app, _open)
keeping_commands.attach(app, _open)
serving.attach(app)


@app.command("init")
def init(database: Database = "") -> None:
    """Make the tables in a new database, or add what an older one lacks."""
    with _open(database, check=False) as hub:
        made = hub.create()
    typer.echo(_("县级平台的数据库已就绪。") if made else _("数据库已是最新，没有改动。"))


@centre_app.command("add")
def centre_add(
    code: Annotated[str, typer.Option(help="区划或机构代码 / code")],
    name: Annotated[str, typer.Option(help="机构名称 / name")],
    database: Database = "",
) -> None:
    """Add a centre."""
    from county.publishing import standing

    with _open(database) as hub, hub.writing() as connection:
        centres.add_centre(connection, code, name)
        waiting = standing.count(connection, date.today())
    typer.echo(_("已登记 {code} {name}。").format(code=code, name=name))
    if waiting:
        typer.echo(
            _("向全部机构发布过的 {count} 件，在它第一次同步时一并下发，不用再发布。").format(
                count=waiting
            )
        )


@centre_app.command("list")
def centre_list(database: Database = "", *, as_json: AsJson = False) -> None:
    """List the centres."""
    with _open(database) as hub, hub.reading() as connection:
        found = connection.execute(
            select(CENTRES.c.code, CENTRES.c.name, CENTRES.c.rev).order_by(CENTRES.c.code)
        )
        _print([dict(row._mapping) for row in found], as_json=as_json)  # noqa: SLF001


@app.command("enrol")
def enrol(
    centre: Annotated[str, typer.Argument(help="机构代码或名称 / code or name")],
    database: Database = "",
    hours: Annotated[
        int, typer.Option(min=1, max=_MOST_HOURS, help="有效小时 / hours it is good for")
    ] = centres.CODE_HOURS,
    invitation: Annotated[
        Path | None,
        typer.Option(help="写成登记邀请文件，给没有网络的电脑 / file instead of a code"),
    ] = None,
    url: Annotated[str, typer.Option(help="写进邀请的平台地址 / address in the invitation")] = "",
) -> None:
    """Print a one-time code that lets one PC of the centre in, or write it to a file."""
    if invitation is not None:
        from county import courier as couriers

        check_place(invitation)
        with _open(database) as hub, hub.writing() as connection:
            content, centre_name = couriers.invite(connection, centre, url, hours)
        write_packet(invitation, content)
        typer.echo(
            _("{name}的登记邀请：{file}，{hours} 小时内有效，只能用一次。").format(
                name=centre_name, file=invitation, hours=hours
            )
        )
        return
    with _open(database) as hub, hub.writing() as connection:
        found = centres.find_centre(connection, centre)
        code = centres.new_code(connection, found.id, hours)
    typer.echo(code)
    typer.echo(
        _("{name}的登记码，{hours} 小时内有效，只能用一次。").format(name=found.name, hours=hours),
        err=True,
    )


@app.command("devices")
def devices(database: Database = "", *, as_json: AsJson = False) -> None:
    """List the PCs that may exchange."""
    with _open(database) as hub, hub.reading() as connection:
        rows = centres.devices(connection)
    _print(rows, as_json=as_json)


@app.command("revoke")
def revoke(
    device: Annotated[int, typer.Argument(min=1, max=centres.LARGEST_DEVICE)],
    database: Database = "",
) -> None:
    """No longer let a PC in."""
    with _open(database) as hub, hub.writing() as connection:
        centres.revoke(connection, device)
    typer.echo(_("已停用 {id} 号电脑。").format(id=device))


@app.command("quarantine")
def quarantine(database: Database = "", *, as_json: AsJson = False) -> None:
    """List the records that were not taken, and why."""
    columns = (QUARANTINE.c.dev, QUARANTINE.c.t, QUARANTINE.c.row_id)
    with _open(database) as hub, hub.reading() as connection:
        found = connection.execute(
            select(
                CENTRES.c.code.label("centre"),
                *columns,
                QUARANTINE.c.reason,
                QUARANTINE.c.message,
                QUARANTINE.c.at,
            )
            .join(CENTRES, CENTRES.c.id == QUARANTINE.c.centre_id)
            .order_by(QUARANTINE.c.at)
        )
        rows = [dict(row._mapping) | {"row_id": row.row_id.hex()} for row in found]  # noqa: SLF001
    _print(rows, as_json=as_json)


@app.command("courier")
def courier(
    file: Annotated[Path, typer.Argument(help="乡镇送来的交换包 / packet from a centre")],
    database: Database = "",
    answer: Annotated[
        Path | None, typer.Option(help="回执包写到哪里 / where to write the answer")
    ] = None,
) -> None:
    """Take in an exchange packet from a stick and write the answer for the same PC."""
    from county import courier as couriers

    packet = read_packet(file)
    target = answer or file.with_name(f"{file.stem}-回执{SUFFIX}")
    check_place(target)
    with _open(database) as hub:
        taken = couriers.take(hub, packet)
    write_packet(target, taken.answer)
    typer.echo(
        _(
            "{centre} {device} 号电脑的第 {number} 号交换包：收下 {changes} 项，照片 {photos} 张。"
        ).format(
            centre=taken.centre,
            device=taken.device,
            number=taken.number,
            changes=taken.changes,
            photos=taken.photos,
        )
    )
    if taken.refused:
        typer.echo(_("退回 {count} 条，原因已写进回执包。").format(count=taken.refused))
    if taken.problem:
        typer.echo(taken.problem)
    if taken.more:
        typer.echo(_("回执包放不下全部新内容，下一个交换包会接着取。"))
    typer.echo(_("回执包：{file}，请交回那台电脑读入。").format(file=target))


@app.command("verify")
def verify(database: Database = "") -> None:
    """Check the database: nothing missing from the feed, nothing in a wrong centre."""
    with _open(database) as hub, hub.reading() as connection:
        problems = verifying.problems(connection)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    typer.echo(_("数据库完好。"))


def _print(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        typer.echo("\t".join(str(value) for value in row.values() if value not in (None, "")))


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(f"county-hub {__version__}")


def main() -> None:
    """Run the command line; an error of the world is one sentence and exit code 1."""
    speak_utf8()
    try:
        app()
    except UserError as error:
        typer.echo(_("错误：{sentence}").format(sentence=error), err=True)
        sys.exit(2 if isinstance(error, WrongUse) else 1)
