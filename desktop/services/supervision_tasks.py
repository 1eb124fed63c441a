"""What supervision leaves to do: clinics to visit, findings that should be put right by now."""

from __future__ import annotations

from datetime import date

from desktop.services.findings import overdue
from desktop.services.oversight import doctor_warnings
from desktop.services.records import Records
from desktop.services.tasks import Task, Urgency
from desktop.services.visits import plan
from desktop.text import _, in_a_row

_NAMES = 4
"""Names spelled out before "等"."""


def supervision_tasks(records: Records, today: date) -> list[Task]:
    """Return the tasks of supervision; a centre that has not begun visits has none."""
    made = (_visits(records, today), _findings(records, today), _doctors(records, today))
    return [task for task in made if task]


def _named(names: list[str]) -> str:
    shown = in_a_row(names[:_NAMES])
    return _("{names}等").format(names=shown) if len(names) > _NAMES else shown


def _visits(records: Records, today: date) -> Task | None:
    lines = plan(records, today)
    due = [line for line in lines if line.due]
    if not due or all(line.last_on is None for line in lines):
        return None
    late = any(line.late > 0 for line in due)
    return Task(
        "visits",
        _("{count} 个村卫生室应督导").format(count=len(due)),
        _named([line.clinic for line in due]),
        _("逾期") if late else _("今天"),
        Urgency.RED if late else Urgency.AMBER,
        parameters={"register": "visits", "chip": "due"},
    )


def _doctors(records: Records, today: date) -> Task | None:
    """Name the doctors past the leaving age or whose contract ends; licences have their own."""
    wanted = ("leaving_age", "contract_expiring")
    found = [each for each in doctor_warnings(records, today) if each.code in wanted]
    if not found:
        return None
    names = list(dict.fromkeys(each.name for each in found))
    return Task(
        "village_doctors",
        _("{count} 名村医到离岗年龄或合同到期").format(count=len(names)),
        _named(names),
        _("查看"),
        Urgency.AMBER,
        parameters={"register": "oversight", "chip": "doctors"},
    )


def _findings(records: Records, today: date) -> Task | None:
    late = overdue(records, today)
    if not late:
        return None
    clinics = list(dict.fromkeys(line.clinic for line in late))
    return Task(
        "findings",
        _("{count} 项督导问题逾期未整改").format(count=len(late)),
        _named(clinics),
        _("逾期"),
        Urgency.RED,
        parameters={"register": "findings", "chip": "overdue"},
    )
