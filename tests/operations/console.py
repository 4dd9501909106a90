"""The commands of a document: what stands in its ``console`` blocks after ``$``, as one script for a shell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def blocks(document: Path, language: str) -> Iterator[str]:
    """Return the blocks of a language, without the indentation of the list that they stand in."""
    for indentation, named, content in _BLOCK.findall(document.read_text("utf-8")):
        if named == language:
            yield "".join(line.removeprefix(indentation) for line in content.splitlines(keepends=True))


def script(document: Path) -> str:
    """Return all commands in their order; ``>`` continues the one before, as shells show it.

    Raises:
        ValueError: a line is neither, so that a reader could not tell what to type.
    """
    lines = []
    for block in blocks(document, "console"):
        for line in block.splitlines():
            if not line.startswith(("$ ", "> ")) and line != ">":
                raise ValueError(f"{document.name}: {line!r} begins neither with $ nor with >")
            lines.append(line[2:])
    return "\n".join(lines) + "\n"
