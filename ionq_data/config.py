"""Settings from the environment and from ``ionq-data.toml``.

The environment wins over the file. An API key is only ever read from an environment variable that the file names.
"""

from __future__ import annotations

import os
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from ionq_data.alert_rules import Alerts

DEFAULT_BASE_URL = "https://api.ionq.co/v0.4"
CONFIG_VARIABLE = "IONQ_DATA_CONFIG"
DEFAULT_CONFIG = "ionq-data.toml"
KEY_VARIABLE = "IONQ_API_KEY"
BUDGETS_FILE, COST_CENTERS_FILE = "budgets.csv", "cost_centers.csv"
"""In the data directory; read where no other file is named."""

_ACCOUNT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*\Z")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*\Z")
_OWNER = re.compile(r"team:\S.*|[^@\s]+@[^@\s]+\.[^@\s]+")

Submitters = Literal["auto", "own"] | tuple[str, ...]


class ConfigurationError(Exception):
    """The settings are wrong or incomplete; the message says which and how to fix it."""


class Account(BaseModel):
    """A key and what is read with it; its name is a folder of the lake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "default"
    api_key_env: str = KEY_VARIABLE
    organization_id: str | None = None
    base_url: str = DEFAULT_BASE_URL
    submitters: Submitters = "auto"

    @property
    def api_key(self) -> SecretStr | None:
        """The key, from the environment variable that ``api_key_env`` names; None if it is not set."""
        value = os.environ.get(self.api_key_env, "").strip()
        return SecretStr(value) if value else None

    @field_validator("name")
    @classmethod
    def _is_folder_name(cls, value: str) -> str:
        if not _ACCOUNT_NAME.match(value):
            raise ValueError(f"{value!r}: an account's name is letters, digits, dots and hyphens")
        return value

    @field_validator("api_key_env")
    @classmethod
    def _is_variable(cls, value: str) -> str:
        if not _VARIABLE.match(value):  # it may be the key itself, so the message does not repeat it
            raise ValueError("give the name of an environment variable, in capitals, not the key itself")
        return value

    @field_validator("base_url")
    @classmethod
    def _without_slash(cls, value: str) -> str:
        return value.rstrip("/")


class ResultsFilter(BaseModel):
    """Which jobs' measured distributions are copied; nothing where ``enabled`` is false."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = False
    variants: bool = False
    projects: tuple[str, ...] = ()
    backends: tuple[str, ...] = ()
    max_age_days: int | None = Field(default=None, ge=0)


class ContractModes(BaseModel):
    """How to treat members that no column holds, and values that do not fit their column (``sync.contract``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: Literal["evolve", "freeze", "discard_row", "discard_value"] = "evolve"
    types: Literal["evolve", "freeze", "discard_row", "discard_value"] = "evolve"


class Settings(BaseSettings):
    """Everything that can be set. Names in the environment start with ``IONQ_`` (``IONQ_PAGE_SIZE=50``)."""

    model_config = SettingsConfigDict(env_prefix="IONQ_", env_nested_delimiter="__", extra="forbid", frozen=True)

    organization_id: str | None = None
    base_url: str = DEFAULT_BASE_URL
    data_dir: Path = Path("data")
    lake: str | None = Field(default=None, description="Where the lake is, if not in data_dir: a path or s3://…")
    accounts: tuple[Account, ...] = ()
    submitters: Submitters = "auto"
    backends: tuple[str, ...] = Field(
        default=(), description="Backends to ask for besides those listed and those in jobs."
    )
    clock: Literal["local", "server"] = "local"

    page_size: int = Field(default=100, ge=1)
    concurrency: int = Field(default=8, ge=1, le=64)
    max_attempts: int = Field(default=6, ge=1)
    overlap_hours: float = Field(default=24, ge=0)
    full_every_days: float = Field(default=7, gt=0)
    simulator_costs: bool = False
    contract: ContractModes = ContractModes()
    results: ResultsFilter = ResultsFilter()
    usage_start: date | None = Field(
        default=None, description="First date of usage to ask for; found automatically if not set."
    )
    budgets: Path | None = Field(
        default=None, description="A CSV file of budgets; the default is budgets.csv in data_dir."
    )
    cost_centers: Path | None = Field(
        default=None, description="A CSV file of rules for cost centers; the default is cost_centers.csv in data_dir."
    )
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="The engine that runs the warehouse's SQL."
    )
    spark_folder: str | None = Field(
        default=None, description="Where a Spark cluster writes its tables: a path or URL that it can reach."
    )
    schedules: bool = False
    keep_runs_days: float = Field(default=30, gt=0, description="How long Dagster keeps a finished run and its logs.")
    owners: tuple[str, ...] = Field(
        default=("team:data",), description="Owners of every asset: e-mail addresses or team:name."
    )
    alerts: Alerts = Alerts()

    @field_validator("owners")
    @classmethod
    def _are_owners(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            if not _OWNER.fullmatch(value):
                raise ValueError(f"{value!r}: an owner is an e-mail address, or team:name")
        return values

    @model_validator(mode="after")
    def _distinct_accounts(self) -> Settings:
        names = [account.name.lower() for account in self.accounts]
        if len(set(names)) < len(names):
            raise ValueError("two accounts have the same name")
        return self

    @property
    def lake_dir(self) -> Path:
        """The folder of the lake where it lies on this machine."""
        return Path(self.lake) if self.lake and "://" not in self.lake else self.data_dir / "lake"

    @property
    def keys(self) -> tuple[Account, ...]:
        """The accounts to read: those configured, else one named ``default``.

        An account that does not say its ``base_url`` or ``submitters`` has those of the plain settings.
        """
        plain: dict[str, Any] = {"base_url": self.base_url, "submitters": self.submitters}
        accounts = self.accounts or (Account(organization_id=self.organization_id),)
        return tuple(Account(**plain | account.model_dump(exclude_unset=True)) for account in accounts)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose values come as arguments."""
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings from the environment and the configuration file.

    Args:
        path: the file; by default the one that ``IONQ_DATA_CONFIG`` names, else ``ionq-data.toml`` if it is there.

    Raises:
        ConfigurationError: the file is missing or broken, or a setting is unknown or out of range.
    """
    named = path or (Path(os.environ[CONFIG_VARIABLE]) if os.environ.get(CONFIG_VARIABLE) else None)
    file = named or Path(DEFAULT_CONFIG)
    values: dict[str, Any] = {}
    if named or file.exists():
        try:
            values = tomllib.loads(file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigurationError(f"cannot read the configuration {file}: {error}") from None
    accounts = values.get("accounts")
    tables = [values, *(accounts if isinstance(accounts, list) else ())]
    if any("api_key" in table for table in tables if isinstance(table, dict)):
        raise ConfigurationError(
            f"{file} contains an API key: put the key into an environment variable and name that in api_key_env"
        )
    try:
        settings = Settings(**values)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
        raise ConfigurationError(f"settings are wrong: {'; '.join(lines)}") from None
    except SettingsError as error:  # a list or table in the environment that is no JSON
        raise ConfigurationError(f"settings are wrong: {error}") from None
    files = {"budgets": BUDGETS_FILE, "cost_centers": COST_CENTERS_FILE}
    beside = {name: settings.data_dir / file for name, file in files.items() if not getattr(settings, name)}
    return settings.model_copy(update={name: path for name, path in beside.items() if path.exists()})
