"""Each figure of the catalogue against pandas, and against the list behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import FromClause, select
from sqlalchemy.orm import Session

from desktop.models.registers import find_register
from desktop.services.figures.behind import comes_to
from desktop.services.figures.catalogue import WHOLE, Ask, Figure, Shape, figures
from desktop.services.figures.dimensions import find_dimension
from desktop.services.figures.readings import Readings
from desktop.services.periods import parse_period
from desktop.services.records import Records
from desktop.text import _
from tests.helpers.centres import reopen
from tests.services.figures.independent import (
    CALCULATIONS,
    FILLINGS,
    WITHOUT_LIST,
    MadeUp,
    Tables,
    load_independent,
)

load_independent()

CATALOGUE = list(figures())
ASKED = [
    (each, by)
    for each in CATALOGUE
    for by in (*([] if each.rows_only else [WHOLE]), *sorted(each.by))
]
PERIODS = ("2026-10", "2026-09", "2026-02", "2025-10", "2026-W44", "2026-Q3", "2026", "2019-12")


@pytest.fixture(scope="module")
def session(new_centre_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A made-up centre with all that goes wrong in real registers, made once."""
    home = tmp_path_factory.mktemp("figures") / "centre"
    shutil.copytree(new_centre_folder, home)
    with reopen(home) as centre:
        with centre.store.writing() as session:
            made = MadeUp(session, Random(20261031))
            for filling in FILLINGS:
                filling(made)
        with centre.store.reading() as session:
            yield session


@pytest.fixture(scope="module")
def tables(session: Session) -> Tables:
    return Tables(session)


def given(figure: Figure, by: str) -> list[dict[str, str | int | bool]]:
    """All arguments that a form may give a figure; none of them what its rows say already."""
    arguments = [each for each in figure.arguments if each.name != by]
    choices = [[*([] if each.required else [None]), *each.choices()] for each in arguments]
    names = [each.name for each in arguments]
    return [
        {name: word for name, word in zip(names, words, strict=True) if word is not None}
        for words in product(*choices)
    ]


def name_of(value: object) -> str:
    return value.key if isinstance(value, Figure) else str(value or "whole")


@pytest.mark.parametrize(("figure", "by"), ASKED, ids=name_of)
def test_pandas_comes_to_the_same(
    figure: Figure, by: str, session: Session, tables: Tables
) -> None:
    known = 0
    for text, arguments in product(PERIODS, given(figure, by)):
        period = parse_period(text)
        ask = Ask(Readings(Records(session), period), period, arguments, by)
        found = dict(ask.readings.values(figure, ask))
        expected = CALCULATIONS[figure.key](tables, period, arguments, by)
        assert found == expected, (text, arguments)
        known += len(found)
    assert known, "never known in the made-up centre: this shows nothing"


@pytest.mark.parametrize(("figure", "by"), ASKED, ids=name_of)
def test_asked_from_another_period_it_is_the_same(
    figure: Figure, by: str, session: Session
) -> None:
    readings = Readings(Records(session), parse_period("2026-10"))
    for text in ("2026-10", "2026-09", "2025-10", "2026-03", "2025-03", "2025-W10", "2025"):
        period = parse_period(text)
        alone = Readings(Records(session), period)
        arguments = given(figure, by)[-1]
        together = readings.values(figure, Ask(readings, period, arguments, by))
        itself = alone.values(figure, Ask(alone, period, arguments, by))
        if text != "2026-10" and not together:
            continue  # What nobody has reported is a zero in its own return, a blank in others.
        assert dict(together) == dict(itself), text


@pytest.mark.parametrize(("figure", "by"), ASKED, ids=name_of)
def test_the_records_behind_come_to_the_figure(figure: Figure, by: str, session: Session) -> None:
    listed = 0
    for text, arguments in product(PERIODS, given(figure, by)):
        period = parse_period(text)
        records = Records(session)
        ask = Ask(Readings(records, period), period, arguments, by)
        for row, value in ask.readings.values(figure, ask).items():
            behind = figure.behind(ask, row)
            if behind is None:
                continue
            listed += 1
            assert comes_to(records, behind) == value, (text, arguments, row)
    if figure.numerator or {figure.key, f"{figure.key} {by}"} & WITHOUT_LIST.keys():
        assert not listed
    else:
        assert listed, "no list opens"


@pytest.mark.parametrize(("figure", "by"), ASKED, ids=name_of)
def test_the_hub_comes_to_the_same(figure: Figure, by: str, session: Session) -> None:
    """The hub reads one centre's rows by a selection, not the register's own table."""

    def own_rows(key: str) -> FromClause:
        table = find_register(key).table
        return select(table).subquery(table.name)

    period = parse_period("2026-10")
    arguments = given(figure, by)[0]
    here, there = Records(session), Records(session, own_rows)
    asked = [Ask(Readings(each, period), period, arguments, by) for each in (here, there)]
    answers = [dict(ask.readings.values(figure, ask)) for ask in asked]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("figure", CATALOGUE, ids=name_of)
def test_a_figure_is_documented(figure: Figure) -> None:
    assert figure.label
    assert _(figure.definition).endswith("。")
    assert figure.clause
    assert bool(figure.numerator) == bool(figure.denominator)
    assert figure.numerator or figure.shape is not Shape.RATE
    assert all(find_dimension(by).rows for by in figure.by)


@pytest.mark.parametrize(("figure", "by"), ASKED, ids=name_of)
def test_a_table_has_a_row_for_every_answer(figure: Figure, by: str, session: Session) -> None:
    if not by:
        return
    for text, arguments in product(PERIODS, given(figure, by)):
        period = parse_period(text)
        readings = Readings(Records(session), period)
        rows = [each.key for each in find_dimension(by).rows(readings, period)]
        assert len(rows) == len(set(rows))
        answers = readings.values(figure, Ask(readings, period, arguments, by))
        assert set(answers) <= set(rows), (text, arguments)
