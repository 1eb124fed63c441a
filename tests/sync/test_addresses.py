"""Addresses and proxies as people mistype them: each gets a sentence, and nothing breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.errors import UserError
from desktop.sync import diagnosis, enrolling
from desktop.sync.address import check_address
from desktop.sync.client import Client, Way

WRONG = (
    "https://hub.example.cn：8443",
    "https://hub.example.cn:abc",
    "https://hub.example.cn:99999",
    "https://hub.example.cn:0",
    "https://[",
    "https://",
    "https://hub..example.cn",
    f"https://{'a' * 70}.cn",
    "https://hub example.cn",
    "https://hub.example.cn\x00",
    "ftp://hub.example.cn",
    "hub.example.cn",
)


@pytest.mark.parametrize("url", WRONG)
def test_what_is_no_address_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="不是县级平台的地址"):
        check_address(url)
    steps = diagnosis.diagnose(url, tmp_path, None, Way("direct"))
    assert steps[0].good is False
    assert "https://hub.example.cn" in steps[0].remedy


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://me:pw@hub.example.cn", "用户名和密码"),
        ("https://me@hub.example.cn", "用户名和密码"),
        ("https://hub.example.cn/?x=1", "“#”"),
        ("https://hub.example.cn/desk#y", "“#”"),
        ("https://hub.example.cn?", "“#”"),
    ],
)
def test_what_is_more_than_an_address_is_told(url: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=told) as refused:
        check_address(url)
    assert "pw" not in str(refused.value)
    step = diagnosis.diagnose(url, tmp_path, None, Way("direct"))[0]
    assert step.good is False
    assert "https://hub.example.cn" in step.remedy


@pytest.mark.parametrize(
    "url",
    [
        "https://hub.example.cn",
        "https://hub.example.cn/desk",
        "https://hub.example.cn:8443/",
        " https://平台.cn ",
        "https://[::1]",
    ],
)
def test_what_is_an_address_is_taken(url: str) -> None:
    assert check_address(url) == url.strip().rstrip("/")


def test_a_name_that_the_library_does_not_take_is_told() -> None:
    with pytest.raises(UserError, match="不是县级平台的地址"):
        Client("https://平台-.cn", Way("direct"))


@pytest.mark.parametrize(
    "text", ["http://10.1.2.3：8080", "http://[10.1.2.3:8080", "10.1.2.3：8080", "a..b:8080"]
)
def test_what_is_no_proxy_is_told(text: str) -> None:
    with pytest.raises(UserError, match="不是代理地址"):
        enrolling.check_proxy(text)


PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("proxy", ["http://[10.1.2.3", "http://a..b:8080"])
def test_a_wrong_proxy_of_the_system_is_told(
    proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    steps = diagnosis.diagnose("http://hub.example.cn", tmp_path, None, Way())
    assert steps[0].good is False
    assert "代理" in steps[0].said


@pytest.mark.usefixtures("no_proxies")
@pytest.mark.parametrize("proxy", ["http://10.1.2.3:abc", "10.1.2.3：8080", "http://a..b:8080"])
def test_a_wrong_proxy_of_the_system_is_told_when_something_is_asked(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(UserError, match="代理"), Client("http://hub.example.cn") as client:
        client.hello()
