"""docs/adding-a-resource.md, followed to the letter: two files and a line make a resource of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r'^```(python|diff) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
ANSWERS = {
    "/v0.4/whoami": {"key_id": "0197c1c2-0000-7000-8000-000000000001", "key_name": "test"},
    "/v0.4/sessions": {"sessions": []},
    "/v0.4/members": {
        "members": [
            {"id": "m-1", "name": "Ada", "role": "admin", "joined_at": "2026-03-01T09:00:00Z"},
            {"id": "m-2", "name": "Emmy", "role": "owner", "joined_at": "2026-05-02T10:30:00Z"},
        ]
    },
}
SYNC = """
import json, ionq_data
from ionq_data.config import load_settings
from ionq_data.ingest import sync
from ionq_data.lake.location import open_lake
from pipelines.schedules import PLANS
settings = load_settings()
[record] = sync(settings, open_lake(settings), resources=["members"])
assert record.complete, record
print(json.dumps({
    "scanned": ionq_data.open().scan("members").collect().height,
    "schedules": [plan.name for plan in PLANS if "members" in plan.resources],
}))
"""
BUILD = """
import json, duckdb
from ionq_data import warehouse
from ionq_data.config import load_settings
settings = load_settings()
built = warehouse.build(settings.data_dir, lake_dir=settings.data_dir / "lake")
assert built.passed, built.explain()
with duckdb.connect(built.file, read_only=True) as connection:
    def rows(columns, table):
        return connection.execute(f"select {columns} from {table}").fetchall()
    print(json.dumps({
        "staged": rows("account, id, name, role, joined_at::varchar", "staging.stg_ionq__members order by id"),
        "tests": sum(node.is_test and "stg_ionq__members" in node.name for node in built.nodes),
        "fresh": rows("rows, newest_record_at is not null", "data_freshness where resource = 'members'"),
        "drift": rows("path, kind", "schema_drift where resource = 'members'"),
    }))
"""


class Api(BaseHTTPRequestHandler):
    """Answers a few paths, and 404 to the others."""

    def do_GET(self) -> None:
        known = ANSWERS.get(self.path.partition("?")[0])
        body = json.dumps(known if known is not None else {"message": "not found"}).encode()
        self.send_response(200 if known is not None else 404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output to itself."""


def patched(text: str, diff: str) -> str:
    """Return a text with the lines of one hunk that begin with ``+``."""
    lines = diff.splitlines(keepends=True)
    before = "".join(line[1:] for line in lines if not line.startswith("+"))
    assert text.count(before) == 1, f"the page shows other lines than there are:\n{before}"
    return text.replace(before, "".join(line[1:] for line in lines))


@pytest.fixture
def base_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v0.4"
        server.shutdown()
        thread.join()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the source, with what the page says added to it."""
    made_by_running = shutil.ignore_patterns("__pycache__", "target", "logs")
    for folder in ("ionq_data", "pipelines", "sql"):
        shutil.copytree(ROOT / folder, tmp_path / "source" / folder, ignore=made_by_running)
    blocks = BLOCK.findall((ROOT / "docs" / "adding-a-resource.md").read_text())
    assert len(blocks) == 3
    for kind, name, text in blocks:
        path = tmp_path / "source" / name
        path.write_text(text if kind == "python" else patched(path.read_text(), text))
    return tmp_path / "source"


class Shell:
    """Runs Python in the copy of the source, against the API that has members."""

    def __init__(self, source: Path, base_url: str, data_dir: Path) -> None:
        self.folder = source.parent
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "DAGSTER_"))}
        self.environment = mine | {
            "PYTHONPATH": str(source),
            "IONQ_BASE_URL": base_url,
            "IONQ_API_KEY": "any",
            "IONQ_DATA_DIR": str(data_dir),
        }

    def run(self, *command: str) -> str:
        started = [sys.executable, *command]
        # elsewhere than in the checkout, which would come before the copy
        done = subprocess.run(started, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture
def shell(source: Path, base_url: str, tmp_path: Path) -> Shell:
    return Shell(source, base_url, tmp_path / "data")


def test_two_files_and_a_line_are_copied_on_their_schedule(shell: Shell) -> None:
    assert json.loads(shell.run("-c", SYNC)) == {"scanned": 2, "schedules": ["usage_daily", "everything_weekly"]}


def test_what_follows_is_written_once_and_then_left_alone(shell: Shell, source: Path) -> None:
    shell.run("-m", "ionq_data.warehouse.records")
    model = source / "sql" / "models" / "staging" / "stg_ionq__members.sql"
    assert "{{ utc('joined_at') }} as joined_at," in model.read_text()
    model.write_text("-- somebody's own\n")
    shell.run("-m", "ionq_data.warehouse.records", "--check")
    shell.run("-m", "ionq_data.warehouse.records")
    assert model.read_text() == "-- somebody's own\n"


@pytest.mark.prove
def test_it_is_staged_tested_and_counted_in_the_marts(shell: Shell) -> None:
    shell.run("-c", SYNC)
    shell.run("-m", "ionq_data.warehouse.records")
    assert json.loads(shell.run("-c", BUILD)) == {
        "staged": [
            ["default", "m-1", "Ada", "admin", "2026-03-01 09:00:00"],
            ["default", "m-2", "Emmy", "owner", "2026-05-02 10:30:00"],
        ],
        "tests": 5,
        "fresh": [[2, True]],
        "drift": [["role", "unknown_value"]],
    }
