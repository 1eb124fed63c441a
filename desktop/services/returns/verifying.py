"""What a paper says of itself: short check codes and QR codes of returns, written and read back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.models.registers.returns import OPEN
from desktop.services.returns.composed import ComposedReturn
from desktop.text import _

_MARK = "THD1"
_DIGITS = 32
"""Hexadecimal digits of the checksum in the QR code: 128 bits."""

_SUBMITTED, _DRAFT = "R", "D"
"""What stands before the revision in the QR code: the paper of a draft is no proof."""

DRAFT_PREFIX = "D-"
SHORT_CODE = r"(?:D-)?[0-9A-F]{4}-?[0-9A-F]{4}"
_SHORT = re.compile(SHORT_CODE, re.IGNORECASE)


@dataclass(frozen=True)
class PaperSays:
    """What the code of a paper says; a short code only says ``digest`` and ``draft``."""

    digest: str
    draft: bool = False
    form: str = ""
    centre: str = ""
    period: str = ""
    revision: int = 0

    @property
    def short(self) -> str:
        """Return the digest as it is printed."""
        return f"{self.digest[:4]}-{self.digest[4:8]}".upper()


def paper_code(composed: ComposedReturn) -> str:
    """Return the short code as printed, such as 8F3A-61C2; a draft's begins with D-."""
    prefix = DRAFT_PREFIX if composed.status in OPEN else ""
    return f"{prefix}{composed.check_code}"


def qr_text(composed: ComposedReturn) -> str:
    """Return what the QR code says, in the characters a QR code packs best."""
    kind = _DRAFT if composed.status in OPEN else _SUBMITTED
    return ":".join(
        (
            _MARK,
            composed.form.key.replace("_", ".").upper(),
            composed.head.identity.upper(),
            composed.period.key.replace("-", ""),
            f"{kind}{composed.revision}",
            composed.checksum[:_DIGITS].upper(),
        )
    )


def read_qr(text: str) -> PaperSays:
    """Return what a scanned code says.

    Raises:
        UserError: It is no code of a return.
    """
    parts = text.strip().split(":")
    if len(parts) != 6 or parts[0] != _MARK or not re.fullmatch("[RD][0-9]+", parts[4]):  # noqa: PLR2004
        raise UserError(_("这不是本程序报表上的二维码。"))
    _mark, form, centre, period, revision, digest = parts
    if len(period) > 4:  # noqa: PLR2004 - a year stands alone
        period = f"{period[:4]}-{period[4:]}"
    return PaperSays(
        digest.lower(),
        draft=revision.startswith(_DRAFT),
        form=form.replace(".", "_").lower(),
        centre=centre,
        period=period,
        revision=int(revision[1:]),
    )


def read_code(code: str) -> PaperSays:
    """Return what a code says: a scanned one, or the short one from the foot of a page.

    Raises:
        UserError: It is neither.
    """
    given = code.strip()
    if given.upper().startswith(_MARK):
        return read_qr(given.upper())
    if not _SHORT.fullmatch(given):
        raise UserError(
            _("“{code}”不是校验码。").format(code=given), _("校验码印在报表页脚，形如 8F3A-61C2。")
        )
    draft = given.upper().startswith(DRAFT_PREFIX)
    return PaperSays(given[2 * draft :].replace("-", "").lower(), draft)
