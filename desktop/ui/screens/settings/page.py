"""The settings page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QWidget

from desktop.models.listing import Query, count, page
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.text import LANGUAGES, _, language
from desktop.ui import theme
from desktop.ui.page import Desk, Page
from desktop.ui.page_header import PageHeader
from desktop.ui.parts import Button, Card, Label
from desktop.ui.preferences import FONT_SIZE, LANGUAGE
from desktop.ui.record import LoadedRecord, read_record
from desktop.ui.register_form import RegisterForm
from desktop.ui.screens.settings.backups import BackupsCard
from desktop.ui.screens.settings.people import PeopleCard

_LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


class SettingsPage(Page):
    """The centre's record at the left; look, policy figures, people and backups at the right."""

    registers = frozenset({"centre", "policy"})
    help_topic = "settings"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.column.addWidget(PageHeader(_("设置")))
        row = QHBoxLayout()
        row.setSpacing(theme.px(14))
        self.form = RegisterForm(desk, find_register("centre"))
        self.form.delete_action.setVisible(False)
        self.form.reveal_wanted.connect(lambda editor: editor.reveal())
        self.form.saved.connect(lambda _id: self._saved())
        row.addWidget(self.form)
        row.addWidget(self._make_right(), 1)
        self.column.addLayout(row, 1)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.form.save)

    def _make_right(self) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "plainground")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.px(14))
        self.people = PeopleCard(self.desk)
        self.backups = BackupsCard(self.desk)
        cards = (self._make_look(), self._make_policy(), self.people, self.backups)
        # With the largest font there is room for one column only.
        wide = 1 if theme.font_size() is theme.FontSize.LARGEST else 2
        for at, card in enumerate(cards):
            grid.addWidget(card, at // wide, at % wide)
        grid.setRowStretch((len(cards) - 1) // wide, 1)
        for card in (self.people, self.backups):
            card.setMinimumHeight(theme.px(300))
        area = QScrollArea()
        area.setProperty("role", "plain")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        area.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        return area

    def _make_look(self) -> Card:
        card = Card(_("显示"), margin=16)
        self.sizes = {
            size.value: self._chip(_(size.label), FONT_SIZE, size.value, size is theme.font_size())
            for size in theme.FontSize
        }
        self.languages = {
            code: self._chip(_LANGUAGE_NAMES[code], LANGUAGE, code, code == language())
            for code in LANGUAGES
        }
        for label, buttons in ((_("字号"), self.sizes), (_("语言"), self.languages)):
            row = QHBoxLayout()
            row.setSpacing(theme.px(8))
            caption = Label(label, "soft")
            caption.setMinimumWidth(theme.px(64))
            row.addWidget(caption)
            for button in buttons.values():
                row.addWidget(button)
            row.addStretch(1)
            card.column.addLayout(row)
        card.column.addStretch(1)
        return card

    def _chip(self, text: str, key: str, value: str, on: bool) -> Button:
        button = Button(text, clicked=lambda: self._choose(key, value), role="chip")
        button.setCheckable(True)
        button.setChecked(on)
        return button

    def _choose(self, key: str, value: str) -> None:
        self.desk.preferences.set(key, value)
        self.desk.look_changed.emit()

    def _make_policy(self) -> Card:
        card = Card(_("政策参数"), margin=16)
        self.policies = Label("", "soft", wrap=True)
        card.add(self.policies)
        card.column.addStretch(1)
        go = Button(
            _("查看和修改政策参数"), "fa6s.scale-balanced", lambda: self.desk.go_to("policy")
        )
        card.add(go)
        return card

    # What is shown

    def reload(self, registers: frozenset[str]) -> None:
        self.people.show_people()
        self.backups.show_backups()
        self.worker.run(_read, self._show)

    def _show(self, found: tuple[LoadedRecord | None, int]) -> None:
        record, policies = found
        self.policies.setText(
            _("共 {count} 条。每个比例、天数都写明出处和生效日期，可按本县文件修改。").format(
                count=policies
            )
        )
        if record is None:
            self.form.hide()
        elif self.form.record is None:
            self.form.show_record(record)
        else:
            self.form.someone_changed(record)

    def _saved(self) -> None:
        """Let the sign-in page know the centre's new name."""
        record, centre = self.form.record, self.worker.centre
        name = str(record.values.get("name") or "") if record is not None else ""
        if name and name != centre.vault.centre:
            self.worker.run_aside(lambda _progress: centre.vault.name_centre(name), owner=self)
        self.desk.tell(_("已保存。"))

    def has_unsaved(self) -> bool:
        return self.form.is_dirty

    def save_unsaved(self, then: Callable[[], object]) -> None:
        self.form.save(then)

    def drop_unsaved(self) -> None:
        self.form.drop()


def _read(store: Store) -> tuple[LoadedRecord | None, int]:
    """Read the centre's record and count the policy figures."""
    register = find_register("centre")
    with store.reading() as session:
        rows = page(session, Query(register), limit=1).rows
        policies = count(session, Query(find_register("policy")))
    return (read_record(store, register, rows[0].id) if rows else None), policies
