"""The container file, as far as a machine without Docker can check it: what it copies, installs, starts and opens."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "deploy" / "emulator.Dockerfile").read_text().splitlines()
SAYS = dict(line.split(" ", 1) for line in LINES if line and not line.startswith("#"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
ENTRYPOINT: list[str] = json.loads(SAYS["ENTRYPOINT"])


def test_its_python_and_its_extra_are_those_of_the_project() -> None:
    version = re.fullmatch(r"python:(\d+\.\d+)-slim", SAYS["FROM"])
    assert version
    assert f"{version[1]}.0" in SpecifierSet(PROJECT["requires-python"])
    assert re.search(r"pip install \S+ '\.\[(\w+)\]'", SAYS["RUN"])[1] in PROJECT["optional-dependencies"]  # type: ignore[index]


def test_nothing_that_is_generated_goes_into_it() -> None:
    generated = {line.strip("/") for line in (ROOT / ".gitignore").read_text().split() if line.endswith("/")}
    ignored = {line.strip("/").removeprefix("**/") for line in (ROOT / ".dockerignore").read_text().split()}
    assert generated <= ignored
    assert ".git" in ignored


def test_it_starts_and_answers_on_the_port_that_it_opens() -> None:
    assert SAYS["EXPOSE"] == ENTRYPOINT[ENTRYPOINT.index("--port") + 1]
    assert f"-p {SAYS['EXPOSE']}:{SAYS['EXPOSE']}" in (ROOT / "docs" / "emulator.md").read_text()
    assert ENTRYPOINT[0] in PROJECT["scripts"]
    command = [str(Path(sys.executable).parent / ENTRYPOINT[0]), *ENTRYPOINT[1:], "--jobs", "20", "--days", "5"]
    command[command.index("--port") + 1] = "0"
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as emulator:
        try:
            assert emulator.stdout
            said = dict(emulator.stdout.readline().strip().split(": ", 1) for _ in range(2))
            base_url = said["base_url"].replace("0.0.0.0", "127.0.0.1")
            assert httpx.get(f"{base_url}/whoami", headers={"Authorization": f"apiKey {said['api_key']}"}).is_success
        finally:
            emulator.terminate()
