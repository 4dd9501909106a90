"""The checks of ``ionq-data doctor``. Each says what it found and, if that is wrong, what to do."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import msgspec

from ionq_data import __version__
from ionq_data.api.errors import ApiError, AuthenticationError, NotFound, PermissionDenied
from ionq_data.cli.access import Access, look_at_each
from ionq_data.config import CONFIG_VARIABLE, DEFAULT_CONFIG, Account, ConfigurationError, Settings
from ionq_data.ingest import open_client
from ionq_data.lake import open_lake
from ionq_data.warehouse import WarehouseError, manifest_path, published_at
from ionq_data.warehouse.project import sql_dir

_LEAST_FREE_BYTES = 1_000_000_000
_MOST_SKEW = timedelta(minutes=2)
_PACKAGES = ("duckdb", "polars", "pyarrow", "dagster", "dbt-core", "dbt-duckdb")


@dataclass(frozen=True)
class Finding:
    """The result of one check; ``mend`` says what to do if it is not good."""

    what: str
    is_good: bool
    detail: str
    mend: str = ""


def check_machine(settings: Settings) -> list[Finding]:
    """Check what needs no network: versions, configuration, disk, SQL, warehouse."""
    return [
        _versions(),
        _configuration(settings),
        _disk(settings.data_dir),
        _sql(settings),
        _warehouse(settings.data_dir),
        *_dagster_home(),
    ]


async def check_api(settings: Settings, account: Account) -> tuple[list[Finding], list[Access]]:
    """Ask the API who the key is, what time it is, which organization it sees, and what else it may see."""
    name = f"key of account {account.name}"
    try:
        client = open_client(settings, account)
    except (ConfigurationError, ApiError) as error:
        return [Finding(name, False, "not usable", str(error))], []
    async with client:
        try:
            answer = await client.get("/whoami", authenticated=True)
        except AuthenticationError as error:
            return [Finding(name, False, "not accepted", f"{error}")], []
        except (PermissionDenied, NotFound) as error:  # a key that may not ask who it is can still be good
            who = {"key_name": f"unknown ({error})"}
        except ApiError as error:
            return [Finding(f"API at {account.base_url}", False, "no answer", str(error))], []
        else:
            who = msgspec.json.decode(answer.body)
        found = [Finding(name, True, f"accepted by {account.base_url} as {who.get('key_name') or who.get('key_id')!r}")]
        found.append(_clock(client.clock_offset))
        seen = [access async for access in look_at_each(client, account.organization_id)]
    named = next((access.organization for access in seen if access.organization), None)
    return [*found, _organization(account, named)], seen


def _clock(offset: timedelta | None) -> Finding:
    if offset is None:
        return Finding("clock", True, "the API's answers have no time to compare with")
    seconds = offset.total_seconds()
    if abs(offset) <= _MOST_SKEW:
        return Finding("clock", True, f"{abs(seconds):.0f} s apart from the API's")
    return Finding(
        "clock",
        False,
        f"{abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} the API's",
        "Set this machine's clock (NTP), or set IONQ_CLOCK=server to use the API's.",
    )


def _organization(account: Account, named: str | None) -> Finding:
    what = f"organization of account {account.name}"
    if account.organization_id:
        agrees = named in (None, account.organization_id)
        mend = "" if agrees else f"The key belongs to {named}: correct organization_id, or use another key."
        return Finding(what, agrees, f"{account.organization_id}, as configured", mend)
    if named:
        return Finding(what, True, f"{named}, by the API")
    return Finding(what, True, "nothing tells this key its id", "Set IONQ_ORGANIZATION_ID to ask for usage reports.")


def _versions() -> Finding:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    return Finding("versions", True, f"ionq-data {__version__}, Python {platform.python_version()}, {packages}")


def _configuration(settings: Settings) -> Finding:
    file = Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG)
    source = str(file.absolute()) if file.exists() else "the environment, no file"
    return Finding("settings", True, f"from {source}; data in {settings.data_dir.absolute()}")


def _disk(data_dir: Path) -> Finding:
    there = next(folder for folder in (data_dir.absolute(), *data_dir.absolute().parents) if folder.exists())
    if not os.access(there, os.W_OK):
        return Finding("disk", False, f"{there} is not writable", "Change its owner, or set IONQ_DATA_DIR.")
    free = shutil.disk_usage(there).free
    enough = free >= _LEAST_FREE_BYTES
    mend = "" if enough else "Free some space, or set IONQ_DATA_DIR to another disk."
    return Finding("disk", enough, f"{free / 1e9:.1f} GB free in {there}", mend)


def _sql(settings: Settings) -> Finding:
    try:
        manifest_path(settings.data_dir, lake_dir=open_lake(settings).root, budgets=settings.budgets)
    except (WarehouseError, OSError) as error:
        return Finding("SQL", False, "dbt cannot read the project", str(error))
    return Finding("SQL", True, f"dbt reads {sql_dir()}")


def _warehouse(data_dir: Path) -> Finding:
    built = published_at(data_dir)
    if built is None:
        return Finding("warehouse", True, "none yet: ionq-data sync makes one")
    hours = (datetime.now(UTC) - built).total_seconds() / 3600
    return Finding("warehouse", True, f"built {hours:.1f} h ago")


def _dagster_home() -> list[Finding]:
    home = os.environ.get("DAGSTER_HOME")
    if not home:
        return []
    good = Path(home).is_absolute() and Path(home).is_dir()
    return [Finding("DAGSTER_HOME", good, home, "" if good else "Create the folder, or unset DAGSTER_HOME.")]
