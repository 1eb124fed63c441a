"""The offices' templates that are kept: records that travel, with their files beside the database.

A file is written before the record that names it, so that no record waits for its own file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from desktop.errors import NotFound, UserError
from desktop.exchange.office_marks import Marks, read_marks
from desktop.exchange.office_workbook import ENDINGS
from desktop.models import file_states
from desktop.models.files import FileMissing, Files
from desktop.models.register import Values
from desktop.models.registers.return_templates import REGISTER, ReturnTemplate
from desktop.models.store import Store, remove, save
from desktop.text import _, in_a_row


@dataclass(frozen=True)
class Template:
    """A template that is kept."""

    id: bytes
    name: str
    form: str
    file_name: str
    digest: str
    marks: Marks


def templates(session: Session, form: str = "") -> list[Template]:
    """Return the templates of a form, or of all, by name."""
    asked = select(ReturnTemplate).where(ReturnTemplate.deleted_at.is_(None))
    if form:
        asked = asked.where(ReturnTemplate.form == form)
    return [
        Template(
            row.id,
            row.name or "",
            row.form or "",
            row.file_name or "",
            row.file or "",
            _marks(row.marks),
        )
        for row in session.scalars(asked.order_by(ReturnTemplate.name, ReturnTemplate.id))
    ]


def _marks(text: str | None) -> Marks:
    """Return the marks of a record; what a newer program wrote otherwise counts as none."""
    try:
        return read_marks(text or "{}")
    except msgspec.MsgspecError:
        return Marks()


def find_template(session: Session, name: str) -> Template:
    """Return the template of that name.

    Raises:
        NotFound: There is none.
    """
    kept = templates(session)
    for each in kept:
        if each.name == name:
            return each
    names = in_a_row(each.name for each in kept)
    raise NotFound(
        _("没有名为“{name}”的模板。").format(name=name),
        _("已有的模板：{names}。").format(names=names) if names else _("还没有添加过模板。"),
    )


def read_file(path: Path) -> bytes:
    """Return the content of a template's file.

    Raises:
        NotFound: It is not there.
        UserError: It cannot be read, or is no workbook of the wanted kind.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(_("找不到“{path}”。").format(path=path)) from error
    except OSError as error:
        raise UserError(
            _("无法打开“{name}”。").format(name=path.name),
            _("请检查文件是否被占用，或有没有读取的权限。"),
        ) from error
    if path.suffix.lower() not in {*ENDINGS, ".xls"}:
        raise UserError(
            _("“{name}”不是 xlsx 工作簿。").format(name=path.name),
            _("请用 Excel 或 WPS 打开，用“另存为”存成 xlsx 格式后再选。"),
        )
    return content


def put_file(store: Store, content: bytes) -> str:
    """Write a template's file durably beside the database; returns its digest.

    Raises:
        UserError: It is too large, or the disk is full or cannot be written.
    """
    return Files.of(store.database).put(content)


def keep(session: Session, template: Template, *, new: bool = True) -> bytes:
    """Keep a template whose file was written; returns the record's id.

    Raises:
        UserError: It has no name, or another template has it.
    """
    name = template.name.strip()
    if not name:
        raise UserError(_("请给模板取一个名称。"))
    for each in templates(session):
        if each.name == name and (new or each.id != template.id):
            raise UserError(_("已有名为“{name}”的模板。").format(name=name), _("请换一个名称。"))
    file_states.note(session, [template.digest], file_states.HERE)
    values: Values = {
        "name": name,
        "form": template.form,
        "file_name": template.file_name,
        "marks": template.marks.written(),
        "file": template.digest,
    }
    return save(session, REGISTER, values, None if new else template.id)


def forget(session: Session, template: Template) -> None:
    """Take a template away; its record can be put back."""
    remove(session, REGISTER, template.id)


def content_of(store: Store, template: Template) -> bytes:
    """Return a template's file.

    Raises:
        UserError: It has not arrived yet, or is damaged.
    """
    try:
        return Files.of(store.database).read(template.digest)
    except FileMissing as error:
        raise UserError(
            _("本机还没有模板“{name}”的文件。").format(name=template.name),
            _("别的电脑添加的模板要等两台电脑都同步后才有；也可以重新选择模板文件。"),
        ) from error
