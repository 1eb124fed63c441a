"""Addresses of the hub and of proxies, as people type them and systems are set up with them."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

from desktop.errors import UserError
from desktop.text import _

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def split(url: str) -> SplitResult | None:
    """Return the parts of an address, None where nothing could ever be reached by it."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:  # A name that cannot be looked up is one too.
        return None
    return parts if good and url.isprintable() and " " not in url else None


def check_address(url: str, *, insecure: bool = False) -> str:
    """Return the hub's address without a trailing slash.

    Raises:
        UserError: No address, one with more in it than where the hub is, or an unprotected one
            that leaves this machine.
    """
    parts = split(url.strip())
    if parts is None or parts.scheme not in {"http", "https"}:
        raise wrong_address(url)
    _refuse_more(parts.netloc, url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not insecure:
        raise UserError(
            _("http:// 地址不加密，居民资料会被旁人看到。"),
            _("请用 https:// 地址；确在专网内使用时加 --insecure。"),
        )
    return url.strip().rstrip("/")


def _refuse_more(place: str, url: str) -> None:
    """Refuse a name and password, which would be kept and shown as they are, and ``?`` and ``#``.

    The paths of the exchange are put behind the address.
    """
    address = _("地址像 https://hub.example.cn 这样。")
    if "@" in place:
        raise UserError(_("县级平台的地址里不能有用户名和密码。"), address)
    if "?" in url or "#" in url:
        raise UserError(_("县级平台的地址里不能有“?”“#”和它们后面的内容。"), address)


def wrong_address(url: str) -> UserError:
    """Return the sentence for what is no address of a hub."""
    return UserError(
        _("“{url}”不是县级平台的地址。").format(url=url),
        _("地址像 https://hub.example.cn 这样。"),
    )


def unusable_proxy(reason: str) -> UserError:
    """Return the sentence for a proxy of the system's that this program cannot use."""
    return UserError(
        _("不会用系统里设置的代理：{reason}").format(reason=reason),
        _("请在“连接设置”里填 http:// 开头的代理，或选“不用代理”。"),
    )
