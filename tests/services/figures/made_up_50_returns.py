"""Medical services returns of the made-up centre: drafts, revisions, cells typed over them."""

from __future__ import annotations

import json

from tests.services.figures.independent import MadeUp, fills

FORM = "medical_services_monthly"
CODES = ("M11", "M12", "M13", "M17", "M31", "M40", "M41", "M51", "M52", "M55")


@fills
def returns(made: MadeUp) -> None:
    chance = made.chance

    def typed(share: float) -> str:
        return json.dumps({c: chance.randrange(9000) for c in CODES if chance.random() < share})

    rows = [
        (f"{year}-{month:02d}", revision, status)
        for year in (2025, 2026)
        for month in range(1, 11)
        for revision, status in ((1, "已上报"), (2, "草稿"), (3, "退回重报"))
        if chance.random() < 0.75
    ]
    made.add(
        "returns",
        *[
            {
                "form": FORM,
                "month": month,
                "period": month,
                "revision": revision,
                "status": status,
                "typed": typed(0.9),
            }
            for month, revision, status in rows
        ],
    )
    ids = made.add(
        "return_cells",
        *[
            {
                "form": FORM,
                "period": month,
                "cell": code,
                "kind": "填报",
                "value": chance.choice((None, "", "0", str(chance.randrange(9000)))),
            }
            for month in ("2026-10", "2026-09", "2025-10", "2026-04")
            for code in CODES
            if code not in ("M11", "M17") or month != "2026-10"
        ],
        *[
            {"form": FORM, "period": "2026-10", "cell": code, "kind": "填报", "value": "1234"}
            for code in ("M11", "M17")
        ],
        {"form": FORM, "period": "2026-10", "cell": "M11", "kind": "情况说明", "value": "农忙"},
        {"form": "other", "period": "2026-10", "cell": "M12", "kind": "填报", "value": "1"},
        {"form": FORM, "period": "2026-09", "cell": "M99", "kind": "填报", "value": "5"},
    )
    made.remove("return_cells", ids[3], ids[14])
