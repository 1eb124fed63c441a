"""Ways to the hub: certificates that nobody signed, pinned ones that change, proxies."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from county import centres
from county.storage import Hub
from desktop.errors import UserError
from desktop.sync import diagnosis, enrolling
from desktop.sync.account import read_account
from desktop.sync.certificate import read_fingerprint, shown
from desktop.sync.client import (
    CertificateChanged,
    Client,
    Unreachable,
    UntrustedCertificate,
    Way,
)
from desktop.sync.engine import Engine
from tests.sync.parts import PC, ROOT, HubProcess, add_centre, code_for, staff

MakePC = Callable[..., PC]

TLS = ROOT / "tests" / "data" / "tls"


@pytest.fixture
def url(tmp_path: Path) -> str:
    made = f"sqlite:///{tmp_path / 'hub.db'}"
    with contextlib.closing(Hub(made)) as prepared:
        prepared.create()
        add_centre(prepared)
    return made


@contextlib.contextmanager
def serving(url: str, name: str, port: int = 0) -> Iterator[tuple[str, str]]:
    """Run a hub with a certificate of its own; gives its address and fingerprint."""
    words = ["serve", "--port", str(port), "--database", url]
    words += ["--certificate", str(TLS / f"{name}.pem"), "--key", str(TLS / f"{name}.key")]
    with subprocess.Popen(
        [sys.executable, "-m", "county", *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            found = re.fullmatch(r"listening on (\S+)\n", process.stdout.readline())
            told = re.fullmatch(r"certificate SHA-256 ([0-9A-F:]+)\n", process.stdout.readline())
            assert found
            assert told
            yield found[1], told[1]
        finally:
            process.terminate()


def code(url: str) -> str:
    with contextlib.closing(Hub(url)) as hub:
        return code_for(hub)


def test_a_certificate_of_its_own_is_taken_once_compared(url: str, make_pc: MakePC) -> None:
    pc = make_pc()
    with serving(url, "hub") as (address, fingerprint):
        with pytest.raises(UntrustedCertificate) as told:
            enrolling.enrol(pc.store, address, code(url), "测试机")
        assert shown(told.value.fingerprint) in str(told.value)
        assert shown(told.value.fingerprint) == fingerprint
        enrolling.enrol(pc.store, address, code(url), "测试机", fingerprint=fingerprint)
        pc.save("staff", staff("王小明"))
        assert Engine(pc.store).exchange().waiting == 0
        with pc.store.reading() as session:
            own = read_account(session)
        steps = diagnosis.diagnose(address, pc.home, own)
        assert all(step.good for step in steps)
        port = int(address.rpartition(":")[2])
    pc.save("staff", staff("李护士"))
    with serving(url, "other", port) as (_address, new):
        with pytest.raises(CertificateChanged, match="证书变了") as changed:
            Engine(pc.store).exchange()
        assert shown(changed.value.fingerprint) == new
        assert pc.status().waiting == 1
        assert "证书变了" in pc.status().last_error
        enrolling.set_way(pc.store, fingerprint=new)
        assert Engine(pc.store).exchange().waiting == 0


def test_nothing_is_sent_to_the_holder_of_another_certificate(url: str, make_pc: MakePC) -> None:
    pc = make_pc()
    with serving(url, "other") as (address, _fingerprint):
        one_time = code(url)
        wrong = "0" * 64
        with pytest.raises(CertificateChanged):
            enrolling.enrol(pc.store, address, one_time, "测试机", fingerprint=wrong)
    assert not pc.status().enrolled
    with contextlib.closing(Hub(url)) as hub, hub.reading() as connection:
        assert centres.devices(connection) == []


@pytest.mark.parametrize("text", ["", "ab:cd", "g" * 64, "0" * 63])
def test_what_is_no_fingerprint_is_told(text: str) -> None:
    with pytest.raises(UserError, match="指纹"):
        read_fingerprint(text)


def test_a_fingerprint_is_read_as_tools_print_it() -> None:
    pairs = ":".join(["AB"] * 32)
    assert read_fingerprint(f"sha256 Fingerprint={pairs}") == "ab" * 32
    assert read_fingerprint(shown("ab" * 32)) == "ab" * 32


class ForwardProxy:
    """A real forward proxy: absolute addresses and CONNECT; counts what passes.

    Args:
        tls: What it protects the way to itself with, if at all.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.passed: list[str] = []
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        scheme = "https" if self._tls else "http"
        return f"{scheme}://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self._tls is not None:
                client = self._tls.wrap_socket(client, server_side=True)
            self._carry(client)

    def _carry(self, client: socket.socket) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(65536)
                if not piece:
                    return
                head += piece
            method, target, _version = head.split(b"\r\n", 1)[0].decode().split()
            self.passed.append(f"{method} {target}")
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            with socket.create_connection((parts.hostname or "", parts.port or 80)) as hub:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                else:
                    hub.sendall(head.replace(_absolute(parts.netloc), b" /"))
                _pump(client, hub, _absolute(parts.netloc))


def _absolute(place: str) -> bytes:
    """Return how an address begins in a request to a proxy; the hub gets it without the place."""
    return f" http://{place}/".encode()


def _pump(client: socket.socket, hub: socket.socket, absolute: bytes) -> None:
    while True:
        ready, _w, _x = select.select([client, hub], [], [], 30)
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            if source is client:
                hub.sendall(data.replace(absolute, b" /"))
            else:
                client.sendall(data)


@pytest.fixture
def proxy() -> Iterator[ForwardProxy]:
    made = ForwardProxy()
    yield made
    made.close()


def test_a_proxy_is_used_as_set(
    url: str, make_pc: MakePC, proxy: ForwardProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = make_pc()
    process = HubProcess(url)
    try:
        address = process.start()
        enrolling.enrol(pc.store, address, code(url), "测试机")
        assert Engine(pc.store).exchange().waiting == 0
        assert proxy.passed == []
        assert enrolling.set_way(pc.store, proxy=proxy.url) == Way(proxy.url)
        Engine(pc.store).exchange()
        assert proxy.passed[-1] == f"POST {address}/sync"
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        steps = diagnosis.diagnose(address, pc.home, None, Way(proxy.url))
        assert (steps[0].good, steps[1].good) == (True, True)
        assert f"{urlsplit(proxy.url).port} 端口" in steps[0].said
        enrolling.set_way(pc.store, proxy="direct")
        before = len(proxy.passed)
        Engine(pc.store).exchange()
        assert len(proxy.passed) == before
        enrolling.set_way(pc.store, proxy="system")
        Engine(pc.store).exchange()
        assert len(proxy.passed) > before
    finally:
        process.stop()


def test_a_pinned_certificate_is_checked_through_a_proxy(
    url: str, make_pc: MakePC, proxy: ForwardProxy
) -> None:
    pc = make_pc()
    enrolling.set_way(pc.store, proxy=proxy.url)
    with serving(url, "hub") as (address, fingerprint):
        enrolling.enrol(pc.store, address, code(url), "测试机", fingerprint=fingerprint)
        assert Engine(pc.store).exchange().waiting == 0
        assert proxy.passed[0] == f"CONNECT {urlsplit(address).netloc}"
        enrolling.set_way(pc.store, fingerprint="0" * 64)
        with pytest.raises(CertificateChanged):
            Engine(pc.store).exchange()


def test_a_pinned_certificate_is_checked_through_a_proxy_spoken_to_by_https(
    url: str, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "hub.pem"))  # The proxy's own is trusted.
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(TLS / "hub.pem", TLS / "hub.key")
    with contextlib.closing(ForwardProxy(tls)) as proxy, serving(url, "other") as (address, found):
        wrong = Way(proxy.url, "0" * 64)
        with Client(address, wrong) as client, pytest.raises(CertificateChanged) as told:
            client.hello()
        assert shown(told.value.fingerprint) == found
        with Client(address, Way(proxy.url, told.value.fingerprint)) as client:
            assert client.hello().protocol
        assert proxy.passed == [f"CONNECT {urlsplit(address).netloc}"] * 2


def test_a_proxy_that_is_away_and_one_that_is_no_proxy_are_told(
    url: str, make_pc: MakePC, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc = make_pc()
    enrolling.set_way(pc.store, proxy="127.0.0.1:1")
    with pytest.raises(Unreachable):
        enrolling.enrol(pc.store, "http://127.0.0.1:9", "AAAAA-AAAAA", "测试机")
    enrolling.set_way(pc.store, proxy="")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with pytest.raises(UserError, match="代理"):
        enrolling.enrol(pc.store, "http://127.0.0.1:9", "AAAAA-AAAAA", "测试机")


@pytest.mark.parametrize(
    "text", ["ftp://10.0.0.1:21", "http://", "10.0.0.1", "x:y", "socks5://a:1"]
)
def test_what_is_no_proxy_is_told(text: str) -> None:
    with pytest.raises(UserError, match="代理"):
        enrolling.check_proxy(text)


def test_the_password_of_a_proxy_is_not_shown() -> None:
    way = Way(enrolling.check_proxy("http://me:secret@10.0.0.1:8080"))
    assert way.proxy_in_words() == "http://10.0.0.1:8080"
