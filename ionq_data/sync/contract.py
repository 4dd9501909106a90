"""The treatment of records that do not fit the columns: the user's choice for each kind of misfit.

``evolve`` stores it: an unknown member stays in ``_raw``, and ``_drift`` names it; a value that does not fit its column
is null there, and ``_problems`` names it. ``freeze`` ends the sync of the resource, which says so and keeps its rows.
``discard_row`` moves the whole record to the rejected ones. ``discard_value`` keeps the record without the member; a
value that does not fit is null in its column, as always.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ionq_data.api.errors import ApiError
from ionq_data.resources import Row
from ionq_data.resources.drift import UNKNOWN_FIELD
from ionq_data.resources.resource import parse

Mode = Literal["evolve", "freeze", "discard_row", "discard_value"]

_encode = msgspec.json.Encoder(decimal_format="number").encode


class ContractBroken(ApiError):
    """Raised when a record does not fit the columns, and ``[contract]`` in the settings says ``freeze``."""


@dataclass(frozen=True)
class Contract:
    """How to treat members without a column (``columns``), and values that do not fit their column (``types``)."""

    columns: Mode = "evolve"
    types: Mode = "evolve"


EVOLVE = Contract()


def discarded(contract: Contract, resource: str, row: Row) -> str | None:
    """Apply the contract to a row; return why the whole record must be discarded, None if it is kept.

    A member that the contract discards is taken out of ``_raw``.

    Raises:
        ContractBroken: the contract allows nothing new.
    """
    unknown = [drift["path"] for drift in row.values["_drift"] or () if drift["kind"] == UNKNOWN_FIELD]
    for mode, misfits in ((contract.columns, unknown), (contract.types, row.values["_problems"])):
        if not misfits or mode == "evolve":
            continue
        what = f"no column holds {', '.join(misfits)}" if misfits is unknown else "; ".join(misfits)
        if mode == "freeze":
            raise ContractBroken(
                f"a record of {resource} does not fit: {what}. [contract] in the settings is freeze: "  # noqa: S608
                "update ionq-data, or set it to evolve"
            )
        if mode == "discard_row":
            return what
        if misfits is unknown:
            row.values["_raw"] = _without(row.values["_raw"], unknown)
            row.values["_drift"] = None
    return None


def _without(raw: str, paths: Iterable[str]) -> str:
    record = parse(raw.encode())
    for path in paths:
        _remove(record, path.split("."))
    return _encode(record).decode()


def _remove(value: Any, steps: list[str]) -> None:
    name, is_list = steps[0].removesuffix("[]"), steps[0].endswith("[]")
    if not isinstance(value, dict) or name not in value:
        return
    if len(steps) == 1:
        del value[name]
    else:
        for below in value[name] if is_list and isinstance(value[name], list) else [value[name]]:
            _remove(below, steps[1:])
