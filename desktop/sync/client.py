"""The way to the hub: the only module that speaks HTTP."""

from __future__ import annotations

import socket
import ssl
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import msgspec
from nacl.signing import SigningKey

from desktop.errors import UserError
from desktop.sync import protocol
from desktop.sync.wire import BadMessage, pack, unpack
from desktop.text import _

if TYPE_CHECKING:  # The home page shows what waits; it need not wait for the HTTP library.
    import httpx

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_CONNECT_SECONDS = 10.0
# Idle time, not the whole: a slow link that still moves is let go on.
_IDLE_SECONDS = 60.0
_TOO_LARGE = 413
_OK = 200

Answer = TypeVar("Answer")


class Unreachable(UserError):  # noqa: N818 - named as the person meets it
    """The hub did not answer; the work goes on and the exchange is tried again later."""


class SlowLink(Unreachable):
    """The link stalled in the middle of a message; a smaller one may get through."""


class TooLarge(UserError):  # noqa: N818
    """The hub, or something on the way, takes only smaller messages."""


class Declined(UserError):  # noqa: N818
    """The hub refused the request as a whole; ``code`` says why."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.code = code


def check_address(url: str, *, insecure: bool = False) -> str:
    """Return the hub's address without a trailing slash.

    Raises:
        UserError: No address, or an unprotected one that leaves this machine.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(
            _("“{url}”不是县级平台的地址。").format(url=url),
            _("地址像 https://hub.example.cn 这样。"),
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not insecure:
        raise UserError(
            _("http:// 地址不加密，居民资料会被旁人看到。"),
            _("请用 https:// 地址；确在专网内使用时加 --insecure。"),
        )
    return url.strip().rstrip("/")


class Client:
    """One PC's connection to the hub.

    Args:
        url: The hub's address, checked when the PC was let in.
        device: The hub's number for this PC.
        secret: Seed of the PC's signing key.
    """

    def __init__(self, url: str, device: int | None = None, secret: bytes | None = None) -> None:
        import httpx

        self.url = url
        self._device = device
        self._key = SigningKey(secret) if secret else None
        self._http = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(_IDLE_SECONDS, connect=_CONNECT_SECONDS),
            headers={"User-Agent": "thdesk"},
            # Without TLS there is nothing to verify, and reading all certificates takes a while.
            verify=url.startswith("https:"),
        )

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        """Use the connection for a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self.close()

    def sign_as(self, device: int, secret: bytes) -> None:
        """Use another credential from now on."""
        self._device, self._key = device, SigningKey(secret)

    def hello(self) -> protocol.Hello:
        """Ask the hub who it is."""
        return self._json(self._send("GET", protocol.HELLO, b"", signed=False), protocol.Hello)

    def enrol(self, request: protocol.EnrolRequest) -> protocol.Enrolled:
        """Ask to be let in with a one-time code."""
        body = msgspec.json.encode(request)
        answer = self._send("POST", protocol.ENROL, body, signed=False)
        return self._json(answer, protocol.Enrolled)

    def fork(self, request: protocol.ForkRequest) -> protocol.Enrolled:
        """Ask for a number of its own for a restored or copied PC."""
        body = msgspec.json.encode(request)
        return self._json(self._send("POST", protocol.FORK, body), protocol.Enrolled)

    def account(self) -> protocol.Account:
        """Ask how the hub knows this PC."""
        return self._json(self._send("POST", protocol.ACCOUNT, b"{}"), protocol.Account)

    def exchange(self, request: protocol.Request) -> tuple[protocol.Reply, int]:
        """Send a batch; returns the hub's receipt with its page, and the bytes sent."""
        body = pack(request)
        answer = self._send("POST", protocol.SYNC, body)
        try:
            return unpack(answer, protocol.Reply), len(body)
        except BadMessage as error:
            raise _not_a_hub() from error

    def ask_files(self, digests: list[str]) -> protocol.FilesKnown:
        """Ask which files the hub stores and which it lacks."""
        body = msgspec.json.encode(protocol.FilesAsked(digests))
        return self._json(self._send("POST", protocol.FILES, body), protocol.FilesKnown)

    def put_file(self, digest: str, content: bytes) -> None:
        """Send one file; returns once the hub has it durably."""
        self._send(
            "POST",
            protocol.FILE_PUT,
            msgspec.msgpack.encode(protocol.FileContent(digest, content)),
        )

    def get_file(self, digest: str) -> bytes:
        """Fetch one file; the content has still to be checked against the digest."""
        body = msgspec.json.encode(protocol.FileWanted(digest))
        return self._send("POST", protocol.FILE_GET, body)

    def _send(self, method: str, path: str, body: bytes, *, signed: bool = True) -> bytes:
        import httpx

        headers = {"Content-Type": protocol.CONTENT_TYPE}
        if signed:
            assert self._key is not None
            signature = self._key.sign(path.encode() + b"\n" + body).signature
            headers[protocol.DEVICE_HEADER] = str(self._device)
            headers[protocol.SIGNATURE_HEADER] = signature.hex()
        try:
            answer = self._http.request(method, path, content=body or None, headers=headers)
        except httpx.HTTPError as error:
            raise explain(error, self.url) from error
        if answer.status_code != _OK:
            raise _declined(answer)
        return answer.content

    @staticmethod
    def _json(content: bytes, kind: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise _not_a_hub() from error


def explain(error: httpx.HTTPError, url: str) -> UserError:
    """Return the sentence for an error of the network."""
    import httpx

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unreachable(
                _("县级平台的证书不可信：{reason}。").format(reason=cause.verify_message),
                _("请核对电脑时间和地址，或请县里安装证书。"),
            )
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                _("找不到县级平台的地址 {url}。").format(url=url),
                _("请检查网线和地址，稍后再试；数据都在本机，可照常工作。"),
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return SlowLink(_("网络太慢，传送中断。"), _("已传的部分不会丢，稍后会接着传。"))
    return Unreachable(
        _("连不上县级平台 {url}。").format(url=url),
        _("请检查网络，稍后再试；数据都在本机，可照常工作。"),
    )


def _declined(answer: httpx.Response) -> UserError:
    if answer.status_code == _TOO_LARGE:
        return TooLarge(_("这一批数据太大，县级平台没有收。"))
    try:
        fault = msgspec.json.decode(answer.content, type=protocol.Fault)
    except msgspec.MsgspecError:
        return Unreachable(
            _("{url} 回答了 {status}，不像是县级平台。").format(
                url=str(answer.url), status=answer.status_code
            ),
            _("请核对地址，或稍后再试。"),
        )
    return Declined(fault.code, fault.message, _ADVICE.get(fault.code, lambda: "")())


def _not_a_hub() -> UserError:
    return Unreachable(_("收到的回答不是县级平台的。"), _("请核对地址，或检查上网认证页面。"))


_ADVICE: dict[str, Any] = {
    protocol.UNKNOWN_DEVICE: lambda: _("请向县里要登记码，重新运行登记。"),
    protocol.REVOKED: lambda: _("如需恢复请联系县里。"),
    protocol.BAD_CODE: lambda: _("请核对登记码，或向县里再要一个。"),
}
