"""People of the made-up centre: gone, without post or title, stationed twice, at month edges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from desktop.models.registers import find_register
from desktop.models.store import change_many
from tests.helpers.samples import id_number
from tests.services.figures.independent import MadeUp, fills

_EDGES = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 1))
_TITLES = (
    *("主任医师", "副主任医师", "主治医师", "医师", "医士", "主管护师", "护师", "护士"),
    *("副主任护师", "执业药师", "乡村医生", "无", None, None),
)


@fills
def staff(made: MadeUp) -> None:
    chance = made.chance
    rows: list[dict[str, Any]] = []
    for order in range(110):
        expires = date(2026, 6, 1) + timedelta(days=chance.randrange(400))
        rows.append(
            {
                "name": f"职工{order % 97}",
                "id_number": id_number(order, date(1980, 5, 6)),
                "post_category": chance.choice(
                    ("专业技术",) * 4 + ("管理", "工勤技能", "其他岗", None)
                ),
                "title": chance.choice(_TITLES),
                "employment": chance.choice(("在编", "在编", "县管乡用", "编外聘用", "临时", None)),
                "education": chance.choice(("本科", "硕士", "大专", "中专", "职高", None)),
                "practice_category": chance.choice(("临床", "公共卫生", "中医", None)),
                "status": chance.choice(("在岗", None, "借调", "休假", "离职", "退休", "外派")),
                "licence_expires_on": chance.choice((None, expires, *_EDGES)),
            }
        )
    ids = made.add("staff", *rows)
    made.remove("staff", *ids[::19])


@fills
def staff_moves(made: MadeUp) -> None:
    chance = made.chance
    hospital = "市人民医院"
    centre = find_register("centre")
    (which,) = made.session.execute(select(centre.table.c.id)).scalars()
    change_many(made.session, centre, [(which, {"lead_hospital": hospital})])
    kinds = {
        "流入": ("招聘", "调入", "派驻到岗", None),
        "流出": ("辞职", "调出", "考研", "自主创业"),
        "院内": ("转岗", None),
    }
    rows: list[dict[str, Any]] = []
    for _order in range(130):
        direction = chance.choice(("流入", "流出", "院内"))
        moved = date(2025, 7, 1) + timedelta(days=chance.randrange(500))
        rows.append(
            {
                "staff_id": chance.choice((*made.ids["staff"], None)),
                "moved_on": chance.choice((moved, moved, *_EDGES, None)),
                "direction": chance.choice((direction, direction, direction, None)),
                "kind": chance.choice(kinds[direction]),
                "to_unit": chance.choice((hospital, "外县医院", None)),
            }
        )
    ids = made.add("staff_moves", *rows)
    made.remove("staff_moves", *ids[::15])


@fills
def stationings(made: MadeUp) -> None:
    chance = made.chance
    rows: list[dict[str, Any]] = []
    for order in range(70):
        starts = date(2025, 3, 1) + timedelta(days=chance.randrange(600))
        starts = chance.choice((starts, starts, starts, date(2026, 4, 30), date(2026, 5, 1)))
        ends = starts + timedelta(days=chance.choice((20, 90, 183, 184, 240)))
        ends = chance.choice((ends, ends, *_EDGES))
        rows.append(
            {
                "name": f"专家{order % 23}",
                "source_unit": chance.choice(("牵头医院", "牵头医院", "市中医院", "疾控", "外院")),
                "role": chance.choice(("西医", "中医", "院感", "质控", "管理", "药事", None)),
                "title": chance.choice(_TITLES),
                "mode": chance.choice(("驻扎", "驻扎", "巡回", None)),
                "starts_on": None if chance.random() < 0.04 else starts,
                "ends_on": None if ends < starts or chance.random() < 0.08 else ends,
                "days_present": chance.choice((None, 0, 60)),
            }
        )
    ids = made.add("stationings", *rows)
    made.remove("stationings", *ids[::12])
