"""Deleting records, with a word that takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.models.register import Register
from desktop.models.store import Store, put_back, remove
from desktop.text import _
from desktop.ui.page import Desk
from desktop.ui.parts import Action
from desktop.ui.worker import Changed, changed


def delete_records(
    desk: Desk,
    register: Register,
    ids: Sequence[bytes],
    done: Callable[[], object],
    back: Callable[[bytes], object],
) -> None:
    """Delete records in one step; ``back`` gets the first of them when it is taken back."""

    def task(store: Store) -> Changed[int]:
        with store.writing() as session:
            for record_id in ids:
                remove(session, register, record_id)
        return changed(len(ids), register.key)

    def deleted(count: int) -> None:
        done()
        word = _("已删除 {count} {counter}。").format(count=count, counter=_(register.counter))
        desk.tell(word, Action(_("撤销删除"), lambda: put_records_back(desk, register, ids, back)))

    desk.worker.run(task, deleted, owner=desk)


def put_records_back(
    desk: Desk, register: Register, ids: Sequence[bytes], back: Callable[[bytes], object]
) -> None:
    """Take the deletion of records back in one step."""

    def task(store: Store) -> Changed[int]:
        with store.writing() as session:
            for record_id in ids:
                put_back(session, register, record_id)
        return changed(len(ids), register.key)

    def restored(_count: int) -> None:
        desk.tell(_("已恢复。"))

    back(ids[0])
    desk.worker.run(task, restored, owner=desk)
