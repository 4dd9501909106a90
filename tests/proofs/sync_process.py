"""Sync once, as a process that can be killed: `python -m tests.proofs.sync_process BASE_URL DATA_DIR [--full]`."""

from __future__ import annotations

import sys
from pathlib import Path

from ionq_data.config import Account, Settings
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.sync import intake


def main(base_url: str, data_dir: str, *options: str) -> int:
    intake.FLUSH_ROWS = 15  # many files, so that there is much to be cut off
    account = Account(base_url=base_url)
    settings = Settings(data_dir=Path(data_dir), accounts=(account,), page_size=10, clock="server", max_attempts=2)
    _say("ready")
    records = sync(settings, Lake(settings.lake_dir), full="--full" in options)
    missing = [record.missing for record in records if not record.complete]
    _say(str(missing or "complete"))
    return 1 if missing else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
