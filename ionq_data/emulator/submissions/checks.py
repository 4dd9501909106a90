"""Checks of a request's body, as data; they name every wrong key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ionq_data.emulator.problems import Problem

Wrong = list[tuple[str, str]]
"""The wrong keys, each with its requirement."""
Check = Callable[[Any, str, Wrong], None]
_INT32 = (1 << 31) - 1


def insist(check: Check, body: Any) -> None:
    """Accept a body that fits; otherwise raise a 400 with all wrong keys."""
    wrong: Wrong = []
    check(body, "", wrong)
    if wrong:
        raise refused(*wrong)


def refused(*wrong: tuple[str, str]) -> Problem:
    """Return the 400 for a body with wrong keys."""
    keys = list(dict.fromkeys(key or "body" for key, _ in wrong))
    told = "; ".join(f'"{key or "body"}" {why}' for key, why in wrong[:5])
    return Problem(400, told + ("; and more." if len(wrong) > 5 else "."), keys=keys, source="payload")


def text(value: Any, key: str, wrong: Wrong) -> None:
    """Want a string."""
    if not isinstance(value, str):
        wrong.append((key, "must be a string"))


def boolean(value: Any, key: str, wrong: Wrong) -> None:
    """Want true or false."""
    if not isinstance(value, bool):
        wrong.append((key, "must be true or false"))


def number(value: Any, key: str, wrong: Wrong) -> None:
    """Want a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        wrong.append((key, "must be a number"))


def integer(least: int, most: int = _INT32) -> Check:
    """Want a whole number in a range."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        is_whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        if not is_whole or not least <= value <= most:
            wrong.append((key, f"must be an integer from {least} to {most}"))

    return check


def shots(value: Any, key: str, wrong: Wrong) -> None:
    """Want a number of shots; the Cirq plugin sends it as a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    integer(1, 1_000_000)(value, key, wrong)


def one_of(*options: str) -> Check:
    """Want one of some strings."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        if value not in options:
            wrong.append((key, f"must be one of {', '.join(options)}"))

    return check


def nullable(inner: Check) -> Check:
    """Want null, or a value that another check accepts."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        if value is not None:
            inner(value, key, wrong)

    return check


def listing(item: Check, *, most: int | None = None) -> Check:
    """Want an array of bounded length whose items another check accepts."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        if not isinstance(value, list):
            wrong.append((key, "must be an array"))
        elif most is not None and len(value) > most:
            wrong.append((key, f"may have at most {most} items"))
        else:
            for place, one in enumerate(value):
                item(one, f"{key}[{place}]", wrong)

    return check


def mapping(item: Check) -> Check:
    """Want an object with any names whose values another check accepts."""

    def check(value: Any, key: str, wrong: Wrong) -> None:
        if not isinstance(value, dict):
            wrong.append((key, "must be an object"))
            return
        for name, one in value.items():
            item(one, _joined(key, name), wrong)

    return check


def record(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None, *, is_open: bool = False
) -> Check:
    """Want an object with given members; other members are wrong unless it is open."""
    needed, known = required or {}, {**(required or {}), **(optional or {})}

    def check(value: Any, key: str, wrong: Wrong) -> None:
        if not isinstance(value, dict):
            wrong.append((key, "must be an object"))
            return
        wrong += [(_joined(key, name), "is required") for name in needed if name not in value]
        for name, one in value.items():
            if name in known:
                known[name](one, _joined(key, name), wrong)
            elif not is_open:
                wrong.append((_joined(key, name), "is not allowed"))

    return check


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
