"""Rates: one estimate for each quantum computer, with and without error mitigation, each run."""

from __future__ import annotations

from ionq_data.api import Answer
from ionq_data.api.errors import (
    ApiError,
    AuthenticationError,
    BadRequest,
    NotFound,
    PermissionDenied,
    RequestRefused,
)
from ionq_data.lake.bookmarks import Bookmark
from ionq_data.resources import Row, read_record
from ionq_data.resources.rates import ESTIMATED_CIRCUIT, RATES
from ionq_data.sync.backends import is_qpu, list_backends
from ionq_data.sync.context import Context, Outcome
from ionq_data.sync.intake import Intake

_NO_ACCESS = (AuthenticationError, PermissionDenied, NotFound)


async def sync_rates(context: Context, intake: Intake, _bookmark: Bookmark) -> Outcome:
    """Record the prices in force, and learn the organization that they apply to.

    A backend without an estimate is noted and left out. If the API gives no estimate at all, raise its refusal.
    """
    refusals: dict[str, ApiError] = {}
    for backend in filter(is_qpu, await list_backends(context)):
        for mitigated in (False, True):
            asked = f"{backend} (error_mitigation {str(mitigated).lower()})"
            try:
                await _ask(context, intake, backend, mitigated=mitigated)
            except AuthenticationError as error:
                if not intake.rows_seen:
                    raise
                refusals[asked] = error
            except (BadRequest, NotFound, PermissionDenied, RequestRefused) as error:
                refusals[asked] = error
    if refusals and not intake.rows_seen and all(isinstance(error, _NO_ACCESS) for error in refusals.values()):
        raise next(iter(refusals.values()))
    notes = tuple(f"no estimate for {asked}: {error}" for asked, error in refusals.items())
    return Outcome(watermark=context.now(), notes=notes)


async def organization_of_estimate(context: Context) -> str | None:
    """Return the organization of an estimate, or None if the estimate does not name it or there is none."""
    backend = next(filter(is_qpu, await list_backends(context)), None)
    if backend is None or RATES.name in context.refusals:
        return None
    try:
        answer = await _estimate(context, backend, mitigated=False)
    except (BadRequest, RequestRefused, *_NO_ACCESS) as error:
        context.refusals[RATES.name] = error
        return None
    found = read_record(RATES, answer.body, extracted_at=answer.received_at, run_id=context.run_id)
    return found.values["rate_information_organization"] if isinstance(found, Row) else None


async def _estimate(context: Context, backend: str, *, mitigated: bool) -> Answer:
    asked: dict[str, str | int] = {"backend": backend, "error_mitigation": str(mitigated).lower()}
    return await context.client.get(RATES.endpoint, params=asked | ESTIMATED_CIRCUIT, authenticated=True)


async def _ask(context: Context, intake: Intake, backend: str, *, mitigated: bool) -> None:
    answer = await _estimate(context, backend, mitigated=mitigated)
    beside = {"backend": backend, "error_mitigation": mitigated}
    row = intake.take(answer.body, extracted_at=context.stamp(answer.received_at), context=beside).row
    if row is not None:
        context.organization = context.organization or row.values["rate_information_organization"]
