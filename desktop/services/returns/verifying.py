"""Does a paper say what was submitted: check codes and QR codes of returns, read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, Select, bindparam, select

from desktop.errors import NotFound, UserError
from desktop.models.registers.returns import RETURNED, SETTLED
from desktop.services.records import Records
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.stored import from_row
from desktop.text import _

_MARK = "THD1"
_DIGITS = 32
"""Hexadecimal digits of the checksum in the QR code: 128 bits."""

_SHORT = re.compile(r"[0-9A-F]{4}-?[0-9A-F]{4}", re.IGNORECASE)


@dataclass(frozen=True)
class PaperSays:
    """What the QR code of a paper says."""

    form: str
    centre: str
    period: str
    revision: int
    digest: str


def qr_text(composed: ComposedReturn) -> str:
    """Return what the QR code says, in the characters a QR code packs best."""
    return ":".join(
        (
            _MARK,
            composed.form.key.replace("_", ".").upper(),
            composed.head.identity.upper(),
            composed.period.key.replace("-", ""),
            f"R{composed.revision}",
            composed.checksum[:_DIGITS].upper(),
        )
    )


def read_qr(text: str) -> PaperSays:
    """Return what a scanned code says.

    Raises:
        UserError: It is no code of a return.
    """
    parts = text.strip().split(":")
    if len(parts) != 6 or parts[0] != _MARK or not parts[4][1:].isdecimal():  # noqa: PLR2004
        raise UserError(_("这不是本程序报表上的二维码。"))
    period = parts[3]
    if len(period) > 4:  # noqa: PLR2004 - a year stands alone
        period = f"{period[:4]}-{period[4:]}"
    return PaperSays(
        parts[1].replace(".", "_").lower(), parts[2], period, int(parts[4][1:]), parts[5].lower()
    )


def find_by_code(records: Records, code: str) -> list[Any]:
    """Return the submitted returns that a code belongs to: a scanned one, or 8F3A-61C2.

    Raises:
        UserError: It is neither.
    """
    given = code.strip()
    if given.startswith(_MARK):
        digits = read_qr(given).digest
    elif _SHORT.fullmatch(given):
        digits = given.replace("-", "").lower()
    else:
        raise UserError(
            _("“{code}”不是校验码。").format(code=given), _("校验码印在报表页脚，形如 8F3A-61C2。")
        )
    table = records.table("returns")
    rows = records.rows(_submitted(table), status=(*SETTLED, RETURNED))
    return [row for row in rows if (row.checksum or "").startswith(digits)]


def _submitted(returns: FromClause) -> Select[Any]:
    return (
        select(returns)
        .where(
            returns.c.deleted_at.is_(None),
            returns.c.status.in_(bindparam("status", expanding=True)),
        )
        .order_by(returns.c.month, returns.c.revision)
    )


def confirm(records: Records, code: str) -> list[ComposedReturn]:
    """Return the submitted returns of a code, each checked against its own figures.

    Raises:
        NotFound: No submitted return has this code: something on the paper was changed, or it is
            the paper of a draft or of another centre.
        UserError: The figures kept do not give the code any more.
    """
    found = [from_row(row) for row in find_by_code(records, code)]
    if not found:
        raise NotFound(
            _("没有校验码为“{code}”的已上报报表。").format(code=code.strip()[-9:]),
            _("纸质报表可能被改动过，或是草稿、别的机构的报表。"),
        )
    for composed, row in zip(found, find_by_code(records, code), strict=True):
        if composed.checksum != row.checksum:
            raise UserError(
                _("{period}《{title}》的数据与校验码不符，数据库可能损坏。").format(
                    period=composed.period.key, title=_(composed.form.title)
                )
            )
    return found
