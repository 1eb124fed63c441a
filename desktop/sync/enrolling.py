"""Letting this PC in at the county, and how the county is reached from it."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Row

from desktop.errors import UserError
from desktop.models.store import Store
from desktop.sync import account, protocol
from desktop.sync.address import check_address, split
from desktop.sync.certificate import read_fingerprint
from desktop.sync.client import DIRECT, Client, Declined, Way
from desktop.sync.steps import RunDb, inline, run_step
from desktop.text import _

_PROXIES = frozenset({"http", "https"})


def enrol(
    store: Store,
    url: str,
    code: str,
    device_name: str,
    *,
    insecure: bool = False,
    fingerprint: str = "",
    run_db: RunDb = inline,
) -> protocol.Enrolled:
    """Let this PC in at the hub with a one-time code; repeating it after a lost answer is safe.

    Args:
        store: The centre's store.
        url: The hub's address.
        code: The one-time code.
        device_name: What the county calls this PC.
        insecure: A person takes it on that the address is not protected.
        fingerprint: The only certificate to take, compared by a person; kept from then on.
        run_db: Runs a database step, on the thread that does such work.

    Raises:
        UserError: The hub cannot be reached, cannot be trusted or does not take the code.
    """
    url = check_address(url, insecure=insecure)
    pinned = read_fingerprint(fingerprint) if fingerprint else ""
    again = _is_forgotten(url, run_step(run_db, partial(_read_row, store)))

    def ask() -> tuple[bytes, str, Way]:
        with store.writing() as session:
            secret = account.ask_with(session, url, again=again)
            if pinned or not again:  # What was compared once holds for the same address.
                account.write(session, certificate=pinned)
            way = account.way_of(account.read_row(session))
            return secret, account.centre_code(session), way

    secret, centre, way = run_step(run_db, ask)
    request = protocol.EnrolRequest(
        code=code, key=account.public_key(secret), centre=centre, name=device_name
    )
    with Client(url, way) as client:
        enrolled = client.enrol(request)

    def accept() -> None:
        with store.writing() as session:
            account.accept(session, enrolled, secret)

    run_step(run_db, accept)
    return enrolled


def _read_row(store: Store) -> Row[Any] | None:
    with store.reading() as session:
        return account.read_row(session)


def _is_forgotten(url: str, row: Row[Any] | None) -> bool:
    """Tell whether the hub at the address that this PC was let in at knows it no longer."""
    if row is None or row.device is None or row.url != url:
        return False
    with Client(url, account.way_of(row)) as client:
        client.sign_as(row.device, row.secret)
        try:
            client.account()
        except Declined as declined:
            return declined.is_of_device
    return False


def check_proxy(text: str) -> str:
    """Return a proxy setting as it is kept.

    Raises:
        UserError: It is neither an address nor a word for one.
    """
    wanted = text.strip()
    if wanted in {"", "system"}:
        return ""
    if wanted == DIRECT:
        return wanted
    parts = split(wanted if "://" in wanted else f"http://{wanted}")
    if parts is None or parts.scheme not in _PROXIES or not parts.port:
        raise UserError(
            _("“{text}”不是代理地址。").format(text=text),
            _("代理地址像 http://10.1.2.3:8080；不用代理填 direct，跟随系统填 system。"),
        )
    return parts.geturl()


def set_way(store: Store, proxy: str | None = None, fingerprint: str | None = None) -> Way:
    """Set proxy and pinned certificate as far as they are given; returns what holds now.

    Raises:
        UserError: The proxy is no address, or the fingerprint is none.
    """
    with store.writing() as session:
        if proxy is not None:
            account.write(session, proxy=check_proxy(proxy))
        if fingerprint is not None:
            pinned = read_fingerprint(fingerprint) if fingerprint.strip() else ""
            account.write(session, certificate=pinned)
        return account.way_of(account.read_row(session))
