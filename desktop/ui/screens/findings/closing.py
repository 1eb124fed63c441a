"""The card of one finding: what it is, and the next step to its closure."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.models.registers.findings import RECTIFIED
from desktop.services.findings import FindingLine
from desktop.services.photos import Subject
from desktop.text import _
from desktop.ui import theme
from desktop.ui.date_editor import DateEditor
from desktop.ui.editors import Editor, LongTextEditor
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Card, Label, NoticeBar, Pill, row_of
from desktop.ui.photos.stored import StoredPhotos
from desktop.ui.reference_editor import ReferenceEditor
from desktop.ui.screens.findings.reading import state_text

_FIELDS = find_register("findings").by_key


class ClosingCard(Card):
    """One finding with the form of its next step.

    Signals:
        rectified: ``(evidence, day)``.
        rechecked: ``(passed, day, by, due_on)``.
        edit_wanted: The person wants to change the finding itself.
        typed: Evidence was typed.
    """

    rectified = Signal(str, object)
    rechecked = Signal(bool, object, object, object)
    edit_wanted = Signal()
    typed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(margin=16, spacing=8)
        self.line: FindingLine | None = None
        self.state = Pill()
        self.repeated = Pill("", "red")
        self.clinic = Label("", "heading", wrap=True)
        self.problem = Label("", "paragraph", wrap=True)
        self.facts = Label("", "soft", wrap=True)
        self.change = Button(
            _("修改问题、责任人、期限"), clicked=self.edit_wanted.emit, role="link"
        )
        self.notice = NoticeBar("red")
        self.column.addLayout(row_of(self.state, self.repeated, QWidget(), stretch=2))
        self.add(self.clinic, self.problem, self.facts)
        self.column.addLayout(row_of(self.change, QWidget(), stretch=1))
        self.add(self.notice)
        self.rectifying = self._make_rectifying()
        self.rechecking = self._make_rechecking(desk)
        self.photos = StoredPhotos(desk, _("整改照片"))
        self.add(self.rectifying, self.photos, self.rechecking)
        self.column.addStretch(1)

    def _make_rectifying(self) -> QWidget:
        part, column = _part(_("登记整改"))
        self.evidence = LongTextEditor(_FIELDS["evidence"])
        self.evidence.edited.connect(self.typed)
        self.rectified_on = DateEditor(_FIELDS["rectified_on"])
        self.rectify = Button(
            _("登记整改"), "fa6s.check", self.take_rectified, role="primary", tip="Ctrl+S"
        )
        column.addWidget(Label(_("整改情况（做了什么、凭什么看到）"), "soft"))
        column.addWidget(self.evidence)
        column.addWidget(Label(_("整改日期"), "soft"))
        column.addWidget(self.rectified_on)
        column.addLayout(row_of(self.rectify, QWidget(), stretch=1))
        return part

    def _make_rechecking(self, desk: Desk) -> QWidget:
        part, column = _part(_("复查"))
        self.rechecked_on = DateEditor(_FIELDS["rechecked_on"])
        self.rechecked_by = ReferenceEditor(_FIELDS["rechecked_by"], desk)
        self.due_on = DateEditor(_FIELDS["due_on"])
        self.passed = Button(
            _("复查合格"), "fa6s.check", lambda: self.take_rechecked(passed=True), role="primary"
        )
        self.failed = Button(
            _("复查不合格"), "fa6s.xmark", lambda: self.take_rechecked(passed=False)
        )
        for text, editor in (
            (_("复查日期"), self.rechecked_on),
            (_("复查人"), self.rechecked_by),
            (_("新的整改期限（不合格时填）"), self.due_on),
        ):
            column.addWidget(Label(text, "soft"))
            column.addWidget(editor)
        column.addLayout(row_of(self.passed, self.failed, QWidget(), stretch=2))
        return part

    # What is shown

    def show_finding(self, line: FindingLine | None, draft: str = "") -> None:
        """Show a finding with the form of its next step, and evidence typed before."""
        same = line is not None and self.line is not None and line == self.line
        self.line = line
        subject = None if line is None else Subject(line.visit_id, line.id)
        self.photos.show_subject(subject)
        for widget in (self.state, self.change, self.rectifying, self.photos, self.rechecking):
            widget.setVisible(line is not None)
        self.repeated.setVisible(line is not None and line.repeated)
        if line is None:
            self.clinic.setText("")
            self.problem.setText(_("选中一个问题，这里登记整改和复查。"))
            self.facts.setText("")
            self.notice.hide()
            return
        self.state.show_as(*state_text(line))
        self.repeated.show_as(_("重复：第 {times} 次").format(times=line.times), "red")
        self.clinic.setText(line.clinic)
        self.problem.setText(line.problem)
        self.facts.setText(_facts(line))
        self.rectifying.setVisible(line.open)
        self.rechecking.setVisible(line.status == RECTIFIED)
        if same:
            return
        self.notice.hide()
        today = date.today()
        self.evidence.show_value(draft)
        self.rectified_on.show_value(today)
        self.rechecked_on.show_value(today)
        self.rechecked_by.show_value(None)
        self.due_on.show_value(None)

    def focus_first(self) -> None:
        """Put the cursor into the next step."""
        if self.rectifying.isVisible():
            self.evidence.main_widget().setFocus()
        elif self.rechecking.isVisible():
            self.passed.setFocus()

    # The next step

    def take_step(self) -> None:
        """Take what is typed: the rectification (Ctrl+S)."""
        if self.line is not None and self.line.open:
            self.take_rectified()

    def take_rectified(self) -> None:
        """Hand over the rectification, or say what is missing."""
        day = _day(self.rectified_on)
        if day is None:
            return
        evidence = str(self.evidence.typed() or "")
        if not evidence:
            self.evidence.show_problem(_("请写明整改情况。"))
            self.evidence.main_widget().setFocus()
            return
        self.evidence.show_problem("")
        self.rectified.emit(evidence, day)

    def take_rechecked(self, *, passed: bool) -> None:
        """Hand over the re-check, or say what is missing."""
        day = _day(self.rechecked_on)
        if day is None:
            return
        due = None if passed else _day(self.due_on)
        if not passed and due is None:
            return
        try:
            by = self.rechecked_by.read()
        except BadValue as error:
            self.rechecked_by.show_problem(error.message)
            return
        self.rechecked.emit(passed, day, by, due)


def _part(title: str) -> tuple[QWidget, QVBoxLayout]:
    part = QWidget()
    column = QVBoxLayout(part)
    column.setContentsMargins(0, theme.px(6), 0, 0)
    column.setSpacing(theme.px(5))
    column.addWidget(Label(title, "heading"))
    return part, column


def _day(editor: Editor) -> date | None:
    """Return the day that is typed; None after saying beside it what is wrong."""
    try:
        value = editor.read()
    except BadValue as error:
        editor.show_problem(error.message)
        editor.main_widget().setFocus()
        return None
    if not isinstance(value, date):
        editor.show_problem(_("缺少{label}。").format(label=_(editor.field.label)))
        editor.main_widget().setFocus()
        return None
    editor.show_problem("")
    return value


def _facts(line: FindingLine) -> str:
    """Return what is known of a finding, a line each."""
    found = [
        (_("发现日期"), line.found_on),
        (_("依据条款"), line.clause),
        (_("责任人"), line.doctor),
        (_("整改期限"), line.due_on),
        (_("严重程度"), _(line.severity) if line.severity else ""),
        (_("整改日期"), line.rectified_on),
        (_("整改情况"), line.evidence),
        (_("复查日期"), line.rechecked_on),
    ]
    return "\n".join(f"{label}　{value}" for label, value in found if value)
