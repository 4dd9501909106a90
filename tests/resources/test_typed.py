"""The reading in one step says what the reading field by field says, of sound records and of spoiled ones."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ionq_data.resources import RESOURCES, Resource, read_record
from tests.proofs.mutations import mutate
from tests.proofs.test_mutated_payloads import BESIDE, sound
from tests.resources.test_payloads import PAYLOADS, RESOURCE, records

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
TYPED = sorted(name for name, resource in RESOURCES.items() if resource.typed)


def field_by_field(resource: Resource) -> Resource:
    other = replace(resource)
    other.__dict__["typed"] = None
    return other


def published(name: str) -> list[dict[str, Any]]:
    bodies = [(RESOURCE[path.stem.partition("-")[0]], path.read_bytes()) for path in sorted(PAYLOADS.glob("*.json"))]
    return [json.loads(raw) for resource, body in bodies if resource == name for raw in records(name, body)[0]]


def check(resource: Resource, raw: bytes) -> bool:
    """Compare the two readings; return whether the first was made in one step."""
    beside: dict[str, Any] = {"extracted_at": NOW, "run_id": "run", "context": BESIDE.get(resource.name)}
    assert read_record(resource, raw, **beside) == read_record(field_by_field(resource), raw, **beside), raw
    assert resource.typed
    return resource.typed.read(raw) is not None


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("count", [300, pytest.param(20_000, marks=pytest.mark.prove)])
def test_both_readings_of_a_spoiled_record_agree(name: str, count: int) -> None:
    resource, chance = RESOURCES[name], random.Random(count)
    whole = [sound(name), *published(name)]
    typed = sum(check(resource, mutate(chance.choice(whole), chance)) for _ in range(count))
    assert 0 < typed < count


@pytest.mark.parametrize("name", TYPED)
def test_a_sound_record_is_read_in_one_step(name: str) -> None:
    assert check(RESOURCES[name], json.dumps(sound(name)).encode())


@pytest.mark.parametrize(
    ("member", "is_typed"),
    [
        ('"failure": null', True),
        ('"failure": {}', True),
        ('"failure": {"code": null}', False),
        ('"output": {"error_mitigation": {"debiasing": false}}', True),
        ('"output": {"error_mitigation": {"debiasing": {"variants": null, "fresh": 1}}}', True),
        ('"output": {"error_mitigation": 7}', False),
        ('"settings": {"compilation": {"opt": null}}', True),
        ('"settings": {"compilation": {"opt": 1.50}}', True),
        ('"shots": 1e3', False),
        ('"status": "resting"', True),
        ('"fresh": null', False),
        ('"request": 1767225600', True),
    ],
)
def test_null_absence_and_digits_count_the_same_in_both(member: str, is_typed: bool) -> None:
    assert check(RESOURCES["jobs"], f'{{"id": "a", {member}}}'.encode()) is is_typed
