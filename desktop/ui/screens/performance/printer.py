"""The papers of the performance page: each is shown before it goes to the printer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMenu, QWidget

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
        for name in YEARLY:
            self.menu.addAction(_(name), partial(self.show_year, name))

    def show_year(self, name: str) -> None:
        """Show one of the papers of the period's year."""
        from desktop.ui.register_output import PrintDialog

        page, view = self.page, self.page.view
        if view is None:
            return
        year = view.period.key[:4]

        def drawn(found: tuple[Paper, ...]) -> None:
            if not found:
                page.desk.tell(_("{year}年还没有可打印的内容。").format(year=year))
                return
            page.worker.run_aside(lambda _progress: papers.pdf(found), shown, owner=page)

        def shown(pdf: bytes) -> None:
            PrintDialog(page, page.desk, pdf, f"{_(name)} {year}.pdf").open()

        page.worker.run(lambda store: reading.read_year(store, year, name), drawn, owner=page)

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
