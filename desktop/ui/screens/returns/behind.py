"""The records behind a figure: the list that opens, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desktop.models.kinds import NUMERIC, show_amount
from desktop.models.listing import Row, shown
from desktop.models.register import Field, Register
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.services.figures.catalogue import Shape, find_figure
from desktop.services.returns.story import RecordsBehind
from desktop.text import _
from desktop.ui import theme
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label, row_of
from desktop.ui.plain_table import PlainColumn, PlainTable

_PAGE = 500
_COLUMNS = 7
_WORTH_WIDTH = 6


@dataclass(frozen=True)
class Listed:
    """Some of the records behind a figure as texts."""

    columns: tuple[PlainColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    ids: tuple[bytes, ...]
    count: int


def read_records(store: Store, behind: RecordsBehind, start: int = 0) -> Listed:
    """Read a page of the records that a figure counts or adds up."""
    with store.reading() as session:
        return _read(session, behind, start)


def _read(session: Session, behind: RecordsBehind, start: int) -> Listed:
    found = behind.behind
    register = find_register(found.register)
    table = register.table.c
    here = (table.deleted_at.is_(None), *found.conditions)
    fields = _fields(register, found.adds or found.distinct)
    chosen = [field.column.expression.label(field.key) for field in register.fields]
    extra = [] if found.worth is None else [found.worth.label("worth_of_it")]
    statement = (
        select(table.id, *chosen, *extra)
        .where(*here)
        .order_by(table.search_key, table.id)
        .limit(_PAGE)
        .offset(start)
    )
    rows = session.execute(statement).all()
    width = len(register.fields) + 1
    texts = shown(session, register, [Row(row[0], tuple(row[1:width])) for row in rows])
    count = int(session.scalar(select(func.count()).select_from(register.table).where(*here)) or 0)
    lines = []
    for row, text in zip(rows, texts, strict=True):
        worth = () if found.worth is None else (_worth(behind, row[width]),)
        lines.append((*(text[field.key] for field in fields), *worth))
    columns = [
        PlainColumn(_(each.label), each.width, numeric=each.kind in NUMERIC) for each in fields
    ]
    if found.worth is not None:
        columns.append(PlainColumn(_("计入"), _WORTH_WIDTH, numeric=True))
    return Listed(tuple(columns), tuple(lines), tuple(row[0] for row in rows), count)


def _worth(behind: RecordsBehind, value: int | None) -> str:
    """Return what a record comes to, in the figure's own unit."""
    if value is None:
        return ""
    value *= behind.behind.sign
    money = find_figure(behind.figure).shape is Shape.MONEY
    return show_amount(value) if money else f"{value:,}"


def _fields(register: Register, counted: str) -> list[Field]:
    """Return what to show of a record: its title, what is counted of it, other fields."""
    names = [register.by_key[str(column.key)] for column in register.title]
    if counted:
        names.append(register.by_key[counted])
    others = [each for each in register.fields if each.listed and each not in names]
    return [*dict.fromkeys(names), *others][:_COLUMNS]


class RecordsList(QWidget):
    """One list of records behind a figure; a double click opens the record in its register.

    Args:
        desk: The way to the database.
        behind: Which records, and what they come to.
        figure: What the cell says, to compare with; None where the list is only a part of it.
        frozen: The return was submitted: the registers may have changed since.

    Signals:
        record_wanted: ``register, id``.
    """

    record_wanted = Signal(str, object)

    def __init__(
        self, desk: Desk, behind: RecordsBehind, figure: int | None, *, frozen: bool = False
    ) -> None:
        super().__init__()
        self._desk = desk
        self.behind = behind
        self._figure = figure
        self._frozen = frozen
        self._listed: Listed | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        self.sum = Label("", "soft", wrap=True)
        self.more = Button("", clicked=self._read_more, role="link")
        self.more.hide()
        column.addLayout(row_of(self.sum, self.more, stretch=0))
        self.table: PlainTable | None = None
        self._column = column
        desk.worker.run(lambda store: read_records(store, behind), self._show, owner=self)

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows that are shown."""
        return () if self._listed is None else self._listed.rows

    def _show(self, listed: Listed) -> None:
        self._listed = listed
        if self.table is None:
            self.table = PlainTable(listed.columns, row_height=28)
            self.table.doubleClicked.connect(self._open)
            self.table.activated.connect(self._open)
            self.table.setMinimumHeight(theme.px(150))
            self.table.setToolTip(_("双击打开记录"))
            self._column.addWidget(self.table, 1)
        self.table.show_rows(listed.rows)
        self.sum.setText(self._sentence(listed))
        left = listed.count - len(listed.rows)
        self.more.setVisible(left > 0)
        self.more.setText(_("再列 {count} 条").format(count=f"{min(left, _PAGE):,}"))

    def _sentence(self, listed: Listed) -> str:
        behind = self.behind.behind
        register = find_register(behind.register)
        counted = f"{listed.count:,}"
        total = self.behind.text
        if behind.distinct:
            text = _("{register} 共 {count} 条，“{field}”不重复的 {total} 个。").format(
                register=_(register.label),
                count=counted,
                field=_(register.by_key[behind.distinct].label),
                total=total,
            )
        elif behind.adds or behind.worth is not None:
            text = _("{register} 共 {count} 条，合计 {total}。").format(
                register=_(register.label), count=counted, total=total
            )
        else:
            text = _("{register} 共 {count} 条。").format(register=_(register.label), count=counted)
        if self._figure is None:
            return text
        if self.behind.comes_to == self._figure:
            return text + _("与本格一致。")
        if self._frozen:
            return text + _("与上报的数不同：上报以后台账有改动。")
        return text + _("与本格不同：表中只合计所列各行。")

    def _read_more(self) -> None:
        assert self._listed is not None
        behind, before = self.behind, self._listed

        def add(more: Listed) -> None:
            rows, ids = (*before.rows, *more.rows), (*before.ids, *more.ids)
            self._show(replace(more, rows=rows, ids=ids))

        start = len(before.rows)
        self._desk.worker.run(lambda store: read_records(store, behind, start), add, owner=self)

    def _open(self, index: QModelIndex) -> None:
        assert self._listed is not None
        if index.isValid():
            self.record_wanted.emit(self.behind.behind.register, self._listed.ids[index.row()])
