"""What a person sees before the window: signing in, the locked screen, the wizard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from PySide6.QtWidgets import QDialog

from desktop.models.vault import Cost
from desktop.ui.sign_in import LockScreen, SignIn
from desktop.ui.wizard import FirstRun
from desktop.ui.worker import InlineWorker

_PASSWORD = "qinghe2026"  # noqa: S105 - of a centre that is drawn and thrown away
_CHEAP = Cost(operations=1, memory_bytes=8192)
_Dialog = TypeVar("_Dialog", bound=QDialog)


def sign_in_scenes(home: Path) -> Iterator[tuple[str, QDialog]]:
    """Go through the panels of signing in to the centre in a folder."""
    with closing(InlineWorker()) as worker:
        with _shown(SignIn(worker, home)) as dialog:
            yield "sign-in", dialog
            dialog.panel.forgotten.emit()
            yield "recovery-key", dialog
            person = dialog.panel.name
        with _shown(LockScreen(worker, home, person)) as locked:
            yield "locked", locked


def wizard_scenes() -> Iterator[tuple[str, QDialog]]:
    """Go through the steps of the first run, as a director answers them."""
    with (
        TemporaryDirectory(prefix="thdesk-") as folder,
        closing(InlineWorker()) as worker,
        _shown(FirstRun(worker, Path(folder) / "home", cost=_CHEAP)) as wizard,
    ):
        for number, step in enumerate(wizard.steps, 1):
            _answer(wizard)
            yield f"wizard-{number}", wizard
            if step is not wizard.imports:
                wizard.step_on()


@contextmanager
def _shown(dialog: _Dialog) -> Iterator[_Dialog]:
    """Show a dialog for a block and take it away, whatever it would ask."""
    dialog.show()
    try:
        yield dialog
    finally:
        dialog.done(QDialog.DialogCode.Rejected)
        dialog.deleteLater()


def _answer(wizard: FirstRun) -> None:
    """Answer the step that is seen."""
    step = wizard.here
    if step is wizard.division:
        wizard.division.list.setCurrentRow(0)
    elif step is wizard.centre:
        wizard.centre.director.setText("李院长")
    elif step is wizard.password:
        for edit in wizard.password.boxes.edits:
            edit.setText(_PASSWORD)
    elif step is wizard.recovery:
        wizard.recovery.kept.setChecked(True)
