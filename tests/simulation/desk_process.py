"""A PC that works and exchanges without a pause until it is killed; prints what is committed."""

from __future__ import annotations

import contextlib
import random
import sys
from datetime import date
from pathlib import Path

from desktop.errors import UserError
from desktop.models.opening import open_centre
from desktop.models.register import Values
from desktop.models.registers import find_register
from desktop.models.store import change_many, insert_many
from desktop.models.vault import Vault
from desktop.sync.engine import Engine
from tests.helpers.centres import CHEAP
from tests.sync.parts import PASSWORD

MOVES = find_register("stock_moves")
STAFF = find_register("staff")


def main() -> None:
    """Work on; each line is a movement, or a person's note with its value."""
    home, seed, person = Path(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3])
    chance = random.Random(seed)
    centre = open_centre(home, "院长", PASSWORD, vault=Vault(home, cost=CHEAP))
    print("ready", flush=True)
    move: Values = {"lot_id": bytes(15) + b"\x01", "moved_on": date(2026, 10, 1), "kind": "入库"}
    count = 0
    while True:
        count += 1
        note = f"{seed}-{count}"
        with centre.store.writing() as session:
            made = insert_many(session, MOVES, [{**move, "quantity": 1}] * chance.randint(1, 40))
            change_many(session, STAFF, [(person, {"note": note})])
        print(note, *(id.hex() for id in made), flush=True)
        if chance.random() < 0.7:
            engine = Engine(centre.store)
            engine._limit = chance.randint(1, 30)
            with contextlib.suppress(UserError):
                engine.exchange()


if __name__ == "__main__":
    main()
