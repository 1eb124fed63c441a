"""The period's returns as one print job: a cover sheet, then each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO

from PySide6.QtWidgets import QCheckBox, QWidget

from desktop.models.store import Store
from desktop.services.returns import ComposedReturn, open_return
from desktop.services.returns.pack import pack_of
from desktop.text import _
from desktop.ui.page import Desk
from desktop.ui.register_output import PrintDialog
from desktop.ui.screens.returns.reading import Place


def read_all(store: Store, places: Sequence[Place]) -> list[ComposedReturn]:
    """Open all returns of a period."""
    with store.reading() as session:
        return [open_return(session, *place) for place in places]


def pack_pdf(returns: Sequence[ComposedReturn], period: str, today: date, *, duplex: bool) -> bytes:
    """Return the printed pack."""
    from desktop.printing.return_pack import print_pack

    target = BytesIO()
    print_pack(target, *pack_of(returns, period, today), duplex=duplex)
    return target.getvalue()


class PackDialog(PrintDialog):
    """The pack before it is printed; on both sides of the paper each return begins a new leaf."""

    def __init__(
        self,
        parent: QWidget,
        desk: Desk,
        title: str,
        draw: Callable[[bool], bytes],
        pdf: bytes,
    ) -> None:
        super().__init__(parent, desk, pdf, f"{title}.pdf")
        self._desk = desk
        self._title = title
        self._draw = draw
        self.duplex = QCheckBox(_("双面打印（每张报表从新的一张纸开始）"))
        self.duplex.toggled.connect(self._again)
        self.column.insertWidget(0, self.duplex)

    def _again(self, on: bool) -> None:
        draw = self._draw
        self.preview.both_sides = on
        self._desk.worker.run_aside(
            lambda _progress: draw(on),
            lambda pdf: self.preview.show_pdf(pdf, self._title),
            owner=self,
        )


def open_pack(
    parent: QWidget, desk: Desk, places: Sequence[Place], period: str, title: str
) -> None:
    """Read, draw and show the period's pack."""
    today = date.today()

    def drawn(returns: list[ComposedReturn]) -> None:
        def draw(duplex: bool) -> bytes:
            return pack_pdf(returns, period, today, duplex=duplex)

        desk.worker.run_aside(
            lambda _progress: draw(False),
            lambda pdf: PackDialog(parent, desk, title, draw, pdf).open(),
            owner=parent,
        )

    desk.worker.run(lambda store: read_all(store, places), drawn, owner=parent)
