"""Score, class and what follows from them, as a checklist is being entered."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.services.checklists import Judgement
from desktop.text import _
from desktop.ui import theme
from desktop.ui.parts import Label, Pill, row_of
from desktop.ui.screens.visits.reading import Rules, score_text

_TONES = {"A": "green", "B": "amber", "C": "red"}


class VisitResult(QWidget):
    """The score and class of what is answered so far; ``next`` stands where the form puts it."""

    def __init__(self) -> None:
        super().__init__()
        self.score = Label("—", "figure")
        self.grade = Pill()
        self.progress = Label("", "soft")
        self.flags = Label("", "error", wrap=True)
        self.next = Label("", "soft", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(7))
        column.addLayout(row_of(self.score, self.grade, self.progress, stretch=2))
        column.addWidget(self.flags)

    def show_result(self, judged: Judgement, rules: Rules, day: date | None) -> None:
        """Show a judgement by the rules of a day."""
        done, whole = len(judged.items), len(rules.checklist.items)
        self.score.setText(score_text(judged.score) or "—")
        self.grade.setVisible(bool(judged.grade and judged.items))
        grade = _("{grade} 级").format(grade=judged.grade)
        self.grade.show_as(grade, _TONES.get(judged.grade, "soft"))
        self.progress.setText(_("{done} / {all} 项").format(done=done, all=whole))
        words = []
        if judged.vetoed:
            words.append(_("一票否决：定为 C 级"))
        elif judged.critical_failed:
            words.append(_("关键项不合格：不能评 A 级"))
        if judged.failed:
            words.append(_("{count} 个问题待整改").format(count=len(judged.failed)))
        self.flags.setText("；".join(words))
        self.flags.setVisible(bool(words))
        days = rules.intervals.get(judged.grade) if done == whole else None
        if days is None or day is None:
            self.next.setText("")
        else:
            following = (day + timedelta(days=days)).isoformat()
            self.next.setText(_("下次督导 {day}").format(day=following))
