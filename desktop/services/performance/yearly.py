"""The papers of a year as they stand in the registers on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from desktop.services.clinic_targets import task_letters
from desktop.services.months import last_day
from desktop.services.performance.ledger import fund_balances, yearly_pay
from desktop.services.performance.paper import Paper
from desktop.services.performance.sheets import centre_name
from desktop.services.performance.yearly_papers import funds_paper, letter_papers, yearly_paper
from desktop.text import N_

PAID, FUNDS, LETTERS = N_("补助年度汇总"), N_("专项资金"), N_("目标任务书")
YEARLY = (PAID, FUNDS, LETTERS)
"""The papers of a year by name."""


def papers_of_year(session: Session, year: str, today: date) -> dict[str, tuple[Paper, ...]]:
    """Return the papers by name; what there is nothing of is left out."""
    centre = centre_name(session)
    until = min(f"{year}-12", f"{today:%Y-%m}") if f"{today:%Y}" >= year else f"{year}-01"
    paid = yearly_pay(session, year)
    funds = fund_balances(session, min(today, last_day(f"{year}-12")))
    made = {
        PAID: (yearly_paper(paid, centre, year),) if paid else (),
        FUNDS: (funds_paper(funds, centre, today),) if funds else (),
        LETTERS: letter_papers(task_letters(session, year, until), centre),
    }
    return {name: papers for name, papers in made.items() if papers}
