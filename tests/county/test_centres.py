from __future__ import annotations

from typing import Any

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select, update

from county import centres
from county.centres import Refused
from county.storage import Hub
from county.tables import CODES, DEVICES
from desktop.errors import NotFound, UserError
from desktop.sync import protocol
from tests.sync.parts import CODE, add_centre, code_for


def ask(code: str, key: SigningKey | None = None, centre: str = CODE) -> protocol.EnrolRequest:
    return protocol.EnrolRequest(
        code, bytes((key or SigningKey.generate()).verify_key), centre, "机"
    )


def enrol(hub: Hub, request: protocol.EnrolRequest) -> protocol.Enrolled:
    with hub.writing() as connection:
        return centres.enrol(connection, request)


def refusal(hub: Hub, request: protocol.EnrolRequest) -> str:
    with pytest.raises(Refused) as refused:
        enrol(hub, request)
    return refused.value.fault.code


def test_a_code_lets_in_one_pc_once(hub: Hub) -> None:
    code = code_for(hub)
    assert len(code.replace("-", "")) == 10
    request = ask(code)
    first = enrol(hub, request)
    again = enrol(hub, request)  # The answer may have been lost.
    assert (again.device, again.nonce) == (first.device, first.nonce)
    assert refusal(hub, ask(code)) == protocol.BAD_CODE
    with hub.reading() as connection:
        assert len(centres.devices(connection)) == 1
        stored = connection.execute(select(CODES)).one()
    assert code.replace("-", "").encode() not in stored.digest


def test_a_code_is_read_as_people_type_it(hub: Hub) -> None:
    code = code_for(hub)
    assert enrol(hub, ask(f" {code.lower().replace('-', ' ')} ")).centre == CODE


def test_wrong_and_expired_codes_are_refused(hub: Hub) -> None:
    assert refusal(hub, ask("AAAAA-AAAAA")) == protocol.BAD_CODE
    code = code_for(hub)
    with hub.writing() as connection:
        connection.execute(update(CODES).values(expires_at=1))
    assert refusal(hub, ask(code)) == protocol.BAD_CODE


def test_a_code_at_another_centres_pc_is_refused_and_stays_good(hub: Hub) -> None:
    add_centre(hub, "330523101", "乙镇卫生院")
    code = code_for(hub)
    assert refusal(hub, ask(code, centre="330523101000")) == protocol.OTHER_CENTRE
    assert enrol(hub, ask(code)).centre == CODE


def signed(
    hub: Hub, device: Any, key: SigningKey, body: bytes, claimed: bytes | None = None
) -> Any:
    signature = key.sign(claimed if claimed is not None else body).signature.hex()
    with hub.reading() as connection:
        return centres.authenticate(connection, str(device), signature, body)


def test_only_the_own_key_speaks_for_a_pc(hub: Hub) -> None:
    key = SigningKey.generate()
    device = enrol(hub, ask(code_for(hub), key)).device
    assert signed(hub, device, key, b"/sync\nx").centre_id == 1
    for wrong in (
        (device, SigningKey.generate(), b"x", None),
        (device, key, b"x", b"y"),
        (device + 1, key, b"x", None),
        ("1; --", key, b"x", None),
        ("99999999999999999999", key, b"x", None),
    ):
        with pytest.raises(Refused) as refused:
            signed(hub, *wrong)
        assert refused.value.fault.code == protocol.UNKNOWN_DEVICE


def test_a_revoked_pc_is_out(hub: Hub) -> None:
    key = SigningKey.generate()
    device = enrol(hub, ask(code_for(hub), key)).device
    with hub.writing() as connection:
        centres.revoke(connection, device)
    with pytest.raises(Refused) as refused:
        signed(hub, device, key, b"x")
    assert refused.value.fault.code == protocol.REVOKED
    with pytest.raises(NotFound), hub.writing() as connection:
        centres.revoke(connection, device)
    with hub.reading() as connection:
        assert connection.execute(select(DEVICES.c.revoked_at)).scalar_one()


def test_the_used_code_of_a_revoked_pc_is_refused(hub: Hub) -> None:
    request = ask(code_for(hub))
    device = enrol(hub, request).device
    with hub.writing() as connection:
        centres.revoke(connection, device)
    with pytest.raises(Refused, match="登记码已经用过，请向县里再要一个") as refused:
        enrol(hub, request)
    assert refused.value.fault.code == protocol.BAD_CODE
    again = enrol(hub, ask(code_for(hub)))
    assert again.device != device


def test_centres_are_found_by_code_and_name_and_kept_apart(hub: Hub) -> None:
    with pytest.raises(UserError):
        add_centre(hub)
    with hub.reading() as connection:
        assert centres.find_centre(connection, CODE).id == 1
        assert centres.find_centre(connection, "甲镇卫生院").id == 1
        with pytest.raises(NotFound, match="甲镇卫生院"):
            centres.find_centre(connection, "丙")
