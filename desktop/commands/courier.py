"""`thdesk courier`: exchanging with the county by stick."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from desktop.commands import open_here
from desktop.commands.sync import refused_here, say_report
from desktop.sync.courier import PHOTO_BYTES, Courier
from desktop.sync.joining import ask_by_stick
from desktop.text import _

courier_app = typer.Typer(help="交换包 / exchange by stick", no_args_is_help=True)

_MIB = 1024 * 1024


@courier_app.command("join")
def join(
    context: typer.Context,
    invitation: Annotated[Path, typer.Argument(help="县里给的登记邀请 / invitation")],
    file: Annotated[Path, typer.Argument(help="写到哪里 / file to write")],
    name: Annotated[str, typer.Option(help="这台电脑的名称 / name of this PC")] = "",
) -> None:
    """Ask to be let in without a link; the county's answer is read with `courier read`."""
    with open_here(context) as centre:
        path = ask_by_stick(centre.store, invitation, file, name or socket.gethostname())
    typer.echo(_("登记申请已写好：{file}。请交给县里，再读入县里给的回执包。").format(file=path))


@courier_app.command("write")
def write(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="写到哪里 / file to write")],
    photos: Annotated[
        int, typer.Option(help="照片最多多少 MB / most megabytes of photos")
    ] = PHOTO_BYTES // _MIB,
) -> None:
    """Write what waits for the county to a file that only the county can read."""
    with open_here(context) as centre:
        written = Courier(centre.store).write(file, photos * _MIB)
    typer.echo(
        _("已写成第 {number} 号交换包：{file}（{changes} 项，照片 {photos} 张）。").format(
            number=written.number,
            file=written.path,
            changes=written.changes,
            photos=written.photos,
        )
    )
    if written.more or written.photos_left:
        typer.echo(
            _("没有放下的留到下一个交换包：{photos} 张照片。").format(photos=written.photos_left)
            if not written.more
            else _("一个交换包放不下，读入回执包后再写一个。")
        )
    typer.echo(_("请交给县里，读入县里给的回执包后才算送达。"))


@courier_app.command("read")
def read(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="县里给的回执包 / the county's answer")],
) -> None:
    """Take in the county's answer; the exit code is 0 only when nothing waits any more."""
    with open_here(context) as centre:
        report = Courier(centre.store).read(file)
        standing = refused_here(centre.store)
    if report.joined:
        typer.echo(_("已在县级平台登记。"))
    else:
        say_report(report, standing)
    if report.again:
        typer.echo(_("请再写一个交换包交给县里。"))
    if report.waiting or report.refused or report.again:
        raise typer.Exit(1)


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(courier_app, name="courier")
