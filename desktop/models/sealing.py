"""Sealing what lies beside the database with keys made from the centre's data key."""

from __future__ import annotations

import nacl.hash
import nacl.secret
from nacl.encoding import RawEncoder

_LONGEST_PURPOSE = 16  # What BLAKE2b takes as its personalisation.


def derived_key(data_key: bytes, purpose: bytes) -> bytes:
    """Return a key that is good for one purpose; it tells nothing of the data key or of others."""
    assert len(purpose) <= _LONGEST_PURPOSE
    key: bytes = nacl.hash.blake2b(
        data_key,
        digest_size=nacl.secret.SecretBox.KEY_SIZE,
        person=purpose,
        encoder=RawEncoder,
    )
    return key


def sealed_box(data_key: bytes, purpose: bytes) -> nacl.secret.SecretBox:
    """Return a box of one purpose: XSalsa20 and Poly1305 with a nonce of its own each time."""
    return nacl.secret.SecretBox(derived_key(data_key, purpose))
