"""The plan as a table: a line a clinic, coloured by what is due."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel

from desktop.services.visits import PlanLine
from desktop.text import _
from desktop.ui import theme
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.visits.reading import due_text, open_text, score_text
from desktop.ui.screens.visits.side import state_width

_TONES = {"red": theme.RED, "amber": theme.AMBER, "soft": theme.SOFT_INK}
_GRADE_INKS = {"A": theme.GREEN, "B": theme.AMBER, "C": theme.RED}
_STATE, _GRADE, _OPEN = 0, 6, 8


class PlanTable(PlainTable):
    """The clinics of the plan; several can be chosen for printing."""

    def __init__(self) -> None:
        super().__init__(
            [
                PlainColumn(_("应督导"), state_width()),
                PlainColumn(_("村卫生室"), 8),
                PlainColumn(_("行政村"), 5.5),
                PlainColumn(_("责任医生"), 5),
                PlainColumn(_("上次督导"), 6),
                PlainColumn(_("得分"), 3, numeric=True),
                PlainColumn(_("等级"), 2.5),
                PlainColumn(_("下次督导"), 6),
                PlainColumn(_("未整改"), 6),
            ],
            row_height=30,
        )
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)

    def show_lines(self, lines: Sequence[PlanLine]) -> None:
        """Show other clinics; the cursor stays in its row as far as there is one."""
        here = self.currentIndex().row()
        tones: dict[tuple[int, int], str] = {}
        for number, line in enumerate(lines):
            tones[number, _STATE] = _TONES[due_text(line)[1]]
            tones[number, _GRADE] = _GRADE_INKS.get(line.grade, theme.INK)
            if line.overdue_findings:
                tones[number, _OPEN] = theme.RED
        self.show_rows([_cells(line) for line in lines], tones)
        if lines:
            self.choose_row(min(max(here, 0), len(lines) - 1))

    def choose_row(self, row: int) -> None:
        """Choose one row, whatever keys are held down: Ctrl+S comes here too."""
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(
            self.plain.index(row, 0), flags.ClearAndSelect | flags.Rows
        )

    def chosen_rows(self) -> list[int]:
        """Return the rows that are selected, from the top."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())


def _cells(line: PlanLine) -> tuple[str, ...]:
    return (
        due_text(line)[0],
        line.clinic,
        line.village,
        line.staff,
        line.last_on.isoformat() if line.last_on else "",
        score_text(line.score),
        line.grade,
        line.next_on.isoformat() if line.next_on else "",
        open_text(line),
    )
