"""The first run: five answers, and an empty folder has become a centre."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.errors import UserError
from desktop.models.opening import Centre, create_centre
from desktop.models.vault import OFFICE_COST, Cost, Vault
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import confirm
from desktop.ui.parts import Button, Label
from desktop.ui.wizard_end import ImportStep, RecoveryStep
from desktop.ui.wizard_steps import CentreStep, DivisionStep, Draft, PasswordStep, Step, WelcomeStep
from desktop.ui.worker import Worker

_SIZE = QSize(900, 600)
_LARGEST_SIZE = QSize(1240, 690)


class FirstRun(QDialog):
    """The wizard; accepted once the centre is made and its recovery key is kept.

    Args:
        worker: Opens the new centre.
        home: The empty data folder.
        cost: What a guess of the password costs.
    """

    def __init__(self, worker: Worker, home: Path, *, cost: Cost = OFFICE_COST) -> None:
        super().__init__()
        self._worker = worker
        self._home = home
        self._cost = cost
        self.draft = Draft()
        self.made = False
        self.wants_import = False
        self.setWindowTitle(_("卫院通 · 初次使用"))
        self.resize(
            QSize(theme.px(_SIZE.width()), theme.px(_SIZE.height())).boundedTo(_LARGEST_SIZE)
        )
        self._make_steps()
        self._lay_out()
        self._go(0)

    # Putting together

    def _make_steps(self) -> None:
        self.welcome = WelcomeStep(self.draft)
        self.division = DivisionStep(self.draft)
        self.centre = CentreStep(self.draft)
        self.password = PasswordStep(self.draft)
        self.recovery = RecoveryStep(self.draft, self._worker)
        self.imports = ImportStep(self.draft)
        self.steps: tuple[Step, ...] = (
            self.welcome,
            self.division,
            self.centre,
            self.password,
            self.recovery,
            self.imports,
        )
        self.welcome.restore_wanted.connect(self.restore)
        self.imports.import_wanted.connect(self._finish_with_import)
        self.stack = QStackedWidget()
        self.stack.setStyleSheet(f"QStackedWidget {{ background: {theme.SURFACE}; }}")
        for step in self.steps:
            step.changed.connect(self._judge)
            area = QScrollArea()
            area.setProperty("role", "plain")
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            step.setProperty("role", "plainground")
            area.setWidget(step)
            area.viewport().setAutoFillBackground(False)
            step.setAutoFillBackground(False)
            self.stack.addWidget(area)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._make_side())
        right = QVBoxLayout()
        edge = theme.px(32)
        right.setContentsMargins(edge, theme.px(28), edge, theme.px(20))
        right.setSpacing(theme.px(12))
        right.addWidget(self.stack, 1)
        self.error = Label("", "error", wrap=True)
        self.error.hide()
        right.addWidget(self.error)
        right.addLayout(self._make_buttons())
        row.addLayout(right, 1)
        for keys, call in (("Alt+Left", self.step_back), ("Ctrl+Return", self.step_on)):
            QShortcut(QKeySequence(keys), self).activated.connect(call)

    def _make_side(self) -> QWidget:
        side = QFrame()
        side.setProperty("role", "navigation")
        side.setFixedWidth(theme.px(216))
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.px(24), theme.px(28), theme.px(16), theme.px(24))
        column.setSpacing(theme.px(4))
        column.addWidget(Label(_("卫院通"), "brand", wrap=True))
        column.addWidget(Label(_("乡镇卫生院工作台"), "centre", wrap=True))
        column.addSpacing(theme.px(20))
        self.marks: list[tuple[QLabel, Label]] = []
        for step in self.steps:
            mark, name = QLabel(), Label(_(step.label))
            mark.setFixedSize(theme.px(18), theme.px(18))
            line = QHBoxLayout()
            line.setSpacing(theme.px(10))
            line.setContentsMargins(0, theme.px(6), 0, theme.px(6))
            line.addWidget(mark)
            line.addWidget(name, 1)
            column.addLayout(line)
            self.marks.append((mark, name))
        column.addStretch(1)
        column.addWidget(Label(_("不联网也能用"), "centre"))
        return side

    def _make_buttons(self) -> QHBoxLayout:
        self.back = Button(_("上一步"), clicked=self.step_back)
        self.back.setAutoDefault(False)
        self.on = Button(_("下一步"), clicked=self.step_on, role="primary")
        self.on.setDefault(True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        row.addWidget(self.back)
        row.addWidget(self.on)
        return row

    # Going through

    @property
    def here(self) -> Step:
        """The step that is seen."""
        return self.steps[self.stack.currentIndex()]

    def step_on(self) -> None:
        """Take the next step, unless something has to be mended first."""
        step = self.here
        if not self.on.isEnabled():
            return
        wrong = step.refuse()
        if wrong:
            self._complain(wrong)
            return
        if step is self.password and not self.made:
            self._make_centre()
        elif step is self.imports:
            self.accept()
        else:
            self._go(self.stack.currentIndex() + 1)

    def step_back(self) -> None:
        """Go a step back; once the centre is made there is no way back."""
        if self.back.isVisible():
            self._go(self.stack.currentIndex() - 1)

    def _go(self, number: int) -> None:
        self.error.hide()
        self.stack.setCurrentIndex(number)
        for position, (mark, name) in enumerate(self.marks):
            _mark(mark, name, position - number)
        self.back.setVisible(number > 0 and not self.made)
        self.here.enter()
        self._judge()

    def _judge(self) -> None:
        self.error.hide()
        step = self.here
        self.on.setEnabled(step.ready())
        words = {
            id(self.welcome): _("开始"),
            id(self.password): _("建立机构"),
            id(self.imports): _("以后再说"),
        }
        self.on.setText(words.get(id(step), _("下一步")))

    def _complain(self, text: str) -> None:
        self.error.setText(text)
        self.error.show()

    # The centre

    def _make_centre(self) -> None:
        self.on.setEnabled(False)
        self.back.setEnabled(False)
        self.on.setText(_("正在建立…"))
        codes: list[str] = []

        def opening() -> Centre:
            vault = Vault(self._home, cost=self._cost)
            draft = self.draft
            centre, code = create_centre(
                self._home, draft.new_centre(), draft.director, draft.password, vault=vault
            )
            codes.append(code)
            return centre

        def done(_centre: Centre) -> None:
            self.made = True
            self.password.boxes.edits[0].clear()
            self.password.boxes.edits[1].clear()
            self.recovery.show_code(codes[0])
            self._go(self.steps.index(self.recovery))

        self._worker.open(opening, done, self._failed)

    def _failed(self, error: UserError) -> None:
        self.back.setEnabled(True)
        self._judge()
        self._complain(str(error))

    def _finish_with_import(self) -> None:
        self.wants_import = True
        self.accept()

    def restore(self) -> None:
        """Bring a backup back instead, on a new PC."""
        from desktop.ui.restore_dialog import ask_restore, pick_backup

        pick_backup(
            self,
            Path.home(),
            lambda file: ask_restore(self, self._worker, self._home, file, self.accept),
        )

    # Closing

    def reject(self) -> None:
        """Close; once there is a recovery key, only after asking."""
        if self.here is self.imports:
            self.accept()
        elif self.made:
            confirm(
                self,
                _("恢复密钥还没有确认保管"),
                _("离开后就看不到它了。以后只能由院长登录，在“设置”里换发新的恢复密钥。"),
                _("仍要离开"),
                partial(self.done, QDialog.DialogCode.Accepted),
                danger=True,
            )
        else:
            super().reject()


def _mark(mark: QLabel, name: Label, distance: int) -> None:
    """Show a step as done, as the present one or as coming."""
    if distance < 0:
        icon, colour, ink = "fa6s.circle-check", theme.NAVIGATION_FAINT, theme.NAVIGATION_INK
    elif distance == 0:
        icon, colour, ink = "fa6s.circle-dot", theme.SURFACE, theme.SURFACE
    else:
        icon, colour, ink = "fa6s.circle", "#2B4A4F", theme.NAVIGATION_FAINT
    mark.setPixmap(theme.pixmap(icon, colour, 16))
    weight = "bold" if distance == 0 else "normal"
    name.setStyleSheet(f"color: {ink}; font-weight: {weight};")
