"""Spoil a record in every way that a server, a proxy or a hostile user could."""

from __future__ import annotations

import json
import random
import string
from typing import Any

ABSURD: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, -(2**63) - 1, 2**64, 10**40, 0.1, -0.0, 1e308, 1e-320, "", " ", "null", "NaN",
    "\x00", "\ud800", "\udfff\ud83d", "🦆" * 50, "=cmd()", "<script>", "'; drop table jobs; --", "../..", "a" * 70_000,
    [], {}, [[]], [None], {"": ""}, {"a": {"b": {"c": []}}}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z",
    "1969-12-31", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z", "2026-06-15T12:00:00+99:99", "2026-06-15",
    1_767_225_600_000, ["x", 1, None], [[1, 2], [3]], [{"amount": "x"}], [{"group_id": 7}],
)  # fmt: skip
RAW_VALUES = (b"1e999", b"-1e999999", b"123456789012345678901234567890", b"1" * 5_000, b"NaN", b"-Infinity",
              b'"\\ud800"', b'"\\u0000"', b"1.000000000000000000000000001", b"[" * 3_000 + b"]" * 3_000,
              b'{"a":' * 900 + b"1" + b"}" * 900, b"0.1e-400", b"-0")  # fmt: skip


def mutate(record: dict[str, Any], chance: random.Random) -> bytes:
    """Return the bytes of a record that differs in one to four ways, which need not be JSON any more."""
    spoiled: Any = json.loads(json.dumps(record))
    for _ in range(chance.randint(1, 4)):
        spoiled = _change(spoiled, chance)
    raw = json.dumps(spoiled, ensure_ascii=chance.random() < 0.8).encode("utf-8", "surrogatepass")
    return chance.choice([_same, _same, _same, _put_raw_value, _double_a_member, _cut, _flip])(raw, chance)


def _change(value: Any, chance: random.Random) -> Any:
    """Replace, drop, add, rename or move something somewhere in a value."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(sorted(value))
        what = chance.random()
        if what < 0.4:
            return value | {name: _change(value[name], chance)}
        if what < 0.55:
            return {key: inner for key, inner in value.items() if key != name}
        if what < 0.7:
            return value | {"".join(chance.choices(string.printable, k=5)): chance.choice(ABSURD)}
        if what < 0.85:
            return value | {name: value[chance.choice(sorted(value))]}
        return value | {name: chance.choice(ABSURD)}
    if isinstance(value, list) and value and chance.random() < 0.5:
        position = chance.randrange(len(value))
        return [*value[:position], _change(value[position], chance), *value[position:]]
    return chance.choice(ABSURD)


def _same(raw: bytes, _: random.Random) -> bytes:
    return raw


def _put_raw_value(raw: bytes, chance: random.Random) -> bytes:
    """Put in place of one value something that Python's own writer would never write."""
    head, colon, tail = raw.partition(b": ")
    for _ in range(chance.randrange(12)):
        more, again, rest = tail.partition(b": ")
        if not again:
            break
        head, tail = head + colon + more, rest
    end = min((n for n in (tail.find(b", "), tail.find(b"}")) if n >= 0), default=len(tail))
    return head + colon + chance.choice(RAW_VALUES) + tail[end:]


def _double_a_member(raw: bytes, chance: random.Random) -> bytes:
    names = (b"id", b"status", b"submitted_at", b"amount", b"from", b"backend", b"cost", b"fidelity")
    return raw.replace(b"{", b'{"%s": %s, ' % (chance.choice(names), chance.choice(RAW_VALUES)), 1)


def _cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw) + 1)]


def _flip(raw: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        if spoiled:
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)
