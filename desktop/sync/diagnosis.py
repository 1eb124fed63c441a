"""Testing the connection to the county step by step, each with its cause and remedy in words."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from desktop import __version__
from desktop.errors import UserError
from desktop.sync import clock, protocol
from desktop.sync.account import Account
from desktop.sync.address import check_address, split, unusable_proxy
from desktop.sync.client import DIRECT, TRUSTING, Client, Declined, Way
from desktop.text import _

_CONNECT_SECONDS = 10
_LITTLE_SPACE = 500 * 1024 * 1024
_HTTPS_PORT = 443
_HTTP_PORT = 80


@dataclass(frozen=True, slots=True)
class Step:
    """One thing looked at: ``good`` is None for one that could not be reached."""

    key: str
    label: str
    good: bool | None
    said: str
    remedy: str = ""


def diagnose(
    url: str, home: Path, account: Account | None = None, way: Way | None = None
) -> list[Step]:
    """Look at address, protection, version, clock, account and space, in this order."""
    steps = list(_network(url, account, way or (account.way if account else TRUSTING)))
    reached = {step.key for step in steps}
    steps += [
        Step(key, label(), None, _("前一步未通过，没有检查。"))
        for key, label in _LABELS.items()
        if key not in reached and key != "space"
    ]
    return [*steps, _space(home)]


def _network(url: str, account: Account | None, way: Way) -> Iterator[Step]:
    address = _address(url, way)
    yield address
    if not address.good:
        return
    try:
        client = Client(url.strip().rstrip("/"), way)
    except UserError as error:
        yield _bad("protection", error)
        return
    with client:
        try:
            hello = client.hello()
        except UserError as error:
            yield _bad("protection", error)
            return
        yield _protection(url, way)
        yield _version(hello)
        yield _clock(hello)
        if account is not None:
            client.sign_as(account.device, account.secret)
        yield _account(client, account)


def _address(url: str, way: Way) -> Step:
    try:
        check_address(url, insecure=True)
    except UserError as error:
        return _bad("address", error)
    # Behind a proxy nothing but the proxy can be reached, and that is enough.
    place = _proxy(url, way) or url
    parts = split(place)
    if parts is None:
        return _bad("address", unusable_proxy(place))
    port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)
    try:
        socket.create_connection((parts.hostname or "", port), _CONNECT_SECONDS).close()
    except socket.gaierror:
        remedy = _("请核对地址；能上网而找不到时，请县里确认域名。")
        return _step("address", False, _("找不到 {host}。").format(host=parts.hostname), remedy)
    except OSError as error:
        said = _("{host} 的 {port} 端口连不上：{reason}。").format(
            host=parts.hostname, port=port, reason=error.strerror or error
        )
        return _step(
            "address", False, said, _("请检查网线、路由器和防火墙，或请县里确认平台已开。")
        )
    said = _("{host} 的 {port} 端口可以连上。").format(host=parts.hostname, port=port)
    return _step("address", True, said)


def _proxy(url: str, way: Way) -> str:
    """Return the address of the proxy on the way to the hub, blank for none."""
    parts = urlsplit(url)
    if way.proxy or proxy_bypass(parts.hostname or ""):
        return "" if way.proxy == DIRECT else way.proxy
    found = getproxies()
    proxy = found.get(parts.scheme) or found.get("all") or ""
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy


def _protection(url: str, way: Way) -> Step:
    if urlsplit(url).scheme == "https" and way.certificate:
        return _step("protection", True, _("传送加密，证书与核对过的一致。"))
    if urlsplit(url).scheme == "https":
        return _step("protection", True, _("传送加密，证书可信。"))
    try:
        check_address(url)
    except UserError as error:
        return _bad("protection", error)
    return _step("protection", True, _("平台就在本机，不经过网络。"))


def _version(hello: protocol.Hello) -> Step:
    said = _("{name} {version}，本机 {own}。").format(
        name=hello.name, version=hello.version, own=__version__
    )
    if hello.protocol < protocol.PROTOCOL or hello.schema < protocol.SCHEMA:
        return _step("version", False, said, _("县级平台较旧，请等县里升级；期间照常工作。"))
    if hello.protocol > protocol.PROTOCOL or hello.oldest_schema > protocol.SCHEMA:
        return _step("version", False, said, _("本机程序太旧，请先升级。"))
    return _step("version", True, said)


def _clock(hello: protocol.Hello) -> Step:
    ahead = clock.ahead_ms(hello.now)
    said = _("与县级平台相差 {seconds} 秒。").format(seconds=round(abs(ahead) / 1000))
    if abs(ahead) > protocol.CLOCK_TOLERANCE_MS:
        remedy = _("请校准本机时间（设置 → 日期和时间 → 立即同步）。")
        return _step("clock", False, said, remedy)
    return _step("clock", True, said)


def _account(client: Client, account: Account | None) -> Step:
    if account is None:
        remedy = _("请用县里给的登记码登记。")
        return _step("account", False, _("这台电脑还没有登记。"), remedy)
    try:
        found = client.account()
    except Declined as declined:
        return _bad("account", declined)
    except UserError as error:
        return _bad("account", error)
    said = _("{centre}（{code}）的 {device} 号电脑。").format(
        centre=found.centre_name, code=found.centre, device=found.device
    )
    return _step("account", True, said)


def _space(home: Path) -> Step:
    free = shutil.disk_usage(home).free
    said = _("数据盘还有 {size} GB。").format(size=round(free / 1024**3, 1))
    if free < _LITTLE_SPACE:
        return _step("space", False, said, _("请清理磁盘，或把数据移到大一些的盘。"))
    return _step("space", True, said)


_LABELS: dict[str, Callable[[], str]] = {
    "address": lambda: _("地址"),
    "protection": lambda: _("加密"),
    "version": lambda: _("版本"),
    "clock": lambda: _("时间"),
    "account": lambda: _("账号"),
    "space": lambda: _("空间"),
}


def _step(key: str, good: bool, said: str, remedy: str = "") -> Step:  # noqa: FBT001
    return Step(key, _LABELS[key](), good, said, remedy)


def _bad(key: str, error: UserError) -> Step:
    return _step(key, good=False, said=error.message, remedy=error.advice)
