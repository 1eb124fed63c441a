"""Make a centre and open it: folder, keys, database, villages, policy rows, person."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import select
from stdnum.cn import uscc as uscc_number
from stdnum.exceptions import ValidationError

from desktop.errors import UserError
from desktop.models import backup
from desktop.models.database import Database
from desktop.models.ids import seeded_id
from desktop.models.policy import add_new_policies, seed_policies
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.replacing import DATABASE_NAME, KEYS_NAME
from desktop.models.store import Store, insert_many
from desktop.models.vault import Unlocked, Vault
from desktop.paths import resource
from desktop.text import _

_TOWNSHIP_DIGITS = 9
_COUNTY_DIGITS = 6


@dataclass
class Centre:
    """An opened centre: its folder, keys, database and the store of the person signed in."""

    home: Path
    vault: Vault
    unlocked: Unlocked
    database: Database
    store: Store

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def daily_backup(self) -> Path | None:
        """Make the day's backup unless there is one; opening does not wait for it.

        Raises:
            UserError: There is no room, or the folder cannot be written.
        """
        return backup.ensure_daily(self.database)

    def __enter__(self) -> Self:
        """Use the centre for a block."""
        return self

    def __exit__(self, *_exception: object) -> None:
        """Close the centre."""
        self.close()


@dataclass(frozen=True)
class NewCentre:
    """What is asked when a centre is made: its name, division code and credit code (GB 32100)."""

    name: str
    code: str
    uscc: str = ""
    director: str = ""


def known_divisions() -> list[dict[str, str]]:
    """Return the shipped division list: county, township and village codes and names."""
    with resource("reference", "divisions.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def check_centre(new: NewCentre) -> None:
    """Refuse a name, division code or credit code that cannot be right.

    Raises:
        UserError: Says which, and how it should look.
    """
    if not new.name.strip():
        raise UserError(_("请填写机构名称。"))
    if not re.fullmatch(r"[0-9]{6}|[0-9]{9}|[0-9]{12}", new.code):
        raise UserError(
            _("区划代码应为 6 位、9 位或 12 位数字，现为“{code}”。").format(code=new.code)
        )
    if new.uscc:
        try:
            uscc_number.validate(new.uscc)
        except ValidationError as error:
            raise UserError(
                _("统一社会信用代码“{code}”有误，请核对 18 位代码。").format(code=new.uscc)
            ) from error


def create_centre(
    home: Path, new: NewCentre, person: str, password: str, *, vault: Vault | None = None
) -> tuple[Centre, str]:
    """Make a new centre in an empty folder; returns it opened, and the recovery code to print once.

    Raises:
        UserError: The folder already has a centre, or a code or the password is not usable.
    """
    check_centre(new)
    vault = vault or Vault(home)
    if vault.exists or (home / DATABASE_NAME).exists():
        raise UserError(_("这个文件夹里已经有数据。"), _("请换一个文件夹，或直接登录。"))
    recovery, unlocked = vault.create(person, password, centre=new.name.strip())
    try:
        database = Database.create(home, unlocked)
        store = Store(database, unlocked.person_id, unlocked.person_name)
        try:
            _seed(store, new)
        except BaseException:
            database.close()
            raise
    except BaseException:
        # Half a centre could be neither opened nor made anew.
        for name in (KEYS_NAME, DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm"):
            (home / name).unlink(missing_ok=True)
        raise
    return Centre(home, vault, unlocked, database, store), recovery


def _seed(store: Store, new: NewCentre) -> None:
    """Write what every centre begins with: itself, its villages and the policy numbers."""
    name = new.name.strip()
    centre: Values = {
        "id": seeded_id(new.code, name, "centre"),
        "name": name,
        "code": new.code,
        "uscc": uscc_number.compact(new.uscc) or None,
        "director": new.director or None,
    }
    with store.writing() as session:
        insert_many(session, find_register("centre"), [centre])
        insert_many(session, find_register("divisions"), _seeded_villages(new))
        seed_policies(session, (new.code, name))


def _seeded_villages(new: NewCentre) -> list[Values]:
    return [
        {"id": seeded_id(new.code, new.name.strip(), "division", str(village["code"])), **village}
        for village in villages_of(new.code)
    ]


def villages_of(code: str) -> list[Values]:
    """Return the villages of the township with that code as rows for the register."""
    if len(code) < _TOWNSHIP_DIGITS:
        return []
    return [
        {"name": row["村级名称"], "code": row["村级代码12"], "township": row["乡级名称"]}
        for row in known_divisions()
        if row["乡级代码9"] == code[:_TOWNSHIP_DIGITS]
    ]


def open_centre(home: Path, person: str, password: str, *, vault: Vault | None = None) -> Centre:
    """Open the centre in a folder for a person.

    Raises:
        WrongPassword, TooManyTries, NotFound, DataTooNew: As their sentences say.
    """
    vault = vault or Vault(home)
    return open_unlocked(home, vault, vault.sign_in(person, password))


def open_unlocked(home: Path, vault: Vault, unlocked: Unlocked) -> Centre:
    """Open the centre in a folder for a person who has signed in.

    Raises:
        NotFound, DataTooNew: As their sentences say.
    """
    database = Database.open(home, unlocked)
    store = Store(database, unlocked.person_id, unlocked.person_name)
    if database.migrated:
        _take_in_new_policies(store)
    return Centre(home, vault, unlocked, database, store)


def _take_in_new_policies(store: Store) -> None:
    """Give a centre that an older program made the policy numbers this one asks for."""
    table = find_register("centre").table.c
    with store.writing() as session:
        own = session.execute(
            select(table.code, table.name).where(table.deleted_at.is_(None)).order_by(table.id)
        ).first()
        if own is not None:
            add_new_policies(session, (own.code or "", own.name or ""))
