"""What a centre refers to stays: a withdrawn record that turns out to be in use comes back.

The county judges by what the hub has. A PC that was not on line may have put a drug in stock
before it knew that the county has taken the drug back.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, and_

from county.batch import select_by_id
from county.history import winner
from county.merge import HUB, Merge, RowMerge
from county.tables import register_tables
from desktop.models.published import SHARED
from desktop.models.register import DELETED_AT, Field, Register
from desktop.models.registers import find_register


def bring_back(merge: Merge, register: Register, table: Table, ids: Sequence[bytes]) -> None:
    """Undo the county's withdrawal of what these records refer to; it is the centre's own then.

    Args:
        merge: The batch that brought the records.
        register: Their register.
        table: Its table on the hub.
        ids: The records that were just taken in.
    """
    for field in register.stored:
        if field.target in SHARED:
            _bring_back_targets(merge, field, table, ids)


def _bring_back_targets(merge: Merge, field: Field, table: Table, ids: Sequence[bytes]) -> None:
    target = register_tables()[find_register(field.target).number]
    withdrawn = {
        row.id
        for row in select_by_id(
            merge.connection,
            table,
            ids,
            where=lambda piece: and_(
                table.c.id.in_(piece),
                table.c.centre_id == merge.centre_id,
                table.c.deleted_at.is_(None),
                target[1].c.id == table.c[field.key],
                target[1].c.centre_id == merge.centre_id,
                target[1].c.deleted_at.is_not(None),
            ),
            columns=(target[1].c.id,),
        )
    }
    rows = RowMerge(merge, *target)
    for id, history in rows.histories(sorted(withdrawn)).items():
        deletion = winner(history.get(DELETED_AT, ()))
        if deletion is not None and deletion.dev == HUB:
            rows.set_by_hub(id, DELETED_AT, None)
    rows.write()
