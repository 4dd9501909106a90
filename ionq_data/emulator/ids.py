"""Ids that can be computed in both directions, so a million jobs need no table of ids."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

_MASK62 = (1 << 62) - 1
_MASK64 = (1 << 64) - 1
_FACTOR = 0x1D872B41C3F0A9B5
_INVERSE = pow(_FACTOR, -1, 1 << 62)
_CHECK_BITS = 30


def hash64(*parts: int) -> int:
    """Mix integers into 64 evenly spread bits (splitmix64); equal parts give equal bits."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ part) * 0xBF58476D1CE4E5B9 & _MASK64
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK64
        state ^= state >> 31
    return state


@dataclass(frozen=True)
class IdCodec:
    """Write (instant, serial) as a UUID of version 7 and read it back.

    The instant fills the 48 bits of time. The random bits hold the serial number, scrambled with a checksum, so the
    emulator recognizes a guessed or altered id as unknown.
    """

    secret: int

    def encode(self, instant_ms: int, serial: int) -> str:
        """Return the UUID for an instant (milliseconds since 1970) and a serial number below 2**32."""
        check = hash64(self.secret, instant_ms, serial)
        low = (serial << _CHECK_BITS | check & (1 << _CHECK_BITS) - 1) * _FACTOR & _MASK62
        low ^= low >> 31
        text = f"{instant_ms << 16 | 0x7000 | check >> 52:016x}{1 << 63 | low:016x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def decode(self, text: str) -> tuple[int, int] | None:
        """Return (instant in milliseconds, serial) of a UUID made here, else None."""
        if len(text) != 36:
            return None
        try:
            value = int(text.replace("-", ""), 16)
        except ValueError:
            return None
        low = value & _MASK62
        low ^= low >> 31
        low = low * _INVERSE & _MASK62
        instant_ms, serial = value >> 80, low >> _CHECK_BITS
        return (instant_ms, serial) if self.encode(instant_ms, serial) == text else None


def named_uuid(seed: int, kind: str, number: int) -> str:
    """Return the UUID (version 4) of a numbered thing of a kind, fixed by the seed."""
    return str(uuid.UUID(bytes=_digest(seed, kind, number)[:16], version=4))


def named_hex(seed: int, kind: str, number: int, *, digits: int) -> str:
    """Return a hexadecimal id of a numbered thing of a kind, fixed by the seed; at most 64 digits."""
    return _digest(seed, kind, number).hex()[:digits]


def _digest(seed: int, kind: str, number: int) -> bytes:
    return hashlib.sha256(f"{seed}/{kind}/{number}".encode()).digest()
