"""The list of returns due for the month, and what the chosen one lacks."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from desktop.services.returns import ComposedReturn
from desktop.text import _, language
from desktop.ui import theme
from desktop.ui.parts import Button, Card, Label, Pill, clear
from desktop.ui.screens.returns.reading import DueReturn


class DueList(Card):
    """The due returns with their standing; below, the progress of the chosen one.

    Signals:
        chosen: ``form``.
        checks_wanted: The person wants to see what the checks have found.
    """

    chosen = Signal(str)
    checks_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(_("本月应报"), margin=14)
        self.month = QComboBox()
        self.month.setAccessibleName(_("月份"))
        self.month.setMaxVisibleItems(15)
        self.column.insertWidget(0, self.month)
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.px(8))
        self.column.addLayout(self._list)
        self._facts = QVBoxLayout()
        self._facts.setSpacing(theme.px(6))
        self.column.addSpacing(theme.px(8))
        self.column.addLayout(self._facts)
        self.column.addStretch(1)
        self.by_form: dict[str, Button] = {}
        self.pills: dict[str, Pill] = {}

    def show_due(self, due: tuple[DueReturn, ...], form: str, opened: ComposedReturn) -> None:
        """Show the returns and the progress of the one that is open."""
        assert self.heading is not None
        self.heading.setText(_("本月应报 {count} 张").format(count=len(due)))
        clear(self._list)
        self.by_form, self.pills = {}, {}
        for each in due:
            button = Button(each.label, clicked=partial(self.chosen.emit, each.form), role="link")
            button.setStyleSheet("text-align: left; padding: 0; font-weight: bold;")
            button.setEnabled(each.form != form or len(due) > 1)
            pill = Pill(each.word, each.tone)
            self.by_form[each.form], self.pills[each.form] = button, pill
            title = Label(each.label, "heading", wrap=language() != "zh")
            self._list.addWidget(title if each.form == form else button)
            self._list.addWidget(Label(each.due, "soft"))
            self._list.addWidget(pill)
        clear(self._facts)
        self._show_facts(opened)

    def _show_facts(self, opened: ComposedReturn) -> None:
        typed = [line for line in opened.form.lines if line.typed]
        filled = sum(line.code in opened.typed for line in typed)
        errors = sum(finding.level == "E" for finding in opened.findings)
        queries = [finding for finding in opened.findings if finding.level != "E"]
        explained = sum(not finding.open for finding in queries)
        self._facts.addWidget(Label(_("进度"), "heading"))
        for text, done in (
            (
                _("填报项 {done} / {all}").format(done=filled, all=len(typed)),
                filled == len(typed),
            ),
            (_("审核错误 {count} 处").format(count=errors), errors == 0),
            (
                _("查询已说明 {done} / {all}").format(done=explained, all=len(queries)),
                explained == len(queries),
            ),
            (_("版次 第 {number} 版").format(number=opened.revision), True),
        ):
            self._facts.addWidget(Label(text, "soft" if done else "warning", wrap=True))
        look = Button(_("查看审核结果"), clicked=self.checks_wanted.emit, role="link")
        look.setStyleSheet("text-align: left; padding: 0;")
        self._facts.addWidget(look)
