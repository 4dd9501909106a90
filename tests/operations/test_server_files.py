"""What a server is set up with: units that systemd accepts, instances that Dagster accepts, commands that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from dagster._core.instance.config import dagster_instance_config
from sqlalchemy import create_engine

from ionq_data.config import Settings
from tests.operations.console import blocks, script
from tests.operations.processes import BIN, ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
DOCUMENTS = [ROOT / "docs" / "server.md", *sorted((ROOT / "docs" / "runbooks").glob("*.md"))]

# What may stand in a block that no test runs: it needs root, another machine, an editor, or does not end by itself.
NOT_RUN = {
    ".venv/bin/dagster", "adduser", "apt-get", "cd", "editor", "export", "git", "install", "make", "scp", "set", "sudo",
    "systemctl", "systemd-run", "touch",
}  # fmt: skip


def settings_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    """With this machine's own programs in place of those in /opt, which systemd looks for."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/opt/ionq-data/.venv/bin", str(BIN)).replace("/opt/ionq-data", str(ROOT)))
    ran = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False, timeout=60)
    about = [line for line in (ran.stdout + ran.stderr).splitlines() if unit.stem in line]
    assert (ran.returncode, about) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_what_is_there_and_may_write_nowhere_else(unit: Path) -> None:
    said = settings_of(unit)
    (command,) = said["ExecStart"]
    program, *arguments = command.split()
    assert (BIN / Path(program).name).is_file()
    assert program.startswith("/opt/ionq-data/.venv/bin/")
    assert "/opt/ionq-data/workspace.yaml" in arguments
    assert said["EnvironmentFile"] == ["/etc/ionq-data/environment"]
    assert said["User"] == ["ionq-data"]
    assert said["ProtectSystem"] == ["strict"]
    assert said["StateDirectory"] == ["ionq-data"]
    assert said["NoNewPrivileges"] == ["true"]
    assert not [value for values in said.values() for value in values if "IONQ_API_KEY" in value]


def test_the_webserver_listens_on_its_machine_only() -> None:
    (command,) = settings_of(DEPLOY / "systemd" / "ionq-data-webserver.service")["ExecStart"]
    assert " -h 127.0.0.1 " in command


@pytest.mark.parametrize("name", ["dev", "server"])
def test_dagster_accepts_the_instance(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", "postgresql+psycopg2://nobody@127.0.0.1:1/none")
    shutil.copyfile(DEPLOY / f"dagster.{name}.yaml", tmp_path / "dagster.yaml")
    settings, _ = dagster_instance_config(str(tmp_path))
    assert settings["telemetry"] == {"enabled": False}
    assert settings["concurrency"]["pools"]["default_limit"] == 1
    monitoring = settings["run_monitoring"]
    assert monitoring["free_slots_after_run_end_seconds"] > 0, "a killed run would keep its place in a pool for ever"
    assert ("storage" in settings) is (name == "server")


def test_both_instances_differ_in_what_a_server_needs_only() -> None:
    dev, server = (yaml.safe_load((DEPLOY / f"dagster.{name}.yaml").read_text()) for name in ("dev", "server"))
    assert {name for name in server if server[name] != dev.get(name)} == {"storage", "code_servers"}
    assert set(dev) < set(server)


def test_every_variable_of_the_example_means_something() -> None:
    lines = (DEPLOY / "environment.example").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    known = {f"IONQ_{name.upper()}" for name in Settings.model_fields}
    known |= {"IONQ_API_KEY", "IONQ_DATA_CONFIG", "IONQ_ALERT_URLS"}
    known |= {"DAGSTER_HOME", "DAGSTER_POSTGRES_URL", "DAGSTER_DISABLE_TELEMETRY"}
    assert not set(names) - known
    assert "IONQ_API_KEY=" in lines, "the example holds no key"


def test_the_example_names_a_driver_that_is_installed() -> None:
    pytest.importorskip("dagster_postgres", reason="the extra `server` is not installed")
    lines = (DEPLOY / "environment.example").read_text().splitlines()
    (url,) = [line.partition("=")[2] for line in lines if line.startswith("DAGSTER_POSTGRES_URL=")]
    assert create_engine(url).dialect.driver == "psycopg2"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_blocks_that_no_test_runs_are_shell_and_few(document: Path) -> None:
    for block in blocks(document, "sh"):
        ran = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        commands = {line.split()[0] for line in re.split(r"\n|; ", block) if line.strip()} - {".", "set"}
        assert not commands - NOT_RUN, f"{document.name}: let a test run these: write them into a console block"
        for file in re.findall(r"\b(?:deploy|requirements)/[\w./-]+", block):
            assert (ROOT / file).exists(), file
        for unit in re.findall(r"ionq-data-\w+", block):
            assert (DEPLOY / "systemd" / f"{unit}.service").exists(), unit
        for target in re.findall(r"^make (\S+)$", block, re.MULTILINE):
            assert f"\n{target}:" in (ROOT / "Makefile").read_text(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.stem)
def test_every_page_that_is_linked_is_there(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", document.read_text("utf-8")):
        assert (document.parent / link).exists(), link
    script(document)  # every line of a console block is a command


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_exposed_as_little_as_it_can_be(unit: Path) -> None:
    """By systemd's own scale, on which 10 is a service without any protection."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=25", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stdout[-400:]
