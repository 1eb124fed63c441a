"""The editor of a form: head, lines, checks; every fault is said in words and marked."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop.services.returns.declaring import BrokenForm, declared_form
from desktop.services.returns.forms import Form, Rule, Section
from desktop.services.returns.writing import Place, write_form
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.flow_row import FlowRow
from desktop.ui.parts import Button, NoticeBar
from desktop.ui.screens.performance.charts import in_scroll
from desktop.ui.screens.return_forms.head_part import HeadPart
from desktop.ui.screens.return_forms.lines_part import LinesPart
from desktop.ui.screens.return_forms.rules_part import RulesPart

LINES, RULES, HEAD = range(3)
_PARTS = (N_("指标"), N_("审核关系"), N_("表头与期别"))
_MOST_SAID = 4


class FormEditor(QWidget):
    """Edits a draft of a form; nothing is kept until the page saves it.

    Signals:
        edited: The draft has changed.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.base: Form | None = None
        self.draft: Form | None = None
        self.faults: list[tuple[Place, str]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self.chips: list[Button] = []
        flow = FlowRow()
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            self.chips.append(chip)
            flow.add(chip)
        self.notice = NoticeBar("red")
        self.lines, self.rules, self.head = LinesPart(), RulesPart(), HeadPart()
        self.lines.edited.connect(self._take_sections)
        self.rules.edited.connect(self._take_rules)
        self.head.edited.connect(self._take_head)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.lines)
        self.stack.addWidget(self.rules)
        self.stack.addWidget(in_scroll(self.head))
        column.addWidget(flow)
        column.addWidget(self.notice)
        column.addWidget(self.stack, 1)
        self.show_part(LINES)

    def show_part(self, part: int) -> None:
        """Show the lines, the checks or the head."""
        self.stack.setCurrentIndex(part)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)

    def show_form(self, form: Form, *, saved: bool = True) -> None:
        """Begin with a form; one that is not kept yet counts as changed."""
        self.base = form if saved else None
        self.draft = form
        self.lines.show_form(form)
        self.rules.show_form(form)
        self.head.show_form(form)
        self._check()

    @property
    def changed(self) -> bool:
        """Whether something was typed."""
        return self.draft is not None and self.draft != self.base

    def kept(self) -> None:
        """Take the draft as what is kept."""
        self.base = self.draft

    # Reading

    def _take_sections(self, sections: tuple[Section, ...]) -> None:
        self._take(section=sections)

    def _take_rules(self, rules: tuple[Rule, ...]) -> None:
        self._take(rule=rules)

    def _take_head(self, form: Form) -> None:
        assert self.draft is not None
        self._take_form(
            msgspec.structs.replace(form, section=self.draft.section, rule=self.draft.rule)
        )

    def _take(self, **parts: object) -> None:
        assert self.draft is not None
        self._take_form(msgspec.structs.replace(self.draft, **parts))

    def _take_form(self, form: Form) -> None:
        self.draft = form
        self.lines.form = form
        self.head.form = form
        self._check()

    # What is wrong

    def _check(self) -> None:
        assert self.draft is not None
        written = write_form(self.draft)
        self.faults = []
        try:
            declared_form(written.text, self.draft.title)
        except BrokenForm as error:
            self.faults = [(written.place(fault.line), fault.reason) for fault in error.faults]
        self.lines.show_faults({place for place, _reason in self.faults})
        if self.faults:
            said = [self._said(place, reason) for place, reason in self.faults[:_MOST_SAID]]
            if len(self.faults) > _MOST_SAID:
                said.append(_("…… 共 {count} 处。").format(count=len(self.faults)))
            self.notice.say("\n".join(said), tone="red")
        else:
            self.notice.hide()
        self.edited.emit()

    def _said(self, place: Place, reason: str) -> str:
        """Return a fault with the part it stands in, as the editor calls it."""
        assert self.draft is not None
        if place.part == "item":
            line = self.draft.section[place.number].items[place.item]
            return _("指标 {code} {label}：{reason}").format(
                code=line.code, label=line.label, reason=reason
            )
        if place.part == "section":
            title = self.draft.section[place.number].title
            return _("“{title}”：{reason}").format(title=title, reason=reason)
        if place.part == "rule":
            number = self.draft.rule[place.number].id
            return _("审核关系 {number}：{reason}").format(number=number, reason=reason)
        return _("表头：{reason}").format(reason=reason)
