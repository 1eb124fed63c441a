"""Charts on screen: lines with gaps, bars with the line of their mean."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.services.charts import Chart, ChartLine
from desktop.text import _
from desktop.ui import theme

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROW = 28


class LineChart(QWidget):
    """Lines over labels; a value that is not known leaves a gap."""

    def __init__(self, least: int = 220) -> None:
        super().__init__()
        self.chart: Chart | None = None
        self.setMinimumHeight(theme.px(least))

    def show_chart(self, chart: Chart | None) -> None:
        """Show another chart."""
        self.chart = chart
        if chart is not None:
            said = [
                f"{line.label}：{'，'.join(text or '—' for text in line.texts)}"
                for line in chart.lines
            ]
            self.setAccessibleDescription("；".join(said))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        chart = self.chart
        if chart is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(12))
        room = QRectF(self.rect()).adjusted(
            theme.px(62), theme.px(34), -theme.px(16), -theme.px(26)
        )
        self._ground(painter, chart, room)
        self._legend(painter, chart, room)
        for line in reversed(chart.lines):
            self._line(painter, chart, line, room)
        painter.end()

    def _y(self, chart: Chart, room: QRectF, value: float) -> float:
        low, high = chart.ticks[0], chart.ticks[-1]
        return room.bottom() - room.height() * (value - low) / (high - low)

    def _x(self, chart: Chart, room: QRectF, at: int) -> float:
        return room.left() + (at + 0.5) * room.width() / len(chart.labels)

    def _ground(self, painter: QPainter, chart: Chart, room: QRectF) -> None:
        for tick in chart.ticks:
            y = self._y(chart, room, tick)
            painter.setPen(QColor(theme.LINE))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(theme.SOFT_INK))
            box = QRectF(0, y - theme.px(10), room.left() - theme.px(8), theme.px(20))
            painter.drawText(box, _RIGHT, chart.tick_text(tick))
        wide = room.width() / len(chart.labels)
        step = max(1, round(painter.fontMetrics().horizontalAdvance("2026-W44") / max(1.0, wide)))
        for at, label in enumerate(chart.labels):
            if at % step:
                continue
            x = self._x(chart, room, at)
            box = QRectF(x - 60, room.bottom() + theme.px(5), 120, theme.px(20))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, label)

    def _legend(self, painter: QPainter, chart: Chart, room: QRectF) -> None:
        x = room.left()
        for line in chart.lines:
            painter.setPen(_pen(line))
            middle = theme.px(10)
            painter.drawLine(QPointF(x, middle), QPointF(x + theme.px(26), middle))
            painter.setPen(QColor(theme.INK))
            wide = painter.fontMetrics().horizontalAdvance(line.label)
            box = QRectF(x + theme.px(32), 0, wide + theme.px(4), theme.px(20))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, line.label)
            x += theme.px(32) + wide + theme.px(24)

    def _line(self, painter: QPainter, chart: Chart, line: ChartLine, room: QRectF) -> None:
        spots = {
            at: QPointF(self._x(chart, room, at), self._y(chart, room, value))
            for at, value in enumerate(line.values)
            if value is not None
        }
        painter.setPen(_pen(line))
        for run in line.runs:
            for one, two in itertools.pairwise(run):
                painter.drawLine(QLineF(spots[one], spots[two]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.FAINT_INK if line.dashed else theme.ACCENT))
        for spot in spots.values():
            painter.drawEllipse(spot, theme.px(3), theme.px(3))
        if not line.dashed:
            self._texts(painter, line, spots, room)

    def _texts(
        self, painter: QPainter, line: ChartLine, spots: dict[int, QPointF], room: QRectF
    ) -> None:
        """Write the figures from the last on, none over another."""
        painter.setPen(QColor(theme.INK))
        free = float(self.width())
        for at in sorted(spots, reverse=True):
            wide = painter.fontMetrics().horizontalAdvance(line.texts[at]) + theme.px(4)
            left = max(room.left(), spots[at].x() - wide / 2)
            if left + wide <= free:
                free = left
                box = QRectF(left, spots[at].y() - theme.px(21), wide, theme.px(16))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, line.texts[at])


def _pen(line: ChartLine) -> QPen:
    colour = QColor(theme.FAINT_INK if line.dashed else theme.ACCENT)
    return QPen(colour, theme.px(2), Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine)


class BarsChart(QWidget):
    """Names with bars and figures, one below the other, and the mean as a dashed line."""

    def __init__(self) -> None:
        super().__init__()
        self.chart: Chart | None = None

    def show_chart(self, chart: Chart | None) -> None:
        """Show another chart."""
        self.chart = chart
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = len(self.chart.labels) if self.chart is not None else 0
        return QSize(theme.px(360), theme.px(24) + rows * theme.px(_ROW))

    def _bars(self) -> Iterator[tuple[str, float, str]]:
        assert self.chart is not None
        (line,) = self.chart.lines
        for label, value, text in zip(self.chart.labels, line.values, line.texts, strict=True):
            yield label, value or 0.0, text

    def paintEvent(self, event: QPaintEvent) -> None:
        chart = self.chart
        if chart is None or not chart.labels:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(13))
        metrics = painter.fontMetrics()
        names = min(theme.px(160), max(metrics.horizontalAdvance(each) for each in chart.labels))
        figures = max(metrics.horizontalAdvance(text) for _label, _value, text in self._bars())
        left = names + theme.px(12)
        wide = max(theme.px(40), self.width() - left - figures - theme.px(14))
        most = max(0.0, *chart.known) or 1.0
        top = theme.px(22)
        for at, (label, value, text) in enumerate(self._bars()):
            y = top + at * theme.px(_ROW)
            painter.setPen(QColor(theme.INK))
            name = metrics.elidedText(label, Qt.TextElideMode.ElideRight, names)
            painter.drawText(
                QRectF(0, y, names, theme.px(_ROW)), Qt.AlignmentFlag.AlignVCenter, name
            )
            room = QRectF(left, y, wide + figures + theme.px(10), theme.px(_ROW))
            painter.drawText(room, _RIGHT, text)
            below = chart.mean is not None and value < chart.mean
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.FAINT_INK if below else theme.ACCENT))
            long = wide * max(0.0, value) / most
            bar = QRectF(left, y + theme.px(8), long, theme.px(_ROW - 16))
            painter.drawRoundedRect(bar, 3, 3)
        self._mean(painter, chart, left, wide, most)
        painter.end()

    def _mean(self, painter: QPainter, chart: Chart, left: float, wide: float, most: float) -> None:
        if chart.mean is None or chart.mean < 0:
            return
        x = left + wide * chart.mean / most
        painter.setPen(QPen(QColor(theme.INK), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, theme.px(18)), QPointF(x, self.height()))
        said = _("平均 {mean}").format(mean=chart.mean_text)
        room = painter.fontMetrics().horizontalAdvance(said) + theme.px(6)
        start = min(max(0.0, x - room / 2), self.width() - room)
        painter.drawText(QRectF(start, 0, room, theme.px(18)), Qt.AlignmentFlag.AlignCenter, said)
