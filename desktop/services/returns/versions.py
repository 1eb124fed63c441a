"""A centre's own versions of forms: copied, changed, kept from a day on, taken out of use.

What the county has published is its own: a centre that wants it otherwise keeps a form of another
name beside it. Returns that were submitted carry their form with them and never change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.errors import Frozen, UserError
from desktop.models.registers.return_forms import REGISTER
from desktop.models.registers.returns import REGISTER as RETURNS
from desktop.models.store import change_many, load, remove, save
from desktop.services.records import Records
from desktop.services.returns.declaring import BrokenForm, declared_form, read_form
from desktop.services.returns.forms import Form
from desktop.services.returns.library import (
    CENTRE,
    COUNTY,
    ORDER,
    FormVersion,
    kept_versions,
    shipped_versions,
)
from desktop.services.returns.writing import write_form
from desktop.text import _

_OWN = re.compile(r"own_(\d+)")


@dataclass(frozen=True)
class ListedForm:
    """A version in the list of forms: as declared, or why it cannot be used."""

    version: FormVersion
    declared: Form | None
    broken: BrokenForm | None = None

    @property
    def title(self) -> str:
        """Return its title, or its name where it cannot be read."""
        return self.declared.title if self.declared else self.version.title or self.version.code

    @property
    def editable(self) -> bool:
        """Say that the centre may change it: it is the centre's own."""
        return self.version.origin == CENTRE

    @property
    def form(self) -> Form:
        """Return it as returns are composed by it.

        Raises:
            BrokenForm: It cannot be used.
        """
        return self.version.form()


def listed_forms(records: Records) -> list[ListedForm]:
    """Return every version of every form, the newest first within a key, the broken ones too."""
    made = []
    for version in (*shipped_versions(), *kept_versions(records)):
        try:
            declared = declared_form(version.text, version.code)
        except BrokenForm as error:
            made.append(ListedForm(version, None, error))
            continue
        if version.id is None:
            version = replace(  # noqa: PLW2901 - the same version, told completely
                version,
                title=declared.title,
                version=declared.version,
                valid_from=declared.valid_from,
                valid_to=declared.valid_to,
            )
        made.append(ListedForm(version, declared))
    known = {key: at for at, key in enumerate(ORDER)}

    def place(each: ListedForm) -> tuple[int, str, int, str]:
        code = each.version.code
        return known.get(code, len(known)), code, -each.version.version, each.title

    return sorted(made, key=place)


def copied(form: Form, records: Records) -> Form:
    """Return a form under a key of its own, to be changed and kept beside the old one."""
    keys = {version.code for version in (*shipped_versions(), *kept_versions(records))}
    numbers = [int(found.group(1)) for key in keys if (found := _OWN.fullmatch(key))]
    return msgspec.structs.replace(
        form,
        key=f"own_{max(numbers, default=0) + 1}",
        title=_("{title}（本机构）").format(title=_(form.title)),
        short=_("{title}（本机构）").format(title=_(form.short)),
        version=1,
        certainty="proposed",
        origin="",
    )


def keep_form(
    session: Session, form: Form, valid_from: date, record_id: bytes | None = None
) -> bytes:
    """Keep a form as the centre's own, from a day on; the version before ends the day before.

    Args:
        session: A session in a writing transaction.
        form: The form as declared.
        valid_from: Its first day.
        record_id: The centre's own version that is changed. One by which a return was submitted
            stays as it is, and a new version is made.

    Raises:
        BrokenForm: It cannot be used as a form.
        UserError: The county has published the form, or a later version holds already.
    """
    _refuse_countys(session, form)
    form = msgspec.structs.replace(form, valid_from=valid_from, valid_to=None, origin="")
    read_form(write_form(form).text, form.key)
    if record_id is not None and not _is_used(session, load(session, REGISTER, record_id)):
        kept = load(session, REGISTER, record_id)
        same = msgspec.structs.replace(form, version=int(str(kept["version"])))
        _end_before(session, form.key, valid_from, record_id)
        return save(session, REGISTER, _values(same), record_id)
    newest = session.execute(
        select(func.max(REGISTER.table.c.version)).where(
            REGISTER.table.c.code == form.key, REGISTER.table.c.deleted_at.is_(None)
        )
    ).scalar()
    shipped = [each.form().version for each in shipped_versions() if each.code == form.key]
    version = max([newest or 0, *shipped]) + 1
    _end_before(session, form.key, valid_from, None)
    return save(session, REGISTER, _values(msgspec.structs.replace(form, version=version)))


def take_in(session: Session, text: str, name: str, valid_from: date | None = None) -> bytes:
    """Keep the form that a TOML text declares as the centre's own.

    Raises:
        BrokenForm: The text is no form.
        UserError: The county has published a form of that key.
    """
    form = declared_form(text, name)
    return keep_form(session, form, valid_from or form.valid_from)


def withdraw_form(session: Session, record_id: bytes, on: date) -> None:
    """Take one of the centre's own versions out of use from a day on.

    A version that no return was made by is deleted; else it ends the day before.

    Raises:
        Frozen: The county has published it.
    """
    kept = load(session, REGISTER, record_id)
    if not _is_used(session, kept):
        remove(session, REGISTER, record_id)
        return
    first = kept["valid_from"]
    end = on - timedelta(days=1)
    assert isinstance(first, date)
    save(session, REGISTER, {"valid_to": max(first, end)}, record_id)


def _refuse_countys(session: Session, form: Form) -> None:
    for version in kept_versions(Records(session)):
        if version.code == form.key and version.origin == COUNTY:
            raise Frozen(
                _("《{title}》由县里发布，本机构不能修改。").format(title=_(form.title)),
                _("需要不同的表，请复制为本机构自己的表。"),
            )


def _end_before(session: Session, key: str, first: date, record_id: bytes | None) -> None:
    """Let the centre's earlier versions end the day before; a later one is refused."""
    ends: list[tuple[bytes, Any]] = []
    for version in kept_versions(Records(session)):
        if version.code != key or version.id is None or version.id == record_id:
            continue
        if version.valid_from is not None and version.valid_from >= first:
            raise UserError(
                _("已有版本在 {day} 或之后开始执行。").format(day=first.isoformat()),
                _("请换一个更晚的执行日期。"),
            )
        if version.valid_to is None or version.valid_to >= first:
            ends.append((version.id, {"valid_to": first - timedelta(days=1)}))
    change_many(session, REGISTER, ends)


def _is_used(session: Session, kept: Any) -> bool:
    """Say that a return was submitted by this version."""
    table = RETURNS.table.c
    asked = select(table.id).where(
        table.deleted_at.is_(None),
        table.form == kept["code"],
        table.submitted_at.is_not(None),
        table.month >= f"{kept['valid_from']:%Y-%m}",
    )
    if kept["valid_to"] is not None:
        asked = asked.where(table.month <= f"{kept['valid_to']:%Y-%m}")
    return session.execute(asked.limit(1)).first() is not None


def _values(form: Form) -> dict[str, Any]:
    return {
        "code": form.key,
        "title": form.title,
        "version": form.version,
        "valid_from": form.valid_from,
        "valid_to": None,
        "body": write_form(form).text,
    }
