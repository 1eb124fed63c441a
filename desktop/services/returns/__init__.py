"""Returns: forms as data, composed from the registers, checked, frozen and corrected.

What others ask for: :func:`compose`, :func:`open_return` and :class:`ComposedReturn`; the steps of
a return's life are in :mod:`filing`, its texts in :mod:`sheet`.
"""

from desktop.services.records import Records
from desktop.services.returns.composed import Columns, ComposedCell, ComposedReturn
from desktop.services.returns.composing import compose, open_return
from desktop.services.returns.forms import Form
from desktop.services.returns.library import DEFAULT_FORM, Library, library
from desktop.services.returns.stored import differences, from_row

__all__ = [
    "DEFAULT_FORM",
    "Columns",
    "ComposedCell",
    "ComposedReturn",
    "Form",
    "Library",
    "Records",
    "compose",
    "differences",
    "from_row",
    "library",
    "open_return",
]
