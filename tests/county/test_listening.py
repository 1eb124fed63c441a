"""What `serve` is told of port, address, certificate and key: refused before it says it listens."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from county import serving
from county.cli import app
from county.storage import Hub
from desktop.errors import UserError
from dev import ROOT

TLS = ROOT / "tests" / "data" / "tls"
PEM, KEY, OTHER = str(TLS / "hub.pem"), str(TLS / "hub.key"), str(TLS / "other.key")


@pytest.fixture
def locked(tmp_path: Path) -> str:
    """Give a key that asks for a password."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl")
    file = tmp_path / "locked.key"
    words = ["pkcs8", "-topk8", "-in", KEY, "-passout", "pass:geheim", "-out", str(file)]
    subprocess.run([openssl, *words], check=True, capture_output=True)
    return str(file)


def refused(hub: Hub, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    given = ["serve", "--database", str(hub.url), "--port", "0", *words]
    with pytest.raises(UserError) as error:
        CliRunner().invoke(app, given, catch_exceptions=False)
    assert "listening" not in capsys.readouterr().out
    return str(error.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--certificate", PEM), "--key"),
        (("--key", KEY), "--certificate"),
        (("--certificate", PEM, "--key", OTHER), "配对"),
        (("--certificate", PEM, "--key", f"{KEY}x"), "--key"),
        (("--certificate", f"{PEM}x", "--key", KEY), "读不到证书"),
        (("--certificate", KEY, "--key", KEY), "读不到证书"),
    ],
)
def test_a_key_that_does_not_fit_is_told(
    sqlite_hub: Hub, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert said in refused(sqlite_hub, capsys, *words)


def test_a_key_with_a_password_is_told(
    sqlite_hub: Hub, capsys: pytest.CaptureFixture[str], locked: str
) -> None:
    words = ("--certificate", PEM, "--key", locked)
    assert "不加密码" in refused(sqlite_hub, capsys, *words)


def test_certificate_and_key_may_be_one_file(tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_text(Path(PEM).read_text() + Path(KEY).read_text())
    assert serving._fingerprint(both, None) == serving._fingerprint(Path(PEM), Path(KEY))


@pytest.mark.parametrize("port", ["70000", "-1"])
def test_a_port_that_cannot_be_is_told(sqlite_hub: Hub, port: str) -> None:
    words = ["serve", "--database", str(sqlite_hub.url), "--port", port]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 2
    assert "--port" in result.output


@pytest.mark.enable_socket
@pytest.mark.parametrize("host", ["a..b", "x" * 64, "192.0.2.1"])
def test_a_wrong_address_is_not_blamed_on_the_port(host: str) -> None:
    with pytest.raises(UserError, match="--host"):
        serving._listen(host, 0)


def test_a_name_that_nobody_knows_is_not_blamed_on_the_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Listener(socket.socket):
        def bind(self, _address: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "socket", Listener)
    with pytest.raises(UserError, match=r"not known.*--host"):
        serving._listen("no.such.host", 0)


@pytest.mark.enable_socket
def test_a_port_in_use_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            pytest.skip("Windows lets two listen")
        with pytest.raises(UserError, match="换一个端口"):
            serving._listen("127.0.0.1", port)


@pytest.mark.enable_socket
def test_every_address_is_announced_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    with serving._listen("", 0) as listener:
        serving._announce("", listener, "")
    assert capsys.readouterr().out.startswith("listening on http://0.0.0.0:")
