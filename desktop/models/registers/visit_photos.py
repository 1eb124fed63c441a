"""Photos of supervision visits, and as evidence that a finding was put right (S3-5.2a, S4-4a).

The picture itself lies beside the database as a sealed file (:mod:`desktop.models.files`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Date, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.errors import Problem
from desktop.models.base import Record
from desktop.models.kinds import Kind, Value
from desktop.models.register import Chip, Choice, Field, Register
from desktop.text import N_, _

SCENE = "督导现场"
EVIDENCE = "整改证据"


class VisitPhoto(Record):
    """One photo of one visit, of one finding, or of both."""

    __tablename__ = "visit_photo"
    __table_args__ = (
        Index("ix_visit_photo_visit_id", "visit_id"),
        Index("ix_visit_photo_finding_id", "finding_id"),
        Index("ix_visit_photo_file", "file"),
        Index("ix_visit_photo_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    visit_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    finding_id: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    item_code: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str | None] = mapped_column(Text)
    caption: Mapped[str | None] = mapped_column(Text)
    taken_on: Mapped[date | None] = mapped_column(Date)
    added_by: Mapped[str | None] = mapped_column(Text)
    file: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int | None]


FIELDS = (
    Field(
        number=1,
        column=VisitPhoto.visit_id,
        label=N_("督导"),
        kind=Kind.REFERENCE,
        target="visits",
        width=12,
    ),
    Field(
        number=2,
        column=VisitPhoto.finding_id,
        label=N_("问题"),
        kind=Kind.REFERENCE,
        target="findings",
        width=10,
    ),
    Field(
        number=3,
        column=VisitPhoto.item_code,
        label=N_("检查项目编号"),
        kind=Kind.TEXT,
        width=4,
        listed=False,
    ),
    Field(
        number=4,
        column=VisitPhoto.kind,
        label=N_("照片类别"),
        kind=Kind.CHOICE,
        choices=(Choice(N_("督导现场")), Choice(N_("整改证据")), Choice(N_("纸质记录"))),
        open_choice=True,
        width=5,
    ),
    Field(number=5, column=VisitPhoto.caption, label=N_("照片说明"), kind=Kind.TEXT, width=14),
    Field(number=6, column=VisitPhoto.taken_on, label=N_("拍摄日期"), kind=Kind.DATE),
    Field(
        number=7,
        column=VisitPhoto.added_by,
        label=N_("添加人"),
        kind=Kind.TEXT,
        width=5,
    ),
    Field(
        number=8,
        column=VisitPhoto.file,
        label=N_("照片"),
        kind=Kind.ATTACHMENT,
        required=True,
        width=3,
        help=N_("照片在督导检查页和问题与整改页添加、查看。"),
    ),
    Field(
        number=9,
        column=VisitPhoto.position,
        label=N_("顺序"),
        kind=Kind.WHOLE,
        width=3,
        listed=False,
    ),
)


def _check(values: Mapping[str, Value]) -> list[Problem]:
    if values.get("visit_id") is None and values.get("finding_id") is None:
        return [Problem("missing_visit", _("照片要属于一次督导或一个问题。"), "visit_id")]
    return []


REGISTER = Register(
    number=34,
    key="visit_photos",
    singular="visit_photo",
    label=N_("督导照片"),
    record=VisitPhoto,
    fields=FIELDS,
    natural_key=(VisitPhoto.visit_id, VisitPhoto.finding_id, VisitPhoto.file),
    title=(VisitPhoto.kind, VisitPhoto.caption),
    search=(VisitPhoto.caption, VisitPhoto.kind),
    chips=(Chip("evidence", N_("整改证据"), lambda: VisitPhoto.finding_id.is_not(None)),),
    check=_check,
    group=N_("村卫生室"),
    icon="fa6s.camera",
    detail=True,
    counter=N_("张"),
)
