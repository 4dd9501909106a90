"""Whatever happens upstream, and wherever a sync is cut off: afterwards the lake equals what the API shows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proofs.history import History

_ANY = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": True}


@pytest.mark.prove
def test_a_few_histories_end_with_the_lake_as_the_api() -> None:
    quick = settings(max_examples=6, stateful_step_count=12, derandomize=True, **_ANY)
    run_state_machine_as_test(History, settings=quick)


@pytest.mark.prove
def test_hundreds_of_histories_end_with_the_lake_as_the_api() -> None:
    run_state_machine_as_test(History, settings=settings(max_examples=300, stateful_step_count=25, **_ANY))
