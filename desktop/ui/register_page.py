"""The page of any register, from its declaration: filters, table, side form, files and paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton

from desktop.errors import UserError
from desktop.models.kinds import Kind
from desktop.models.listing import Query
from desktop.models.register import Register
from desktop.text import _
from desktop.ui import theme
from desktop.ui.column_chooser import ColumnChooser
from desktop.ui.dialogs import ask_unsaved, confirm
from desktop.ui.editors import MaskedEditor
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, row_of
from desktop.ui.record import LoadedRecord, read_record
from desktop.ui.register_deletion import delete_records
from desktop.ui.register_form import RegisterForm
from desktop.ui.register_menu import RowMenu
from desktop.ui.register_output import ask_export, print_list
from desktop.ui.register_reveal import ask_reveal
from desktop.ui.register_stack import RegisterStack, is_typed, takes_import
from desktop.ui.register_table import Counts, RegisterModel, RegisterTable
from desktop.ui.worker import Job

_DELAY_MS = 150
_SETTLE_MS = 40
_SEARCH_WIDTH = 240


class RegisterPage(Page):
    """Table, filters and side form of one register."""

    help_topic = "registers"

    def __init__(self, desk: Desk, register: Register) -> None:
        super().__init__(desk)
        self.register = register
        self.registers = frozenset(
            {register.key, *(field.target for field in register.fields if field.target)}
        )
        self._columns_key = f"columns.{register.key}"
        self._reading: Job | None = None
        self._wished: bytes | None = None
        self.model = RegisterModel(desk.worker, register)
        self.table = RegisterTable(self.model)
        self.form = RegisterForm(desk, register)
        self.rows = RowMenu(self)
        self._make_header()
        self._make_filters()
        self._make_body()
        self._connect()
        self._make_shortcuts()
        saved = [key for key in desk.preferences.get(self._columns_key).split(",") if key]
        if saved:
            self.table.show_columns(saved)

    # Building

    def _make_header(self) -> None:
        register = self.register
        self.take_in = Button(_("导入 Excel"), "fa6s.file-import", self.open_import)
        self.export = Button(_("导出"), "fa6s.file-export", self._export)
        self.print = Button(_("打印清单"), "fa6s.print", self._print)
        self.new = Button(_("新建"), "fa6s.plus", self.start_new, role="primary")
        self.new.setToolTip(_("新建 (Ctrl+N)"))
        self.take_in.setVisible(takes_import(register))
        self.new.setVisible(is_typed(register))
        buttons = (self.take_in, self.export, self.print, self.new)
        self.header = PageHeader(_(register.label), "", buttons)
        self.column.addWidget(self.header)

    def _make_filters(self) -> None:
        self.search = QLineEdit()
        people = any(field.kind is Kind.ID_NUMBER for field in self.register.fields)
        hint = _("姓名、身份证号、拼音首字母") if people else _("名称、编号、拼音首字母")
        self.search.setPlaceholderText(hint)
        self.search.setAccessibleName(_("在本页内搜索"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(theme.px(_SEARCH_WIDTH))
        self.search.installEventFilter(self)
        self.chips: dict[str, QPushButton] = {}
        flow = FlowRow()
        for chip in self.register.chips:
            button = QPushButton(_(chip.label))
            button.setCheckable(True)
            button.setProperty("role", "chip")
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.toggled.connect(lambda _on: self._ask())
            self.chips[chip.key] = button
            flow.add(button)
        self.choose_columns = Button("", "fa6s.table-columns", self._open_chooser, role="tool")
        self.choose_columns.setToolTip(_("显示哪些列"))
        self.choose_columns.setAccessibleName(_("显示哪些列"))
        row = row_of(self.search, flow, self.choose_columns, stretch=1)
        for widget in (self.search, flow, self.choose_columns):
            row.setAlignment(widget, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(row)

    def _make_body(self) -> None:
        self.stack = RegisterStack(self.register, self.table)
        self.stack.import_wanted.connect(self.open_import)
        self.stack.new_wanted.connect(self.start_new)
        self.stack.all_wanted.connect(self.clear_filters)
        row = QHBoxLayout()
        row.setSpacing(theme.px(16))
        row.addWidget(self.stack, 1)
        row.addWidget(self.form)
        self.form.hide()
        self.column.addLayout(row, 1)

    def _connect(self) -> None:
        self._typing = self._timer(_DELAY_MS, self._ask)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._settling = self._timer(_SETTLE_MS, self._read_current)
        self.model.counted.connect(self._show_counts)
        self.model.loaded.connect(self._listed)
        self.table.current_changed.connect(self._move_to)
        self.table.edit_wanted.connect(self._edit)
        self.table.delete_wanted.connect(self.delete_selected)
        self.form.saved.connect(self._saved)
        self.form.closed.connect(self._new_given_up)
        self.form.delete_wanted.connect(self.delete_selected)
        self.form.history_wanted.connect(self.rows.open_history)
        self.form.reveal_wanted.connect(self._ask_reveal)

    def _timer(self, wait: int, run: Callable[[], None]) -> QTimer:
        timer = QTimer(self, singleShot=True, interval=wait)
        timer.timeout.connect(run)
        return timer

    def _make_shortcuts(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Ctrl+N": self.start_new,
            "Ctrl+S": self.form.save,
            "Esc": self._escape,
        }
        for text, run in keys.items():
            shortcut = QShortcut(QKeySequence(text), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda run=run: run())

    # The list

    def load(self) -> None:
        self.model.ask_again()

    def reload(self, registers: frozenset[str]) -> None:
        self.model.ask_again()
        record = self.form.record
        if record is not None and record.id is not None and self.register.key in registers:
            self._read(record.id, self.form.someone_changed)

    def query(self) -> Query:
        """Return what the filters say, in the table's order."""
        chips = tuple(key for key, button in self.chips.items() if button.isChecked())
        return replace(self.model.query, text=self.search.text().strip(), chips=chips)

    def _ask(self) -> None:
        self.model.ask(self.query())

    def clear_filters(self) -> None:
        """Show the whole register."""
        for button in self.chips.values():
            button.blockSignals(True)
            button.setChecked(False)
            button.blockSignals(False)
        self.search.clear()
        self._ask()

    def show_wish(self, wish: Wish) -> None:
        if wish.record is not None:
            self._wished = wish.record
            self.clear_filters()
            self._read(wish.record, self.form.show_record)
            return
        for key, button in self.chips.items():
            button.setChecked(key == wish.chip)
        self.search.setText(wish.text)
        self._ask()

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _show_counts(self, counts: Counts) -> None:
        counter = _(self.register.counter)
        text = _("{count} {counter}").format(count=f"{counts.all:,}", counter=counter)
        if counts.listed != counts.all:
            text += _(" · 筛选后 {count} {counter}").format(
                count=f"{counts.listed:,}", counter=counter
            )
        self.header.remark.setText(text)
        self.stack.show_counts(counts)

    def _listed(self) -> None:
        """Follow the list: the record that somebody came for, the one shown, or the first."""
        if self._wished is not None:
            self.table.choose(self._wished)
            self._wished = None
        elif self.model.rowCount() and self._may_move():
            if self.table.current_id() is None:
                self.table.setCurrentIndex(self.model.index(0, 0))
            if self.form.record is None or self.form.record.id != self.table.current_id():
                self._settling.start()
        if self.form.record is not None:
            self.form.show()

    # The record

    def _may_move(self) -> bool:
        """Tell whether another record may be shown without asking."""
        return not (self.form.is_dirty or self.form.is_new)

    def _move_to(self, record_id: bytes | None) -> None:
        """Show another record, after asking where something typed would be lost."""
        if record_id is None:
            return
        shown = self.form.record.id if self.form.record is not None else None
        if not self.form.is_dirty:
            self._settling.start()
            return
        self.table.choose(shown)

        def take(answer: str) -> None:
            if answer == "save":
                self.form.save(lambda: self._go(record_id))
            elif answer == "drop":
                self.form.drop()
                self._go(record_id)

        ask_unsaved(self, take)

    def _go(self, record_id: bytes) -> None:
        self.table.choose(record_id)
        self._read(record_id, self.form.show_record)

    def _read_current(self) -> None:
        record_id = self.table.current_id()
        if record_id is not None and not self.form.is_dirty:
            self._read(record_id, self.form.show_record)

    def _read(self, record_id: bytes, show: Callable[[LoadedRecord], None]) -> None:
        if self._reading is not None:
            self._reading.cancel()
        register = self.register

        def done(record: LoadedRecord) -> None:
            shown = self.form.record
            if shown is not None and self.form.is_dirty and show == self.form.show_record:
                self.table.choose(shown.id)  # Somebody began to type while it was read.
                return
            show(record)
            self.form.show()

        self._reading = self.worker.run(
            lambda store: read_record(store, register, record_id), done, self._gone, owner=self
        )

    def _gone(self, error: UserError) -> None:
        """Say that the record is no longer there; what is typed stays to be copied."""
        if self.form.is_dirty:
            self.form.notice.say(str(error), tone="red")
        else:
            self.form.record = None
            self.form.hide()

    def start_new(self) -> None:
        """Show an empty form."""
        if self.form.is_dirty:
            ask_unsaved(self, self._answer_before_new)
            return
        if self._reading is not None:
            self._reading.cancel()
        self.table.choose(None)
        self.form.show()
        self.form.show_new()

    def _answer_before_new(self, answer: str) -> None:
        if answer == "save":
            self.form.save(self.start_new)
        elif answer == "drop":
            self.form.drop()
            self.start_new()

    def _new_given_up(self) -> None:
        self.form.record = None
        self.form.hide()
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 0))
            self.table.setFocus()

    def _saved(self, record_id: bytes) -> None:
        self._wished = record_id
        self.desk.tell(_("已保存。"))
        if not self.form.is_dirty:  # Else somebody goes on typing.
            self.table.setFocus()

    def _edit(self) -> None:
        if self.form.record is not None:
            self.form.focus_first()

    def _escape(self) -> None:
        if self.form.is_dirty or self.form.is_new:
            self.form.drop()
        elif self.search.text():
            self.search.clear()
        self.table.setFocus()

    def has_unsaved(self) -> bool:
        return self.form.is_dirty

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.form.save(then)

    def drop_unsaved(self) -> None:
        self.form.drop()

    # Deleting and taking back

    def delete_selected(self) -> None:
        """Delete the selected records after asking; the word that follows can take it back."""
        ids = self.table.selected_ids()
        record = self.form.record
        if not ids and record is not None and record.id is not None:
            ids = [record.id]
        if not ids:
            return
        text = _("删除后可以撤销；其他电脑同步后也会删除。")
        title = _("删除选中的 {count} {counter}记录？").format(
            count=len(ids), counter=_(self.register.counter)
        )
        confirm(self, title, text, _("删除"), lambda: self._delete(ids), danger=True)

    def _delete(self, ids: list[bytes]) -> None:
        def done() -> None:
            self.form.record = None
            self.form.hide()

        delete_records(self.desk, self.register, ids, done, self._wish)

    def _wish(self, record_id: bytes) -> None:
        self._wished = record_id

    # Numbers and columns

    def _ask_reveal(self, editor: MaskedEditor) -> None:
        record = self.form.record
        if record is None or record.id is None:
            editor.reveal()
            return
        ask_reveal(self, self.desk, self.register, record.id, editor)

    def _open_chooser(self) -> None:
        def take(keys: list[str]) -> None:
            self.table.show_columns(keys)
            self.desk.preferences.set(self._columns_key, ",".join(keys))

        ColumnChooser(self, self.model.columns, self.table.shown_columns(), take).open()

    # Files and paper

    def open_import(self) -> None:
        """Open the wizard that takes in workbooks."""
        from desktop.ui.import_dialog import ImportDialog

        ImportDialog(self, self.desk, self.register.key).open()

    def _export(self) -> None:
        ask_export(self, self.desk, self.query())

    def _print(self) -> None:
        print_list(self, self.desk, self.query(), self.table.shown_columns())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrow down key go from the search box into the table."""
        down = (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Return}
        )
        if down and self.model.rowCount():
            self.table.setFocus()
            return True
        return super().eventFilter(watched, event)
