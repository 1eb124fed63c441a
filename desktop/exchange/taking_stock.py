"""Taking in what is in stock: drug lots as counted, supplies as their month's sheet says.

Nothing stored is overwritten: a figure that differs from the ledger appends the movement that makes
it right, so that taking the same sheet in again finds everything equal.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date

from desktop.errors import Problem, UserError
from desktop.exchange.convert import Columns
from desktop.exchange.directory import text_key
from desktop.exchange.periods import month_of
from desktop.exchange.plan import Changed, Draft
from desktop.exchange.taking import Taking
from desktop.models.kinds import Value
from desktop.models.ledger import (
    COUNTED,
    ISSUED,
    LOST,
    OPENING,
    RECEIVED,
    balances,
    day_before,
    month_days,
    month_sums,
)
from desktop.models.register import Values
from desktop.text import _, in_a_row


class TakingStock(Taking):
    """Drug lots are known by drug and batch; the counted quantity is booked as a stock-take."""

    def look_up_field(self, columns: Columns, key: str, target: str) -> None:
        """Find the drugs by name, specification, maker and price."""
        if key != "drug_id":
            super().look_up_field(columns, key, target)
            return
        count = len(columns.values[key])
        blank: list[Value] = [None] * count
        sets = [
            columns.values[key],
            columns.values.pop("spec", blank),
            columns.values.pop("manufacturer", blank),
            columns.values.get("unit_price", blank),
        ]
        found: dict[tuple[Value, ...], bytes | Problem] = {}
        drugs: list[Value] = []
        for row, wanted in enumerate(zip(*sets, strict=True)):
            name, spec, maker, price = wanted
            if name is None:
                drugs.append(None)
                continue
            if wanted not in found:
                found[wanted] = self.context.directory.find_drug(
                    str(name),
                    None if spec is None else str(spec),
                    None if maker is None else str(maker),
                    price if isinstance(price, int) else None,
                )
            drug = found[wanted]
            if isinstance(drug, Problem):
                columns.refuse(row, drug)
                drugs.append(None)
            else:
                drugs.append(drug)
        columns.values[key] = drugs
        self._want_quantities(columns)

    def _want_quantities(self, columns: Columns) -> None:
        """Refuse rows whose count is blank: a blank is not zero."""
        for row, counted in enumerate(columns.values.get("quantity", ())):
            if counted is None and row not in columns.problems:
                message = _("缺少库存数量，没有库存请填 0。")
                columns.refuse(row, Problem("missing_quantity", message, "quantity"))

    def missing(self, key: str, label: str) -> Problem:
        """Name the drug's missing name like any other name."""
        problem = super().missing(key, label)
        return Problem("missing_name", problem.message, key) if key == "drug_id" else problem

    def key_of(self, values: Mapping[str, Value]) -> Hashable:
        """Return drug and batch; lots without a batch are told apart by expiry."""
        batch = values.get("batch_no")
        return (values.get("drug_id"), text_key(str(batch)) if batch else values.get("expires_on"))

    def settle(self, drafts: list[Draft]) -> None:
        """Compare the lots, then their counts with the ledger."""
        known = self.known(drafts)
        sums = balances(self.context.session, "stock_moves")
        moves = self.plan.moves.setdefault("stock_moves", [])
        for draft in drafts:
            before = known.get(self.key_of(draft.values))
            lot = self.compare(draft, before)
            counted = draft.own.get("quantity")
            balance = sums.get(lot, 0)
            if isinstance(counted, int) and counted != balance:
                day = self.context.day
                moves.append(
                    {
                        "id": self.context.booking_id("stock_moves", lot, day, COUNTED),
                        "lot_id": lot,
                        "moved_on": day,
                        "kind": COUNTED,
                        "quantity": counted - balance,
                        "note": self.context.source,
                    }
                )
                if before is not None:
                    _note_change(self, draft, lot, {"quantity": (balance, counted)})


def _note_change(
    taking: Taking, draft: Draft, record_id: bytes, figures: Mapping[str, tuple[Value, Value]]
) -> None:
    """Show changed ledger figures beside the changed fields of the record."""
    plan = taking.plan
    before: Values = {key: old for key, (old, _new) in figures.items()}
    after: Values = {key: new for key, (_old, new) in figures.items()}
    if plan.unchanged and plan.unchanged[-1] == (draft.row, record_id):
        plan.unchanged.pop()
        plan.changed.append(Changed(draft.row, record_id, before, after))
    elif plan.changed and plan.changed[-1].row == draft.row:
        known = plan.changed[-1]
        plan.changed[-1] = Changed(draft.row, record_id, known.before | before, known.after | after)


class TakingSupplies(Taking):
    """Supply items with their month: opening, received, consumed, closing."""

    def check_draft(self, draft: Draft) -> list[Problem]:
        """Check the month's figures too."""
        return super().check_draft(draft) or _check_figures(draft.own)

    def settle(self, drafts: list[Draft]) -> None:
        """Compare the items, then the month's figures with the ledger."""
        monthly = any(draft.own.get(key) is not None for draft in drafts for key in _FLOWS)
        month = self.context.period
        if monthly and not month:
            raise UserError(
                _("看不出“{file}”是哪个月的报表。").format(file=self.context.source),
                _("请指明月份（--period 2026-10）。"),
            )
        if monthly:
            self._refuse_several_months()
        known = self.known(drafts)
        ledger = _MonthLedger(self, month if monthly else "")
        for draft in drafts:
            before = known.get(self.key_of(draft.values))
            item = self.compare(draft, before)
            figures = ledger.book(item, draft.own)
            if figures and before is not None:
                _note_change(self, draft, item, figures)

    def _refuse_several_months(self) -> None:
        """Refuse a workbook with a sheet for each month: each builds on the one before it."""
        found = {month_of(table.match.sheet, table.match.top)[0] for table in self.tables}
        if len(found - {""}) > 1:
            raise UserError(
                _("“{file}”里有几个月的表：{months}。").format(
                    file=self.context.source, months=in_a_row(sorted(found - {""}))
                ),
                _("请每个月另存为一个文件，按月份先后导入。"),
            )


_FLOWS = ("opening", "received", "consumed", "lost")


def _check_figures(own: Values) -> list[Problem]:
    """Work out the closing stock (期末 = 期初 + 入库 − 消耗) and refuse one that contradicts it."""
    opening = own.get("opening")
    if not isinstance(opening, int):
        return []
    received, consumed, lost = (
        value if isinstance(value := own.get(key), int) else 0
        for key in ("received", "consumed", "lost")
    )
    worked_out = opening + received - consumed - lost
    typed = own.get("closing_stock")
    if isinstance(typed, int) and typed != worked_out:
        message = _("期末库存 {typed} 不等于期初＋入库－消耗＝{worked_out}。")
        message = message.format(typed=typed, worked_out=worked_out)
        return [Problem("closing_mismatch", message, "closing_stock")]
    if worked_out < 0:
        message = _("期初＋入库－消耗＝{worked_out}，库存不能为负。").format(worked_out=worked_out)
        return [Problem("negative_closing_stock", message, "closing_stock")]
    own["closing_stock"] = worked_out
    return []


class _MonthLedger:
    """Appends what makes the supply ledger say what a month's sheet says."""

    def __init__(self, taking: Taking, month: str) -> None:
        session = taking.context.session
        self._taking = taking
        self._month = month
        self._moves = taking.plan.moves.setdefault("supply_moves", [])
        if month:
            self._last = month_days(month)[1]
            self._eve = day_before(month)
            self._before = balances(session, "supply_moves", self._eve)
            self._sums = month_sums(session, "supply_moves", month)
            self._present = set(self._before) | set(self._sums)
        else:
            self._last = taking.context.day
            self._before = balances(session, "supply_moves")
            self._sums = {}
            self._present = set(self._before)

    def _append(self, item: bytes, day: date, kind: str, quantity: int) -> None:
        if quantity:
            self._moves.append(
                {
                    "id": self._taking.context.booking_id("supply_moves", item, day, kind),
                    "supply_id": item,
                    "moved_on": day,
                    "kind": kind,
                    "quantity": quantity,
                    "note": self._taking.context.source,
                }
            )

    def book(self, item: bytes, own: Values) -> dict[str, tuple[Value, Value]]:
        """Append an item's movements; returns what changes: (before, after) by figure."""
        changed: dict[str, tuple[Value, Value]] = {}
        sums = dict(self._sums.get(item, {}))
        before = balance = self._before.get(item, 0)
        opening = own.get("opening")
        if isinstance(opening, int) and self._month:
            kind = COUNTED if item in self._present else OPENING
            self._append(item, self._eve, kind, opening - balance)
            if opening != balance:
                changed["opening"] = (balance, opening)
            balance = opening
        for key, kind, sign in (
            ("received", RECEIVED, 1),
            ("consumed", ISSUED, -1),
            ("lost", LOST, -1),
        ):
            wanted = own.get(key)
            booked = sums.get(kind, 0)
            if isinstance(wanted, int) and sign * wanted != booked:
                self._append(item, self._last, kind, sign * wanted - booked)
                changed[key] = (sign * booked, wanted)
                sums[kind] = sign * wanted
        self._close(item, own, balance + sum(sums.values()), before, changed)
        return changed

    def _close(
        self,
        item: bytes,
        own: Values,
        balance: int,
        before: int,
        changed: dict[str, tuple[Value, Value]],
    ) -> None:
        """Append a count where other movements leave another balance than the sheet has."""
        closing = own.get("closing_stock")
        if isinstance(closing, int) and closing != balance:
            self._append(item, self._last, COUNTED, closing - balance)
            was = before + sum(self._sums.get(item, {}).values())
            changed["closing_stock"] = (was, closing)
