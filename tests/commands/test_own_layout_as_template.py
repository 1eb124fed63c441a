"""The layouts that ship, taken for offices' templates: every cell is found again and filled in.

A county often hands its own copy of a form round, so that this is the likeliest template of all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desktop.exchange.office_workbook import OfficeWorkbook
from desktop.exchange.return_template import fill, proposed
from desktop.exchange.return_workbook import read_return_workbook, write_return_workbook
from desktop.models.opening import Centre
from desktop.models.return_text import Number, ReturnBook
from desktop.services.returns import compose
from desktop.services.returns.library import shipped_texts
from desktop.services.returns.numbers import COUNT, book_of
from desktop.text import LANGUAGES, set_language
from tests.helpers import office
from tests.helpers.centres import make_centre

PERIODS = {"village_clinic_yearly": "2025", "fever_supplies_weekly": "2026-W44"}


@pytest.fixture(scope="module")
def filled_centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    with make_centre(tmp_path_factory.mktemp("own") / "home", code="410183106") as made:
        with made.store.writing() as session:
            office.fill(session)
        yield made


def numbered(book: ReturnBook, *, empty: bool) -> ReturnBook:
    """Return a return with a number of its own in each cell of its first part, or with none."""
    numbers = {
        place: Number(None if empty else at, COUNT)
        for at, place in enumerate(book.numbers, start=1001)
    }
    return replace(book, numbers=numbers)


def first_part(centre: Centre, form: str) -> ReturnBook:
    with centre.store.reading() as session:
        composed = compose(session, form, PERIODS.get(form, "2026-10"))
    book = book_of(composed, date(2026, 11, 2))
    return replace(book, sheet=replace(book.sheet, parts=book.sheet.parts[:1]))


@pytest.fixture
def chinese() -> Iterator[None]:
    yield
    set_language("zh")


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", sorted(shipped_texts()))
def test_every_cell_of_a_shipped_form_is_found_and_filled(
    filled_centre: Centre, form: str, language: str, tmp_path: Path
) -> None:
    """The office's file is Chinese whatever the language of the window is."""
    file = tmp_path / "模板.xlsx"
    write_return_workbook(file, [numbered(first_part(filled_centre, form), empty=True)])
    template = OfficeWorkbook(file.read_bytes(), file.name)
    set_language(language)
    given = numbered(first_part(filled_centre, form), empty=False)
    result = fill(template, proposed(template, given), given, given.sheet.parts[0])
    assert result.told == ()
    file.write_bytes(result.content)
    (saved,) = read_return_workbook(file)
    assert saved.cells
    wrong = {
        place: (cell.where, cell.value)
        for place, cell in saved.cells.items()
        if cell.value != given.numbers[place].value
    }
    assert wrong == {}
