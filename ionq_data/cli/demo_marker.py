"""The note that a data directory holds a simulated history, and which: real and simulated records never mix."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from ionq_data.config import ConfigurationError, Settings

MARKER = "demo.json"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class History:
    """What decides a simulated history, and a digest of what came of it when the demo began.

    The same numbers give the same history, to the byte, but only from the same emulator: another version of it may
    simulate otherwise, and the records of two histories must not mix.
    """

    seed: int
    days: int
    jobs: int
    anchor: datetime
    digest: str = ""

    def is_like(self, *, seed: int, days: int, jobs: int) -> bool:
        """Tell whether the options of a demo ask for this history."""
        return (self.seed, self.days, self.jobs) == (seed, days, jobs)


def read_marker(data_dir: Path) -> History | None:
    """Return the history that a demo has left in the directory; None if none has.

    Raises:
        ConfigurationError: the note is damaged.
    """
    file = data_dir / MARKER
    try:
        noted = json.loads(file.read_text())
        return History(**noted | {"anchor": datetime.fromisoformat(noted["anchor"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigurationError(f"Cannot read {file}: {error}. Remove {data_dir} to start a new demo.") from None


def write_marker(data_dir: Path, history: History) -> None:
    """Note the history, before the first of its records is written."""
    data_dir.mkdir(parents=True, exist_ok=True)
    private = data_dir / f"{MARKER}.tmp"
    private.write_text(json.dumps(asdict(history) | {"anchor": history.anchor.isoformat()}) + "\n")
    private.replace(data_dir / MARKER)


def refuse_other_data(data_dir: Path) -> None:
    """Raise ``ConfigurationError`` if the directory holds records that no demo made."""
    if not (data_dir / MARKER).exists() and (data_dir / "lake").exists():
        raise ConfigurationError(
            f"{data_dir} holds records that are not a demo's. Run the demo in a directory of its own: "
            "IONQ_DATA_DIR=demo-data ionq-data demo"
        )


def refuse_demo_data(settings: Settings) -> None:
    """Raise ``ConfigurationError`` if a real account would be copied beside a demo's records."""
    hosts = {urlsplit(account.base_url).hostname for account in settings.keys}
    if (settings.data_dir / MARKER).exists() and not hosts <= _LOOPBACK:
        raise ConfigurationError(
            f"{settings.data_dir} holds the simulated records of a demo. Copy your own to another directory: "
            "IONQ_DATA_DIR=my-data ionq-data sync"
        )
