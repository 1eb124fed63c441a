"""What the tests of the returns page do again and again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt

from desktop.models.registers.returns import REGISTER, Return
from desktop.ui.dialogs import Question
from desktop.ui.screens.returns.page import ReturnsPage
from tests.helpers import office

MEDICAL = ("medical_services_monthly", office.MONTH)
YEARLY = ("village_clinic_yearly", "2025")

FIGURES = {
    "M11": "3,486",
    "M12": "134",
    "M31": "96",
    "M51": "210.5",
    "M52": "90",
    "M55": "88.2",
}
"""What the clerk fills in; every other item that no register holds is 0."""


def put(page: ReturnsPage, key: str, text: str) -> None:
    """Type into a cell of the part that is shown."""
    cells = page.body.grid.cells
    cells.setData(cells.index_of(key), text)


def shown(page: ReturnsPage, key: str) -> str:
    """Return what stands in a cell of the part that is shown."""
    cells = page.body.grid.cells
    return str(cells.index_of(key).data())


def tip(page: ReturnsPage, key: str) -> str:
    """Return the tip of a cell of the part that is shown."""
    cells = page.body.grid.cells
    return str(cells.index_of(key).data(Qt.ItemDataRole.ToolTipRole))


def fill(page: ReturnsPage) -> None:
    """Fill everything in and explain what is asked."""
    page.body.typed.put(dict.fromkeys(page.opened.to_fill, "0") | FIGURES)
    page.save()
    explain(page)


def explain(page: ReturnsPage) -> None:
    """Explain what is asked."""
    for row in page.side.findings.rows:
        if row.answer.isVisibleTo(row):
            row.answer.setText("本月情况属实。")
            row.answer.textEdited.emit("本月情况属实。")
    page.save()
    assert not page.opened.blocking


def answer(page: ReturnsPage, key: str) -> None:
    """Answer the question that is asked."""
    asked = [each for each in page.findChildren(Question) if each.isVisible()]
    assert len(asked) == 1
    asked[0].by_key[key].click()


def advance(page: ReturnsPage, *answers: str) -> None:
    """Click the main button and answer what it asks."""
    page.submit.click()
    for each in answers:
        answer(page, each)


def hand_in(page: ReturnsPage) -> None:
    """Take a filled return through all its steps."""
    advance(page)
    advance(page, "yes")
    advance(page, "yes")
    assert page.opened.frozen


def county_says(page: ReturnsPage, form: str, **values: Any) -> None:
    """Write the county's answer into the latest revision, as the exchange does."""
    with page.worker.centre.store.writing() as session:
        table = REGISTER.table
        newest = (
            session.query(Return.id)
            .where(Return.form == form, Return.month == office.MONTH)
            .order_by(Return.revision.desc())
            .limit(1)
            .scalar()
        )
        session.execute(table.update().where(table.c.id == newest).values(**values))
    page.worker.broadcast({"returns"})
