"""The form at the side of a register: load, edit, save, with errors beside the fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from desktop.errors import Problem, RecordRefused, UserError
from desktop.models.kinds import BadValue, Value
from desktop.models.register import Field, Owner, Register, Values
from desktop.models.store import Store, save
from desktop.text import _
from desktop.ui import theme
from desktop.ui.editors import Editor, MaskedEditor
from desktop.ui.field_editor import make_editor
from desktop.ui.link_line import LinkLine
from desktop.ui.page import Desk
from desktop.ui.parts import Action, Button, ElidedLabel, Label, NoticeBar, clear, row_of
from desktop.ui.record import LoadedRecord, Related, read_record
from desktop.ui.worker import Changed, Job, changed

FORM_WIDTH = 356
_LABEL_WIDTH = 90


class RegisterForm(QFrame):
    """One record of a register, or a new one.

    Signals:
        dirty_changed: Whether something typed is not saved.
        saved: Id of the record that was saved.
        closed: The person gave up a new record.
        delete_wanted, history_wanted: Asked for the record that is shown.
        reveal_wanted: A :class:`MaskedEditor` asks to show its number.
    """

    dirty_changed = Signal(bool)
    saved = Signal(object)
    closed = Signal()
    delete_wanted = Signal()
    history_wanted = Signal()
    reveal_wanted = Signal(object)

    def __init__(self, desk: Desk, register: Register) -> None:
        super().__init__()
        self.desk = desk
        self.register = register
        self.record: LoadedRecord | None = None
        self.editors: dict[str, Editor] = {}
        self._loaded: dict[str, object] = {}
        self._sent: dict[str, object] = {}
        self._saving: Job | None = None
        self._dirty = False
        self._tried = False
        self._locked = False
        self.setProperty("role", "card")
        self.setFixedWidth((theme.px(FORM_WIDTH) * 2 + FORM_WIDTH) // 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(14), 0, theme.px(12))
        column.setSpacing(theme.px(8))
        column.addWidget(self._make_head())
        column.addWidget(self._make_fields(), 1)
        column.addWidget(self._make_foot())

    # Building

    def _make_head(self) -> QWidget:
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(theme.px(18), 0, theme.px(12), 0)
        column.setSpacing(theme.px(4))
        self.title = ElidedLabel("", "heading")
        self.more = Button("", "fa6s.ellipsis-vertical", role="tool")
        self.more.setAccessibleName(_("更多"))
        menu = QMenu(self.more)
        self.history_action = menu.addAction(_("修改记录"))
        self.history_action.triggered.connect(lambda _on=False: self.history_wanted.emit())
        self.delete_action = menu.addAction(_("删除"))
        self.delete_action.triggered.connect(lambda _on=False: self.delete_wanted.emit())
        self.more.clicked.connect(
            lambda _on=False: menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        )
        column.addLayout(row_of(self.title, self.more, stretch=0))
        self.subtitle = Label("", "soft", wrap=True)
        column.addWidget(self.subtitle)
        self.notice = NoticeBar()
        column.addWidget(self.notice)
        return head

    def _make_fields(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "plainground")
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.px(18), theme.px(2), theme.px(14), theme.px(4))
        column.setSpacing(theme.px(10))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(8))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(1, 1)
        for row, field in enumerate(self.register.fields):
            self._add_field(grid, row, field)
        column.addLayout(grid)
        self.related = QVBoxLayout()
        self.related.setSpacing(theme.px(4))
        column.addLayout(self.related)
        column.addStretch(1)
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        self.area = area
        return area

    def _add_field(self, grid: QGridLayout, row: int, field: Field) -> None:
        text = _(field.label) + (" *" if field.required else "")
        label = Label(text, "soft", wrap=True)
        label.setFixedWidth(theme.px(_LABEL_WIDTH))
        label.setContentsMargins(0, theme.px(7), 0, 0)
        label.setToolTip(_(field.help))
        editor = make_editor(field, self.desk)
        label.setBuddy(editor.main_widget())
        editor.edited.connect(self._edited)
        if isinstance(editor, MaskedEditor):
            editor.reveal_wanted.connect(lambda editor=editor: self.reveal_wanted.emit(editor))
        if field.help:
            editor.main_widget().setToolTip(_(field.help))
        grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(editor, row, 1)
        self.editors[field.key] = editor

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        row = row_of(spacing=8)
        row.setContentsMargins(theme.px(18), 0, theme.px(14), 0)
        self.save_button = Button(_("保存"), clicked=self.save, role="primary")
        self.save_button.setToolTip(_("保存 (Ctrl+S)"))
        self.drop_button = Button(_("放弃修改"), clicked=self.drop)
        self.drop_button.setToolTip(_("放弃修改 (Esc)"))
        row.addWidget(self.save_button)
        row.addWidget(self.drop_button)
        row.addStretch(1)
        foot.setLayout(row)
        self.foot = foot
        return foot

    # Showing

    def show_record(self, record: LoadedRecord) -> None:
        """Show a record, forgetting what was typed."""
        self._show_around(record)
        self._show_values(record, self.editors)
        self._remember()
        self._lock(self._why_locked(record), record)
        self.area.verticalScrollBar().setValue(0)

    def _show_values(self, record: LoadedRecord, keys: Iterable[str]) -> None:
        for key in keys:
            value = record.values.get(key)
            name = record.titles.get(value, "") if isinstance(value, bytes) else ""
            self.editors[key].show_value(value, name)

    def _show_around(self, record: LoadedRecord) -> None:
        """Show what stands above and below the fields."""
        self.record = record
        self._sent = {}
        self._tried = False
        self.notice.hide()
        self.title.setText(record.title or _("（未命名）"))
        derived = [extra.work_out(record.values) for extra in self.register.derived]
        self.subtitle.setText(" · ".join(text for text in derived if text))
        self.subtitle.setVisible(any(derived))
        self._show_related(record.related)
        self.more.setVisible(record.id is not None)
        self.history_action.setText(
            _("修改记录（{count}）").format(count=record.edits) + "\tCtrl+H"
        )

    def show_new(self, values: Values | None = None) -> None:
        """Show an empty form for a new record."""
        self.show_record(LoadedRecord(None, _("新建"), values or {}))
        self._set_dirty(False)
        self.save_button.show()
        self.drop_button.show()
        self.focus_first()

    def _why_locked(self, record: LoadedRecord) -> str:
        register = self.register
        if register.owner is Owner.COUNTY:
            return _("本台账由县级统一维护，这里只能查看。")
        if record.id is not None and register.append_only:
            return _("流水只能新增，不能修改；记错时请另记一笔冲正。")
        if record.id is not None and register.frozen_when(record.values):
            return _("这条记录已锁定，不能修改。")
        return ""

    def _lock(self, reason: str, record: LoadedRecord) -> None:
        self._locked = bool(reason)
        for key, editor in self.editors.items():
            editor.lock(self._locked or editor.field.computed or key in record.held)
        self.foot.setVisible(not self._locked)
        self.delete_action.setEnabled(not self._locked and not record.held)
        if reason:
            self.notice.say(reason, tone="soft")
        elif record.published_on is not None:
            told = _("由县里于 {day} 发布，灰色的各项只有县里能改。")
            self.notice.say(told.format(day=record.published_on.isoformat()), tone="soft")

    def _show_related(self, related: list[Related]) -> None:
        clear(self.related)
        for each in related:
            self.related.addWidget(self._related_head(each))
            for record_id, title in each.first:
                line = LinkLine(title or _("（未命名）"))
                line.clicked.connect(
                    lambda _on=False, key=each.register.key, record=record_id: self.desk.go_to(
                        key, record
                    )
                )
                self.related.addWidget(line)

    def _related_head(self, related: Related) -> QWidget:
        text = _("{label} {count} {counter}").format(
            label=_(related.register.label),
            count=f"{related.count:,}",
            counter=_(related.register.counter),
        )
        return ElidedLabel(text, "heading")

    # Editing

    @property
    def is_dirty(self) -> bool:
        """Whether something typed is not saved."""
        return self._dirty

    @property
    def is_new(self) -> bool:
        """Whether the record does not exist yet."""
        return self.record is not None and self.record.id is None

    def _typed(self) -> dict[str, object]:
        return {key: editor.typed() for key, editor in self.editors.items()}

    def _remember(self) -> None:
        self._loaded = self._typed()
        self._set_dirty(False)

    def _edited(self) -> None:
        self._set_dirty(self._typed() != self._loaded)
        if self._tried:
            self._check()

    def _set_dirty(self, dirty: bool) -> None:
        was, self._dirty = self._dirty, dirty
        self.save_button.setVisible(dirty or self.is_new)
        self.drop_button.setVisible(dirty or self.is_new)
        if was != dirty:
            self.dirty_changed.emit(dirty)

    def focus_first(self) -> None:
        """Put the cursor into the first field that can be typed in."""
        for editor in self.editors.values():
            if not editor.field.computed and not self._locked:
                editor.main_widget().setFocus(Qt.FocusReason.ShortcutFocusReason)
                return

    def drop(self) -> None:
        """Show the record as it was; a new one goes."""
        if self.record is None:
            return
        if self.record.id is None:
            self._set_dirty(False)
            self.closed.emit()
        else:
            self.show_record(self.record)

    def someone_changed(self, record: LoadedRecord) -> None:
        """Take a record that was changed elsewhere: at once, or as a word beside what is typed."""
        if self.record is None or self.record.id != record.id:
            return
        if not self._dirty:
            self.show_record(record)
        elif record.values != self.record.values:
            self.notice.say(
                _("该记录已被他人修改。保存只会写入您改过的栏目。"),
                Action(_("看最新内容"), lambda: self.show_record(record)),
            )

    # Saving

    def _read(self) -> tuple[Values, list[Problem]]:
        """Return what a person changed, and what cannot be read."""
        values: Values = {}
        problems: list[Problem] = []
        for key, editor in self.editors.items():
            if editor.field.computed or (
                not self.is_new and editor.typed() == self._loaded.get(key)
            ):
                continue
            try:
                values[key] = editor.read()
            except BadValue as bad:
                problems.append(bad.problem(key))
        return values, problems

    def _check(self) -> tuple[Values, bool]:
        """Show every problem beside its field; returns the values and whether there was none."""
        assert self.record is not None
        values, problems = self._read()
        unreadable = {problem.field for problem in problems}
        whole: dict[str, Value] = {**self.record.values, **values}
        problems += [each for each in self.register.problems(whole) if each.field not in unreadable]
        self._show_problems(problems)
        return values, not problems

    def _show_problems(self, problems: list[Problem]) -> None:
        by_field = {problem.field: problem.message for problem in reversed(problems)}
        for key, editor in self.editors.items():
            editor.show_problem(by_field.pop(key, ""))
        if by_field:
            self.notice.say(" ".join(by_field.values()), tone="red")
        elif self.notice.property("tone") == "red":
            self.notice.hide()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what was typed; where it is refused, show why beside the fields."""
        if self.record is None or self._locked or not (self._dirty or self.is_new):
            return
        if self._saving is not None and not self._saving.finished:
            return  # A new record would be there twice.
        self._tried = True
        values, good = self._check()
        if not good:
            self._go_to_problem()
            return
        record_id, register, shown = self.record.id, self.register, self.record
        self._sent = self._typed()

        def task(store: Store) -> Changed[LoadedRecord]:
            with store.writing() as session:
                written = save(session, register, values, record_id)
            return changed(read_record(store, register, written), register.key)

        def done(record: LoadedRecord) -> None:
            if self.record is shown:
                self._show_saved(record)
            self.saved.emit(record.id)
            if then is not None and not self._dirty:
                then()

        self._saving = self.desk.worker.run(task, done, self._refused, owner=self)

    def _show_saved(self, record: LoadedRecord) -> None:
        """Show the record that was saved; what was typed since then stays, and is not saved."""
        if not self._sent:  # What was being saved was given up meanwhile.
            self.someone_changed(record)
            return
        typed = self._typed()
        since = {key: was for key, was in self._sent.items() if typed[key] != was}
        if not since or self._why_locked(record):
            self.show_record(record)
            return
        self._show_around(record)
        self._show_values(record, self.editors.keys() - since)
        self._lock("", record)
        self._loaded = self._typed() | since
        self._edited()

    def _refused(self, error: UserError) -> None:
        if isinstance(error, RecordRefused):
            self._show_problems(error.problems)
            self._go_to_problem()
        else:
            self.notice.say(str(error), tone="red")

    def _go_to_problem(self) -> None:
        for editor in self.editors.values():
            if editor.problem.text():
                editor.main_widget().setFocus(Qt.FocusReason.OtherFocusReason)
                self.area.ensureWidgetVisible(editor)
                return
