"""Entering a paper checklist: the items at the left, who, when and the score at the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.errors import RecordRefused, UserError
from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.services.checklists import ChecklistItem, JudgedItem, Judgement, judge
from desktop.services.visit_entry import Fault, Recorded, VisitEntry, due_day
from desktop.services.visits import PlanLine
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.date_editor import DateEditor
from desktop.ui.editors import ChoiceEditor, Editor, LineEditor, quiet_wheel
from desktop.ui.page import Desk
from desktop.ui.parts import (
    Action,
    Button,
    Card,
    ElidedLabel,
    NoticeBar,
    form_grid,
    row_of,
)
from desktop.ui.photos.drafts import DraftPhotos
from desktop.ui.reference_editor import ReferenceEditor
from desktop.ui.screens.visits import reading
from desktop.ui.screens.visits.faults import FaultBar
from desktop.ui.screens.visits.items import ItemsTable
from desktop.ui.screens.visits.reading import PlanView, Rules
from desktop.ui.screens.visits.result import VisitResult
from desktop.ui.screens.visits.samples import Samples
from desktop.ui.screens.visits.side import scrolling

_VISITS = find_register("visits")
_SIDE_WIDTH = 310
_USUAL_KIND = "日常督导"


class VisitForm(QWidget):
    """A visit as it is entered.

    Signals:
        saved: A :class:`Recorded` after the visit was written.
        edited: Something was typed.
    """

    saved = Signal(object)
    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.rules: Rules | None = None
        self.view: PlanView | None = None
        self._begun = self._dirty = False
        self.table = ItemsTable()
        self.notice = NoticeBar()
        left = QVBoxLayout()
        left.setSpacing(theme.px(6))
        self.rest = Button(
            _("其余全部合格"), "fa6s.check-double", self._pass_rest, tip=_("Ctrl+Enter")
        )
        keys = ElidedLabel(
            _("按键：1 合格　2 不合格　3 或 / 不适用　计分项直接输入分数　F4 改整改期限和责任人"),
            "soft",
        )
        self.faults = FaultBar()
        self.faults.edited.connect(self._touched)
        self.faults.left.connect(self._leave_fault)
        left.addLayout(row_of(keys, self.faults, self.rest, stretch=0))
        left.addWidget(self.notice)
        left.addWidget(self.table, 1)
        self.whole = ElidedLabel("", "soft")
        left.addWidget(self.whole)
        self.table.selectionModel().currentChanged.connect(lambda *_where: self._show_item())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(12))
        row.addLayout(left, 1)
        row.addWidget(self._make_side())
        self.table.items.answered.connect(self._answered)
        self.samples.changed.connect(self._touched)
        self.photos.changed.connect(self._touched)
        for keys_text in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys_text), self).activated.connect(self._pass_rest)
        QShortcut(QKeySequence("F4"), self).activated.connect(self.faults.begin)

    def _make_side(self) -> QWidget:
        card = Card(margin=14, spacing=7)
        self.result = VisitResult()
        card.add(self.result)
        card.column.addLayout(self._make_editors())
        self.samples = Samples()
        self.photos = DraftPhotos(self.desk)
        card.add(self.samples, self.photos)
        card.add(self.result.next)
        card.column.addStretch(1)
        return scrolling(card, _SIDE_WIDTH)

    def _make_editors(self) -> QGridLayout:
        field = _VISITS.by_key
        self.clinic = ReferenceEditor(field["clinic_id"], self.desk)
        self.day = DateEditor(field["visited_on"])
        self.staff = ReferenceEditor(field["staff_id"], self.desk)
        self.kind = ChoiceEditor(field["kind"])
        self.doctor = ChoiceBox()
        self.doctor.setAccessibleName(_("整改责任人"))
        self.doctor.activated.connect(lambda _at: self._show_item())
        quiet_wheel(self.doctor)
        self.signed = LineEditor(field["signed_clinic"])
        self.content = LineEditor(field["content"])
        self.clinic.edited.connect(self._clinic_typed)
        self.day.edited.connect(self._day_typed)
        for editor in (self.staff, self.kind, self.signed, self.content):
            editor.edited.connect(self._touched)
        grid = form_grid(
            [
                (_("卫生室"), self.clinic),
                (_("日期"), self.day),
                (_("督导人"), self.staff),
                (_("类别"), self.kind),
                (_("村医"), self.doctor),
                (_("被督导人"), self.signed),
                (_("指导内容"), self.content),
            ]
        )
        grid.setVerticalSpacing(theme.px(4))
        return grid

    # Beginning

    def begin(self, view: PlanView, line: PlanLine | None) -> None:
        """Begin an empty visit, of a clinic of the plan or of any."""
        self.view = view
        self._begun = False
        self.table.items.clear()
        self.samples.clear()
        self.photos.clear()
        self.faults.clear()
        self.notice.hide()
        self.kind.show_value(_USUAL_KIND)
        self.day.show_value(view.today)
        self.signed.show_value(None)
        self.content.show_value(None)
        if line is None:
            self.clinic.show_value(None)
            self.staff.show_value(None)
        else:
            self.clinic.show_value(line.clinic_id, line.clinic)
            self.staff.show_value(line.staff_id, line.staff)
        self._read_rules(view.today)
        self._read_doctors()
        self._begun, self._dirty = True, False
        self._show_score()
        self._show_item()

    def focus_first(self) -> None:
        """Put the cursor on the first item, or on the clinic where none is chosen."""
        if self.clinic.typed():
            self.table.go_to(0)
            self.table.setFocus()
        else:
            self.clinic.line.setFocus()

    def _read_rules(self, day: date) -> None:
        def take(rules: Rules) -> None:
            same = self.rules is not None and self.rules.checklist.key == rules.checklist.key
            self.rules = rules
            if not same or not self.table.items.items:
                self.table.items.show_items(rules.checklist.items)
            self._show_score()

        self.desk.worker.run(lambda store: reading.read_rules(store, day), take, owner=self)

    def _clinic_typed(self) -> None:
        self._touched()
        clinic = self.clinic.typed()
        line = self.view.line_of(clinic) if self.view and isinstance(clinic, bytes) else None
        if line is not None and not self.staff.typed() and line.staff_id is not None:
            self.staff.show_value(line.staff_id, line.staff)
        self._read_doctors()

    def _day_typed(self) -> None:
        self._touched()
        try:
            day = self.day.read()
        except BadValue:
            return
        if isinstance(day, date):
            self._read_rules(day)

    def _read_doctors(self) -> None:
        clinic = self.clinic.typed()
        self.doctor.clear()
        self.faults.show_doctors(())
        if not isinstance(clinic, bytes):
            return
        day = self.view.today if self.view is not None else date.today()

        def take(doctors: list[tuple[bytes, str]]) -> None:
            self.doctor.clear()
            offered = [*doctors, (None, _("不指定"))]
            for doctor, name in offered:
                self.doctor.addItem(name, doctor)
            self.faults.show_doctors(offered)
            self._show_item()

        self.desk.worker.run(
            lambda store: reading.read_doctors(store, clinic, day), take, owner=self
        )

    # What was found

    @property
    def is_dirty(self) -> bool:
        """Whether something typed would be lost."""
        return self._begun and self._dirty

    def _touched(self) -> None:
        if self._begun:
            self._dirty = True
            self.edited.emit()

    def _answered(self) -> None:
        self._touched()
        self._show_score()
        self._show_item()

    def _show_item(self) -> None:
        """Write the item with the cursor whole: its wording, what it weighs and its clause."""
        row = self.table.currentIndex().row()
        if not 0 <= row < len(self.table.items.items):
            self.whole.setText("")
            self.faults.show_item(None, None, None)
            return
        item = self.table.items.items[row]
        words = [f"{item.code} {item.wording}"]
        words += [_("一票否决项")] if item.veto else [_("关键项")] if item.critical else []
        words += [item.clause] if item.clause else []
        self.whole.setText("　".join(words))
        judged = self.judgement()
        failed = {each.item.code for each in judged.failed} if judged is not None else set()
        due = self._usual_due(item) if item.code in failed else None
        self.faults.show_item(item.code if item.code in failed else None, due, self._whose())

    def _usual_due(self, item: ChecklistItem) -> date | None:
        try:
            day = self.day.read()
        except BadValue:
            return None
        assert self.rules is not None
        return due_day(item, day, self.rules.rectify_days) if isinstance(day, date) else None

    def _whose(self) -> bytes | None:
        """Return the doctor who is to put everything right that is not given to another."""
        chosen = self.doctor.currentData()
        return chosen if isinstance(chosen, bytes) else None

    def _leave_fault(self) -> None:
        self.table.go_to(self.table.currentIndex().row() + 1)
        self.table.setFocus()

    def _pass_rest(self) -> None:
        self.table.items.pass_rest()
        self.table.setFocus()

    def judgement(self) -> Judgement | None:
        """Return the score and class of what is answered so far."""
        if self.rules is None:
            return None
        answers = self.table.items.answers()
        return judge(self.rules.checklist, answers, self.rules.bands, partial=True)

    def _show_score(self) -> None:
        judged = self.judgement()
        if judged is not None and self.rules is not None:
            try:
                day = self.day.read()
            except BadValue:
                day = None
            self.result.show_result(judged, self.rules, day if isinstance(day, date) else None)

    # Saving

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Write the visit with its findings; what is missing is named and shown."""
        if self.samples.typing():
            self.samples.add()
        entry = self._entry()
        if entry is None:
            return
        today = self.view.today if self.view is not None else date.today()

        def done(recorded: Recorded) -> None:
            self._dirty = False
            self.saved.emit(recorded)
            if then is not None:
                then()

        self.desk.worker.run(
            lambda store: reading.record(store, entry, today), done, self._refused, owner=self
        )

    def _entry(self) -> VisitEntry | None:
        """Return what was typed as an entry; None after saying what is wrong."""
        values = {}
        for editor in self._editors():
            value = self._read(editor)
            if value is _WRONG:
                return None
            values[editor.field.key] = value
        items = self.table.items
        if items.wrong:
            self._go_wrong(next(iter(items.wrong)), next(iter(items.wrong.values())))
            return None
        open_row = items.open_row()
        if open_row >= 0:
            left = len(items.items) - len(items.results)
            code = items.items[open_row].code
            self._go_wrong(code, _("还有 {count} 项没有结果。").format(count=left))
            return None
        assert self.rules is not None
        faulty = self._wrong_fault(values["visited_on"])
        if faulty is not None:
            self._go_wrong(*faulty)
            return None
        clinic, day, staff = values["clinic_id"], values["visited_on"], values["staff_id"]
        assert isinstance(clinic, bytes)
        assert isinstance(day, date)
        return VisitEntry(
            clinic,
            day,
            items.answers(),
            staff if isinstance(staff, bytes) else None,
            str(values["kind"] or ""),
            self.rules.checklist.key,
            tuple(self.samples.samples),
            self._faults(),
            signed_visitor=self.staff.line.text().strip(),
            signed_clinic=str(values["signed_clinic"] or ""),
            content=str(values["content"] or ""),
            photos=self.photos.photos,
        )

    def _editors(self) -> tuple[Editor, ...]:
        return (self.clinic, self.day, self.staff, self.kind, self.signed, self.content)

    def _read(self, editor: Editor) -> object:
        try:
            value = editor.read()
        except BadValue as error:
            editor.show_problem(error.message)
            editor.main_widget().setFocus()
            return _WRONG
        if value is None and editor.field.required:
            editor.show_problem(_("缺少{label}。").format(label=_(editor.field.label)))
            editor.main_widget().setFocus()
            return _WRONG
        editor.show_problem("")
        return value

    def _failed(self) -> tuple[JudgedItem, ...]:
        judged = self.judgement()
        return judged.failed if judged is not None else ()

    def _wrong_fault(self, day: object) -> tuple[str, str] | None:
        codes = [each.item.code for each in self._failed()]
        return self.faults.wrong(codes, day) if isinstance(day, date) else None

    def _faults(self) -> dict[str, Fault]:
        whose = self._whose()
        return {each.item.code: self.faults.fault(each, whose) for each in self._failed()}

    def _go_wrong(self, code: str, message: str) -> None:
        row = next(at for at, item in enumerate(self.table.items.items) if item.code == code)
        self.notice.say(message, Action(_("其余全部合格"), self._pass_rest), tone="red")
        self.table.go_to(row)
        self.table.setFocus()

    def _refused(self, error: UserError) -> None:
        words = str(error)
        if isinstance(error, RecordRefused):
            words = "；".join(problem.message for problem in error.problems)
        self.notice.say(words, tone="red")


_WRONG = object()
