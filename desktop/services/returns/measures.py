"""What can be looked back on: every line of every form, and every figure of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from desktop.errors import UserError
from desktop.services.figures.catalogue import Figure, figures, find_figure
from desktop.services.returns.forms import TOTAL, Form, Line, Section, cell_key, split_key
from desktop.services.returns.library import Library
from desktop.text import _


@dataclass(frozen=True)
class Measure:
    """What is looked at: a cell of a form, or a figure of the catalogue with its arguments.

    ``row`` is the record or word of a table's row; empty for a line, ``TOTAL`` for a table's total.
    """

    form: str = ""
    code: str = ""
    figure: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    by: str = ""
    row: str = ""

    @property
    def cell(self) -> str:
        """Return the name of its cell in the form."""
        return cell_key(self.code, self.row)

    @property
    def key(self) -> str:
        """Return it as the command line writes it: ``form:CELL`` or ``figure[argument=word]``."""
        if self.form:
            return f"{self.form}:{self.cell}"
        said = ",".join(f"{name}={value}" for name, value in self.arguments)
        return f"{self.figure}[{said}]" if said else self.figure


def parse_measure(text: str) -> Measure:
    """Return the measure that is written so.

    Raises:
        UserError: It is not written as a measure.
    """
    form, colon, cell = text.strip().partition(":")
    if colon:
        code, row = split_key(cell)
        return Measure(form=form, code=code, row=row)
    figure, bracket, said = text.strip().removesuffix("]").partition("[")
    pairs = [each.partition("=") for each in said.split(",")] if bracket else []
    if any(not equals for _name, equals, _value in pairs):
        raise UserError(
            _("“{text}”不是指标。").format(text=text),
            _("请写成 表式:代码（如 medical_services_monthly:M10）或指标名称。"),
        )
    return Measure(figure=figure, arguments=tuple((name, value) for name, _eq, value in pairs))


def line_of(figure: Figure) -> Line:
    """Return how a figure's numbers are read, as a line would say it."""
    return Line(
        code="",
        label=figure.label,
        unit=figure.unit,
        kind=figure.kind.value,
        shape=figure.shape.value,
        change="difference" if figure.shape.value == "rate" else "percent",
        scale="元",
        source={"figure": figure.key},
    )


def figure_title(figure: Figure, arguments: Mapping[str, str]) -> str:
    """Return a figure's name with the words of its arguments."""
    words = [
        argument.choices().get(arguments[argument.name], arguments[argument.name])
        for argument in figure.arguments
        if arguments.get(argument.name)
    ]
    return _(figure.label) + "".join(f"（{_(word)}）" for word in words)


# What there is to choose


@dataclass(frozen=True)
class Choice:
    """A measure to choose, under a heading; ``told_by`` are the dimensions that divide it."""

    measure: Measure
    heading: str
    label: str
    period: str
    told_by: frozenset[str] = frozenset()


def choices(found: Library) -> Iterator[Choice]:
    """Return every line of every form, then every figure with each word of its argument."""
    for key in found.keys:
        form = found.find(key)
        for section in form.section:
            for line in section.items:
                yield _line_choice(form, section, line)
    for figure in figures():
        if figure.rows_only:
            continue
        for arguments in _arguments(figure):
            yield Choice(
                Measure(figure=figure.key, arguments=arguments),
                "",
                figure_title(figure, dict(arguments)),
                "",
                figure.by,
            )


def _line_choice(form: Form, section: Section, line: Line) -> Choice:
    by = section.rows or form.each
    told = frozenset({by}) if by else frozenset()
    if line.figure:
        told |= find_figure(line.figure).by
    row = TOTAL if section.rows else ""
    label = f"{line.code} {_(line.label)}"
    return Choice(Measure(form.key, line.code, row=row), _(form.short), label, form.period, told)


def _arguments(figure: Figure) -> Iterator[tuple[tuple[str, str], ...]]:
    required = any(argument.required for argument in figure.arguments)
    if not required:
        yield ()
    for argument in figure.arguments:
        if all(each is argument or not each.required for each in figure.arguments):
            for word in argument.choices():
                yield ((argument.name, word),)
