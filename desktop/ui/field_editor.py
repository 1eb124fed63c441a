"""Which editor a field gets in a form, by its kind."""

from __future__ import annotations

from desktop.models.kinds import Kind
from desktop.models.register import Field
from desktop.ui.attachment_editor import AttachmentEditor
from desktop.ui.date_editor import DateEditor
from desktop.ui.editors import (
    ChoiceEditor,
    Editor,
    LineEditor,
    LongTextEditor,
    MaskedEditor,
    YesNoEditor,
)
from desktop.ui.page import Desk
from desktop.ui.reference_editor import ReferenceEditor

_EDITORS: dict[Kind, type[Editor]] = {
    Kind.TEXT: LineEditor,
    Kind.LONG_TEXT: LongTextEditor,
    Kind.WHOLE: LineEditor,
    Kind.AMOUNT: LineEditor,
    Kind.DATE: DateEditor,
    Kind.MONTH: LineEditor,
    Kind.YES_NO: YesNoEditor,
    Kind.CHOICE: ChoiceEditor,
    Kind.ID_NUMBER: MaskedEditor,
    Kind.PHONE: MaskedEditor,
}


def make_editor(field: Field, desk: Desk) -> Editor:
    """Return the editor of a field."""
    if field.kind is Kind.REFERENCE:
        return ReferenceEditor(field, desk)
    if field.kind is Kind.ATTACHMENT:
        return AttachmentEditor(field, desk)
    return _EDITORS[field.kind](field)
