"""What formulas and checks of a return may look up: policies, earlier periods, other returns."""

from __future__ import annotations

from fractions import Fraction

from desktop.services.figures.catalogue import WHOLE, Ask, Figure, find_figure, hundredths
from desktop.services.figures.readings import Readings
from desktop.services.periods import Period
from desktop.services.records import Records
from desktop.services.returns.checks import exact
from desktop.services.returns.forms import Form, Line, cell_key, split_key
from desktop.services.returns.formulas import Number
from desktop.services.returns.kept import Kept, monthly_sum

_LOOK_BACK = 12
_LEAST_PERIODS = 3
"""Fewer earlier periods make no usual bounds."""


class Around:
    """The surroundings of one return, for its centre or for one row of it."""

    def __init__(
        self,
        records: Records,
        form: Form,
        period: Period,
        kept: Kept,
        readings: Readings,
        row: str = WHOLE,
    ) -> None:
        self._records = records
        self._form = form
        self._period = period
        self._kept = kept
        self._readings = readings
        self._row = row
        self._policies: dict[str, Number | None] = {}
        self._values: dict[tuple[str, str, str], int | None] = {}

    def of(self, row: str) -> Around:
        """Return the surroundings of a row or subject."""
        if row == self._row:
            return self
        return Around(self._records, self._form, self._period, self._kept, self._readings, row)

    def asked(self, line: Line, period: Period, row: str) -> tuple[Figure, Ask]:
        """Return a line's figure and the question put to it."""
        by = self._form.each if row else WHOLE
        return find_figure(line.figure), Ask(self._readings, period, line.arguments, by)

    def value(self, line: Line, row: str, period: Period) -> int | None:
        """Return a line's figure of a period, as the registers or the return of then know it."""
        place = (line.code, row, period.key)
        if place not in self._values:
            self._values[place] = self._looked_up(line, row, period)
        return self._values[place]

    def _looked_up(self, line: Line, row: str, period: Period) -> int | None:
        key = cell_key(line.code, row)
        if line.typed:
            return self._kept.typed(period).get(key)
        if line.carried:
            model = self._form.by_code[line.carried]
            return self.value(model, row, period.previous)
        if line.formula:
            return self._kept.reported(period, key)
        figure, ask = self.asked(line, period, row)
        if figure.snapshot and period != self._period:
            return self._kept.reported(period, key)
        return figure.of(ask, row)

    def policy(self, code: str) -> Number | None:
        """Return a policy's number at the period's end."""
        if code not in self._policies:
            number = self._records.policy(code, self._period.last)
            found = None if number is None else Fraction(number)
            whole = found is not None and found.denominator == 1
            self._policies[code] = int(found) if found is not None and whole else found
        return self._policies[code]

    def earlier(self, codes: tuple[str, ...]) -> list[tuple[Number, ...]]:
        """Return the lines' figures in the 12 periods before, where none is blank."""
        made = []
        lines = [self._form.by_code[code] for code in codes]
        period = self._period
        for _back in range(_LOOK_BACK):
            period = period.previous
            found = [exact(line, self.value(line, self._row, period)) for line in lines]
            known = [each for each in found if each is not None]
            if len(known) == len(codes):
                made.append(tuple(known))
        return made

    def compared(self, code: str, column: str) -> Number | None:
        """Return a line's figure of the last period, a year ago or the year so far."""
        line = self._form.by_code[code]
        if column == "to_date":
            return exact(line, self.to_date(line, self._row))
        period = self._period.previous if column == "last" else self._period.year_ago
        if line in self._form.lines:
            return exact(line, self.value(line, self._row, period))
        return exact(line, self._kept.reported(period, cell_key(code, self._row or "*")))

    def to_date(self, line: Line, row: str) -> int | None:
        """Return a line's figure of the year so far: added up, a share from its parts added up."""
        periods = self._period.year_so_far
        if line.shape not in ("rate", "average"):
            found = [self.value(line, row, each) for each in periods]
            known = [each for each in found if each is not None]
            return sum(known) if known else None
        parts = [each for each in (self._parts(line, row, period) for period in periods) if each]
        above, below = (sum(part) for part in zip(*parts, strict=True)) if parts else (0, 0)
        if not below:
            return None
        hundred = 100 if line.shape == "average" else 1
        return hundredths(above, below * hundred)

    def _parts(self, line: Line, row: str, period: Period) -> tuple[int, int] | None:
        """Return what stands above and below the line of a share, where both are known."""
        if not line.figure:
            return None
        figure, ask = self.asked(line, period, row)
        if not figure.denominator:
            return None
        above = find_figure(figure.numerator).of(ask, row)
        below = find_figure(figure.denominator).of(ask, row)
        return None if above is None or below is None else (above, below)

    def monthly(self, form: str, code: str) -> Number | None:
        """Return the sum of a line over the year's submitted monthly returns of a form."""
        key = cell_key(code, self._row)
        found = monthly_sum(self._records, form, key, self._period.key[:4])
        code_line = self._form.by_code.get(code)
        return found if code_line is None else exact(code_line, found)

    def bounds(self, key: str) -> tuple[int | None, int | None]:
        """Return the least and most that the returns of the last 12 periods gave for a cell."""
        code, row = split_key(key)
        line = self._form.by_code[code]
        found = []
        period = self._period
        for _back in range(_LOOK_BACK):
            period = period.previous
            value = self._kept.reported(period, cell_key(line.code, row))
            if value is not None:
                found.append(value)
        if len(found) < _LEAST_PERIODS:
            return None, None
        return min(found), max(found)
