"""What is asked of whole versions: the name of a new scheme, another name, the first day."""

from __future__ import annotations

from datetime import date

from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from desktop.errors import UserError
from desktop.models.kinds import BadValue
from desktop.models.registers import find_register
from desktop.services.performance.scheme import Scheme, blank, shipped
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.date_editor import DateEditor
from desktop.ui.dialogs import Dialog
from desktop.ui.parts import Button, NoticeBar, form_grid

_ICON = "fa6s.scale-balanced"

BLANK, COPY, PROPOSAL = "blank", "copy", "proposal"
"""What a new scheme begins with."""

_BEGINNINGS = {
    COPY: N_("复制选中的这一版"),
    BLANK: N_("空白：自己加板块和项目"),
    PROPOSAL: N_("程序附带的方案（提案）"),
}


class _Form(Dialog):
    """A line for what is wrong, and two buttons."""

    def __init__(self, parent: QWidget, title: str, icon: str, yes: str) -> None:
        super().__init__(parent, title, icon)
        self.setMinimumWidth(theme.px(520))
        self.notice = NoticeBar("red")
        self.add_button(Button(_("取消"), clicked=self.reject)).setAutoDefault(False)
        self.yes = self.add_button(Button(yes, role="primary"))
        self.yes.setDefault(True)

    def refuse(self, error: UserError) -> None:
        """Say what is wrong."""
        self.notice.say(str(error), tone="red")


class NewSchemeForm(_Form):
    """The name of a new scheme and what it begins with."""

    def __init__(self, parent: QWidget, shown: Scheme | None) -> None:
        super().__init__(parent, _("新方案"), _ICON, _("建立"))
        self.name = QLineEdit()
        self._shown = shown
        self.begins = ChoiceBox()
        for key, label in _BEGINNINGS.items():
            if key != COPY or shown is not None:
                self.begins.addItem(_(label), key)
        self.column.addLayout(
            form_grid([(_("方案名称"), self.name), (_("从哪里开始"), self.begins)])
        )
        self.say(_("新方案是草稿，不影响测算；改好后再开始执行。"))
        self.column.addWidget(self.notice)

    def scheme(self) -> Scheme:
        """Return what the new scheme begins with."""
        begins = self.begins.currentData()
        if begins == COPY and self._shown is not None:
            return self._shown
        return shipped() if begins == PROPOSAL else blank(self.name.text())


class RenameForm(_Form):
    """Another name for a version."""

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, _("给这一版改名"), _ICON, _("改名"))
        self.name = QLineEdit(name)
        self.name.selectAll()
        self.column.addLayout(form_grid([(_("方案名称"), self.name)]))
        self.column.addWidget(self.notice)


class ForceForm(_Form):
    """From which day on a version holds, and whether schemes of other names end before it."""

    def __init__(self, parent: QWidget, start: date | None, others: list[str]) -> None:
        super().__init__(parent, _("这一版从哪天起执行？"), "fa6s.play", _("开始执行"))
        self.say(_("执行后不能再改，改动会存为新版本；正在执行的前一版到前一天为止。"))
        self.day = DateEditor(find_register("schemes").by_key["valid_from"])
        self.day.show_value(start)
        self.alone = QCheckBox(
            _("其他名称的方案（{names}）同时到前一天为止").format(names="、".join(others))
        )
        self.alone.setChecked(bool(others))
        self.alone.setVisible(bool(others))
        self.column.addWidget(self.day)
        self.column.addWidget(self.alone)
        self.column.addWidget(self.notice)

    def day_chosen(self) -> date | None:
        """Return the day; None after saying what is wrong with it."""
        try:
            value = self.day.read()
        except BadValue as error:
            self.day.show_problem(error.message)
            return None
        return value if isinstance(value, date) else None
