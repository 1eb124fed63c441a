"""Taking in drugs and the clinics' monthly figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from desktop.errors import Problem, UserError
from desktop.exchange.convert import Columns
from desktop.exchange.directory import drug_key, spec_key, text_key
from desktop.exchange.periods import month_of
from desktop.exchange.plan import Draft
from desktop.exchange.tables import Table
from desktop.exchange.taking import Taking
from desktop.models.kinds import Value
from desktop.models.register import Values
from desktop.text import _


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

    def complete(self, columns: Columns, table: Table) -> None:
        """Fill in the month that the sheet as a whole speaks of."""
        given = self.context.period
        months = columns.values.get("month")
        if months is None or None in months:
            month = given or month_of(table.match.sheet)[0]
            blank = [row for row in range(len(table.rows)) if months is None or months[row] is None]
            bad = {
                row
                for row in blank
                if any(problem.field == "month" for problem in columns.problems.get(row, ()))
            }
            if not month and set(blank) - bad:
                raise UserError(
                    _("看不出“{file}”是哪个月的报表。").format(file=self.context.source),
                    _("请指明月份（--period 2026-10）。"),
                )
            months = list(months) if months is not None else [None] * len(table.rows)
            for row in blank:
                if row not in bad:
                    months[row] = month
            columns.values["month"] = months
        found = {str(month) for month in months if month}
        self._tell_contradiction(columns, months, given)
        self.context.period = next(iter(found)) if len(found) == 1 else given

    def _tell_contradiction(self, columns: Columns, months: list[Value], given: str) -> None:
        """Warn where a row's own month is not the one that the person named."""
        for row, month in enumerate(months):
            if given and month and month != given:
                message = _("表中月份 {month} 与指定的 {given} 不同，以表中为准。")
                message = message.format(month=month, given=given)
                columns.warn(row, Problem("period_differs", message, "month"))
