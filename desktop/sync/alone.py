"""One exchange at a time on a PC: two at once would look to the hub like a copied disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop.errors import UserError
from desktop.models.replacing import Use
from desktop.models.storage_errors import DataLocked
from desktop.text import _

_LOCK_NAME = "exchange.lock"


class Busy(UserError):  # noqa: N818 - named as the person meets it
    """Another exchange of the same centre is running on this PC."""


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the exchange's lock, which vanishes with the process."""
    try:
        held = Use(home, alone=True, name=_LOCK_NAME)
    except DataLocked as error:
        raise Busy(_("这台电脑正在同步。"), _("请等它结束。")) from error
    with held:
        yield
