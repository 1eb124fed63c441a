"""A list as a file and on paper: what the table shows, in its order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.exchange.sheets import read
from desktop.models.listing import Query
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.ui.dialogs import Question
from desktop.ui.page import Desk
from desktop.ui.register_output import PrintDialog, ask_export, filter_words, print_list, write_list

RESIDENTS = find_register("residents")
NUMBER = "411081196601010018"


@pytest.fixture
def query(desk: Desk) -> Query:
    with desk.worker.centre.store.writing() as session:
        rows = [
            {"name": "王秀兰", "id_number": NUMBER, "phone": "13800000001"},
            {"name": "李建国", "id_number": NUMBER, "phone": "13800000002"},
        ]
        insert_many(session, RESIDENTS, rows)  # type: ignore[arg-type]
    return Query(RESIDENTS)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


def cells(file: Path) -> list[str]:
    return [str(cell) for row in read(file)[0].rows for cell in row]


def test_a_masked_export_hides_the_numbers(
    parent: QWidget, desk: Desk, query: Query, tmp_path: Path
) -> None:
    file = tmp_path / "居民.xlsx"
    write_list(parent, desk, query, file, masked=True)
    assert "411081********0018" in cells(file)
    assert NUMBER not in cells(file)


def test_a_whole_export_leaves_a_trace(
    parent: QWidget, desk: Desk, query: Query, tmp_path: Path
) -> None:
    file = tmp_path / "居民.csv"
    write_list(parent, desk, replace(query, text="wxl"), file, masked=False)
    assert NUMBER in cells(file)
    assert "李建国" not in cells(file)
    trace = (desk.worker.centre.home / "seen-numbers.jsonl").read_text(encoding="utf-8")
    assert '"record": "exported"' in trace


def test_exporting_people_asks_about_the_numbers_first(
    parent: QWidget, desk: Desk, query: Query
) -> None:
    ask_export(parent, desk, query)
    question = parent.findChild(Question)
    assert question is not None
    question.by_key["no"].click()


def test_a_file_that_cannot_be_written_is_told(
    parent: QWidget, desk: Desk, query: Query, tmp_path: Path, qtbot: QtBot
) -> None:
    blocked = tmp_path / "datei"
    blocked.write_text("", encoding="utf-8")
    with qtbot.waitSignal(desk.warned):
        write_list(parent, desk, query, blocked / "居民.xlsx", masked=True)


def test_printing_shows_the_pages_first(parent: QWidget, desk: Desk, query: Query) -> None:
    print_list(parent, desk, query, ["name", "id_number"])
    dialog = parent.findChild(PrintDialog)
    assert dialog is not None
    assert dialog.preview.pdf.startswith(b"%PDF")
    assert dialog.preview.pages == 1
    dialog.accept()


def test_the_heading_says_what_the_list_was_filtered_by() -> None:
    contracts = find_register("contracts")
    query = Query(contracts, text="王", chips=("expiring",))
    assert filter_words(query) == "王、本月到期"
