"""What is done with whole versions: adopted, begun, named, put in force, ended, printed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from desktop.errors import UserError
from desktop.models.registers.schemes import IN_FORCE, TRIAL
from desktop.models.store import Store
from desktop.services.performance.schemes import SchemeVersion
from desktop.text import _
from desktop.ui.dialogs import confirm
from desktop.ui.screens.performance.papers import pdf
from desktop.ui.screens.schemes import reading
from desktop.ui.screens.schemes.asking import ForceForm, NewSchemeForm, RenameForm

if TYPE_CHECKING:
    from desktop.ui.screens.schemes.page import SchemesPage


def name_of(version: SchemeVersion) -> str:
    """Return a version's name and number."""
    return _("{name} 第{version}版").format(
        name=version.scheme.name, version=version.scheme.version
    )


class SchemeSteps:
    """The steps of the schemes page."""

    def __init__(self, page: SchemesPage) -> None:
        self.page = page

    def install(self) -> None:
        """Take in the scheme that comes with the program, on trial from the first of January."""
        start = date.today().replace(month=1, day=1)

        def done(made: bytes) -> None:
            self.page.wish_for(made)
            self.page.desk.tell(_("已采用附带方案（提案，试行），请改好单价、定补和目标。"))

        self.page.worker.run(lambda store: reading.install(store, start), done, owner=self.page)

    def ask_new(self) -> NewSchemeForm | None:
        """Ask for the name of a new scheme and what it begins with."""
        if self.page.has_unsaved():
            self.page.save(self.ask_new)
            return None
        shown = self.page.shown.scheme if self.page.shown is not None else None
        form = NewSchemeForm(self.page, shown)
        start = date.today().replace(day=1)

        def done(made: bytes) -> None:
            form.accept()
            self.page.wish_for(made)
            self.page.desk.tell(_("已建立草稿。"))

        def take() -> None:
            scheme, name = form.scheme(), form.name.text()
            self.page.worker.run(
                lambda store: reading.begin(store, scheme, name, start),
                done,
                form.refuse,
                owner=form,
            )

        form.yes.clicked.connect(take)
        form.open()
        return form

    def ask_name(self) -> RenameForm | None:
        """Ask for another name of a version on which no pay rests."""
        version = self.page.shown
        if version is None or version.frozen:
            return None
        form = RenameForm(self.page, version.scheme.name)

        def take() -> None:
            name = form.name.text()
            self.page.worker.run(
                lambda store: reading.rename(store, version.id, name),
                lambda _none: form.accept(),
                form.refuse,
                owner=form,
            )

        form.yes.clicked.connect(take)
        form.open()
        return form

    def ask_force(self) -> ForceForm | None:
        """Ask from which day on the version holds."""
        version = self.page.shown
        if version is None or version.frozen:
            return None
        if self.page.has_unsaved():
            self.page.save(self.ask_force)
            return None
        if self.page.editor.problems:
            message = "".join(problem.message for problem in self.page.editor.problems)
            self.page.desk.warn(UserError(message, _("改好后再执行。")))
            return None
        form = ForceForm(self.page, version.valid_from, self._other_names(version))

        def take() -> None:
            chosen = form.day_chosen()
            if chosen is not None:
                form.accept()
                self._put_in_force(version, chosen, alone=form.alone.isChecked())

        form.yes.clicked.connect(take)
        form.open()
        return form

    def _other_names(self, version: SchemeVersion) -> list[str]:
        """Return the other schemes that hold now and have no end."""
        names = (
            each.scheme.name
            for each in self.page.versions
            if each.status in (TRIAL, IN_FORCE) and each.valid_to is None
        )
        return [name for name in dict.fromkeys(names) if name != version.scheme.name]

    def _put_in_force(self, version: SchemeVersion, day: date, *, alone: bool) -> None:
        self.page.worker.run(
            lambda store: reading.put_in_force(store, version.id, day, alone=alone),
            lambda _none: self.page.desk.tell(_("自 {day} 起执行。").format(day=day.isoformat())),
            self.page.refuse,
            owner=self.page,
        )

    def ask_end(self) -> None:
        """Ask before a version is taken out of use."""
        version = self.page.shown
        if version is None:
            return
        confirm(
            self.page,
            _("停用这一版？"),
            _("停用后不能再用它测算核定，已核定的发放表不受影响。"),
            _("停用这一版"),
            lambda: self.page.worker.run(
                lambda store: reading.withdraw(store, version.id),
                lambda _none: self.page.desk.tell(_("已停用。")),
                self.page.refuse,
                owner=self.page,
            ),
            danger=True,
        )

    def print_scheme(self) -> None:
        """Show the scheme on paper, as it is typed now."""
        from desktop.services.performance.scheme_papers import scheme_paper
        from desktop.services.performance.sheets import centre_name
        from desktop.ui.register_output import PrintDialog

        draft = self.page.editor.draft
        if draft is None:
            return

        def named(store: Store) -> str:
            with store.reading() as session:
                return centre_name(session)

        def drawn(centre: str) -> None:
            self.page.worker.run_aside(lambda _progress: pdf([scheme_paper(draft, centre)]), done)

        def done(paper: bytes) -> None:
            PrintDialog(self.page, self.page.desk, paper, f"{self.page.title.text()}.pdf").open()

        self.page.worker.run(named, drawn, owner=self.page)
