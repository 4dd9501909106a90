"""Rates: one estimate for each quantum computer, with and without error mitigation, each run."""

from __future__ import annotations

from ionq_data.api.errors import BadRequest, NotFound, PermissionDenied, RequestRefused
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources.rates import ESTIMATED_CIRCUIT, RATES
from ionq_data.sync.backends import is_qpu, list_backends
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake


async def sync_rates(context: Context, intake: Intake, _ledger: list[SyncRecord]) -> Outcome:
    """Record the prices in force. A backend that the API makes no estimate for is noted and left out."""
    notes = []
    for backend in filter(is_qpu, await list_backends(context)):
        for mitigated in (False, True):
            asked: dict[str, str | int] = {"backend": backend, "error_mitigation": str(mitigated).lower()}
            try:
                answer = await context.client.get(RATES.endpoint, params=asked | ESTIMATED_CIRCUIT, authenticated=True)
            except (BadRequest, NotFound, PermissionDenied, RequestRefused) as error:
                notes.append(f"no estimate for {backend} (error_mitigation {str(mitigated).lower()}): {error}")
                continue
            intake.take(
                answer.body,
                extracted_at=context.stamp(answer.received_at),
                context={"backend": backend, "error_mitigation": mitigated},
            )
    return Outcome(watermark=context.now(), notes=tuple(notes))
