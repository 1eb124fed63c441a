"""A publication as read from its file: its kind, what is said of it, and its records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from desktop.errors import NotFound, UserError
from desktop.models.register import Register, Values
from desktop.models.registers import find_register, publications
from desktop.text import _, in_a_row

_MOST_TOLD = 30


@dataclass(frozen=True, slots=True)
class PublishedKind:
    """One kind of publication.

    Args:
        word: Its name on the command line.
        label: Its official name, as the register of publications has it.
        key: The register of its records; empty for a notice, which has none.
    """

    word: str
    label: str
    key: str

    @property
    def register(self) -> Register:
        """Return the register of its records."""
        return find_register(self.key)


KINDS = {
    kind.word: kind
    for kind in (
        PublishedKind("drugs", publications.DRUGS, "drugs"),
        PublishedKind("policy", publications.POLICY, "policy"),
        PublishedKind("checklist", publications.CHECKLIST, "checklists"),
        PublishedKind("scheme", publications.SCHEME, "schemes"),
        PublishedKind("form", publications.RETURN_FORM, "return_forms"),
        PublishedKind("notice", publications.NOTICE, ""),
        PublishedKind("staff-orders", publications.STAFF_ORDER, "staff_orders"),
        PublishedKind("shortage-replies", publications.SHORTAGE_REPLY, "shortage_replies"),
        PublishedKind("money-advices", publications.MONEY_ADVICE, "money_advices"),
    )
}


def find_kind(word: str) -> PublishedKind:
    """Return the kind with that name on the command line.

    Raises:
        NotFound: There is none.
    """
    if word not in KINDS:
        raise NotFound(
            _("没有名为“{word}”的发布类别。").format(word=word),
            _("可用的有：{words}。").format(words=in_a_row(KINDS)),
        )
    return KINDS[word]


@dataclass(frozen=True, slots=True)
class Content:
    """What is to be published.

    Args:
        kind: What it is.
        title: What people call it.
        rows: Its records by field key, blanks left out.
        number: Number of a notice, by which it is known when it is published again.
        text: Text of a notice.
        valid_from: From when it holds.
        valid_until: Until when.
        must_confirm: Each centre has to confirm that it was read.
        whole: What was published before and is not in the file is stopped: a whole catalogue.
    """

    kind: PublishedKind
    title: str
    rows: tuple[Values, ...] = ()
    number: str = ""
    text: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    must_confirm: bool = False
    whole: bool = False


class ContentRefused(UserError):  # noqa: N818 - the sentence says it
    """A file that cannot be published: every fault with its line."""

    def __init__(self, name: str, faults: Iterable[tuple[int, str]]) -> None:
        self.faults = sorted(faults)
        told = [
            _("第 {line} 行：{reason}").format(line=line, reason=reason) if line else reason
            for line, reason in self.faults[:_MOST_TOLD]
        ]
        if len(self.faults) > _MOST_TOLD:
            told.append(_("…… 共 {count} 处。").format(count=len(self.faults)))
        super().__init__(
            _("“{name}”没有发布：\n{faults}\n").format(name=name, faults="\n".join(told)),
            _("请更正后再发布。"),
        )
