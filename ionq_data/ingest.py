"""Bring the lake up to date: every account, every resource, once."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pyarrow as pa

from ionq_data.api import Client
from ionq_data.api.errors import ApiError, AuthenticationError, InsecureUrl
from ionq_data.config import Account, ConfigurationError, Settings
from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.resources import RESOURCES, STANDING
from ionq_data.resources.usage import USAGE
from ionq_data.sync.context import Context, Rules
from ionq_data.sync.contract import Contract
from ionq_data.sync.first_look import WrongOrganizationError, look_first
from ionq_data.sync.progress import OnProgress, ignore
from ionq_data.sync.run import record_unreachable, sync_resources

Connect = Callable[[Account], Client]


def utc_now() -> datetime:
    """Return the local clock's time in UTC."""
    return datetime.now(UTC)


def sync(
    settings: Settings,
    lake: Lake,
    *,
    resources: Iterable[str] | None = None,
    full: bool = False,
    since: date | None = None,
    usage_range: tuple[date, date] | None = None,
    on_progress: OnProgress | None = None,
    connect: Connect | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> list[SyncRecord]:
    """Sync the resources (all standing ones by default) of every account; return the ledger's new rows.

    Blocks until done. An account or resource that could not be read whole has a row with ``complete`` false.

    Args:
        since: leave out jobs submitted before this date (UTC).
        usage_range: dates of usage to ask for, first inclusive, last exclusive, instead of the usual ones.
        connect: how to reach an account's API, where not over the network (a test's transport).
        clock: the local clock.

    Raises:
        ConfigurationError: no key, an unknown resource, or an organization that the key does not belong to.
        AuthenticationError: a key is not accepted. Nothing has been written for its account.
        LakeError: the lake cannot be written.
    """
    names = _resource_names(settings, resources)
    rules = rules_of(settings, full=full, since=since, usage_range=usage_range)
    connect = connect or partial(open_client, settings)
    with _lean_memory():
        return asyncio.run(_sync_accounts(settings, lake, names, rules, on_progress or ignore, connect, clock))


@contextmanager
def _lean_memory() -> Iterator[None]:
    """Let Arrow use the system's allocator, which gives memory back; its own one keeps some 60 MB for a next time."""
    usual = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(usual)


def _resource_names(settings: Settings, resources: Iterable[str] | None) -> list[str]:
    names = list(resources) if resources is not None else list(STANDING)
    if resources is None and settings.results.enabled:
        names.append("job_results")
    if unknown := sorted(set(names) - set(RESOURCES)):
        raise ConfigurationError(f"there is no resource {', '.join(unknown)}. Resources: {', '.join(RESOURCES)}")
    return names


def rules_of(
    settings: Settings,
    *,
    full: bool = False,
    since: date | None = None,
    usage_range: tuple[date, date] | None = None,
) -> Rules:
    """Return the rules of a sync: what is set for all of them, and what this one was asked for."""
    results = settings.results
    return Rules(
        full=full,
        since=since,
        usage_range=usage_range,
        usage_start=settings.usage_start,
        page_size=settings.page_size,
        overlap=timedelta(hours=settings.overlap_hours),
        full_every=timedelta(days=settings.full_every_days),
        simulator_costs=settings.simulator_costs,
        backends=settings.backends,
        concurrency=settings.concurrency,
        contract=Contract(columns=settings.contract.columns, types=settings.contract.types),
        results_projects=results.projects,
        results_backends=results.backends,
        results_max_age=None if results.max_age_days is None else timedelta(days=results.max_age_days),
        results_variants=results.variants,
    )


async def _sync_accounts(
    settings: Settings,
    lake: Lake,
    names: list[str],
    rules: Rules,
    on_progress: OnProgress,
    connect: Connect,
    clock: Callable[[], datetime],
) -> list[SyncRecord]:
    run_id = f"{clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    organizations: set[str] = set()
    records: list[SyncRecord] = []
    for account in settings.keys:
        async with connect(account) as client:
            context = Context(
                account=account.name,
                client=client,
                lake=lake,
                rules=replace(rules, submitters=account.submitters),
                run_id=run_id,
                on_progress=on_progress,
                organization=account.organization_id,
                local_clock=clock,
                read_organizations=frozenset(organizations),
                uses_server_clock=settings.clock == "server",
            )
            unreachable = await _look_first(context, names)
            lake.ensure([account.name])
            context.newest_in_lake = lake.newest_order()
            if unreachable:
                records += record_unreachable(context, names, unreachable)
                continue
            read = await sync_resources(context, names)
            has_read = any(record.resource == USAGE.name and record.availability == "available" for record in read)
            if context.organization and has_read:
                organizations.add(context.organization)
            records += read
    return records


async def _look_first(context: Context, names: list[str]) -> str | None:
    """Check whether the key is good; if the API could not be asked, return why."""
    try:
        await look_first(context, names)
    except WrongOrganizationError as error:
        raise ConfigurationError(f"account {context.account}: {error}") from None
    except AuthenticationError:
        raise
    except ApiError as error:
        return str(error)
    return None


def open_client(settings: Settings, account: Account) -> Client:
    """Return a client for an account. Raises ``ConfigurationError`` if its key is not set or its URL not safe."""
    if account.api_key is None:
        raise ConfigurationError(
            f"no API key for account {account.name}: set {account.api_key_env} to a key from the IonQ cloud console"
        )
    try:
        return Client(
            account.base_url,
            api_key=account.api_key.get_secret_value(),
            concurrency=settings.concurrency,
            max_attempts=settings.max_attempts,
        )
    except InsecureUrl as error:
        raise ConfigurationError(f"account {account.name}: {error}") from None
