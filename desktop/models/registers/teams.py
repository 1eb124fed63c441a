"""Family-doctor teams (签约团队), with the village doctor among them (S4-12b, S0-10a)."""

from __future__ import annotations

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from desktop.models.base import Record
from desktop.models.kinds import Kind
from desktop.models.register import Field, Register
from desktop.models.registers._people import PHONE_SYNONYMS
from desktop.text import N_


class Team(Record):
    """A family-doctor team."""

    __tablename__ = "team"
    __table_args__ = (
        Index("ix_team_search_key", "search_key", "deleted_at"),
        Record.__table_args__,
    )

    name: Mapped[str | None] = mapped_column(Text)
    leader: Mapped[str | None] = mapped_column(Text)
    members: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


FIELDS = (
    Field(
        number=1,
        column=Team.name,
        label=N_("团队名称"),
        kind=Kind.TEXT,
        required=True,
        width=8,
        synonyms=("签约团队", "家庭医生团队", "团队"),
    ),
    Field(
        number=2,
        column=Team.leader,
        label=N_("团队长"),
        kind=Kind.TEXT,
        synonyms=("负责人", "队长", "团队负责人"),
    ),
    Field(
        number=3,
        column=Team.members,
        label=N_("成员"),
        kind=Kind.LONG_TEXT,
        width=18,
        synonyms=("团队成员", "成员姓名"),
    ),
    Field(
        number=4,
        column=Team.phone,
        label=N_("联系电话"),
        kind=Kind.PHONE,
        width=7,
        synonyms=PHONE_SYNONYMS,
    ),
    Field(number=5, column=Team.note, label=N_("备注"), kind=Kind.LONG_TEXT, listed=False),
)

REGISTER = Register(
    number=14,
    key="teams",
    singular="team",
    label=N_("签约团队"),
    record=Team,
    fields=FIELDS,
    natural_key=(Team.name,),
    title=(Team.name,),
    search=(Team.name, Team.leader, Team.members),
    group=N_("居民服务"),
    icon="fa6s.people-group",
    counter=N_("支"),
)
