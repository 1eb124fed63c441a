"""What a person has chosen about the window: font size, language, columns; kept for each person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop.ui.worker import Worker

if TYPE_CHECKING:  # The window can stand, with the choices kept, before SQLAlchemy is loaded.
    from desktop.models.store import Store

FONT_SIZE = "font_size"
LANGUAGE = "language"


class Preferences:
    """The person's choices, read once at sign-in; a change is written behind the window's back."""

    def __init__(self, worker: Worker, values: dict[str, str]) -> None:
        self._worker = worker
        self._values = values

    def get(self, key: str, default: str = "") -> str:
        """Return a choice."""
        return self._values.get(key, default)

    def replace(self, values: dict[str, str]) -> bool:
        """Take the choices as the database has them; returns whether they were others."""
        differ, self._values = values != self._values, values
        return differ

    @property
    def values(self) -> dict[str, str]:
        """All choices."""
        return dict(self._values)

    def set(self, key: str, value: str) -> None:
        """Remember a choice."""
        if self._values.get(key) == value:
            return
        self._values[key] = value

        def write(store: Store) -> None:
            from desktop.models.local import Preference

            with store.writing() as session:
                session.merge(Preference(person=store.person_id, key=key, value=value))

        self._worker.run(write)


def read_preferences(store: Store) -> dict[str, str]:
    """Return all choices of the person signed in."""
    from sqlalchemy import select

    from desktop.models.local import Preference

    with store.reading() as session:
        rows = session.scalars(select(Preference).where(Preference.person == store.person_id))
        return {row.key: row.value for row in rows}
