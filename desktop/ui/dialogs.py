"""Questions and messages in the program's own style; none of them stops the event loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Button, Label, row_of
from desktop.ui.worker import Job


@dataclass(frozen=True)
class Answer:
    """One button of a question: its key, its word and its role (plain, primary, danger)."""

    key: str
    text: str
    role: str = "plain"


class Dialog(QDialog):
    """A dialog with an icon, a title, a text, room for more, and buttons at the right."""

    def __init__(self, parent: QWidget | None, title: str, icon: str = "", tone: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(theme.px(420))
        outer = QVBoxLayout(self)
        edge = theme.px(22)
        outer.setContentsMargins(edge, theme.px(20), edge, theme.px(16))
        outer.setSpacing(theme.px(12))
        top = QHBoxLayout()
        top.setSpacing(theme.px(12))
        if icon:
            picture = QLabel()
            picture.setPixmap(theme.pixmap(icon, tone or theme.ACCENT, 22))
            top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self.heading = Label(title, "heading", wrap=True)
        top.addWidget(self.heading, 1)
        outer.addLayout(top)
        self.column = QVBoxLayout()
        self.column.setSpacing(theme.px(10))
        outer.addLayout(self.column, 1)
        outer.addSpacing(theme.px(4))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(theme.px(8))
        self.buttons.addStretch(1)
        outer.addLayout(self.buttons)

    def say(self, text: str) -> Label:
        """Add a paragraph."""
        label = Label(text, "paragraph", wrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(label)
        return label

    def fit(self) -> None:
        """Be as high as what is shown; Qt's own adjusting stops at two thirds of the screen."""
        self.resize(self.width(), self.heightForWidth(self.width()))

    def add_button(self, button: Button) -> Button:
        """Add a button at the right end."""
        self.buttons.addWidget(button)
        return button


class Question(Dialog):
    """Asks a person to choose; Esc is the last answer."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, answers: Sequence[Answer]
    ) -> None:
        super().__init__(parent, title, "fa6s.circle-question")
        self.say(text)
        self._answers = answers
        self._chosen = answers[-1].key
        self.by_key: dict[str, Button] = {}
        for answer in answers:
            button = Button(
                answer.text, clicked=partial(self._choose, answer.key), role=answer.role
            )
            button.setAutoDefault(False)
            button.setDefault(answer.role == "primary")
            self.by_key[answer.key] = self.add_button(button)
        self.by_key[answers[0].key].setFocus()

    def ask(self, take: Callable[[str], object]) -> None:
        """Show the question; ``take`` gets the key of the answer."""
        self.finished.connect(lambda _code: take(self._chosen))
        self.open()

    def _choose(self, key: str) -> None:
        self._chosen = key
        self.accept()


def confirm(
    parent: QWidget | None,
    title: str,
    text: str,
    yes: str,
    then: Callable[[], object],
    *,
    danger: bool = False,
) -> Question:
    """Ask before something is done; ``then`` is called only for yes."""
    question = Question(
        parent,
        title,
        text,
        (Answer("yes", yes, "danger" if danger else "primary"), Answer("no", _("取消"))),
    )
    question.ask(lambda answer: then() if answer == "yes" else None)
    return question


def ask_unsaved(parent: QWidget | None, take: Callable[[str], object]) -> Question:
    """Ask what to do with a typed form: ``save``, ``drop`` or ``stay``."""
    question = Question(
        parent,
        _("有未保存的内容"),
        _("您填写的内容还没有保存。离开前要保存吗？"),
        (
            Answer("save", _("保存"), "primary"),
            Answer("drop", _("放弃修改")),
            Answer("stay", _("继续编辑")),
        ),
    )
    question.ask(take)
    return question


def show_error(parent: QWidget | None, error: UserError) -> Dialog:
    """Say what is wrong and what to do next."""
    dialog = Dialog(parent, error.message, "fa6s.triangle-exclamation", theme.AMBER)
    if error.advice:
        dialog.say(error.advice)
    dialog.add_button(Button(_("知道了"), clicked=dialog.accept, role="primary")).setDefault(True)
    dialog.open()
    return dialog


def show_message(parent: QWidget | None, title: str, text: str) -> Dialog:
    """Say something that a person should read before going on."""
    dialog = Dialog(parent, title, "fa6s.circle-info")
    dialog.say(text)
    dialog.add_button(Button(_("知道了"), clicked=dialog.accept, role="primary")).setDefault(True)
    dialog.open()
    return dialog


class PasswordQuestion(Dialog):
    """Asks for one or more passwords; the caller says whether they are good."""

    def __init__(
        self, parent: QWidget | None, title: str, text: str, labels: Sequence[str], yes: str
    ) -> None:
        super().__init__(parent, title, "fa6s.lock")
        if text:
            self.say(text)
        self.edits: list[QLineEdit] = []
        for label in labels:
            edit = QLineEdit()
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setAccessibleName(label)
            self.column.addWidget(Label(label, "soft"))
            self.column.addWidget(edit)
            self.edits.append(edit)
        self.error = Label("", "error", wrap=True)
        self.error.hide()
        self.column.addWidget(self.error)
        self.no = self.add_button(Button(_("取消"), clicked=self.reject))
        self.yes = self.add_button(Button(yes, role="primary"))
        self.yes.setDefault(True)
        self.no.setAutoDefault(False)
        self.edits[0].setFocus()

    def ask(self, check: Callable[[list[str]], object]) -> None:
        """Show the question; ``check`` gets the texts and calls ``accept`` or :meth:`refuse`."""
        self.yes.clicked.connect(lambda: check([edit.text() for edit in self.edits]))
        self.open()

    def refuse(self, error: UserError) -> None:
        """Show why the password was not taken."""
        self.error.setText(str(error))
        self.error.show()
        self.edits[0].setFocus()
        self.edits[0].selectAll()


class ProgressDialog(Dialog):
    """Shows how far a long task is and lets a person cancel it."""

    def __init__(self, parent: QWidget | None, title: str) -> None:
        super().__init__(parent, title, "fa6s.hourglass-half")
        self.setWindowFlag(Qt.WindowType.WindowCloseButtonHint, False)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.text = Label("", "soft")
        self.column.addLayout(row_of(self.bar, stretch=0))
        self.column.addWidget(self.text)
        self._job: Job | None = None
        self.stop = self.add_button(Button(_("取消"), clicked=self.reject))

    def follow(self, job: Job) -> None:
        """Cancel that job when the person says so."""
        self._job = job
        if not job.finished:
            self.open()

    def report(self, done: int, total: int, text: str) -> None:
        """Show how far the work is."""
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        if text:
            self.text.setText(text)
        elif total:
            self.text.setText(f"{done:,} / {total:,}")

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
        super().reject()
