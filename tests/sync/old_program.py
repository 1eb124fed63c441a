"""What an office PC of an earlier version does; run with that version's modules on the path.

Takes a JSON list of steps and prints a JSON list of what each gave. It calls only what every
frozen version has.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from desktop.errors import UserError
from desktop.models.opening import NewCentre, create_centre, open_centre
from desktop.models.registers import all_registers, find_register
from desktop.models.store import save
from desktop.models.vault import Cost, Vault
from desktop.sync import engine
from desktop.sync.engine import Engine

CHEAP = Cost(operations=1, memory_bytes=8192)
PASSWORD = "春天来了2026"


def main() -> None:
    steps = json.loads(sys.argv[1])
    home = Path(sys.argv[2])
    vault = Vault(home, cost=CHEAP)
    if vault.exists:
        centre = open_centre(home, "院长", PASSWORD, vault=vault)
    else:
        new = NewCentre("甲镇卫生院", "330523100")
        centre = create_centre(home, new, "院长", PASSWORD, vault=vault)[0]
    try:
        given = [act(centre.store, **step) for step in steps]
    finally:
        centre.close()
    print(json.dumps(given))


def act(store: Any, do: str, **given: Any) -> Any:
    if do == "enrol":
        engine.enrol(store, given["url"], given["code"], "旧电脑")
        return None
    if do == "save":
        register = find_register(given["register"])
        record = bytes.fromhex(given["id"]) if "id" in given else None
        with store.writing() as session:
            return save(session, register, given["values"], record).hex()
    if do == "rows":
        register = find_register(given["register"])
        with store.reading() as session:
            rows = session.execute(register.table.select())
            return {row.id.hex(): row.deleted_at is None for row in rows}
    if do == "registers":
        return sorted(all_registers())
    assert do == "sync"
    try:
        report = Engine(store).exchange()
    except UserError as error:
        return {"error": str(error)}
    return {
        "pushed": report.pushed,
        "pulled": report.pulled,
        "waiting": report.waiting,
        "refused": [each.message for each in report.refused],
    }


if __name__ == "__main__":
    main()
