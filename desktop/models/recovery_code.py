"""The recovery key as people copy it: eight groups of four characters, each group checked.

Three characters of a group carry the secret and the fourth is their check, so that a slip of the
pen is found in its group. Letters that look alike (I, L, O) and the digits 0 and 1 do not occur.
"""

from __future__ import annotations

import secrets
import unicodedata

from desktop.errors import UserError
from desktop.text import _

# 31 characters: a prime, so that the weighted sum finds every wrong character and every swap.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
GROUPS = 8
_PAYLOAD = 3
GROUP_LENGTH = _PAYLOAD + 1


class WrongRecoveryCode(UserError):  # noqa: N818 - named as the person meets it
    """The recovery key is copied wrongly or belongs to other data."""


def new_code() -> str:
    """Draw a recovery key of 118 random bits."""
    groups = []
    for position in range(GROUPS):
        payload = "".join(secrets.choice(ALPHABET) for _character in range(_PAYLOAD))
        groups.append(payload + _check(position, payload))
    return "-".join(groups)


def normalise(code: str) -> str:
    """Return the key as it was printed, from what a person typed.

    Raises:
        WrongRecoveryCode: Names the group in which characters are missing or wrong.
    """
    wide = unicodedata.normalize("NFKC", code).upper()
    plain = "".join(character for character in wide if character.isalnum())
    if len(plain) != GROUPS * GROUP_LENGTH:
        message = _("恢复密钥应有 {expected} 个字符，现在是 {found} 个。")
        raise WrongRecoveryCode(
            message.format(expected=GROUPS * GROUP_LENGTH, found=len(plain)),
            _("请对照恢复密钥单重新输入。"),
        )
    groups = [plain[at : at + GROUP_LENGTH] for at in range(0, len(plain), GROUP_LENGTH)]
    for position, group in enumerate(groups):
        if set(group) - set(ALPHABET) or group[-1] != _check(position, group[:-1]):
            message = _("恢复密钥第 {number} 组“{group}”抄写有误。")
            raise WrongRecoveryCode(
                message.format(number=position + 1, group=group),
                _("请对照恢复密钥单核对这一组。"),
            )
    return "-".join(groups)


def _check(position: int, payload: str) -> str:
    """Return the check character; the position makes swapped groups fail too."""
    weighted = sum(
        weight * ALPHABET.index(character) for weight, character in enumerate(payload, start=1)
    )
    return ALPHABET[(position + weighted) % len(ALPHABET)]
