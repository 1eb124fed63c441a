"""`county-hub serve`: one process on SQLite, as many as the machine bears on PostgreSQL."""

from __future__ import annotations

import errno
import gc
import logging
import os
import signal
import socket
import ssl
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from multiprocessing import parent_process
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from county.limits import Limits
from county.measuring import LOG, Measures
from county.pruning import Daily, prune
from county.publish_commands import Database
from county.storage import Hub
from desktop.errors import UserError
from desktop.text import _

if TYPE_CHECKING:
    from litestar import Litestar
    from uvicorn.supervisors import Multiprocess

_GRACE_SECONDS = 30
"""So long may a photo over a slow link take; a supervisor must not kill the service before."""
_SETTINGS = "COUNTY_HUB_SERVICE"
_YOUNG = 20_000
"""So many new objects before the collector looks: a batch makes thousands that are gone with it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every process of the service has to know."""

    database: str
    name: str
    a_minute: int
    log: bool
    counts: str


def attach(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("serve")
    def serve(  # noqa: PLR0913, PLR0917 - one for each option
        database: Database = "",
        port: Annotated[
            int, typer.Option(min=0, max=65535, help="端口，0 为任意 / port, 0 for any")
        ] = 8700,
        host: Annotated[str, typer.Option(help="监听地址 / address to listen on")] = "127.0.0.1",
        name: Annotated[str, typer.Option(help="平台名称 / name shown to the PCs")] = "",
        certificate: Annotated[
            Path | None, typer.Option(help="TLS 证书 / certificate, with its chain")
        ] = None,
        key: Annotated[Path | None, typer.Option(help="TLS 私钥 / its private key")] = None,
        workers: Annotated[
            int, typer.Option(min=1, max=64, help="进程数，需 PostgreSQL / processes")
        ] = 1,
        a_minute: Annotated[
            int, typer.Option(min=60, help="每台电脑每分钟的请求 / requests a PC and minute")
        ] = 1200,
        grace: Annotated[
            int,
            typer.Option(min=1, help="停止时等多少秒 / seconds for requests under way at the end"),
        ] = _GRACE_SECONDS,
        *,
        log: Annotated[
            bool, typer.Option("--log", help="每次交换记一行 JSON / a line for each exchange")
        ] = False,
    ) -> None:
        """Answer the centres until stopped; prints the address once it listens.

        Told to stop (SIGTERM, Ctrl+C), it takes no new request, ends those under way, exits with 0.
        """
        _end_calmly()
        check(database, workers)
        settings = Settings(database, name or _("县级平台"), a_minute, log, counts="")
        more = {
            "ssl_certfile": certificate,
            "ssl_keyfile": key,
            "timeout_graceful_shutdown": grace,
        }
        _serve(settings, workers, (host, port), more)


def _serve(
    settings: Settings, workers: int, address: tuple[str, int], more: dict[str, Any]
) -> None:
    fingerprint = _fingerprint(more["ssl_certfile"], more["ssl_keyfile"])
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(*address))
        counts = stack.enter_context(tempfile.TemporaryDirectory(prefix="county-hub-"))
        _announce(address[0], listener, fingerprint)
        daily = Daily(lambda: _prune(settings.database))
        stack.callback(daily.stop)
        daily.start()
        _run(replace(settings, counts=counts), workers, listener, more)


def check(database: str, workers: int) -> None:
    """Refuse a database that is no hub of this program, and processes that it cannot have.

    Raises:
        UserError: What is wrong, in words.
    """
    if not database:
        raise UserError(_("没有给出数据库。"), _("请用 --database 或 COUNTY_HUB_DATABASE 指明。"))
    with closing(Hub(database)) as hub:
        hub.check()
        if workers > 1 and hub.url.drivername == "sqlite":
            raise UserError(
                _("SQLite 数据库一次只能有一个进程写入，不能用多个进程。"),
                _("请去掉 --workers，或改用 PostgreSQL。"),
            )


def _prune(database: str) -> None:
    with closing(Hub(database)) as hub:
        prune(hub)


def _run(settings: Settings, workers: int, listener: socket.socket, given: dict[str, Any]) -> None:
    import uvicorn

    more: dict[str, Any] = {
        "log_level": logging.WARNING,
        "access_log": False,
        "server_header": False,
        **given,
    }
    if workers == 1:
        with ExitStack() as stack:
            app = _make(settings, stack.callback)
            config = uvicorn.Config(app, lifespan="off", **more)
            uvicorn.Server(config).run(sockets=[listener])
        return
    os.environ[_SETTINGS] = msgspec.json.encode(asdict(settings)).decode()
    config = uvicorn.Config("county.serving:worker", factory=True, workers=workers, **more)
    _supervisor()(config, [listener]).run()


def _end_calmly() -> None:
    """Let a signal to stop be an ordinary end: uvicorn raises it once more when it has ended."""

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit(0)

    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)


def _supervisor() -> type[Multiprocess]:
    from uvicorn.supervisors import Multiprocess

    class Supervisor(Multiprocess):
        """The parent of several processes."""

        def terminate_all(self) -> None:
            """Stop listening as well: who comes now has to be refused, not kept waiting."""
            for each in self.sockets:
                each.close()
            super().terminate_all()

    return Supervisor


def worker() -> Litestar:
    """Return the service of one of several processes; its parent told how in the environment."""
    _end_with_parent()
    settings = msgspec.json.decode(os.environ[_SETTINGS], type=Settings)
    ending: list[Callable[[], None]] = []
    app = _make(settings, ending.append)
    app.on_shutdown.extend(ending)
    return app


def _end_with_parent() -> None:
    """Stop when the parent is killed: left alone, the process would keep the port for ever."""
    parent = parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()


def _make(settings: Settings, at_end: Callable[[Callable[[], None]], object]) -> Litestar:
    from county.asgi import Service, make_app

    _log_to_stderr(everything=settings.log)
    hub = Hub(settings.database, county=False)
    at_end(hub.close)
    measures = Measures(Path(settings.counts))
    at_end(measures.close)
    app = make_app(Service(hub, settings.name, Limits.usual(settings.a_minute), measures))
    # What the start has made stays: the collector need not go through it at every batch.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)
    return app


def _log_to_stderr(*, everything: bool) -> None:
    if not LOG.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        LOG.addHandler(handler)
        LOG.propagate = False
    LOG.setLevel(logging.INFO if everything else logging.WARNING)


def _announce(host: str, listener: socket.socket, fingerprint: str) -> None:
    host = host or listener.getsockname()[0]
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if fingerprint else "http"
    typer.echo(f"listening on {scheme}://{shown}:{listener.getsockname()[1]}")
    if fingerprint:
        # In pairs, as a PC shows it: people compare them by telephone.
        pairs = (fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2))
        typer.echo(f"certificate SHA-256 {':'.join(pairs)}")
    sys.stdout.flush()


def _fingerprint(certificate: Path | None, key: Path | None) -> str:
    """Return the certificate's SHA-256, which people compare by telephone; blank without one.

    Raises:
        UserError: Certificate and key cannot be used, which nobody should learn from the first PC.
    """
    if certificate is None:
        if key is not None:
            raise UserError(_("只给了私钥，没有证书。"), _("请用 --certificate 指明证书。"))
        return ""
    try:
        first = certificate.read_text("utf-8").partition("-----END CERTIFICATE-----")
        content = ssl.PEM_cert_to_DER_cert("".join(first[:2]))
    except (OSError, ValueError) as error:
        raise UserError(
            _("读不到证书 {file}：{reason}。").format(file=certificate, reason=error),
            _("请给出 PEM 格式的证书和私钥。"),
        ) from error
    try:
        # Without the empty password OpenSSL would ask for one on the terminal.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise UserError(
            _("证书的私钥不能用：{reason}。").format(reason=error),
            _("请用 --key 给出与证书配对、不加密码的 PEM 格式私钥。"),
        ) from error
    return sha256(content).hexdigest().upper()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named does asyncio send at once: else the end of each answer waits
    # 40 ms for the PC to acknowledge its beginning.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, UnicodeError) as error:
        listener.close()
        raise UserError(
            _("不能在 {host}:{port} 上监听：{reason}。").format(
                host=host, port=port, reason=getattr(error, "strerror", None) or error
            ),
            _("请核对 --host 的地址。")
            if _is_no_address(error)
            else _("请换一个端口，或停掉占用它的程序。"),
        ) from error
    return listener


def _is_no_address(error: OSError | UnicodeError) -> bool:
    """Tell a name that nobody knows, or an address of another machine, from a port in use."""
    if isinstance(error, OSError):
        return isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL
    return True
