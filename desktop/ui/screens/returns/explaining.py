"""Where a line comes from: the formula in words and the records behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHeaderView, QWidget

from desktop.models.kinds import NUMERIC
from desktop.models.listing import Query, every, shown
from desktop.models.registers import find_register
from desktop.models.store import Store
from desktop.services.forms import Source
from desktop.services.returns import ComposedLine
from desktop.services.sheet import cells_of
from desktop.text import _
from desktop.ui import theme
from desktop.ui.dialogs import Dialog
from desktop.ui.page import Desk
from desktop.ui.parts import Button, Label
from desktop.ui.plain_table import PlainColumn, PlainTable

_BEHIND = {
    "clinic_month_sum": "clinic_months",
    "clinics_reported": "clinic_months",
    "clinics_expected": "clinics",
    "active_contracts": "contracts",
    "contract_coverage": "contracts",
    "contracts_signed": "contracts",
    "drugs_in_use": "drugs",
    "lots_near_expiry": "drug_stock",
    "lots_expired": "drug_stock",
    "drugs_out_of_stock": "drugs",
    "supply_days": "supplies",
    "supplies_below_reserve": "supplies",
}
"""The register behind each source of figures."""

_COUNTED = {"clinic_month_sum", "clinics_reported"}
"""Sources whose records of the month are few enough to be listed one by one."""


@dataclass(frozen=True)
class Behind:
    """The records behind a line, as texts."""

    columns: list[PlainColumn]
    rows: list[list[str]]


def register_behind(source: Source) -> str:
    """Return the key of the register behind a source; empty where a clerk types it."""
    return _BEHIND.get(source.name, "")


def read_behind(store: Store, source: Source, month: str) -> Behind | None:
    """Read the records of the month that were added up; None where the sentence says it all."""
    if source.name not in _COUNTED:
        return None
    register = find_register(_BEHIND[source.name])
    keys = ["clinic_id", *source.parameters.get("fields", ("visits",))]
    with store.reading() as session:
        rows = list(every(session, Query(register, where=f"month={month}")))
        texts = shown(session, register, rows)
    columns = [
        PlainColumn(_(field.label), 10 if at == 0 else 6, numeric=field.kind in NUMERIC)
        for at, field in enumerate(register.by_key[key] for key in keys)
    ]
    return Behind(columns, [[text[key] for key in keys] for text in texts])


class ExplanationDialog(Dialog):
    """Says how a figure was worked out and lists what it was added up from."""

    def __init__(self, parent: QWidget, desk: Desk, line: ComposedLine, month: str) -> None:
        title = f"{line.line.code}　{_(line.line.label)}"
        super().__init__(parent, title, "fa6s.calculator")
        self._desk = desk
        self.figures = PlainTable(
            [
                PlainColumn(label, 5, numeric=True)
                for label in (_("本月"), _("上月"), _("环比"), _("去年同期"), _("本年累计"))
            ]
        )
        self.figures.show_rows([cells_of(line)])
        self.figures.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.figures.setFixedHeight(theme.px(38 + 34 + 4))
        self.figures.setFocusPolicy(self.figures.focusPolicy().NoFocus)
        self.column.addWidget(self.figures)
        self.column.addWidget(Label(_("数据来源"), "heading"))
        self.say(line.how)
        self.behind: PlainTable | None = None
        key = register_behind(line.line.source)
        if key:
            label = _(find_register(key).label)
            go = Button(
                _("打开“{register}”").format(register=label),
                clicked=partial(self._open, key, line.line.source, month),
            )
            go.setAutoDefault(False)
            self.add_button(go)
        self.add_button(Button(_("关闭"), clicked=self.accept, role="primary")).setDefault(True)
        self.setMinimumWidth(theme.px(660))

    def show_behind(self, behind: Behind | None) -> None:
        """List the records that were added up."""
        if behind is None or not behind.rows:
            return
        self.behind = PlainTable(behind.columns, row_height=28)
        self.behind.show_rows(behind.rows)
        self.behind.setFixedHeight(theme.px(240))
        self.column.addWidget(Label(_("共 {count} 条记录").format(count=len(behind.rows)), "soft"))
        self.column.addWidget(self.behind)
        QTimer.singleShot(0, self, self.fit)

    def _open(self, key: str, source: Source, month: str) -> None:
        self.accept()
        self._desk.go_to(key, text=month if source.name in _COUNTED else "")
