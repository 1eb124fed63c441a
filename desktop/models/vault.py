"""The key file: one random data key, wrapped once for every person and once for the recovery key.

The names and roles in it are readable without a password, because the sign-in page shows them; the
data key is not. Whoever has signed in once has had the data key: removing a person closes the door
of this file, not of copies made before.
"""

from __future__ import annotations

import datetime as dt
import json
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nacl.exceptions
import nacl.hash
import nacl.secret
import nacl.utils
from nacl.encoding import RawEncoder
from nacl.pwhash import argon2id

from desktop.errors import NotFound, TooManyTries, UserError, WrongPassword
from desktop.models import recovery_code
from desktop.models.ids import new_id
from desktop.models.recovery_code import WrongRecoveryCode
from desktop.models.replacing import KEYS_NAME, finish_restore, write_whole
from desktop.models.sign_in_waits import SignInWaits
from desktop.models.storage_errors import DataDamaged, explained
from desktop.text import N_, _, in_a_row

_TRIES_NAME = "sign-ins.json"
_FORMAT = 1
_KEY_BYTES = 32
SHORTEST_PASSWORD = 6

DIRECTOR = "director"
ROLES = {
    DIRECTOR: N_("院长"),
    "statistics": N_("统计员"),
    "public_health": N_("公卫人员"),
    "pharmacist": N_("药剂人员"),
    "nurse": N_("护士长"),
}


class WeakPassword(UserError):  # noqa: N818 - named as the person meets it
    """The password is too easy to guess."""


class NotAllowed(UserError):  # noqa: N818
    """The person's role does not include this."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess of a password costs (Argon2id, RFC 9106)."""

    operations: int
    memory_bytes: int


# 0.1 s on a recent PC, 0.3 to 0.5 s on the offices' ones, which have 4 GB of memory in all.
OFFICE_COST = Cost(operations=6, memory_bytes=64 * 1024 * 1024)


@dataclass(frozen=True, slots=True)
class Unlocked:
    """Someone who signed in, with the key that opens the data."""

    person_id: str
    person_name: str
    role: str
    data_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may sign in."""

    id: str
    name: str
    role: str
    created: str


class Vault:
    """The people of one data folder and their ways to its data key.

    Args:
        home: The centre's data folder.
        cost: What a guess costs, for passwords set from now on; kept with each of them.
        now: The clock for the waits after wrong passwords, in seconds.
    """

    def __init__(
        self, home: Path, *, cost: Cost = OFFICE_COST, now: Callable[[], float] = time.time
    ) -> None:
        self.path = home / KEYS_NAME
        self._cost = cost
        self._now = now
        finish_restore(home)

    @property
    def exists(self) -> bool:
        """Whether the folder has been set up."""
        return self.path.exists()

    @property
    def centre(self) -> str:
        """The centre's name, for the sign-in page."""
        return str(self._read()["centre"])

    def people(self) -> list[Person]:
        """Return everyone who may sign in, in the order they were added."""
        return [_person(entry) for entry in self._read()["people"]]

    # Setting up

    def create(
        self, name: str, password: str, *, centre: str = "", role: str = DIRECTOR
    ) -> tuple[str, Unlocked]:
        """Make a new data key for a first person.

        Returns:
            The recovery key, which is written nowhere and must be printed now, and the person.
        """
        if self.exists:
            raise UserError(_("这个文件夹里已经有数据。"), _("请换一个文件夹，或直接登录。"))
        data_key = nacl.utils.random(_KEY_BYTES)
        code = recovery_code.new_code()
        entry = self._new_entry(name, role, password, data_key)
        recovery = _seal(_recovery_key(code), data_key)
        with explained():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write({"format": _FORMAT, "centre": centre, "recovery": recovery, "people": [entry]})
        return code, _unlocked(entry, data_key)

    # Signing in

    def sign_in(self, name: str, password: str) -> Unlocked:
        """Open the data key with a person's password.

        Raises:
            NotFound: Nobody of that name may sign in.
            WrongPassword: The password is wrong; every further one makes the wait longer.
            TooManyTries: The wait is not over; holds the seconds left.
        """
        entry = _find(self._read(), name)
        waits = self._waits()
        waits.check(entry["id"])
        data_key = _open(_password_key(password, entry["wrap"]), entry["wrap"])
        if data_key is None:
            waits.failed(entry["id"])
            raise WrongPassword(
                _("密码不正确。"), _("请检查大小写和输入法；忘记密码时可用恢复密钥重设。")
            )
        waits.succeeded(entry["id"])
        return _unlocked(entry, data_key)

    def seconds_to_wait(self, name: str) -> int:
        """Return how long signing in is refused after the person's wrong passwords."""
        try:
            self._waits().check(_find(self._read(), name)["id"])
        except TooManyTries as error:
            return error.seconds
        return 0

    def unlock_with_recovery(self, code: str) -> bytes:
        """Return the data key for the recovery key printed at set-up."""
        return open_with_recovery(self._read(), code)

    # People

    def add_person(self, by: Unlocked, name: str, password: str, *, role: str) -> Person:
        """Let another person sign in; only a director may."""
        _require_director(by)
        content = self._read()
        entry = self._new_entry(name, role, password, by.data_key)
        if any(other["name"] == entry["name"] for other in content["people"]):
            message = _("已经有名为“{name}”的人员。").format(name=entry["name"])
            raise UserError(message, _("同名的人请加上科室以便区分。"))
        content["people"].append(entry)
        self._write(content)
        return _person(entry)

    def change_password(self, unlocked: Unlocked, password: str) -> None:
        """Replace the person's own password; the data key stays the same."""
        content = self._read()
        entry = _find(content, unlocked.person_name)
        entry["wrap"] = self._wrap(password, unlocked.data_key)
        self._write(content)

    def remove_person(self, by: Unlocked, name: str) -> None:
        """Let a person no longer sign in; what they wrote keeps their id."""
        _require_director(by)
        content = self._read()
        entry = _find(content, name)
        content["people"].remove(entry)
        if not any(other["role"] == DIRECTOR for other in content["people"]):
            raise NotAllowed(_("至少要保留一位院长。"), _("请先添加另一位院长。"))
        self._write(content)

    def reset_password(self, code: str, name: str, password: str) -> Unlocked:
        """Give a person a new password with the recovery key."""
        content = self._read()
        data_key = open_with_recovery(content, code)
        entry = _find(content, name)
        entry["wrap"] = self._wrap(password, data_key)
        self._write(content)
        self._waits().succeeded(entry["id"])
        return _unlocked(entry, data_key)

    def renew_recovery(self, by: Unlocked) -> str:
        """Make a new recovery key, to be printed now; the old one opens nothing any more."""
        _require_director(by)
        code = recovery_code.new_code()
        content = self._read()
        content["recovery"] = _seal(_recovery_key(code), by.data_key)
        self._write(content)
        return code

    def name_centre(self, centre: str) -> None:
        """Write the centre's name for the sign-in page."""
        content = self._read()
        content["centre"] = centre
        self._write(content)

    # The file

    def _waits(self) -> SignInWaits:
        return SignInWaits(self.path.with_name(_TRIES_NAME), self._now)

    def _new_entry(self, name: str, role: str, password: str, data_key: bytes) -> dict[str, Any]:
        plain = _plain(name)
        if not plain:
            raise UserError(_("请填写姓名。"))
        if role not in ROLES:
            message = _("没有“{role}”这种岗位。").format(role=role)
            raise UserError(message, _("可用的岗位：{roles}。").format(roles=in_a_row(ROLES)))
        return {
            "id": new_id().hex(),
            "name": plain,
            "role": role,
            "created": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "wrap": self._wrap(password, data_key),
        }

    def _wrap(self, password: str, data_key: bytes) -> dict[str, Any]:
        if len(password) < SHORTEST_PASSWORD or len(set(password)) == 1:
            message = _("密码至少要有 {length} 个字符，不能全部相同。")
            raise WeakPassword(message.format(length=SHORTEST_PASSWORD))
        wrap = {
            "algorithm": "argon2id",
            "salt": nacl.utils.random(argon2id.SALTBYTES).hex(),
            "operations": self._cost.operations,
            "memory_bytes": self._cost.memory_bytes,
        }
        return wrap | _seal(_password_key(password, wrap), data_key)

    def _read(self) -> dict[str, Any]:
        if not self.exists:
            message = _("“{folder}”里没有本系统的数据。").format(folder=self.path.parent)
            raise NotFound(message, _("请先建立机构，或检查数据文件夹的位置。"))
        with explained():
            return read_keys(self.path.read_bytes())

    def _write(self, content: dict[str, Any]) -> None:
        write_whole(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def read_keys(raw: bytes) -> dict[str, Any]:
    """Read the content of a key file, or refuse it as damaged."""
    try:
        content: dict[str, Any] = json.loads(raw)
        known = content["format"] == _FORMAT and isinstance(content["people"], list)
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged() from error
    if not known:
        raise _damaged()
    return content


def open_with_password(content: dict[str, Any], name: str, password: str) -> bytes:
    """Return the data key of a key file that is not this PC's, such as a backup's."""
    entry = _find(content, name)
    data_key = _open(_password_key(password, entry["wrap"]), entry["wrap"])
    if data_key is None:
        raise WrongPassword(_("密码与备份不符。"), _("请用做备份时的密码，或改用恢复密钥。"))
    return data_key


def open_with_recovery(content: dict[str, Any], code: str) -> bytes:
    """Return the data key of a key file for its recovery key."""
    data_key = _open(_recovery_key(recovery_code.normalise(code)), content["recovery"])
    if data_key is None:
        raise WrongRecoveryCode(
            _("恢复密钥与这份数据不符。"), _("请核对恢复密钥单上的机构和日期。")
        )
    return data_key


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).split())


def _find(content: dict[str, Any], name: str) -> dict[str, Any]:
    for entry in content["people"]:
        if entry["name"] == _plain(name):
            found: dict[str, Any] = entry
            return found
    names = in_a_row(entry["name"] for entry in content["people"])
    message = _("没有名为“{name}”的人员。").format(name=_plain(name))
    raise NotFound(message, _("可以登录的有：{names}。").format(names=names))


def _require_director(by: Unlocked) -> None:
    if by.role != DIRECTOR:
        raise NotAllowed(_("只有院长可以管理登录人员。"), _("请由院长登录后操作。"))


def _person(entry: dict[str, Any]) -> Person:
    return Person(entry["id"], entry["name"], entry["role"], entry["created"])


def _unlocked(entry: dict[str, Any], data_key: bytes) -> Unlocked:
    return Unlocked(entry["id"], entry["name"], entry["role"], data_key)


def _damaged() -> DataDamaged:
    return DataDamaged(_("密钥文件 keys.json 已损坏。"), _("请用“恢复备份”取回最近的备份。"))


def _password_key(password: str, wrap: dict[str, Any]) -> bytes:
    # A Chinese input method types full-width letters without telling.
    plain = unicodedata.normalize("NFKC", password).encode()
    return argon2id.kdf(
        nacl.secret.SecretBox.KEY_SIZE,
        plain,
        bytes.fromhex(wrap["salt"]),
        opslimit=wrap["operations"],
        memlimit=wrap["memory_bytes"],
    )


def _recovery_key(code: str) -> bytes:
    """Hash the recovery key; 118 random bits need no slow function."""
    key: bytes = nacl.hash.blake2b(code.encode(), person=b"thdesk-recovery", encoder=RawEncoder)
    return key


def _seal(key: bytes, data_key: bytes) -> dict[str, Any]:
    return {"box": bytes(nacl.secret.SecretBox(key).encrypt(data_key)).hex()}


def _open(key: bytes, wrap: dict[str, Any]) -> bytes | None:
    try:
        return nacl.secret.SecretBox(key).decrypt(bytes.fromhex(wrap["box"]))
    except nacl.exceptions.CryptoError:
        return None
