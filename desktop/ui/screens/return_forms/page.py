"""The forms page: which forms there are, preview, proof-reading, the centre's own versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout

from desktop.errors import UserError
from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.services.returns.composed import ComposedReturn
from desktop.services.returns.forms import Form
from desktop.services.returns.library import CENTRE, COUNTY, period_kind_label
from desktop.services.returns.proofreading import proof_lines
from desktop.services.returns.versions import ListedForm
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.date_editor import DateEditor
from desktop.ui.dialogs import ask_unsaved, confirm
from desktop.ui.flow_row import FlowRow
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, ElidedLabel, Label, NoticeBar, Pill, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.preview import PdfPreview
from desktop.ui.screens.return_forms import files, reading
from desktop.ui.screens.return_forms.editor import FormEditor

PREVIEW, PROOF, EDIT = range(3)
_PARTS = (N_("预览（本期试填）"), N_("校对"), N_("修改"))
_LIST_WIDTH = 304
_ORIGINS = {"": N_("程序附带"), COUNTY: N_("县级发布"), CENTRE: N_("本机构")}
_CERTAINTIES = {
    "verified": N_("版式已核实"),
    "second-hand": N_("版式为二手资料"),
    "proposed": N_("版式为提案"),
}


class ReturnFormsPage(Page):
    """Forms of returns."""

    registers = frozenset({"return_forms", "county_marks"})
    help_topic = "return_forms"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        edges = self.column.contentsMargins()
        self.column.setContentsMargins(edges.left(), theme.px(12), edges.right(), theme.px(12))
        self.column.setSpacing(theme.px(8))
        self.forms: list[ListedForm] = []
        self.shown: ListedForm | None = None
        self._wished: bytes | None = None
        self._make_header()
        self.notice = NoticeBar()
        self.column.addWidget(self.notice)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        self.table = self._make_list()
        row.addWidget(self.table)
        row.addLayout(self._make_body(), 1)
        self.column.addLayout(row, 1)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.save)
        self.show_part(PREVIEW)

    def _make_header(self) -> None:
        self.take_in = Button(_("导入"), "fa6s.file-import", lambda: files.ask_file(self))
        self.export = Button(_("导出"), "fa6s.file-export", lambda: files.ask_target(self))
        self.end = Button(_("停用"), "fa6s.ban", self.ask_end)
        self.copy = Button(_("复制为新表"), "fa6s.copy", self.copy_shown)
        self.keep = Button(_("保存"), "fa6s.check", self.save, role="primary", tip="Ctrl+S")
        self.header = PageHeader(
            _("报表表式"), "", (self.take_in, self.export, self.end, self.copy, self.keep)
        )
        self.column.addWidget(self.header)

    def _make_list(self) -> PlainTable:
        table = PlainTable(
            [PlainColumn(_("表式"), 10), PlainColumn(_("版本"), 1.6), PlainColumn(_("来自"), 3.6)],
            row_height=32,
        )
        table.setSelectionMode(table.SelectionMode.SingleSelection)
        table.setFixedWidth(theme.px(_LIST_WIDTH))
        table.selectionModel().currentRowChanged.connect(lambda *_rows: self._go_to_chosen())
        return table

    def _make_body(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.px(8))
        self.title, self.state = ElidedLabel("", "heading"), Pill()
        self.valid_from = DateEditor(find_register("return_forms").by_key["valid_from"])
        self.valid_from.edited.connect(self._show_state)
        self.valid_from.setFixedWidth(theme.px(150))
        self.day_label = Label(_("执行日期"), "soft")
        column.addLayout(row_of(self.title, self.state, self.day_label, self.valid_from, stretch=0))
        self.about = Label("", "soft", wrap=True)
        column.addWidget(self.about)
        tabs = FlowRow()
        self.chips: list[Button] = []
        for part, label in enumerate(_PARTS):
            chip = Button(_(label), clicked=partial(self.show_part, part), role="chip")
            chip.setCheckable(True)
            chip.setShortcut(f"Alt+{part + 1}")
            self.chips.append(chip)
            tabs.add(chip)
        column.addWidget(tabs)
        self.pdf = PdfPreview(self.worker)
        self.proof = PlainTable(
            [
                PlainColumn(_("代码"), 3.4),
                PlainColumn(_("名称"), 11),
                PlainColumn(_("单位"), 3.6),
                PlainColumn(_("数据来源"), 22),
                PlainColumn(_("审核关系"), 22),
            ],
            row_height=28,
        )
        self.editor = FormEditor()
        self.editor.edited.connect(self._show_state)
        self.stack = QStackedWidget()
        for widget in (self.pdf, self.proof, self.editor):
            self.stack.addWidget(widget)
        column.addWidget(self.stack, 1)
        return column

    # Reading

    def reload(self, registers: frozenset[str]) -> None:
        self.worker.run(reading.read_forms, self._show_forms, owner=self)

    def _show_forms(self, forms: list[ListedForm]) -> None:
        self.forms = forms
        rows: list[tuple[str, ...]] = []
        tones: dict[tuple[int, int], str] = {}
        for at, each in enumerate(forms):
            version = each.version
            rows.append((_(each.title), str(version.version), _(_ORIGINS[version.origin])))
            if each.broken is not None:
                tones |= {(at, column): theme.RED for column in range(3)}
        unsaved = self.has_unsaved() and self._wished is None
        self.table.blockSignals(True)
        self.table.show_rows(rows, tones)
        self.table.blockSignals(False)
        if unsaved:
            return
        wanted = self._wished or (self.shown.version.id if self.shown is not None else None)
        code = self.shown.version.code if self.shown is not None else ""
        self._wished = None
        found = next((e for e in forms if wanted is not None and e.version.id == wanted), None)
        found = found or next((e for e in forms if e.version.code == code), None)
        if found is None and forms:
            found = forms[0]
        if found is not None:
            self._show_form(found)

    def _go_to_chosen(self) -> None:
        row = self.table.currentIndex().row()
        if not 0 <= row < len(self.forms) or self.forms[row] is self.shown:
            return
        wanted = self.forms[row]
        if not self.has_unsaved():
            self._show_form(wanted)
            return

        def take(answer: str) -> None:
            if answer == "save":
                self.save(lambda: self._show_form(wanted))
            elif answer == "drop":
                self._show_form(wanted)
            else:
                self._select()

        ask_unsaved(self, take)

    def _select(self) -> None:
        if self.shown in self.forms:
            self.table.selectRow(self.forms.index(self.shown))

    def _show_form(self, found: ListedForm) -> None:
        self.shown = found
        self._select()
        version = found.version
        self.title.setText(_(found.title))
        self.valid_from.show_value(version.valid_from)
        self.about.setText(_about(found))
        if found.declared is None:
            assert found.broken is not None
            self.state.show_as(_("不能使用"), "red")
            self.notice.say(str(found.broken), tone="red")
            self.editor.base = self.editor.draft = None
            self.proof.show_rows([])
            self.pdf.clear(_("表式有错误，不能预览。"))
        else:
            self.notice.hide()
            self.state.show_as(_(_CERTAINTIES[found.declared.certainty]), "soft")
            self.editor.show_form(found.declared)
        self._show_state()
        self._fill_part()

    @property
    def draft(self) -> Form | None:
        """Return the form as it is typed."""
        return self.editor.draft

    def _show_state(self) -> None:
        some = self.draft is not None
        for button in (self.copy, self.export):
            button.setEnabled(some)
        own = self.shown is not None and self.shown.editable
        self.end.setVisible(own)
        self.keep.setEnabled(some and self.has_unsaved() and not self.editor.faults)
        self.keep.setText(" " + (_("保存") if own else _("存为本机构的版本")))
        for widget in (self.valid_from, self.day_label):
            widget.setVisible(some)

    def show_part(self, part: int) -> None:
        """Show the preview, the proof-reading or the editor."""
        self.stack.setCurrentIndex(part)
        largest = theme.font_size() is theme.FontSize.LARGEST
        # With the largest letters the editor needs the whole width.
        self.table.setVisible(not (largest and part == EDIT))
        self.about.setVisible(part != EDIT)
        for at, chip in enumerate(self.chips):
            chip.setChecked(at == part)
        self._fill_part()

    def _fill_part(self) -> None:
        form = self.draft
        if form is None:
            return
        if self.stack.currentIndex() == PROOF:
            rows = [
                (line.code, line.label, line.unit, line.source, line.checks)
                if line.code
                else ("", line.section, "", "", "")
                for line in proof_lines(form)
            ]
            tones = {(at, 1): theme.ACCENT for at, row in enumerate(rows) if not row[0]}
            self.proof.show_rows(rows, tones)
        elif self.stack.currentIndex() == PREVIEW:
            self._preview(form)

    def _preview(self, form: Form) -> None:
        """Fill the form in for the present period and show it as it is printed."""
        from desktop.ui.screens.returns.reading import pdf_of

        today, title = date.today(), _(form.title)

        def draw(composed: ComposedReturn) -> None:
            self.worker.run_aside(
                lambda _progress: pdf_of(composed, today),
                lambda pdf: self.pdf.show_pdf(pdf, title),
                owner=self,
            )

        self.worker.run(
            lambda store: reading.preview(store, form, today),
            draw,
            lambda error: self.pdf.clear(str(error)),
            owner=self,
        )

    # Saving

    def has_unsaved(self) -> bool:
        if self.draft is None or self.shown is None:
            return False
        day = self.shown.version.valid_from
        return self.editor.changed or (self.shown.editable and self._day() not in (day, None))

    def drop_unsaved(self) -> None:
        if self.shown is not None:
            self._show_form(self.shown)

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.save(then)

    def _day(self) -> date | None:
        try:
            value = self.valid_from.read()
        except BadValue as error:
            self.valid_from.show_problem(error.message)
            return None
        return value if isinstance(value, date) else None

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Keep what was typed as the centre's own version, from the day given."""
        form, shown = self.draft, self.shown
        if form is None or shown is None or not self.has_unsaved() or self.editor.faults:
            return
        day = self._day()
        if day is None:
            self.valid_from.show_problem(_("缺少执行日期。"))
            return
        own = shown.version.id if shown.editable and shown.version.code == form.key else None
        if own is None and shown.version.code == form.key and day == shown.version.valid_from:
            # The program's own months stay as they were: ours begins with this month.
            day = date.today().replace(day=1)

        def done(made: bytes) -> None:
            self.editor.kept()
            self._wished = made
            self.desk.tell(_("已保存，自 {day} 起执行。").format(day=day.isoformat()))
            self.reload(self.registers)
            if then is not None:
                then()

        self.worker.run(
            lambda store: reading.keep(store, form, day, own), done, self.refuse, owner=self
        )

    def refuse(self, error: UserError) -> None:
        """Say above the form what is wrong."""
        self.notice.say(str(error), tone="red")

    def copy_shown(self) -> None:
        """Begin a form of another name with what is shown."""
        form = self.draft
        if form is None:
            return

        def begin(made: Form) -> None:
            self.editor.show_form(made, saved=False)
            self.title.setText(made.title)
            self.valid_from.show_value(date.today().replace(day=1))
            self.show_part(EDIT)
            self._show_state()

        self.worker.run(lambda store: reading.copy(store, form), begin, owner=self)

    def ask_end(self) -> None:
        """Ask before one of the centre's own versions is taken out of use."""
        shown = self.shown
        if shown is None or shown.version.id is None:
            return
        id, today = shown.version.id, date.today()
        confirm(
            self,
            _("停用这一版表式？"),
            _("没有用它上报过的直接删除，上报过的到昨天为止；已上报的报表不受影响。"),
            _("停用"),
            lambda: self.worker.run(
                lambda store: reading.withdraw(store, id, today),
                lambda _none: self.desk.tell(_("已停用。")),
                self.refuse,
                owner=self,
            ),
            danger=True,
        )

    def wish_for(self, id: bytes) -> None:
        """Show that version when the forms are read next."""
        self._wished = id
        self.reload(self.registers)

    def show_wish(self, wish: Wish) -> None:
        if wish.record is not None:
            self._wished = wish.record
            self.load()


def _about(found: ListedForm) -> str:
    """Return what should be known of a version in a line."""
    version, form = found.version, found.declared
    words = [_(_ORIGINS[version.origin]), _("第 {version} 版").format(version=version.version)]
    if form is not None:
        words.append(period_kind_label(form.period))
    first = version.valid_from.isoformat() if version.valid_from is not None else ""
    if version.valid_to is None:
        words.append(_("{first} 起").format(first=first))
    else:
        words.append(f"{first}—{version.valid_to.isoformat()}")
    if form is not None and form.basis:
        words.append(_("依据：{basis}").format(basis=_(form.basis)))
    return " · ".join(words)
