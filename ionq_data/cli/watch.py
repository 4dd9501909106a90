"""Show a run's progress on the error stream: bars on a terminal, a line for each step elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from ionq_data.cli.output import clean, error_console
from ionq_data.sync.progress import Progress as SyncProgress

_WAREHOUSE = "warehouse"


class Watch:
    """Shows the resources of a sync and the models of a build as they go. A context manager."""

    def __init__(self) -> None:
        self._console = error_console()
        self._is_live = self._console.is_terminal
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._is_live,
        )
        self._tasks: dict[str, TaskID] = {}
        self._ended: set[str] = set()

    def __enter__(self) -> Watch:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the bars as they are; nothing more is shown."""
        self._bars.stop()

    def say(self, sentence: str) -> None:
        """Print a sentence above the bars."""
        self._bars.console.print(Text(clean(sentence, longest=None)), soft_wrap=True)

    def on_progress(self, progress: SyncProgress) -> None:
        """Show how far the sync of a resource is."""
        name = f"{progress.account}/{progress.resource}"
        self._show(name, progress.done, progress.total, is_end=progress.note == "done")

    def on_node(self, done: int, total: int) -> None:
        """Show how far the build is."""
        self._show(_WAREHOUSE, done, total, is_end=done == total)

    def _show(self, name: str, done: int, total: int | None, *, is_end: bool) -> None:
        is_new = name not in self._tasks
        if is_new:
            self._tasks[name] = self._bars.add_task(clean(name), total=total)
        self._bars.update(self._tasks[name], completed=done, total=total or (done if is_end else None))
        if not self._is_live and is_end and name not in self._ended:
            self._ended.add(name)
            self.say(f"{name}: {done} done")
