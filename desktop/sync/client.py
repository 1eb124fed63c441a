"""The way to the hub: the only module that speaks HTTP."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import msgspec
from nacl.signing import SigningKey

from desktop.errors import UserError
from desktop.sync import certificate, protocol
from desktop.sync.address import unusable_proxy, wrong_address
from desktop.sync.cutting import Sockets
from desktop.sync.pages import SNAPSHOT, SNAPSHOT_PAGE, Manifest, PageWanted
from desktop.sync.wire import BadMessage, pack, unpack
from desktop.text import _

if TYPE_CHECKING:  # The home page shows what waits; it need not wait for the HTTP library.
    import httpx

_CONNECT_SECONDS = 10.0
# Idle time, not the whole: a slow link that still moves is let go on.
_IDLE_SECONDS = 60.0
_TOO_LARGE = 413
_TOO_SLOW = 408
_OK = 200
_BUSY = 429
_LONGEST_WAIT = 30
_AT_ONCE = 2

Answer = TypeVar("Answer")


class Unreachable(UserError):  # noqa: N818 - named as the person meets it
    """The hub did not answer; the work goes on and the exchange is tried again later."""


class CertificateChanged(Unreachable):
    """The hub shows another certificate than the pinned one: perhaps it is somebody else."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__(
            _("县级平台的证书变了，为防冒充没有连接。新指纹是 {fingerprint}。").format(
                fingerprint=certificate.shown(fingerprint)
            ),
            _("请打电话问县里是否换过证书；确实换了，在“连接设置”里填新的指纹。"),
        )
        self.fingerprint = fingerprint


class SlowLink(Unreachable):
    """The link stalled or broke in the middle of a message; a smaller one may get through."""


class TooLarge(UserError):  # noqa: N818
    """The hub, or something on the way, takes only smaller messages."""


class Declined(UserError):  # noqa: N818
    """The hub refused the request as a whole; ``code`` says why."""

    def __init__(self, code: str, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.code = code

    @property
    def is_of_device(self) -> bool:
        """Tell whether the hub no longer lets this PC in: it has to be enrolled again."""
        return self.code in {protocol.UNKNOWN_DEVICE, protocol.REVOKED}


class UntrustedCertificate(Unreachable):
    """No authority that this PC trusts vouches for the hub's certificate; a person may."""

    def __init__(self, reason: str, fingerprint: str) -> None:
        super().__init__(
            _("县级平台的证书不可信：{reason}。").format(reason=reason),
            _(
                "请核对电脑时间和地址。平台用自制证书时，请与县里逐位核对 SHA-256 指纹："
                "{fingerprint}。"
            ).format(fingerprint=certificate.shown(fingerprint)),
        )
        self.fingerprint = fingerprint


@dataclass(frozen=True, slots=True)
class Way:
    """How the hub is reached.

    Attributes:
        proxy: Blank for the system's, ``direct`` for none, else its address.
        certificate: The pinned certificate's fingerprint; blank trusts the public authorities.
    """

    proxy: str = ""
    certificate: str = ""

    def proxy_in_words(self) -> str:
        """Return the proxy for people, without a password that its address may hold."""
        if not self.proxy:
            return _("跟随系统")
        if self.proxy == DIRECT:
            return _("不用代理")
        parts = urlsplit(self.proxy)
        return f"{parts.scheme}://{parts.hostname}:{parts.port}"


TRUSTING = Way()
DIRECT = "direct"


class Client:
    """One PC's connection to the hub.

    Args:
        url: The hub's address, checked when the PC was let in.
        way: Proxy and certificate.
    """

    def __init__(self, url: str, way: Way = TRUSTING) -> None:
        self.url = url
        self.way = way
        self._device: int | None = None
        self._key: SigningKey | None = None
        self._http = _open(url, way)
        self._sockets = Sockets()
        self._threads: ThreadPoolExecutor | None = None

    def close(self) -> None:
        """Close the connection, once what is on its way has come to its end."""
        if self._threads is not None:
            self._threads.shutdown()
        self._http.close()
        self._sockets.close()

    def cut(self) -> None:
        """End what is on its way at once, from another thread; nothing can be asked any more."""
        self._sockets.cut()

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

    def later(self, talk: Callable[[], Answer]) -> Future[Answer]:
        """Let something be asked while the caller goes on; returns what waits for the answer."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_AT_ONCE, "exchange")
        return self._threads.submit(talk)

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
        body = msgspec.msgpack.encode(protocol.FileContent(digest, content))
        self._json(self._send("POST", protocol.FILE_PUT, body), dict)

    def get_file(self, digest: str) -> bytes:
        """Fetch one file; the content has still to be checked against the digest."""
        body = msgspec.json.encode(protocol.FileWanted(digest))
        return self._send("POST", protocol.FILE_GET, body)

    def history(self, table: int, id: bytes) -> protocol.History:
        """Ask which edits of a record the hub has logged; they travel like a batch does."""
        body = msgspec.msgpack.encode(protocol.HistoryAsked(table, id))
        answer = self._send("POST", protocol.HISTORY, body)
        try:
            return unpack(answer, protocol.History)
        except BadMessage as error:
            raise _not_a_hub() from error

    def check(self, path: str, question: msgspec.Struct, kind: type[Answer]) -> Answer:
        """Ask one of the questions by which both sides find where they differ."""
        answer = self._send("POST", path, pack(question))
        try:
            return unpack(answer, kind)
        except BadMessage as error:
            raise _not_a_hub() from error

    def snapshot(self) -> Manifest:
        """Ask which snapshot the hub holds for a new PC."""
        return self._json(self._send("POST", SNAPSHOT, b"{}"), Manifest)

    def snapshot_page(self, rev: int, number: int) -> bytes:
        """Fetch one page of a snapshot; it has still to be checked against its digest."""
        return self._send("POST", SNAPSHOT_PAGE, msgspec.json.encode(PageWanted(rev, number)))

    def _send(self, method: str, path: str, body: bytes, *, signed: bool = True) -> bytes:
        import httpx

        headers = {"Content-Type": protocol.CONTENT_TYPE}
        if signed:
            assert self._key is not None
            signature = self._key.sign(path.encode() + b"\n" + body).signature
            headers[protocol.DEVICE_HEADER] = str(self._device)
            headers[protocol.SIGNATURE_HEADER] = signature.hex()
        more: dict[str, Any] = {"headers": headers, "extensions": {"trace": self._sockets.trace}}
        ask = partial(self._http.request, method, path, content=body or None, **more)
        try:
            answer = ask()
            waited = 0
            while answer.status_code == _BUSY and waited <= _LONGEST_WAIT:
                # The hub says when it has time again: asking before only makes it later.
                seconds = _wait_seconds(answer)
                waited += seconds
                if self._sockets.wait(min(seconds, _LONGEST_WAIT)):
                    break
                answer = ask()
        except httpx.HTTPError as error:
            raise explain(error, self.url, self.way) from error
        except UnicodeError as error:  # The hub's own name was checked, the system's proxy not.
            raise unusable_proxy(str(error)) from error
        if answer.status_code != _OK:
            raise _declined(answer)
        return answer.content

    @staticmethod
    def _json(content: bytes, kind: type[Answer]) -> Answer:
        try:
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise _not_a_hub() from error


def fingerprint_of(url: str, way: Way) -> str:
    """Return the fingerprint of the certificate that the hub shows, blank without protection."""
    with Client(url, replace(way, certificate="?")) as client:
        try:
            client.hello()
        except CertificateChanged as error:
            return error.fingerprint
    return ""


def _open(url: str, way: Way) -> httpx.Client:
    import httpx

    try:
        base = httpx.URL(url)
    except httpx.InvalidURL as error:  # It is stricter with names in other letters.
        raise wrong_address(url) from error
    # Without TLS there is nothing to verify, and reading all certificates takes a while.
    verify: bool | ssl.SSLContext = url.startswith("https:")
    if verify and way.certificate:
        verify = certificate.PinnedContext(way.certificate)
    try:
        return httpx.Client(
            base_url=base,
            timeout=httpx.Timeout(_IDLE_SECONDS, connect=_CONNECT_SECONDS),
            headers={"User-Agent": "thdesk"},
            verify=verify,
            proxy=None if way.proxy in {"", DIRECT} else way.proxy,
            trust_env=not way.proxy,
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise unusable_proxy(str(error)) from error  # The system names one of another kind.


def explain(error: httpx.HTTPError, url: str, way: Way) -> UserError:
    """Return the sentence for an error of the network."""
    import httpx

    cause: BaseException | None = error
    if isinstance(error, httpx.ProxyError):
        return Unreachable(
            _("代理服务器没有接通县级平台：{reason}。").format(reason=error),
            _("请在“连接设置”里核对代理，或请管网络的人放行。"),
        )
    while cause is not None:
        if isinstance(cause, certificate.OtherCertificate):
            return CertificateChanged(cause.found)
        if isinstance(cause, ssl.SSLCertVerificationError):
            return UntrustedCertificate(cause.verify_message, fingerprint_of(url, way))
        if isinstance(cause, socket.gaierror):
            return Unreachable(
                _("找不到县级平台的地址 {url}。").format(url=url),
                _("请检查网线和地址，稍后再试；数据都在本机，可照常工作。"),
            )
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout):
        return SlowLink(_("网络太慢，传送中断。"), _("已传的部分不会丢，稍后会接着传。"))
    # A link that broke in the middle of a message may carry a smaller one, as a slow one does.
    broke = isinstance(error, httpx.ReadError | httpx.WriteError | httpx.RemoteProtocolError)
    return (SlowLink if broke else Unreachable)(
        _("连不上县级平台 {url}。").format(url=url),
        _("请检查网络，稍后再试；数据都在本机，可照常工作。"),
    )


def _wait_seconds(answer: httpx.Response) -> int:
    told = answer.headers.get("Retry-After", "")
    # Absurdly many digits would be more than a number may have.
    return max(1, int(told[:9])) if told.isdecimal() else 1


def _declined(answer: httpx.Response) -> UserError:
    if answer.status_code == _TOO_LARGE:
        return TooLarge(_("这一批数据太大，县级平台没有收。"))
    if answer.status_code == _TOO_SLOW:
        return SlowLink(_("网络太慢，传送中断。"), _("已传的部分不会丢，稍后会接着传。"))
    if answer.status_code == _BUSY:
        return Unreachable(_("县级平台正忙。"), _("数据都在本机，可照常工作；稍后会自动再试。"))
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
    protocol.UNKNOWN_DEVICE: lambda: _("请向县里要新的登记码，重新登记这台电脑。"),
    protocol.REVOKED: lambda: _("要恢复使用，请向县里要新的登记码，重新登记这台电脑。"),
    protocol.BAD_CODE: lambda: _("请核对登记码，或向县里再要一个。"),
}
