"""The steps of a return's life in one line: which are done, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from desktop.models.registers.returns import (
    ACCEPTED,
    APPROVED,
    CHECKED,
    RECEIVED,
    RETURNED,
    SUBMITTED,
)
from desktop.services.returns import ComposedReturn
from desktop.text import _
from desktop.ui import theme

_HIGH = 40
_DOT = 18
_ORDER = (CHECKED, APPROVED, SUBMITTED, RECEIVED, ACCEPTED)


@dataclass(frozen=True)
class Step:
    """One step: its name, who did it and when, whether it is done."""

    label: str
    detail: str = ""
    done: bool = False
    bad: bool = False
    late: bool = False


def steps_of(opened: ComposedReturn) -> list[Step]:
    """Return the steps of a return; the county's only from what came from the county."""
    status = opened.status
    if status == SUBMITTED and opened.received_at:
        status = RECEIVED
    reached = _ORDER.index(status) + 1 if status in _ORDER else 0
    sent_back = status == RETURNED
    if sent_back:
        reached = _ORDER.index(SUBMITTED) + 1
    late = opened.late_days
    sent = _by(opened.submitted_by, opened.submitted_at)
    if late and sent:
        sent = _("{detail} · 逾期 {count} 天").format(detail=sent, count=late)
    told = (
        (_("草稿"), _("第 {number} 版").format(number=opened.revision)),
        (_("已审核"), _by(opened.checked_by, opened.checked_at)),
        (_("已批准"), _by(opened.approved_by, opened.approved_at)),
        (_("已上报"), sent),
        (_("县级已接收"), _by("", opened.received_at)),
        (_("县级已审定"), _by(opened.answered_by, opened.answered_at)),
    )
    made = [
        Step(label, detail if number <= reached else "", number <= reached)
        for number, (label, detail) in enumerate(told)
    ]
    sending = 1 + _ORDER.index(SUBMITTED)
    made[sending] = replace(made[sending], late=late > 0)
    if sent_back:
        answer = _by(opened.answered_by, opened.answered_at)
        made[4:] = [Step(_("县级退回"), answer, done=True, bad=True)]
    return made


def _by(person: str, at: str) -> str:
    """Return who did something and when, to the minute, without the year."""
    if not at:
        return ""
    when = f"{at[5:10]} {at[11:16]}"
    return f"{person} {when}" if person else when


class StepBar(QWidget):
    """Draws the steps as dots on a line, with who and when below each."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.setFixedHeight(theme.px(_HIGH))

    def show_return(self, opened: ComposedReturn) -> None:
        """Show the steps of a return."""
        self.steps = steps_of(opened)
        self.setAccessibleName(
            " · ".join(f"{each.label} {each.detail}".strip() for each in self.steps if each.done)
        )
        self.update()

    def _room(self, number: int) -> QRect:
        wide = self.width() / max(1, len(self.steps))
        return QRect(round(number * wide), 0, round(wide), self.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            number = event.pos().x() * len(self.steps) // max(1, self.width())
            if 0 <= number < len(self.steps):
                step = self.steps[number]
                QToolTip.showText(event.globalPos(), f"{step.label}\n{step.detail}".strip(), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        last = max((at for at, step in enumerate(self.steps) if step.done), default=0)
        for number, step in enumerate(self.steps):
            self._paint_step(painter, self._room(number), step, now=number == last)
        painter.end()

    def _paint_step(self, painter: QPainter, room: QRect, step: Step, *, now: bool) -> None:
        colour = QColor(theme.RED if step.bad else theme.ACCENT if step.done else "#C3CDD5")
        size = theme.px(_DOT) * 0.6
        dot = QRectF(room.left(), (theme.px(20) - size) / 2, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(dot)
        face = theme.font(13, bold=now)
        painter.setFont(face)
        text_left = room.left() + round(size) + theme.px(6)
        text = QRect(text_left, 0, room.right() - theme.px(6) - text_left, theme.px(20))
        label = painter.fontMetrics().elidedText(
            step.label, Qt.TextElideMode.ElideRight, text.width()
        )
        painter.setPen(QColor(theme.INK if step.done else theme.FAINT_INK))
        if step.bad:
            painter.setPen(QColor(theme.RED))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text, left, label)
        self._paint_line(painter, text, label)
        self._paint_detail(
            painter, QRect(text.left(), theme.px(19), text.width(), theme.px(19)), step
        )

    @staticmethod
    def _paint_line(painter: QPainter, text: QRect, label: str) -> None:
        """Draw the line to the next step behind the label."""
        start = text.left() + painter.fontMetrics().horizontalAdvance(label) + theme.px(8)
        end = text.right() - theme.px(2)
        if end > start:
            painter.setPen(QColor(theme.LINE))
            middle = text.center().y() + 0.5
            painter.drawLine(QPointF(start, middle), QPointF(end, middle))

    @staticmethod
    def _paint_detail(painter: QPainter, room: QRect, step: Step) -> None:
        face: QFont = theme.font(12)
        painter.setFont(face)
        painter.setPen(QColor(theme.RED if step.bad or step.late else theme.SOFT_INK))
        shown = painter.fontMetrics().elidedText(
            step.detail, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
