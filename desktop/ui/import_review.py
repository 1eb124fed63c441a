"""The preview of an import: the files at the left, what each would do at the right."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.import_columns import ColumnMatching
from desktop.ui.import_preview import FilePreview, Listing, PartPreview
from desktop.ui.import_reading import SheetReading
from desktop.ui.parts import Button, EmptyState, Label, NoticeBar, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable

_FILES_WIDTH = 480


class ImportReview(QWidget):
    """Files with their counts; for the chosen one the columns and the rows under their tabs.

    Signals:
        corrected: What the person said of columns, to be previewed again on demand.
        answered: What the person said of a whole sheet, to be previewed at once.
    """

    corrected = Signal(object)
    answered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.previews: list[FilePreview] = []
        self.lines: list[tuple[FilePreview, PartPreview | None]] = []
        self.number = 0
        self.file: Path | None = None
        self.files = PlainTable(
            (
                PlainColumn(_("文件"), 8.4),
                PlainColumn(_("台账"), 5.5),
                PlainColumn(_("新增"), 2.5, numeric=True),
                PlainColumn(_("变更"), 2.2, numeric=True),
                PlainColumn(_("未变"), 2.2, numeric=True),
                PlainColumn(_("拒收"), 2.2, numeric=True),
            ),
            row_height=32,
        )
        self.files.setFixedWidth((theme.px(_FILES_WIDTH) + _FILES_WIDTH) // 2)
        self.files.selectionModel().currentRowChanged.connect(
            lambda index, _old: self._show_line(index.row())
        )
        self.heading = Label("", "heading", wrap=True)
        self.notice = NoticeBar("soft")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.columns = ColumnMatching()
        self.columns.corrected.connect(self.corrected)
        self.error = EmptyState("fa6s.triangle-exclamation", "", "")
        self.reading = SheetReading()
        self.reading.answered.connect(self.answered)
        self.register = ""
        self.ask = Button(_("改台账或表头"), clicked=self._ask, role="link")
        self.ask.setToolTip(_("台账认错了、表头找错了时，自己指定这张表怎么读"))
        self.ask.setAutoDefault(False)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.tabs)
        self.stack.addWidget(self.error)
        self.stack.addWidget(self.reading)
        self._lay_out()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(14))
        row.addWidget(self.files)
        right = QVBoxLayout()
        right.setSpacing(theme.px(6))
        right.addLayout(row_of(self.heading, self.ask, stretch=0))
        right.addWidget(self.notice)
        right.addWidget(self.stack, 1)
        row.addLayout(right, 1)

    def show_previews(self, previews: list[FilePreview]) -> None:
        """Show what the files would do, and go on with the file that was looked at."""
        before = self.file
        self.previews = previews
        self.lines = []
        rows: list[tuple[str, ...]] = []
        tones: dict[tuple[int, int], str] = {}
        for preview in previews:
            if preview.error:
                tones[len(rows), 1] = theme.AMBER if preview.unknown else theme.RED
                state = _("待指定") if preview.unknown else _("读不出")
                rows.append((preview.file.name, state, "", "", "", ""))
                self.lines.append((preview, None))
            for part in preview.parts:
                if part.refused.count:
                    tones[len(rows), 5] = theme.RED
                counts = (part.new, part.changed, part.unchanged, part.refused)
                rows.append(
                    (
                        preview.file.name,
                        _(part.register.label),
                        *(f"{each.count:,}" for each in counts),
                    )
                )
                self.lines.append((preview, part))
        self.files.show_rows(rows, tones)
        if rows:
            looked_at = [preview.file == before for preview, _part in self.lines]
            line = looked_at.index(True) if True in looked_at else 0
            self.files.selectRow(line)
            self._show_line(line)

    def _ask(self) -> None:
        """Let the person say how the sheets of the file are to be read."""
        preview = self.lines[self.number][0]
        if preview.question is not None:
            self.ask.hide()
            self.notice.hide()
            # One file needs no list of files, and a wide sheet needs the room.
            self.files.setVisible(len(self.lines) > 1)
            self.reading.ask(preview.question, preview.error, self.register)
            self.stack.setCurrentWidget(self.reading)

    def _show_line(self, number: int) -> None:
        if not 0 <= number < len(self.lines):
            return
        self.number = number
        preview, part = self.lines[number]
        self.file = preview.file
        self.files.setVisible(True)
        self.ask.setVisible(preview.question is not None)
        self.heading.setText(_heading(preview, part))
        self.notice.hide()
        if preview.unknown:
            self._ask()
            return
        if part is None:
            self.error.say(_("这个文件不能导入"), preview.error)
            self.stack.setCurrentWidget(self.error)
            return
        if preview.notes:
            self.notice.say(" ".join(preview.notes), tone="soft")
        self.stack.setCurrentWidget(self.tabs)
        self._show_part(part)

    def _show_part(self, part: PartPreview) -> None:
        while self.tabs.count():
            old = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if old is not self.columns:
                old.deleteLater()
        self.columns.show_matches(part.matches)
        self.tabs.addTab(self.columns, _("列的对应"))
        for title, listing in (
            (_("新增"), part.new),
            (_("变更"), part.changed),
            (_("未变"), part.unchanged),
            (_("拒收"), part.refused),
            (_("提示"), part.notices),
        ):
            if listing.count or title != _("提示"):
                self.tabs.addTab(_listing_view(listing), f"{title} {listing.count:,}")
        worst = 4 if part.refused.count else 1 if part.new.count else 2 if part.changed.count else 0
        self.tabs.setCurrentIndex(worst)


def _heading(preview: FilePreview, part: PartPreview | None) -> str:
    words = [preview.file.name]
    if part is not None:
        words.append(_("{count} 行").format(count=f"{part.rows:,}"))
    if preview.period:
        words.append(_("月份 {period}").format(period=preview.period))
    return " · ".join(words)


def _listing_view(listing: Listing) -> QWidget:
    """Return a tab: the rows, and a remark where only the first ones are listed."""
    view = QWidget()
    column = QVBoxLayout(view)
    column.setContentsMargins(0, theme.px(8), 0, 0)
    column.setSpacing(theme.px(6))
    if not listing.count:
        column.addWidget(EmptyState("fa6s.circle-check", _("没有"), ""))
        return view
    table = PlainTable([_column(listing, at) for at in range(len(listing.headings))], row_height=32)
    table.show_rows(listing.rows)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    column.addWidget(table, 1)
    if listing.count > len(listing.rows):
        text = _("这里只列出前 {shown} 行，共 {count} 行。").format(
            shown=f"{len(listing.rows):,}", count=f"{listing.count:,}"
        )
        column.addWidget(Label(text, "help"))
    return view


def _column(listing: Listing, at: int) -> PlainColumn:
    """Return a column as wide as its longest text, within bounds."""
    longest = max((len(row[at]) for row in listing.rows[:100] if at < len(row)), default=2)
    if at == 0:
        return PlainColumn(listing.headings[0], 2.4, numeric=True)
    width = min(max(3, longest * 0.8), 26)
    return PlainColumn(listing.headings[at], width, numeric=at in listing.numeric)
