from __future__ import annotations

from desktop.models.opening import Centre
from desktop.models.registers import find_register
from desktop.models.store import insert_many
from desktop.services.clinic_targets import set_targets, task_letters


def test_the_task_letter_and_its_progress(fresh_centre: Centre) -> None:
    store = fresh_centre.store
    with store.writing() as session:
        clinics = insert_many(session, find_register("clinics"), [{"name": "甲"}, {"name": "乙"}])
        insert_many(
            session,
            find_register("clinic_months"),
            [
                {"clinic_id": clinics[0], "month": "2026-01", "visits": 100},
                {"clinic_id": clinics[0], "month": "2026-03", "visits": 50},
            ],
        )
    targets = {(None, "诊疗人次"): 1200, (clinics[1], "诊疗人次"): 600}
    assert set_targets(store, "2026", targets) == 2
    assert set_targets(store, "2026", {(clinics[1], "诊疗人次"): 500}) == 1
    with store.reading() as session:
        letters = {each.clinic: each for each in task_letters(session, "2026", "2026-03")}
    first = next(line for line in letters["甲"].lines if line.figure == "诊疗人次")
    assert first.months == {"2026-01": 100, "2026-02": None, "2026-03": 50}
    assert (first.target, first.done, first.behind) == (1200, 150, True)
    assert first.percent == 12.5
    second = next(line for line in letters["乙"].lines if line.figure == "诊疗人次")
    assert (second.target, second.done, second.percent) == (500, None, None)
    assert set_targets(store, "2026", {(clinics[1], "诊疗人次"): None}) == 1
    with store.reading() as session:
        again = {each.clinic: each for each in task_letters(session, "2026", "2026-03")}
    assert again["乙"].lines[0].target == 1200
