"""Ranking, heat map, trend and findings as pictures; drawn here, no chart library is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.models.kinds import show_amount
from desktop.services.performance.scheme import FULL
from desktop.services.performance.statement import ClinicStatement, Statement
from desktop.text import _
from desktop.ui import theme
from desktop.ui.choice_box import ChoiceBox
from desktop.ui.parts import Bar, Card, Label, clear, row_of

GOOD, FAIR = 8_000, 6_000
"""From here on a share of the points is shown as good, and as fair."""


def colour_of(share: int | None) -> str:
    """Return the colour of a share of the points in hundredths of a percent."""
    if share is None:
        return theme.FAINT_INK
    if share >= GOOD:
        return theme.ACCENT
    return theme.AMBER if share >= FAIR else theme.RED


def ranked(statement: Statement) -> list[str]:
    """Return the ids of the doctors from the best score; who has none comes last."""
    people = sorted(
        statement.doctors, key=lambda each: (each.score is None, -(each.score or 0), each.name)
    )
    return [each.id for each in people]


def in_scroll(inner: QWidget) -> QScrollArea:
    """Return a widget in an area that scrolls both ways."""
    area = QScrollArea()
    area.setProperty("role", "plain")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setWidget(inner)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)  # Being put into the area has switched it on.
    return area


class BarsChart(Card):
    """Names with a bar and a figure, one below the other."""

    def __init__(self, title: str, empty: str) -> None:
        super().__init__(title, margin=16)
        self._empty = empty
        inner = QWidget()
        self.bars = QVBoxLayout(inner)
        self.bars.setContentsMargins(0, 0, theme.px(8), 0)
        self.bars.setSpacing(0)
        self.column.addWidget(in_scroll(inner), 1)

    def show_bars(self, rows: Sequence[tuple[str, float, str, str]]) -> None:
        """Show rows of name, share of the track, figure and colour."""
        clear(self.bars)
        for name, share, figure, colour in rows:
            bar = Bar(name, share, figure, colour=colour, label_width=170, figure_width=96)
            self.bars.addWidget(bar)
        if not rows:
            self.bars.addWidget(Label(self._empty, "soft"))
        self.bars.addStretch(1)


class RankingChart(BarsChart):
    """The doctors by score."""

    def __init__(self) -> None:
        super().__init__(_("得分排名"), _("本期没有得分。"))

    def show_statement(self, statement: Statement) -> None:
        """Show a bar for each scored doctor, the best first."""
        rows, place, last = [], 0, None
        for at, id in enumerate(ranked(statement), 1):
            doctor = statement.doctor(id)
            if doctor.score is None:
                continue
            place, last = (place, last) if doctor.score == last else (at, doctor.score)
            clinic = short_clinic(doctor.clinic)
            rows.append(
                (
                    f"{place}  {doctor.name}  {clinic}",
                    doctor.score / FULL,
                    show_amount(doctor.score),
                    colour_of(doctor.score),
                )
            )
        self.show_bars(rows)


class FindingsChart(BarsChart):
    """The findings of the period's visits by section of the checklist."""

    def __init__(self) -> None:
        super().__init__(_("督导发现的问题（按领域）"), _("本期督导没有发现问题。"))

    def show_counts(self, counts: Sequence[tuple[str, int]]) -> None:
        """Show a bar for each section."""
        most = max((count for _section, count in counts), default=1)
        self.show_bars(
            [
                (section, count / most, _("{count} 个").format(count=count), theme.AMBER)
                for section, count in counts
            ]
        )


def short_clinic(name: str) -> str:
    """Return a clinic's name without the word that all of them end in."""
    return name.removesuffix("卫生室") or name


class HeatMap(QWidget):
    """Clinics by blocks, each cell in the colour of the share of points reached."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: tuple[str, ...] = ()
        self.clinics: tuple[ClinicStatement, ...] = ()

    def show_statement(self, statement: Statement) -> None:
        """Show the clinics of a statement."""
        self.blocks = tuple(block.label for block in statement.scheme.blocks)
        self.clinics = tuple(each for each in statement.clinics if each.score is not None)
        self.updateGeometry()
        self.setMinimumSize(self.sizeHint())
        self.update()

    def _sizes(self) -> tuple[int, int, int]:
        return theme.px(120), theme.px(46), theme.px(30)

    def sizeHint(self) -> QSize:
        left, top, high = self._sizes()
        return QSize(left + theme.px(64) * (len(self.blocks) + 1), top + high * len(self.clinics))

    def paintEvent(self, event: QPaintEvent) -> None:
        left, top, high = self._sizes()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = (self.width() - left) / (len(self.blocks) + 1)
        painter.setFont(theme.font(12, bold=True))
        painter.setPen(QColor(theme.SOFT_INK))
        middle = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWrapAnywhere
        for at, label in enumerate((*self.blocks, _("总分"))):
            painter.drawText(QRectF(left + at * wide + 2, 0, wide - 4, top - 4), middle, label)
        painter.setFont(theme.font(13))
        for row, clinic in enumerate(self.clinics):
            y = top + row * high
            painter.setPen(QColor(theme.INK))
            name = painter.fontMetrics().elidedText(
                short_clinic(clinic.name), Qt.TextElideMode.ElideRight, left - 8
            )
            painter.drawText(QRectF(0, y, left - 8, high), Qt.AlignmentFlag.AlignVCenter, name)
            shares = [_share(block.points, block.weight) for block in clinic.blocks]
            for at, share in enumerate((*shares, clinic.score)):
                last = at == len(shares)
                self._cell(painter, QRectF(left + at * wide, y, wide, high), share, last=last)
        painter.end()

    def _cell(self, painter: QPainter, room: QRectF, share: int | None, *, last: bool) -> None:
        box = room.adjusted(2, 2, -2, -2)
        ground = QColor(theme.BAR_GROUND)
        if share is not None:
            ground = QColor(colour_of(share))
            ground.setAlphaF(0.16 + 0.30 * abs(share - FAIR) / FULL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(theme.INK if share is not None else theme.FAINT_INK))
        text = "—" if share is None else show_amount(share) if last else f"{share // 100}%"
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _share(points: int, weight: int) -> int | None:
    return points * FULL // weight if weight else None


class HeatMapCard(Card):
    """The heat map with its title."""

    def __init__(self) -> None:
        super().__init__(_("村卫生室 × 板块得分率"), margin=16)
        self.map = HeatMap()
        self.column.addWidget(in_scroll(self.map), 1)


class TrendLine(QWidget):
    """A clinic's score month by month; a month without one leaves a gap."""

    def __init__(self) -> None:
        super().__init__()
        self.months: Sequence[str] = ()
        self.scores: Sequence[int | None] = ()
        self.setMinimumHeight(theme.px(220))

    def show_scores(self, months: Sequence[str], scores: Sequence[int | None]) -> None:
        """Show other months."""
        self.months, self.scores = months, scores
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.months:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(
            theme.px(40), theme.px(22), -theme.px(24), -theme.px(30)
        )
        self._ground(painter, room)
        step = room.width() / max(1, len(self.months) - 1)
        spots = [
            None
            if score is None
            else QPointF(room.left() + at * step, room.bottom() - room.height() * score / FULL)
            for at, score in enumerate(self.scores)
        ]
        self._months(painter, room, step)
        painter.setPen(QPen(QColor(theme.ACCENT), theme.px(2)))
        for run in _runs(spots):
            painter.drawPolyline(QPolygonF(run))
        painter.setFont(theme.font(12))
        free = float(self.width())
        # From the last on, which is told at any size; none is written over another or the axis.
        for spot, score in reversed(list(zip(spots, self.scores, strict=True))):
            if spot is None or score is None:
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour_of(score)))
            painter.drawEllipse(spot, theme.px(4), theme.px(4))
            text = show_amount(score)
            wide = painter.fontMetrics().horizontalAdvance(text) + theme.px(4)
            left = max(room.left(), spot.x() - wide / 2)
            if left + wide <= free:
                free = left
                box = QRectF(left, spot.y() - theme.px(22), wide, theme.px(16))
                painter.setPen(QColor(theme.INK))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _ground(self, painter: QPainter, room: QRectF) -> None:
        painter.setFont(theme.font(12))
        for points in (0, 25, 50, 75, 100):
            y = room.bottom() - room.height() * points / 100
            painter.setPen(QColor(theme.LINE))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(theme.SOFT_INK))
            box = QRectF(0, y - 10, room.left() - 8, 20)
            side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, side, str(points))

    def _months(self, painter: QPainter, room: QRectF, step: float) -> None:
        painter.setPen(QColor(theme.SOFT_INK))
        for at, month in enumerate(self.months):
            x = room.left() + at * step
            box = QRectF(x - 40, room.bottom() + 6, 80, theme.px(20))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, month[2:])


def _runs(spots: Sequence[QPointF | None]) -> list[list[QPointF]]:
    runs: list[list[QPointF]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if len(run) > 1]


class TrendChart(Card):
    """The trend of a clinic that can be chosen."""

    def __init__(self) -> None:
        super().__init__(margin=16)
        self.clinic = ChoiceBox()
        self.clinic.setAccessibleName(_("村卫生室"))
        self.clinic.setMinimumWidth(theme.px(200))
        self.line = TrendLine()
        self.column.addLayout(
            row_of(Label(_("近 12 个月得分"), "heading"), self.clinic, QWidget(), stretch=2)
        )
        self.empty = Label(_("近 12 个月没有可以评分的记录。"), "soft")
        self.add(self.empty)
        self.column.addWidget(self.line, 1)
        self._months: Sequence[str] = ()
        self._scores: dict[bytes, list[int | None]] = {}
        self.clinic.currentIndexChanged.connect(lambda _at: self._show_clinic())

    def show_trend(
        self,
        statement: Statement,
        months: Sequence[str],
        scores: dict[bytes, list[int | None]],
    ) -> None:
        """Show the trend of the clinic chosen before, or of the first."""
        chosen = self.clinic.currentData()
        self._months, self._scores = months, scores
        self.clinic.blockSignals(True)
        self.clinic.clear()
        for clinic in statement.clinics:
            self.clinic.addItem(clinic.name, clinic.id)
        self.clinic.setCurrentIndex(max(0, self.clinic.findData(chosen)))
        self.clinic.blockSignals(False)
        self._show_clinic()

    def choose(self, clinic: str) -> None:
        """Show a clinic by the id in hexadecimal digits."""
        self.clinic.setCurrentIndex(max(0, self.clinic.findData(clinic)))

    def _show_clinic(self) -> None:
        id = self.clinic.currentData()
        scores = self._scores.get(bytes.fromhex(id), []) if id else []
        known = any(score is not None for score in scores)
        self.empty.setVisible(not known)
        self.line.show_scores(self._months if known else (), scores)
