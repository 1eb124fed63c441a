"""Answers that are not the hub's, and hubs that let wait, over a real socket."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from desktop.errors import UserError
from desktop.sync import client as client_module
from desktop.sync import diagnosis
from desktop.sync.client import Client, Unreachable, Way
from desktop.ui.worker import Worker

DIRECT = Way("direct")


@contextlib.contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """Run a server that answers everything alike; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - as the library names it

        def log_message(self, *_given: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"[]"])
def test_a_login_page_is_no_receipt_of_a_photo(body: bytes) -> None:
    with answering(200, body) as url, Client(url, DIRECT) as client:
        client.sign_as(1, b"0" * 32)
        with pytest.raises(Unreachable, match="不是县级平台的"):
            client.put_file("a" * 64, b"a picture")


def test_who_is_told_to_come_later_can_be_cut_short() -> None:
    with answering(429, b"{}", Retry_After="20") as url, Client(url, DIRECT) as client:
        timer = threading.Timer(0.3, client.cut)
        timer.start()
        begun = time.monotonic()
        with pytest.raises(UserError):
            client.hello()
        timer.join()
    assert time.monotonic() - begun < 10


def test_a_time_to_come_again_of_five_thousand_digits_is_only_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "_LONGEST_WAIT", 0)
    with (
        answering(429, b"{}", Retry_After="9" * 5_000) as url,
        Client(url, DIRECT) as client,
        pytest.raises(Unreachable, match="正忙"),
    ):
        client.hello()


@pytest.mark.usefixtures("qapp")
def test_a_program_ends_though_what_it_asked_hangs() -> None:
    worker = Worker()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        def ask(_progress: object) -> None:
            with Client(url, DIRECT) as client:
                client.hello()

        worker.run_aside(ask)
        connection, _address = silent.accept()
        with connection:
            assert connection.recv(1)
            begun = time.monotonic()
            worker.close()
    assert time.monotonic() - begun < 10


def test_a_proxy_of_another_kind_is_told_by_the_test_of_the_connection(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        place = f"127.0.0.1:{proxy.getsockname()[1]}"
        monkeypatch.setenv("all_proxy", f"socks5://{place}")
        monkeypatch.setenv("ALL_PROXY", f"socks5://{place}")
        steps = diagnosis.diagnose("http://hub.example.cn", tmp_path, None, Way())
        assert [step.good for step in steps[:2]] == [True, False]
        assert "代理" in steps[1].said
        monkeypatch.setenv("http_proxy", place)
        assert diagnosis._address("http://hub.example.cn", Way()).good
