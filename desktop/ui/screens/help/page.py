"""The help page: chapters and search at the left, the text at the right."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QTextBrowser,
    QTextEdit,
)

from desktop.text import _
from desktop.ui import theme
from desktop.ui.page import Desk, Page, Wish
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, Card
from desktop.ui.screens.help.handbook import Chapter, chapter_for, chapters, pictures, search

_SIDE_WIDTH = 250
_PICTURE_ROOM = 60
_WIDEST_PICTURE = 820
_LINE_HEIGHT = 130.0
_PROPORTIONAL = QTextBlockFormat.LineHeightTypes.ProportionalHeight.value
_PICTURE = "\ufffc"


class Reader(QTextBrowser):
    """Shows Markdown with pictures as wide as there is room."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenExternalLinks(False)
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setStyleSheet(f"QTextBrowser {{ border: 0; background: {theme.SURFACE}; }}")
        self._text = ""

    def show_text(self, text: str) -> None:
        """Show a chapter from its beginning."""
        self._text = text
        self._show()

    def _show(self) -> None:
        # A document that is emptied keeps the look of its first line; a new one has none.
        document = QTextDocument(self)
        document.setDefaultFont(theme.font(15))
        document.setDocumentMargin(theme.px(18))
        self.setDocument(document)
        self.setMarkdown(self._text)
        self._style_blocks()
        self._style_tables()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _style_blocks(self) -> None:
        """Give lines and headings the room that they have on a page."""
        block = self.document().begin()
        while block.isValid():
            cursor = QTextCursor(block)
            layout = block.blockFormat()
            level = layout.headingLevel()
            # A picture's line would be stretched with it.
            if block.text().strip() != _PICTURE:
                layout.setLineHeight(_LINE_HEIGHT, _PROPORTIONAL)
            layout.setBottomMargin(theme.px(6))
            layout.setTopMargin(theme.px(14) if level > 1 else 0)
            cursor.setBlockFormat(layout)
            if level:
                cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
                look = QTextCharFormat()
                look.setFont(theme.font(22 if level == 1 else 17, bold=True))
                cursor.mergeCharFormat(look)
            block = block.next()

    def _style_tables(self) -> None:
        """Give tables thin lines and room; Markdown brings none."""
        for frame in self.document().rootFrame().childFrames():
            layout = frame.frameFormat().toTableFormat()
            if layout.isValid():
                layout.setCellPadding(theme.px(7))
                layout.setCellSpacing(0)
                layout.setBorder(1)
                layout.setBorderBrush(QColor(theme.LINE))
                layout.setBorderCollapse(True)
                frame.setFrameFormat(layout)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        file = QUrl(name).fileName()
        picture = QImage(str(pictures() / file))
        room = min(self.viewport().width() - theme.px(_PICTURE_ROOM), _WIDEST_PICTURE)
        if picture.isNull() or picture.width() <= room:
            return picture
        return picture.scaledToWidth(max(room, 200), Qt.TransformationMode.SmoothTransformation)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width() and self._text:
            self._show()

    def mark(self, words: str) -> None:
        """Show where the words stand, and go to the first of them."""
        look = QTextCharFormat()
        look.setBackground(QColor("#FFE8A3"))
        marks = []
        first: QTextCursor | None = None
        for word in words.split():
            found = self.document().find(word)
            while not found.isNull():
                mark = QTextEdit.ExtraSelection()
                mark.cursor, mark.format = found, look  # type: ignore[attr-defined]
                marks.append(mark)
                first = first or found
                found = self.document().find(word, found)
        self.setExtraSelections(marks)
        if first is not None:
            plain = QTextCursor(first)
            plain.clearSelection()
            self.setTextCursor(plain)
            self.ensureCursorVisible()


class HelpPage(Page):
    """The handbook."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        keys = Button(_("快捷键"), "fa6s.keyboard", self.show_keys)
        self.column.addWidget(PageHeader(_("使用手册"), "", (keys,)))
        row = QHBoxLayout()
        row.setSpacing(theme.px(14))
        side = Card(margin=12)
        side.setFixedWidth(theme.px(_SIDE_WIDTH))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("在手册中查找"))
        self.search.setAccessibleName(_("在手册中查找"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._list())
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName(_("目录"))
        self.list.setStyleSheet("QListWidget { border: 0; }")
        self.list.setWordWrap(True)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentRowChanged.connect(lambda _row: self._show_chosen())
        side.column.addWidget(self.search)
        side.column.addWidget(self.list, 1)
        self.reader = Reader()
        paper = Card(margin=4)
        paper.column.addWidget(self.reader, 1)
        row.addWidget(side)
        row.addWidget(paper, 1)
        self.column.addLayout(row, 1)
        self._list()

    @property
    def chapter(self) -> Chapter:
        """The chapter that is shown."""
        found: Chapter = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        return found

    def show_wish(self, wish: Wish) -> None:
        self.search.clear()
        self.open_chapter(chapter_for(wish.text))

    def open_chapter(self, chapter: Chapter) -> None:
        """Show a chapter."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == chapter:
                self.list.setCurrentRow(row)

    def focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def show_keys(self) -> None:
        """Show the chapter of the keys."""
        self.search.clear()
        self.open_chapter(chapter_for("keys"))

    def _list(self) -> None:
        """List all chapters, or those that hold the words."""
        words = self.search.text().strip()
        self.list.blockSignals(True)
        self.list.clear()
        if words:
            for hit in search(words):
                self._add(hit.chapter, f"{hit.chapter.title}\n{hit.around}")
        else:
            for chapter in chapters():
                self._add(chapter, chapter.title)
        self.list.blockSignals(False)
        if self.list.count():
            self.list.setCurrentRow(0)
        else:
            self.reader.show_text(_("没有找到“{words}”，请换一个词。").format(words=words))
        self._show_chosen()

    def _add(self, chapter: Chapter, text: str) -> None:
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, chapter)
        self.list.addItem(item)

    def _show_chosen(self) -> None:
        if self.list.currentRow() < 0:
            return
        self.reader.show_text(self.chapter.text)
        self.reader.mark(self.search.text().strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go through the hits with the arrow keys while typing."""
        if watched is self.search and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            step = steps.get(Qt.Key(event.key()))
            if step is not None and event.type() == QEvent.Type.KeyPress:
                goal = self.list.currentRow() + step
                if 0 <= goal < self.list.count():
                    self.list.setCurrentRow(goal)
                return True
        return super().eventFilter(watched, event)
