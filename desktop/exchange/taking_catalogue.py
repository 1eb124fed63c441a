"""Taking in drugs and the clinics' monthly figures."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence

from desktop.errors import Problem, UserError
from desktop.exchange.convert import Columns
from desktop.exchange.directory import drug_key, spec_key, text_key
from desktop.exchange.periods import month_of
from desktop.exchange.plan import Draft, RegisterPlan
from desktop.exchange.tables import Table
from desktop.exchange.taking import Context, Taking
from desktop.models.kinds import Cell, Value, narrow
from desktop.models.register import Register, Values
from desktop.text import _

_MONTH_ALONE = re.compile(r"(\d{1,2})\s*月?份?")


class TakingDrugs(Taking):
    """Drugs are known by name, specification and maker; a sheet may leave the maker out."""

    def key_of(self, values: Mapping[str, Value]) -> Hashable:
        """Return name, specification and maker as they are compared."""
        maker = values.get("manufacturer")
        return (*self._without_maker(values), text_key(str(maker)) if maker else "")

    def _without_maker(self, values: Mapping[str, Value]) -> tuple[str, str]:
        spec = values.get("spec")
        return drug_key(str(values.get("name"))), spec_key(str(spec) if spec else None)

    def settle(self, drafts: list[Draft]) -> None:
        """Compare each drug; without a maker on one side, the only one of the name is meant."""
        known = self.known(drafts)
        alike: dict[tuple[str, str], list[Values]] = {}
        for values in known.values():
            alike.setdefault(self._without_maker(values), []).append(values)
        for draft in drafts:
            before = known.get(self.key_of(draft.values))
            same = alike.get(self._without_maker(draft.values), [])
            if before is None and len(same) == 1:
                if not draft.values.get("manufacturer") or not same[0]["manufacturer"]:
                    before = same[0]
            elif before is None and same and not draft.values.get("manufacturer"):
                message = _("药品目录中有 {count} 种同名同规格的药品，请写明生产企业。")
                message = message.format(count=len(same))
                draft.problems = [Problem("ambiguous_drug", message, "manufacturer")]
                continue
            self.compare(draft, before)


class TakingClinicMonths(Taking):
    """Monthly figures; the month may stand in a title or a name instead of a column."""

    def run(self) -> RegisterPlan:
        """Name the file's month, where all its rows are of one."""
        plan = super().run()
        months = self._months - {None}
        self.context.period = str(months.pop()) if len(months) == 1 else self.context.named_period
        return plan

    def __init__(self, context: Context, register: Register, tables: Sequence[Table]) -> None:
        super().__init__(context, register, tables)
        self._months: set[Value] = set()

    def complete(self, columns: Columns, table: Table) -> None:
        """Fill in the month that the sheet as a whole speaks of."""
        named = self.context.named_period
        about = named or month_of(table.match.sheet, table.match.top)[0]
        months = columns.values.setdefault("month", [None] * len(table.rows))
        typed = table.cells("month") if "month" in table.match.columns else [""] * len(table.rows)
        for row, month in enumerate(months):
            if month is not None:
                self._compare(columns, row, str(month), named)
            elif not _has_problem(columns, row):
                months[row] = self._known(about)
            elif about and _month_number(typed[row]) == int(about[5:]):
                # 10月 without its year is the month that the title or the folder names.
                months[row] = about
                columns.problems[row] = [
                    each for each in columns.problems[row] if each.field != "month"
                ]
        self._months.update(months)

    def _known(self, month: str) -> str:
        if not month:
            raise UserError(
                _("看不出“{file}”是哪个月的报表。").format(file=self.context.source),
                _("请指明月份（--period 2026-10）。"),
            )
        return month

    def _compare(self, columns: Columns, row: int, month: str, named: str) -> None:
        """Warn where a row's own month is not the one that the person named."""
        if named and month != named:
            message = _("表中月份 {month} 与指定的 {named} 不同，以表中为准。")
            message = message.format(month=month, named=named)
            columns.warn(row, Problem("period_differs", message, "month"))


def _has_problem(columns: Columns, row: int) -> bool:
    return any(problem.field == "month" for problem in columns.problems.get(row, ()))


def _month_number(cell: Cell) -> int:
    """Return the number of a month written without its year, 0 where it is something else."""
    found = _MONTH_ALONE.fullmatch(narrow(cell))
    return int(found[1]) if found else 0
