"""The table of doctors: points by block, score and pay, the best score first."""

from __future__ import annotations

from PySide6.QtGui import QFontMetrics

from desktop.models.kinds import show_amount
from desktop.services.performance.statement import DoctorStatement, Statement
from desktop.services.performance.wording import points
from desktop.text import _
from desktop.ui import theme
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.performance.charts import colour_of, ranked, short_clinic

_IN_A_LINE = 8
"""Half-width letters in a line of a block's heading."""


class DoctorTable(PlainTable):
    """Doctors by blocks, score and pay."""

    def __init__(self) -> None:
        super().__init__([PlainColumn(_("村医"), 4)], row_height=32)
        self.statement: Statement | None = None
        self.shown: list[DoctorStatement] = []
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        # With the largest letters not all blocks are in sight, and score and pay go before them.
        self._money_first = theme.font_size() is theme.FontSize.LARGEST

    def show_statement(self, statement: Statement) -> None:
        """Show everybody, and keep the doctor who was selected."""
        here = self.chosen()
        self.statement = statement
        self._head(statement)
        people = {each.id: each for each in statement.doctors}
        self.shown = [people[id] for id in ranked(statement)]
        tones: dict[tuple[int, int], str] = {}
        rows = []
        for at, doctor in enumerate(self.shown):
            score = _("缺报") if doctor.score is None else show_amount(doctor.score)
            if doctor.vetoes or doctor.score is None:
                tones[at, len(doctor.blocks) + 2] = theme.RED
            for column, block in enumerate(doctor.blocks, 2):
                if block.weight and colour_of(block.points * 10_000 // block.weight) == theme.RED:
                    tones[at, column] = theme.RED
            earned = (show_amount(b.points) if b.weight else "—" for b in doctor.blocks)
            pay = show_amount(doctor.pay)
            rows.append((doctor.name, short_clinic(doctor.clinic), *earned, score, pay))
        self.show_rows(rows, tones)
        ids = [each.id for each in self.shown]
        at = ids.index(here.id) if here is not None and here.id in ids else 0
        if rows:
            self.selectRow(at)

    def chosen(self) -> DoctorStatement | None:
        """Return the doctor who is selected."""
        row = self.currentIndex().row()
        return self.shown[row] if 0 <= row < len(self.shown) else None

    def choose(self, doctor: str) -> None:
        """Select a doctor by the id in hexadecimal digits."""
        ids = [each.id for each in self.shown]
        if doctor in ids:
            self.selectRow(ids.index(doctor))

    def _head(self, statement: Statement) -> None:
        heads = [
            f"{_folded(block.label)}\n{points(block.weight)}" for block in statement.scheme.blocks
        ]
        columns = [
            PlainColumn(_in_words(_("村医")), 3.6),
            PlainColumn(_in_words(_("村卫生室")), 4.9),
            *(PlainColumn(head, 3, numeric=True) for head in heads),
            PlainColumn(_in_words(_("总分")), 3, numeric=True),
            PlainColumn(_in_words(_("应发（元）")), 4.6, numeric=True),
        ]
        if columns == self.plain.columns:
            return
        self.plain.beginResetModel()
        self.plain.columns = columns
        self.plain.rows = []
        self.plain.endResetModel()
        header = self.horizontalHeader()
        header.setStyleSheet(
            f"QHeaderView::section {{ font-size: {theme.px(12)}px; padding: 2px; }}"
        )
        metrics = QFontMetrics(theme.font(12, bold=True))
        if self._money_first:
            for at in (len(columns) - 2, len(columns) - 1):
                header.moveSection(header.visualIndex(at), at - len(heads))
        lines = max((head.count("\n") for head in heads), default=0) + 1
        header.setFixedHeight(lines * metrics.lineSpacing() + theme.px(12))
        for section, column in enumerate(columns):
            longest = max(metrics.horizontalAdvance(part) for part in column.label.split("\n"))
            wide = theme.px(column.width * 14 + 16)
            self.setColumnWidth(section, max(wide, longest + theme.px(12)))


def _folded(label: str) -> str:
    """Return a heading in lines that fit a narrow column: words stay whole, characters need not."""
    if label.isascii():
        return _in_words(label)
    half = _IN_A_LINE // 2
    parts = -(-len(label) // half)
    size = -(-len(label) // parts)
    return "\n".join(label[at : at + size] for at in range(0, len(label), size))


def _in_words(label: str) -> str:
    """Return an English heading with its words below each other; a Chinese one as it is."""
    if not label.isascii():
        return label
    lines = [""]
    for word in label.split():
        joined = f"{lines[-1]} {word}".strip()
        lines[-1:] = [joined] if len(joined) <= _IN_A_LINE else [lines[-1], word]
    return "\n".join(line for line in lines if line)
