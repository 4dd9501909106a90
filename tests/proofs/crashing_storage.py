"""A folder whose process can be gone at any step of a write."""

from __future__ import annotations

from pathlib import Path

from ionq_data.lake.storage import LocalStorage
from tests.sync.upstream import Crash


class CrashingStorage(LocalStorage):
    """A folder; ``steps`` counts down with each step of a write, and at zero the process is gone."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.steps: int | None = None
        self._is_gone = False

    def write(self, name: str, content: bytes) -> None:
        self._step()
        if self.steps == 0:  # cut off in the middle: what a power loss leaves under the unfinished name
            unfinished = self.root / f"{name}.unfinished-00000000"
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(content[: len(content) // 2])
        self._step()
        super().write(name, content)
        self._step()

    def delete(self, name: str) -> None:
        self._step()
        super().delete(name)

    def restart(self, steps: int | None) -> None:
        self.steps = steps

    def _step(self) -> None:
        if self.steps is None:
            return
        if self.steps <= 0:
            raise Crash
        self.steps -= 1
