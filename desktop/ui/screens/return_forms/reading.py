"""What the forms page asks of the database; runs on the database thread."""

from __future__ import annotations

from datetime import date

from desktop.models.store import Store
from desktop.services.periods import period_of
from desktop.services.records import Records
from desktop.services.returns import versions
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.composing import compose
from desktop.services.returns.declaring import read_form
from desktop.services.returns.forms import Form
from desktop.services.returns.versions import ListedForm
from desktop.services.returns.writing import write_form
from desktop.ui.worker import Changed, changed

KEY = "return_forms"


def read_forms(store: Store) -> list[ListedForm]:
    """Return every version of every form."""
    with store.reading() as session:
        return versions.listed_forms(Records(session))


def preview(store: Store, draft: Form, today: date) -> ComposedReturn:
    """Compose the present period by a form that need not be kept; nothing is written.

    Raises:
        BrokenForm: It cannot be used as a form.
    """
    form = read_form(write_form(draft).text, draft.title)
    with store.reading() as session:
        return compose(session, form, period_of(form.period, today))


def copy(store: Store, form: Form) -> Form:
    """Return a form under a key of its own."""
    with store.reading() as session:
        return versions.copied(form, Records(session))


def keep(store: Store, form: Form, valid_from: date, record_id: bytes | None) -> Changed[bytes]:
    """Keep a form as the centre's own."""
    with store.writing() as session:
        made = versions.keep_form(session, form, valid_from, record_id)
    return changed(made, KEY)


def take_in(store: Store, text: str, name: str) -> Changed[bytes]:
    """Keep the form of a file."""
    with store.writing() as session:
        made = versions.take_in(session, text, name)
    return changed(made, KEY)


def withdraw(store: Store, record_id: bytes, on: date) -> Changed[None]:
    """Take one of the centre's own versions out of use."""
    with store.writing() as session:
        versions.withdraw_form(session, record_id, on)
    return changed(None, KEY)
