"""The papers of the performance page: each is shown before it goes to the printer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

from desktop.models.store import Store
from desktop.services.performance.paper import Paper
from desktop.services.performance.sheets import Sheet
from desktop.services.performance.statement import DoctorStatement, Statement
from desktop.services.performance.yearly import YEARLY
from desktop.text import _
from desktop.ui.screens.performance import papers, reading

if TYPE_CHECKING:
    from desktop.ui.screens.performance.page import PerformancePage


class Printer:
    """Shows the papers of the period that the page shows."""

    def __init__(self, page: PerformancePage) -> None:
        self.page = page
        self.menu = QMenu(page)

    def open_menu(self, under: QWidget) -> None:
        """Offer the papers to choose from: the sheet's own, then each supplement."""
        self.fill_menu()
        self.menu.popup(under.mapToGlobal(under.rect().bottomLeft()))

    def fill_menu(self) -> None:
        """Write the menu anew: what supplements there are changes with the period."""
        self.menu.clear()
        for title, make in (
            (_("绩效发放表"), papers.pay_sheet),
            (_("绩效分室汇总表"), papers.clinic_summary),
            (_("村医绩效通知单（全部）"), papers.notices),
        ):
            self.menu.addAction(title, partial(self.show, title, make))
        for sheet in self.page.view.supplements if self.page.view is not None else ():
            self.menu.addAction(_title(sheet), partial(self.show_supplement, sheet))
        self.menu.addSeparator()
        self.menu.addAction(_("督导汇总"), self.show_supervision)
        for name in YEARLY:
            self.menu.addAction(_(name), partial(self.show_year, name))

    def show_supervision(self) -> None:
        """Show the period's supervision as the county wants it."""
        view = self.page.view
        if view is not None:
            centre = view.statement.centre
            self._show_read(
                _("督导汇总"),
                view.period.label,
                lambda store: reading.read_supervision(store, view.period, centre, date.today()),
            )

    def show_year(self, name: str) -> None:
        """Show one of the papers of the period's year."""
        view = self.page.view
        if view is not None:
            year = view.period.key[:4]
            self._show_read(
                _(name),
                _("{year}年").format(year=year),
                lambda store: reading.read_year(store, year, name),
            )

    def _show_read(self, title: str, when: str, read: Callable[[Store], tuple[Paper, ...]]) -> None:
        """Show papers that are read from the registers, or say that there is nothing."""
        from desktop.ui.register_output import PrintDialog

        page = self.page

        def drawn(found: tuple[Paper, ...]) -> None:
            if not found:
                page.desk.tell(_("{when}还没有可打印的内容。").format(when=when))
                return
            page.worker.run_aside(lambda _progress: papers.pdf(found), shown, owner=page)

        def shown(pdf: bytes) -> None:
            PrintDialog(page, page.desk, pdf, f"{title} {when}.pdf").open()

        page.worker.run(read, drawn, owner=page)

    def show_notice(self, doctor: DoctorStatement | None) -> None:
        """Show one doctor's notice."""
        if doctor is not None:
            title = _("{name}绩效通知单").format(name=doctor.name)
            self.show(title, lambda statement: papers.notices(statement, [doctor.id]))

    def show_public(self) -> None:
        """Show the public notice, with the days that the centre's policy row sets."""
        view = self.page.view
        if view is not None:
            days = view.notice_days
            self.show(_("绩效公示表"), lambda statement: papers.public_notice(statement, days))

    def show_supplement(self, sheet: Sheet) -> None:
        """Show a supplementary sheet."""
        self.show(_title(sheet), lambda statement: papers.supplement(statement, sheet))

    def show(self, title: str, make: Callable[[Statement], bytes]) -> None:
        """Show a paper made from the period's statement."""
        from desktop.ui.register_output import PrintDialog

        page, view = self.page, self.page.view
        if view is None:
            return
        name = f"{title} {view.period.label}.pdf"
        page.worker.run_aside(
            lambda _progress: make(view.statement),
            lambda pdf: PrintDialog(page, page.desk, pdf, name).open(),
            owner=page,
        )


def _title(sheet: Sheet) -> str:
    return _("绩效补充表 {number}").format(number=sheet.number)
