"""`thdesk numbers`: numbers that two records have, and giving one of them another."""

from __future__ import annotations

from typing import Annotated

import typer

from desktop.commands import open_here, record_id, say_json
from desktop.errors import NotFound
from desktop.models.register import Field, Register
from desktop.models.registers import find_register
from desktop.models.store import load
from desktop.services.numbers import SharedNumber, find_shared, next_free, renumber
from desktop.text import _

_LIST = "thdesk numbers list"

numbers_app = typer.Typer(help="重复的编号 / numbers that two records have", no_args_is_help=True)


@numbers_app.command("list")
def listing(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """List the numbers that several records have, with the next free one."""
    with open_here(context) as centre, centre.store.reading() as session:
        found = find_shared(session)
    if as_json:
        say_json([_as_data(shared) for shared in found])
        return
    for shared in found:
        typer.echo(
            _("{register}　{label} {number} 有 {count} 条，下一个空号 {free}").format(
                register=_(shared.register.label),
                label=_(shared.field.label),
                number=shared.number,
                count=len(shared.holders),
                free=shared.free,
            )
        )
        for holder in shared.holders:
            typer.echo(f"  {holder.id.hex()}　{holder.title}")
    if not found:
        typer.echo(_("没有重复的编号。"))


def _as_data(shared: SharedNumber) -> dict[str, object]:
    return {
        "register": shared.register.key,
        "field": shared.field.key,
        "number": shared.number,
        "free": shared.free,
        "records": [{"id": each.id.hex(), "title": each.title} for each in shared.holders],
    }


@numbers_app.command("change")
def change(
    context: typer.Context,
    register: Annotated[str, typer.Argument(help="台账 / register")],
    record: Annotated[str, typer.Argument(help="记录的编号 / id of the record")],
    number: Annotated[
        str, typer.Argument(help="新编号，不填取下一个空号 / the next free one where not given")
    ] = "",
) -> None:
    """Give a record another number; the one it had is in its history."""
    declared = find_register(register)
    field = _number_of(declared)
    with open_here(context) as centre, centre.store.writing() as session:
        id = record_id(record, _LIST)
        held = load(session, declared, id)[field.key]
        wanted = number or next_free(session, declared, field, str(held or ""))
        before = renumber(session, declared, field, id, wanted)
    typer.echo(
        _("{label}已由 {before} 改为 {number}。").format(
            label=_(field.label), before=before or _("（空白）"), number=wanted
        )
    )


def _number_of(register: Register) -> Field:
    if not register.unique:
        raise NotFound(_("“{label}”没有要求不重复的编号。").format(label=_(register.label)))
    return register.by_key[str(register.unique[0].key)]


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(numbers_app, name="numbers")
