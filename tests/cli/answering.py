"""Run commands in this process on a published data directory, as wide as a terminal would be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from ionq_data.cli import run


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """What it printed as JSON."""
        return json.loads(self.out)


Ask = Callable[..., Said]


def asking(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_dir: object) -> Ask:
    """Return a function that runs a command on a data directory."""
    for name in ("NO_COLOR", "FORCE_COLOR", "IONQ_DATA_CONFIG", "IONQ_BUDGETS", "IONQ_LAKE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("IONQ_DATA_DIR", str(data_dir))

    def ask(*arguments: str, width: int = 100) -> Said:
        monkeypatch.setenv("COLUMNS", str(width))
        capsys.readouterr()
        try:
            code = run(list(arguments))
        except SystemExit as ended:
            code = int(str(ended.code))
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return ask
