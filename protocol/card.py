"""What stands for a card on the wire: 16 bytes that only who has the site's card key can compute.

    HMAC-SHA-256 (RFC 2104) of the id under the key, its first 16 bytes, in hexadecimal

The key is a secret of the site, one for all its stations, put on a board over its service port.
Who knows it finds an id of 4 bytes by trying them all.  A station without one uses the empty key:
its hashes hide an id from a passing eye, no more.

`borne card ID` computes it on a computer.  Pure; a board without a card reader does not load it.
"""

import binascii
import hashlib

SIZE = 16  # bytes of a hash
LENGTHS = (4, 7, 10)  # bytes of an id, ISO 14443-3
_BLOCK = 64  # of SHA-256


def hash_of(key: bytes, card: bytes) -> bytes:
    """SIZE bytes.  key: any length.  card: the id as the reader gives it, LENGTHS bytes."""
    if len(key) > _BLOCK:
        key = hashlib.sha256(key).digest()
    key += bytes(_BLOCK - len(key))
    inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in key]) + card).digest()
    return hashlib.sha256(bytes([byte ^ 0x5C for byte in key]) + inner).digest()[:SIZE]


def name_of(key: bytes, card: bytes) -> str:
    """hash_of() as messages carry it: kinds.CARD."""
    return str(binascii.hexlify(hash_of(key, card)), "utf-8")


def parse(text: str) -> bytes:
    """An id as people write it: 04A1B2C3D4E5F6, 04:a1:b2:..., 04 a1 b2 ...  Raises ValueError."""
    digits = text.replace(":", "").replace(" ", "").replace("-", "")
    try:
        card = binascii.unhexlify(digits)
    except ValueError:
        card = b""
    if len(card) not in LENGTHS:
        raise ValueError("a card's id is 4, 7 or 10 bytes in hexadecimal")
    return card
