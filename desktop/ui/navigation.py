"""The dark column at the left: the pages under their headings."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.text import _
from desktop.ui import theme
from desktop.ui.page import PageDeclaration
from desktop.ui.parts import ElidedLabel, Label

_ASIDE = 38
"""What paddings and the gap after the icon take of a button's width."""


class NavigationButton(QPushButton):
    """One page in the navigation."""

    def __init__(self, page: PageDeclaration) -> None:
        super().__init__()
        self.page = page
        self._name = _(page.label)
        self.setText(f"  {self._name}")
        self.setAccessibleName(self._name)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.toggled.connect(self._draw)
        self.setProperty("role", "navigation")
        self.setIconSize(QSize(theme.px(15), theme.px(15)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(_(page.label))
        # A long English name is cut rather than moving the others aside.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Those behind 更多 are drawn when they are unfolded.
        if self.icon().isNull():
            self._draw(self.isChecked())

    def _draw(self, chosen: bool) -> None:
        colour = theme.SURFACE if chosen else theme.NAVIGATION_FAINT
        self.setIcon(QIcon(theme.pixmap(self.page.icon, colour, 15)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The chosen page is written in bold; measuring that keeps the text from jumping.
        room = self.width() - theme.px(15) - theme.px(_ASIDE)
        measure = QFontMetrics(theme.font(bold=True))
        name = measure.elidedText(self._name, Qt.TextElideMode.ElideRight, room)
        self.setText(f"  {name}")


class MoreButton(QPushButton):
    """Shows and hides the seldom opened pages of a group."""

    def __init__(self, make: Callable[[PageDeclaration], NavigationButton]) -> None:
        super().__init__(f"  {_('更多')}")
        self._make = make
        self._pages: list[PageDeclaration] = []
        self._buttons: list[NavigationButton] = []
        self.setCheckable(True)
        self.setProperty("role", "more")
        self.setIconSize(QSize(theme.px(15), theme.px(15)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._unfold)
        self._unfold(False)

    def add(self, page: PageDeclaration) -> None:
        """Put a page behind this button; its own button is made when it is first unfolded."""
        self._pages.append(page)

    def _unfold(self, shown: bool) -> None:
        name = "fa6s.chevron-up" if shown else "fa6s.chevron-down"
        self.setIcon(theme.icon(name, theme.NAVIGATION_FAINT, 15))
        if shown and not self._buttons:
            self._buttons = [self._make(page) for page in self._pages]
            inside = self.parentWidget()
            assert inside is not None
            column = inside.layout()
            assert isinstance(column, QVBoxLayout)
            below = column.indexOf(self) + 1
            for place, button in enumerate(self._buttons, below):
                column.insertWidget(place, button)
        for button in self._buttons:
            button.setVisible(shown)


class Navigation(QFrame):
    """The navigation; emits ``chosen`` with the key of the page a person wants."""

    chosen = Signal(str)

    def __init__(self, centre_name: str, pages: Iterable[PageDeclaration]) -> None:
        super().__init__()
        self.setProperty("role", "navigation")
        self.setFixedWidth(theme.navigation_width())
        self.by_key: dict[str, NavigationButton] = {}
        self._more: dict[str, MoreButton] = {}
        self._details: dict[str, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head(centre_name))
        column.addWidget(self._body(pages), 1)

    def _head(self, centre_name: str) -> QWidget:
        head = QWidget()
        inner = QVBoxLayout(head)
        inner.setContentsMargins(24, theme.px(16), 12, theme.px(10))
        inner.setSpacing(2)
        inner.addWidget(Label(_("卫院通"), "brand", wrap=True))
        self.centre = ElidedLabel(centre_name, "centre")
        inner.addWidget(self.centre)
        return head

    def _body(self, pages: Iterable[PageDeclaration]) -> QScrollArea:
        area = QScrollArea()
        area.setProperty("role", "navigation")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setProperty("role", "navigation")
        column = QVBoxLayout(inside)
        column.setContentsMargins(8, 2, 8, 12)
        column.setSpacing(1)
        group = ""
        for page in pages:
            if page.group != group:
                group = page.group
                column.addWidget(Label(_(group), "group"))
            if page.detail:
                self._add_detail(column, page)
            else:
                column.addWidget(self._button(page))
        column.addStretch(1)
        area.setWidget(inside)
        self.area = area
        return area

    def _button(self, page: PageDeclaration) -> NavigationButton:
        button = NavigationButton(page)
        button.clicked.connect(lambda _on=False: self._click(page.key))
        self.by_key[page.key] = button
        return button

    def _add_detail(self, column: QVBoxLayout, page: PageDeclaration) -> None:
        """Put a seldom opened page behind its group's 更多."""
        if page.group not in self._more:
            self._more[page.group] = more = MoreButton(self._button)
            column.addWidget(more)
        self._more[page.group].add(page)
        self._details[page.key] = page.group

    def choose(self, key: str) -> None:
        """Show which page is open, without asking for it."""
        if key in self._details:
            self._more[self._details[key]].setChecked(True)
        if key in self.by_key:
            self._chosen = key
            self.by_key[key].setChecked(True)
            self._lay_out()
            self.area.ensureWidgetVisible(self.by_key[key], 0, 60)

    def _lay_out(self) -> None:
        """Give what was just unfolded its place, which Qt would do later."""
        inside = self.area.widget()
        column = inside.layout()
        assert column is not None
        column.activate()
        wish = column.sizeHint().expandedTo(self.area.viewport().size())
        inside.resize(self.area.viewport().width(), wish.height())

    def _click(self, key: str) -> None:
        # The button is checked again only when the window really goes there.
        if hasattr(self, "_chosen"):
            self.by_key[self._chosen].setChecked(True)
        self.chosen.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        step = steps.get(Qt.Key(event.key()))
        buttons = [button for button in self.by_key.values() if not button.isHidden()]
        focused = next((n for n, each in enumerate(buttons) if each.hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        goal = buttons[(focused + step) % len(buttons)]
        goal.setFocus(Qt.FocusReason.TabFocusReason)
        self.area.ensureWidgetVisible(goal)
