"""`thdesk twins`: records that are there twice, and making one of them."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.commands import open_here, record_id, say_json
from desktop.models.registers import find_register
from desktop.services.twins import TwinGroup, find_twins, make_one
from desktop.text import _

_LIST = "thdesk twins list"

twins_app = typer.Typer(help="重复的记录 / records that are there twice", no_args_is_help=True)


@twins_app.command("list")
def listing(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """List the records of the same person or thing."""
    with open_here(context) as centre, centre.store.reading() as session:
        found = find_twins(session)
    if as_json:
        say_json([_as_data(group) for group in found])
        return
    for group in found:
        typer.echo(f"{_(group.register.label)}　{group.known_by}")
        for twin in group.twins:
            values = "　".join(
                _("{label}：{value}").format(label=label, value=value or _("（空白）"))
                for label, value in twin.values
            )
            count = _("有 {count} 条记录引用").format(count=twin.references)
            typer.echo(f"  {twin.id.hex()}　{count}　{values}")
    if not found:
        typer.echo(_("没有重复的记录。"))


def _as_data(group: TwinGroup) -> dict[str, object]:
    return {
        "register": group.register.key,
        "known_by": group.known_by,
        "records": [
            {"id": twin.id.hex(), "references": twin.references, "values": dict(twin.values)}
            for twin in group.twins
        ],
    }


@twins_app.command("keep")
def keep(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register")],
    stays: Annotated[str, typer.Argument(help="保留的记录 / id of the record that stays")],
    goes: Annotated[str, typer.Argument(help="并入它的记录 / id of the record that goes")],
) -> None:
    """Make one record of two: references move, blanks are filled, the other is deleted."""
    with open_here(context) as centre, centre.store.writing() as session:
        make_one(session, find_register(register), record_id(stays, _LIST), record_id(goes, _LIST))
    typer.echo(_("已合成一条。"))


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(twins_app, name="twins")
