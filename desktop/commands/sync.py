"""`thdesk enrol` and `thdesk sync`: let this PC in at the county and exchange with it."""

from __future__ import annotations

import socket
from dataclasses import asdict
from typing import Annotated

import typer

from desktop.commands import open_here, say_json
from desktop.errors import UserError
from desktop.models.registers import registers_by_number
from desktop.models.store import Store
from desktop.services.doubles import count_doubles
from desktop.sync import enrolling, standing
from desktop.sync.certificate import shown
from desktop.sync.engine import Engine, ExchangeReport
from desktop.sync.files import FilesReport
from desktop.sync.issues import not_taken
from desktop.sync.mending import in_words
from desktop.sync.standing import SyncStatus
from desktop.text import _


def enrol(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="县级平台地址 / address of the hub")],
    code: Annotated[str, typer.Argument(help="登记码 / one-time code")],
    insecure: Annotated[
        bool, typer.Option("--insecure", help="允许不加密的地址 / allow plain http")
    ] = False,
    name: Annotated[str, typer.Option(help="这台电脑的名称 / name of this PC")] = "",
    certificate: Annotated[
        str, typer.Option(help="核对过的证书指纹 / fingerprint of the only certificate to take")
    ] = "",
) -> None:
    """Let this PC in at the county hub."""
    if insecure and url.startswith("http://"):
        typer.echo(_("注意：地址不加密，同网的人能看到传送的资料。"), err=True)
    with open_here(context) as centre:
        enrolled = enrolling.enrol(
            centre.store,
            url,
            code,
            name or socket.gethostname(),
            insecure=insecure,
            fingerprint=certificate,
        )
        own = centre.vault.centre
    typer.echo(
        _("已在县级平台登记为{centre}（{code}）的 {device} 号电脑。").format(
            centre=enrolled.centre_name, code=enrolled.centre, device=enrolled.device
        )
    )
    if own != enrolled.centre_name:
        typer.echo(
            _("注意：本机机构名为“{own}”，与县里登记的不同，同步前请核对登记码。").format(own=own),
            err=True,
        )


def sync(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
    status: Annotated[
        bool, typer.Option("--status", help="只看状态，不连网 / only show where it stands")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="同步后逐台账核对 / compare every register as well")
    ] = False,
) -> None:
    """Exchange with the county hub; the exit code is 0 only when it has given its receipts."""
    with open_here(context) as centre:
        if status:
            with centre.store.reading() as session:
                doubles = sum(count_doubles(session).values())
                _say_status(standing.status(session), doubles, as_json=as_json)
            return
        report = _exchange(centre.store, as_json=as_json, compare=check)
        refused = refused_here(centre.store)
    if report.waiting or report.refused or report.files.waiting or refused:
        raise typer.Exit(1)


def refused_here(store: Store) -> int:
    """Return how many records that are here the county has not taken."""
    with store.reading() as session:
        return len(not_taken(session))


def _exchange(store: Store, *, as_json: bool, compare: bool) -> ExchangeReport:
    try:
        report = Engine(store, compare=compare).exchange()
    except UserError as error:
        if as_json:
            with store.reading() as session:
                found = standing.status(session)
            say_json({"error": str(error), "waiting": found.waiting})
        raise
    if as_json:
        say_json(
            {
                "pushed": report.pushed,
                "pulled": report.pulled,
                "refused": len(report.refused),
                "waiting": report.waiting,
                "cursor": report.cursor,
                "conflicts": report.conflicts,
                "photos": _photos(report.files),
                "compared": report.compared,
                "mended": asdict(report.found),
                "refusals": [
                    {
                        "register": registers_by_number()[each.table].key,
                        "id": each.id.hex(),
                        "reason": each.reason,
                        "message": each.message,
                    }
                    for each in report.refused
                ],
            }
        )
        return report
    say_report(report, refused_here(store))
    return report


def _photos(found: FilesReport) -> dict[str, int | str | None]:
    return {
        "sent": found.sent,
        "fetched": found.fetched,
        "waiting": found.waiting,
        "missing": found.missing,
        "error": found.error or None,
    }


def say_report(report: ExchangeReport, refused: int) -> None:
    """Print what an exchange has done; ``refused`` records are refused, now or since earlier."""
    receipted = not (report.waiting or report.refused or report.files.waiting or refused)
    typer.echo(
        _("已同步：送出 {pushed} 项，收到 {pulled} 条，县级都已确认。").format(
            pushed=report.pushed, pulled=report.pulled
        )
        if receipted
        else _("送出 {pushed} 项，收到 {pulled} 条，待发 {waiting} 项。").format(
            pushed=report.pushed, pulled=report.pulled, waiting=report.waiting
        )
    )
    for refusal in report.refused:
        label = _(registers_by_number()[refusal.table].label)
        typer.echo(
            _("被退回：{label} {id}：{message}").format(
                label=label, id=refusal.id.hex(), message=refusal.message
            )
        )
    if refused > len(report.refused):
        typer.echo(_("还有 {count} 条被县级退回，等待改正。").format(count=refused))
    if report.conflicts:
        typer.echo(
            _("有 {count} 处与别的电脑改得不同，请在同步页核对。").format(count=report.conflicts)
        )
    if report.compared or report.found:
        typer.echo(in_words(report.found))
    _say_photos(report.files)
    if report.clock_ahead_ms:
        minutes = round(report.clock_ahead_ms / 60_000)
        typer.echo(_("本机时间快了约 {minutes} 分钟，请校准。").format(minutes=minutes))
    if report.copied:
        typer.echo(_("本机数据是恢复或复制来的，已换用新的电脑编号重新同步。"))


def _say_photos(found: FilesReport) -> None:
    if found.sent or found.fetched:
        typer.echo(
            _("照片：送出 {sent} 张，收到 {fetched} 张。").format(
                sent=found.sent, fetched=found.fetched
            )
        )
    if found.waiting:
        typer.echo(_("还有 {count} 张照片待送，下次同步会再试。").format(count=found.waiting))
    if found.missing:
        typer.echo(
            _("还有 {count} 张照片没有收到，可能别的电脑还没有送出。").format(count=found.missing)
        )
    if found.error:
        typer.echo(_("照片未传完：{error}").format(error=found.error))


def _say_status(found: SyncStatus, doubles: int, *, as_json: bool) -> None:
    oldest = found.oldest_waiting.astimezone() if found.oldest_waiting else None
    if as_json:
        say_json({**_as_data(found), "doubles": doubles})
        return
    if not found.enrolled:
        typer.echo(_("还没有在县级平台登记。"))
    if oldest is None:
        typer.echo(_("没有待发的记录。"))
    else:
        typer.echo(
            _("待发 {count} 条记录，最早 {time}。").format(
                count=found.waiting, time=f"{oldest:%Y-%m-%d %H:%M}"
            )
        )
    if found.refused:
        typer.echo(_("还有 {count} 条被县级退回，等待改正。").format(count=found.refused))
    if found.files_waiting:
        typer.echo(_("待送 {count} 张照片。").format(count=found.files_waiting))
    if found.files_missing:
        typer.echo(_("待收 {count} 张照片。").format(count=found.files_missing))
    typer.echo(_("上次同步成功：{time}").format(time=found.last_success or _("从未")))
    if found.found is not None:
        typer.echo(
            _("上次核对：{time}　{found}").format(
                time=found.checked_at, found=in_words(found.found)
            )
        )
    if found.last_error:
        typer.echo(_("上次出错：{error}").format(error=found.last_error))
    _say_to_look_at(found.issues, doubles)


def _say_to_look_at(issues: int, doubles: int) -> None:
    if issues:
        typer.echo(_("待核对 {count} 项。").format(count=issues))
    if doubles:
        typer.echo(_("有 {count} 组重复的记录或编号，请在同步页核对。").format(count=doubles))


def _as_data(found: SyncStatus) -> dict[str, object]:
    oldest = found.oldest_waiting.astimezone() if found.oldest_waiting else None
    return {
        "enrolled": found.enrolled,
        "url": found.url,
        "waiting": found.waiting,
        "oldest_waiting": oldest.isoformat(timespec="seconds") if oldest else None,
        "last_success": found.last_success or None,
        "last_error": found.last_error or None,
        "checked_at": found.checked_at or None,
        "mended": asdict(found.found) if found.found is not None else None,
        "refused": found.refused,
        "issues": found.issues,
        "photos": {"waiting": found.files_waiting, "missing": found.files_missing},
    }


def connection(
    context: typer.Context,
    proxy: Annotated[
        str | None, typer.Option(help="代理地址、system 或 direct / proxy, system or direct")
    ] = None,
    certificate: Annotated[
        str | None, typer.Option(help="核对过的证书指纹，空为不固定 / fingerprint, blank for none")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / print JSON")] = False,
) -> None:
    """Show or set how the county hub is reached: the proxy and the pinned certificate."""
    with open_here(context) as centre:
        way = enrolling.set_way(centre.store, proxy, certificate)
    if as_json:
        say_json({"proxy": way.proxy or "system", "certificate": way.certificate or None})
        return
    typer.echo(_("代理：{proxy}").format(proxy=way.proxy_in_words()))
    typer.echo(
        _("证书：只认 {fingerprint}").format(fingerprint=shown(way.certificate))
        if way.certificate
        else _("证书：由公共机构签发")
    )


def attach(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("enrol")(enrol)
    app.command("sync")(sync)
    app.command("connection")(connection)
