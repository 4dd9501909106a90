"""Settings: from the environment, from the file, and what is wrong with them in one sentence (DESIGN 7)."""

from __future__ import annotations

import os
import traceback
from datetime import date
from pathlib import Path

import pytest

from ionq_data.config import DEFAULT_BASE_URL, Account, ConfigurationError, Settings, load_settings

KEY = "sJ2kLq0vXw81TzR5uYbN7mPc"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("IONQ_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(tmp_path: Path, text: str, name: str = "ionq-data.toml") -> Path:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return path


def test_without_anything_there_is_one_account_at_the_public_api() -> None:
    (account,) = load_settings().keys
    assert (account.name, account.base_url, account.organization_id) == ("default", DEFAULT_BASE_URL, None)
    assert account.api_key is None


def test_the_environment_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "API_KEY": f" {KEY}\n",
        "ORGANIZATION_ID": "org",
        "BASE_URL": "https://api.example.test/v0.4/",
        "DATA_DIR": "/somewhere",
        "PAGE_SIZE": "50",
        "SUBMITTERS": "own",
        "BACKENDS": '["qpu.a"]',
        "USAGE_START": "2026-01-01",
        "RESULTS__ENABLED": "true",
        "CLOCK": "server",
    }.items():
        monkeypatch.setenv(f"IONQ_{name}", value)
    settings = load_settings()
    (account,) = settings.keys
    assert account.api_key is not None
    assert account.api_key.get_secret_value() == KEY
    assert (account.organization_id, account.base_url) == ("org", "https://api.example.test/v0.4")
    assert (settings.lake_dir, settings.page_size, account.submitters) == (Path("/somewhere/lake"), 50, "own")
    assert (settings.backends, settings.usage_start, settings.clock) == (("qpu.a",), date(2026, 1, 1), "server")
    assert settings.results.enabled


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, 'page_size = 10\nconcurrency = 3\n[results]\nenabled = true\nprojects = ["é"]\n')
    monkeypatch.setenv("IONQ_PAGE_SIZE", "20")
    settings = load_settings()
    assert (settings.page_size, settings.concurrency) == (20, 3)
    assert settings.results.projects == ("é",)


def test_the_file_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IONQ_DATA_CONFIG", str(write(tmp_path, "page_size = 7", "elsewhere.toml")))
    assert load_settings().page_size == 7
    assert load_settings(write(tmp_path, "page_size = 8", "third.toml")).page_size == 8


TWO = """
base_url = "https://proxy.example.test/v0.4"
submitters = "own"
[[accounts]]
name = "physics"
api_key_env = "PHYSICS_KEY"
[[accounts]]
name = "chemistry"
api_key_env = "CHEMISTRY_KEY"
base_url = "https://api.example.test/v0.4"
submitters = ["user-1"]
organization_id = "org"
"""


def test_two_accounts_have_keys_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write(tmp_path, TWO)
    monkeypatch.setenv("PHYSICS_KEY", "one")
    monkeypatch.setenv("CHEMISTRY_KEY", "two")
    physics, chemistry = load_settings().keys
    assert [a.api_key.get_secret_value() for a in (physics, chemistry) if a.api_key] == ["one", "two"]
    assert (chemistry.base_url, chemistry.submitters) == ("https://api.example.test/v0.4", ("user-1",))


def test_an_account_that_names_no_host_goes_to_the_one_of_all(tmp_path: Path) -> None:
    """Its key must not go to the public API where the user has set another."""
    write(tmp_path, TWO)
    physics, _ = load_settings().keys
    assert (physics.base_url, physics.submitters, physics.organization_id) == (
        "https://proxy.example.test/v0.4",
        "own",
        None,
    )


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{KEY}"',
        f'[[accounts]]\nname = "a"\napi_key = "{KEY}"',
        f'[[accounts]]\nname = "a"\napi_key_env = "{KEY}"',
        f'[results]\napi_key = "{KEY}"',
        f'secret = "{KEY}"',
        f"page_size = '{KEY}'",
        f'api_key = "{KEY}',
    ],
)
def test_a_key_in_the_file_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigurationError) as error:
        load_settings()
    assert KEY not in str(error.value)
    assert KEY not in "".join(traceback.format_exception(error.value, chain=True))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("page_size = 0", "page_size"),
        ("page_sise = 3", "page_sise"),
        ("accounts = 3", "accounts"),
        ("accounts = [1, 'a']", "accounts.0"),
        ('[[accounts]]\nname = "../up"', "letters, digits, dots and hyphens"),
        ('[[accounts]]\nname = "a=b"', "letters, digits, dots and hyphens"),
        ('[[accounts]]\nname = "A"\n[[accounts]]\nname = "a"', "the same name"),
        ('submitters = "everybody"', "submitters"),
        ("usage_start = 'soon'", "usage_start"),
        ("= 3", "cannot read the configuration"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=said):
        load_settings()


@pytest.mark.parametrize(("name", "value"), [("PAGE_SIZE", "many"), ("BACKENDS", "qpu.a,qpu.b"), ("ACCOUNTS", "[{")])
def test_so_is_what_is_wrong_in_the_environment(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"IONQ_{name}", value)
    with pytest.raises(ConfigurationError, match=f"(?i){name}"):
        load_settings()


def test_a_file_that_is_named_and_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IONQ_DATA_CONFIG", str(tmp_path / "no.toml"))
    with pytest.raises(ConfigurationError, match=r"no\.toml"):
        load_settings()


def test_no_way_of_printing_an_account_shows_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IONQ_API_KEY", KEY)
    account = Account()
    for shown in (repr(account), str(account), account.model_dump_json(), repr(account.api_key), repr(Settings())):
        assert KEY not in shown
