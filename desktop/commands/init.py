"""`thdesk init`: make a new centre from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.commands import password_for, shared
from desktop.models.opening import NewCentre, create_centre
from desktop.text import _


def init(
    context: typer.Context,
    centre: Annotated[str, typer.Option(help="机构名称 / name of the centre")],
    code: Annotated[str, typer.Option(help="区划代码 / division code, 6, 9 or 12 digits")],
    uscc: Annotated[str, typer.Option(help="统一社会信用代码 / unified social credit code")] = "",
    person: Annotated[str, typer.Option(help="首位登录人 / first person")] = "",
) -> None:
    """Make a new centre in the data folder and print its recovery key once."""
    options = shared(context)
    name = person or options.person or _("院长")
    made, recovery = create_centre(
        options.home, NewCentre(centre, code, uscc), name, password_for(name, new=True)
    )
    made.close()
    typer.echo(_("已建立“{centre}”，数据在 {folder}。").format(centre=centre, folder=options.home))
    typer.echo(_("恢复密钥（只显示这一次，请抄下或打印后锁好）：{code}").format(code=recovery))


def attach(app: typer.Typer) -> None:
    """Add the command."""
    app.command("init")(init)
