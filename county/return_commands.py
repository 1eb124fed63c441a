"""Commands by which the county looks at the returns it got, accepts them or sends them back."""

from __future__ import annotations

import getpass
import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Annotated

import typer

from county import receipts
from county.publish_commands import AsJson, Database
from county.storage import Hub
from desktop.errors import UserError
from desktop.text import _

Open = Callable[[str], AbstractContextManager[Hub]]

Centre = Annotated[str, typer.Argument(metavar="CENTRE", help="机构代码或名称 / code or name")]
FormKey = Annotated[str, typer.Argument(metavar="FORM", help="表式代号或名称 / key or title")]
Period = Annotated[str, typer.Argument(metavar="PERIOD", help="期别 / 2026-10, 2026-W44, 2026")]
Revision = Annotated[
    int, typer.Option(help="看过的版次，默认最新 / revision looked at, default the newest")
]
By = Annotated[str, typer.Option("--by", help="经办人，默认登录名 / who answers")]
Check = Annotated[bool, typer.Option("--check", help="按明细重算 / recompute from the records")]


def attach(app: typer.Typer, open_hub: Open) -> None:
    """Add the commands."""
    returns = typer.Typer(help="收到的报表 / returns: list, accept, return")
    app.add_typer(returns, name="returns", invoke_without_command=True)

    def show(database: str, *, as_json: bool, check: bool) -> None:
        with open_hub(database) as hub, hub.reading() as connection:
            listed = [asdict(each) for each in receipts.listing(connection)]
            if check:
                from county.recomputing import differences

                for each in listed:
                    each["differences"] = differences(connection, bytes.fromhex(each["id"]))
        _print(listed, as_json=as_json)
        if check and any(each["differences"] for each in listed):
            raise typer.Exit(1)

    @returns.callback()
    def every(
        context: typer.Context,
        database: Database = "",
        *,
        as_json: AsJson = False,
        check: Check = False,
    ) -> None:
        """List the returns that were submitted, accept them or send them back."""
        if context.invoked_subcommand is None:
            show(database, as_json=as_json, check=check)

    @returns.command("list")
    def list_all(database: Database = "", *, as_json: AsJson = False, check: Check = False) -> None:
        """List the returns that were submitted; with --check recompute them from the records."""
        show(database, as_json=as_json, check=check)

    _attach_accept(returns, open_hub)
    _attach_return(returns, open_hub)


def _attach_accept(returns: typer.Typer, open_hub: Open) -> None:
    @returns.command("accept")
    def accept(
        centre: Centre,
        form: FormKey,
        period: Period,
        revision: Revision = 0,
        by: By = "",
        database: Database = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Accept the newest submitted revision of a return."""
        from county.answering import Wanted
        from county.answering import accept as take

        wanted = Wanted(centre, form, period, revision)
        with open_hub(database) as hub, hub.writing() as connection:
            answered = take(connection, wanted, by or getpass.getuser())
        _print([asdict(answered)], as_json=as_json)


def _attach_return(returns: typer.Typer, open_hub: Open) -> None:
    @returns.command("return")
    def send_back(  # noqa: PLR0913 - typer reads the options from here
        centre: Centre,
        form: FormKey,
        period: Period,
        reason: Annotated[str, typer.Option(help="退回原因 / why it is sent back")] = "",
        remark: Annotated[
            list[str], typer.Option(help="某格的意见，可多次 / M11=与门诊日志不符")
        ] = [],  # noqa: B006 - typer's own
        revision: Revision = 0,
        by: By = "",
        database: Database = "",
        *,
        as_json: AsJson = False,
    ) -> None:
        """Send the newest submitted revision back, with the reason and a remark on each cell."""
        from county.answering import Wanted
        from county.answering import send_back as give

        wanted = Wanted(centre, form, period, revision)
        remarks = dict(_remark(text) for text in remark)
        with open_hub(database) as hub, hub.writing() as connection:
            answered = give(connection, wanted, by or getpass.getuser(), reason, remarks)
        _print([asdict(answered)], as_json=as_json)


def _remark(text: str) -> tuple[str, str]:
    cell, sign, said = text.partition("=")
    if not sign or not cell.strip() or not said.strip():
        raise UserError(
            _("看不懂“{text}”。").format(text=text), _("请写成 --remark M11=与门诊日志不符。")
        )
    return cell.strip(), said.strip()


def _print(rows: Iterable[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(list(rows), ensure_ascii=False, indent=1))
        return
    for row in rows:
        shown = (
            str(value) for key, value in row.items() if value not in (None, "", []) and key != "id"
        )
        typer.echo("\t".join(shown))
