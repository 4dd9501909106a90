"""A person at a shell: a folder, the API that they reach, and where they are told of things."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.alerts.receiver import Receiver
from tests.operations.agreement import published
from tests.operations.doors import Doors
from tests.operations.emulated import Emulated
from tests.operations.processes import BIN

KEY, NEW_KEY, OTHER_KEY = "key-of-monday", "key-of-tuesday", "key-of-teaching"


@dataclass
class Site:
    """A person's folder, the API that they reach, and what they are told."""

    folder: Path
    api: Emulated
    doors: Doors
    receiver: Receiver

    def type(self, commands: str, *, typed: tuple[str, ...] = ()) -> str:
        """Run commands in a shell that ends at the first that fails; return what they printed."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("IONQ_", "DAGSTER_", "DBT_"))}
        environment = kept | {"PATH": f"{BIN}:{kept['PATH']}", "IONQ_BASE_URL": self.doors.base_url, "COLUMNS": "140"}
        environment |= {"HOME": str(self.folder)} | ({} if KEY in typed else {"IONQ_API_KEY": KEY})
        ran = subprocess.run(
            ["bash", "-eu", "-c", commands],
            input="".join(f"{line}\n" for line in typed),
            env=environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert ran.returncode == 0, f"{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        return ran.stdout

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def count(self, query: str) -> object:
        ((found,),) = published(self.data, query)
        return found
