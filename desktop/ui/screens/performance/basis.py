"""Everything a doctor's score and money rest on: each line with its rows, and the way to them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QSize
from PySide6.QtWidgets import QWidget

from desktop.models.kinds import show_amount
from desktop.services.performance.statement import DEDUCTION, DoctorStatement, SourceRow
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label
from desktop.ui.plain_table import PlainColumn, PlainTable
from desktop.ui.screens.performance import reading
from desktop.ui.screens.performance.reading import SourceLine


class BasisDialog(Dialog):
    """Lists every line of a doctor's statement, below each the rows it was read from."""

    def __init__(self, parent: QWidget, desk: Desk, doctor: DoctorStatement) -> None:
        title = _("{name}的得分和金额依据").format(name=doctor.name)
        super().__init__(parent, title, "fa6s.magnifying-glass")
        self.desk = desk
        self.doctor = doctor
        self.sources: list[SourceLine | None] = []
        self.resize(QSize(theme.px(960), theme.px(620)).boundedTo(parent.window().size()))
        self.say(doctor.sentence)
        self.table = PlainTable(
            [
                PlainColumn(_("项目 / 来源登记"), 11),
                PlainColumn(_("得分 / 金额"), 6, numeric=True),
                PlainColumn(_("扣分"), 4, numeric=True),
                PlainColumn(_("怎么来的"), 44),
            ],
            row_height=30,
        )
        self.table.setSelectionMode(self.table.SelectionMode.SingleSelection)
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(lambda *_rows: self._explain())
        self.column.addWidget(self.table, 1)
        self.whole = Label("", "paragraph", wrap=True)
        self.whole.setMinimumHeight(theme.px(44))
        self.column.addWidget(self.whole)
        self.column.addWidget(Label(_("双击（或回车）来源记录，可到它所在的登记表。"), "soft"))
        self.add_button(Button(_("关闭"), clicked=self.accept))
        wanted = [row for item in doctor.items for row in item.rows]
        wanted += [row for money in doctor.money for row in money.rows]
        desk.worker.run(lambda store: reading.read_sources(store, wanted), self._show)

    def _show(self, found: dict[SourceRow, SourceLine]) -> None:
        rows: list[tuple[str, str, str, str]] = []
        tones: dict[tuple[int, int], str] = {}
        self.sources = []

        def below(sources: tuple[SourceRow, ...]) -> None:
            for source in sources:
                line = found.get(source)
                name = f"　　{_(line.label)}" if line is not None else ""
                title = line.title if line is not None else _("这条记录已删除。")
                for column in (0, 3):
                    tones[len(rows), column] = theme.ACCENT if line else theme.FAINT_INK
                rows.append((name, "", "", title))
                self.sources.append(line)

        for item in self.doctor.items:
            if item.lost:
                tones[len(rows), 2] = theme.RED
            lost = f"−{show_amount(item.lost)}" if item.lost else ""
            rows.append((item.label, show_amount(item.points), lost, item.sentence))
            self.sources.append(None)
            below(item.rows)
        for money in self.doctor.money:
            amount = -money.amount if money.kind == DEDUCTION else money.amount
            rows.append((_(money.label), show_amount(amount), "", money.sentence))
            self.sources.append(None)
            below(money.rows)
        self.table.show_rows(rows, tones)
        if rows:
            self.table.selectRow(0)
        self.table.setFocus()

    def _explain(self) -> None:
        row = self.table.currentIndex().row()
        rows = self.table.plain.rows
        self.whole.setText(rows[row][3] if 0 <= row < len(rows) else "")

    def _open(self, index: QModelIndex) -> None:
        source = self.sources[index.row()]
        if source is None:
            return
        self.accept()
        self.desk.go_to(source.register, source.id)
