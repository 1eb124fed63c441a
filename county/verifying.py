"""Checks of the hub's database that a technician runs."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, text

from county.merge import HUB
from county.tables import CENTRES, CHANGES, DEVICES, FILES, register_tables
from desktop.text import _


def problems(connection: Connection) -> list[str]:
    """Return a sentence for everything that cannot be right."""
    found = []
    if connection.dialect.name == "sqlite":
        answer = connection.execute(text("PRAGMA integrity_check")).scalar()
        if answer != "ok":
            # Whatever is read from such a file may be wrong, or end in an error.
            return [_("数据库文件已损坏：{answer}").format(answer=answer)]
    for centre in connection.execute(select(CENTRES)).all():
        found += _feed(connection, centre)
    return found + _changes_without_record(connection) + _damaged_files(connection)


def _feed(connection: Connection, centre: Row[Any]) -> list[str]:
    """Every revision of a centre is exactly one new record or one change, or known to be gone."""
    count: Counter[int] = Counter()
    feeds = [CHANGES, *(table for _register, table in register_tables().values())]
    for table in feeds:
        revs = connection.execute(select(table.c.rev).where(table.c.centre_id == centre.id))
        count.update(revs.scalars())
    gaps = centre.rev - centre.gone - len(count)
    twice = sum(1 for times in count.values() if times > 1)
    beyond = sum(1 for rev in count if rev > centre.rev)
    if not (gaps or twice or beyond):
        return []
    return [
        _("{name}的流水不连续：缺 {gaps} 条，重复 {twice} 条，超前 {beyond} 条。").format(
            name=centre.name, gaps=gaps, twice=twice, beyond=beyond
        )
    ]


def _changes_without_record(connection: Connection) -> list[str]:
    found = []
    devices = {row.id: row.centre_id for row in connection.execute(select(DEVICES)).all()}
    for number, (register, table) in register_tables().items():
        same = and_(table.c.id == CHANGES.c.row_id, table.c.centre_id == CHANGES.c.centre_id)
        lonely = connection.execute(
            select(func.count())
            .select_from(CHANGES.outerjoin(table, same))
            .where(CHANGES.c.t == number, table.c.id.is_(None))
        ).scalar_one()
        if lonely:
            found.append(
                _("“{label}”有 {count} 条修改找不到记录。").format(
                    label=_(register.label), count=lonely
                )
            )
        pairs = connection.execute(select(table.c.centre_id, table.c.dev).distinct()).all()
        if any(dev != HUB and devices.get(dev) != centre_id for centre_id, dev in pairs):
            found.append(_("“{label}”有记录不属于送来它的机构。").format(label=_(register.label)))
    return found


def _damaged_files(connection: Connection) -> list[str]:
    """Read every photo; one at a time, because together they would not fit the memory."""
    found = []
    for row in connection.execute(select(FILES.c.centre_id, FILES.c.digest)).all():
        here = (FILES.c.centre_id == row.centre_id, FILES.c.digest == row.digest)
        content = connection.execute(select(FILES.c.content).where(*here)).scalar_one()
        if sha256(content).hexdigest() != row.digest:
            found.append(_("照片 {digest} 已损坏。").format(digest=row.digest))
    return found
