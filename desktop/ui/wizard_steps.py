"""The first steps of the wizard: welcome, division, centre, password."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.models.opening import NewCentre, check_centre, known_divisions
from desktop.models.pinyin import spell
from desktop.text import N_, _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.new_password import NewPassword
from desktop.ui.parts import Button, Label, restyle

_USCC_LENGTH = 18


@dataclass
class Draft:
    """What has been answered so far."""

    county: str = ""
    township: str = ""
    code: str = ""
    name: str = ""
    uscc: str = ""
    director: str = ""
    password: str = ""

    def new_centre(self) -> NewCentre:
        """Return it as the kernel asks for it."""
        return NewCentre(self.name, self.code, self.uscc, self.director)


@dataclass(frozen=True)
class Township:
    """A township of the shipped division list."""

    county: str
    code: str
    name: str
    villages: int


@cache
def townships() -> tuple[Township, ...]:
    """Return the known townships in the order of their codes."""
    counted: dict[tuple[str, str, str], int] = {}
    for row in known_divisions():
        key = (row["县级名称"], row["乡级代码9"], row["乡级名称"])
        counted[key] = counted.get(key, 0) + 1
    return tuple(
        Township(county, code, name, villages) for (county, code, name), villages in counted.items()
    )


def suggested_name(township: str) -> str:
    """Return the usual name of a township's centre; an urban district has another kind."""
    if township.endswith("街道"):
        return f"{township.removesuffix('街道')}社区卫生服务中心"
    return f"{township}卫生院"


def _refusal(new: NewCentre) -> str:
    """Return what keeps a centre from being made; empty where nothing does."""
    try:
        check_centre(new)
    except UserError as error:
        return str(error)
    return ""


class Step(QWidget):
    """One step of the wizard; emits ``changed`` when it may have become ready.

    Attributes:
        label: Name in the column at the left, marked for translation.
    """

    changed = Signal()
    label = ""

    def __init__(self, draft: Draft, title: str, text: str) -> None:
        super().__init__()
        self.draft = draft
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(8))
        self.column.addWidget(Label(title, "title", wrap=True))
        if text:
            self.column.addWidget(Label(text, "soft", wrap=True))
        self.column.addSpacing(theme.px(6))

    def enter(self) -> None:
        """Show what earlier steps have answered, and put the cursor where to begin."""

    def ready(self) -> bool:
        """Tell whether the next step may be taken."""
        return True

    def refuse(self) -> str:
        """Return what is wrong, once the person wants to go on; empty where nothing is."""
        return ""

    def add_edit(self, label: str, remark: str = "") -> tuple[QLineEdit, Label]:
        """Add a labelled box and the line under it."""
        edit = QLineEdit()
        edit.setAccessibleName(label)
        edit.setMaximumWidth(theme.px(460))
        caption = Label(label, "soft")
        caption.setBuddy(edit)
        under = Label(remark, "help", wrap=True)
        self.column.addWidget(caption)
        self.column.addWidget(edit)
        self.column.addWidget(under)
        return edit, under


class WelcomeStep(Step):
    """Says what is coming; offers to bring a backup back instead."""

    label = N_("欢迎")
    restore_wanted = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            draft,
            _("欢迎使用卫院通"),
            _("大约五分钟就能准备好。整个过程不需要联网，数据只存在这台电脑上，并全程加密。"),
        )
        for icon, heading, text in (
            ("fa6s.location-dot", _("1. 选择所在乡镇"), _("辖区的村会自动带入。")),
            ("fa6s.lock", _("2. 设置院长密码"), _("其他人员以后在“设置”里添加。")),
            (
                "fa6s.key",
                _("3. 打印恢复密钥单"),
                _("忘记密码时只有它能打开数据，请准备好打印机。"),
            ),
            (
                "fa6s.file-import",
                _("4. 导入办公室的表格"),
                _("花名册、药品、签约明细等 Excel 表，原样导入即可。"),
            ),
        ):
            self.column.addLayout(_point(icon, heading, text))
            self.column.addSpacing(theme.px(14))
        self.column.addStretch(1)
        self.restore = Button(
            _("换了电脑？从备份恢复…"), clicked=self.restore_wanted.emit, role="link"
        )
        self.restore.setAutoDefault(False)
        self.column.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)


def _point(icon: str, heading: str, text: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.px(14))
    picture = QLabel()
    picture.setPixmap(theme.pixmap(icon, theme.ACCENT, 20))
    picture.setFixedWidth(theme.px(26))
    words = QVBoxLayout()
    words.setSpacing(theme.px(1))
    words.addWidget(Label(heading, "heading"))
    words.addWidget(Label(text, "soft", wrap=True))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter)
    row.addLayout(words, 1)
    return row


class DivisionStep(Step):
    """Picks county and township; a place that is not in the list is typed by its code."""

    label = N_("所在乡镇")

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            draft,
            _("卫生院在哪个乡镇？"),
            _("先选县（市、区），再选乡镇；可以直接输入拼音首字母查找。"),
        )
        self.county = ChoiceBox()
        self.county.setAccessibleName(_("县（市、区）"))
        self.county.addItems(list(dict.fromkeys(each.county for each in townships())))
        self.county.addItem(_("不在列表中，手工填写区划代码"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("乡镇名称或拼音首字母"))
        self.search.setAccessibleName(_("查找乡镇"))
        self.search.setClearButtonEnabled(True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addWidget(self.county, 1)
        row.addWidget(self.search, 1)
        self.column.addLayout(row)
        self.list = QListWidget()
        self.list.setAccessibleName(_("乡镇"))
        self.column.addWidget(self.list, 1)
        self.code = QLineEdit()
        self.code.setAccessibleName(_("区划代码"))
        self.code.setPlaceholderText(_("9 位乡级区划代码，例如 411081105"))
        self.code.setMaximumWidth(theme.px(460))
        self.column.addWidget(self.code)
        self.remark = Label("", "soft", wrap=True)
        self.column.addWidget(self.remark)
        self.filler = QWidget()
        self.column.addWidget(self.filler, 1)
        self.county.currentIndexChanged.connect(lambda _index: self._fill())
        self.search.textChanged.connect(lambda _text: self._fill())
        self.search.returnPressed.connect(self._take_first)
        self.list.currentRowChanged.connect(lambda _row: self._choose())
        self.code.textChanged.connect(lambda _text: self._choose())
        self._fill()

    @property
    def by_hand(self) -> bool:
        """Whether the code is typed."""
        return self.county.currentIndex() == self.county.count() - 1

    def enter(self) -> None:
        self.search.setFocus()

    def ready(self) -> bool:
        return bool(self.draft.code)

    def refuse(self) -> str:
        return _refusal(NewCentre("-", self.draft.code))

    def _fill(self) -> None:
        for widget in (self.list, self.search):
            widget.setVisible(not self.by_hand)
        self.code.setVisible(self.by_hand)
        self.filler.setVisible(self.by_hand)
        self.list.clear()
        if self.by_hand:
            self.code.setFocus()
        else:
            wanted = self.search.text().strip().lower()
            for each in townships():
                if each.county == self.county.currentText() and _matches(each.name, wanted):
                    text = _("{name}　　{count} 个村（社区）").format(
                        name=each.name, count=each.villages
                    )
                    item = QListWidgetItem(text)
                    item.setData(Qt.ItemDataRole.UserRole, each.code)
                    self.list.addItem(item)
        self._choose()

    def _take_first(self) -> None:
        if self.list.currentRow() < 0 and self.list.count():
            self.list.setCurrentRow(0)

    def _choose(self) -> None:
        chosen = None
        if self.by_hand:
            code = "".join(self.code.text().split())
        else:
            code = ""
            if self.list.currentRow() >= 0:
                code = str(self.list.currentItem().data(Qt.ItemDataRole.UserRole))
            chosen = next((each for each in townships() if each.code == code), None)
        self.draft.code = code
        self.draft.county = chosen.county if chosen else ""
        self.draft.township = chosen.name if chosen else ""
        if chosen:
            self.remark.setText(
                _("将带入{county}{name}的 {count} 个村（社区）。").format(
                    county=chosen.county, name=chosen.name, count=chosen.villages
                )
            )
        else:
            self.remark.setText(_("村名以后可以导入或手工添加。") if self.by_hand else "")
        self.changed.emit()


def _matches(name: str, wanted: str) -> bool:
    if not wanted or wanted in name:
        return True
    whole, initials = spell(name)
    return whole.startswith(wanted) or initials.startswith(wanted)


class CentreStep(Step):
    """The centre's name, credit code and director."""

    label = N_("机构信息")

    def __init__(self, draft: Draft) -> None:
        super().__init__(draft, _("机构信息"), _("这些内容会印在报表上，以后可以在“设置”里修改。"))
        self._suggested = ""
        self.name, _under = self.add_edit(
            _("机构名称"), _("请与公章一致，例如“青禾镇中心卫生院”。")
        )
        self.uscc, self.uscc_remark = self.add_edit(_("统一社会信用代码（可以不填）"))
        self.director, _under = self.add_edit(_("院长姓名"), _("登录时使用这个姓名。"))
        self.column.addStretch(1)
        for edit in (self.name, self.uscc, self.director):
            edit.textChanged.connect(lambda _text: self._take())

    def enter(self) -> None:
        if self.name.text() in {"", self._suggested} and self.draft.township:
            self._suggested = suggested_name(self.draft.township)
            self.name.setText(self._suggested)
        self.name.setFocus()
        self._take()

    def ready(self) -> bool:
        return bool(self.draft.name and self.draft.director)

    def refuse(self) -> str:
        return _refusal(self.draft.new_centre())

    def _take(self) -> None:
        self.draft.name = " ".join(self.name.text().split())
        self.draft.uscc = "".join(self.uscc.text().split()).upper()
        self.draft.director = " ".join(self.director.text().split())
        role, sentence = self._judge_uscc()
        self.uscc_remark.setText(sentence)
        self.uscc_remark.setProperty("role", role)
        restyle(self.uscc_remark)
        self.changed.emit()

    def _judge_uscc(self) -> tuple[str, str]:
        """Return the role and the sentence for the line under the code (GB 32100)."""
        lacking = _USCC_LENGTH - len(self.draft.uscc)
        if not self.draft.uscc:
            return "help", _("18 位，事业单位法人证书上有；填写后会核对校验位。")
        if lacking > 0:
            return "help", _("还差 {count} 位。").format(count=lacking)
        wrong = _refusal(NewCentre("-", self.draft.code, self.draft.uscc))
        return ("error", wrong) if wrong else ("good", _("校验通过。"))


class PasswordStep(Step):
    """The director's password, twice."""

    label = N_("设置密码")

    def __init__(self, draft: Draft) -> None:
        super().__init__(
            draft,
            _("设置院长的登录密码"),
            _("数据用这个密码加密。密码只有您自己知道，程序和县级都查不到。"),
        )
        self.person = Label("", "heading")
        self.column.addWidget(self.person)
        self.boxes = NewPassword()
        self.boxes.setMaximumWidth(theme.px(460))
        self.boxes.changed.connect(self._take)
        self.column.addWidget(self.boxes)
        self.column.addStretch(1)

    def enter(self) -> None:
        self.person.setText(_("登录人：{name}（院长）").format(name=self.draft.director))
        self.boxes.edits[0].setFocus()

    def ready(self) -> bool:
        return self.boxes.ready()

    def _take(self) -> None:
        self.draft.password = self.boxes.password
        self.changed.emit()
