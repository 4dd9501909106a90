"""Say what an incomplete sync could not get."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from ionq_data.cli.output import clean, error_console


def group_missing(sentences: Iterable[str]) -> list[str]:
    """Return the sentences, those that give one reason for several resources as one.

    A sentence names what is missing before its first colon: ``jobs: the API did not answer``.
    """
    by_reason: dict[str, list[str]] = {}
    for sentence in sentences:
        what, separator, reason = sentence.partition(": ")
        names = by_reason.setdefault(reason if separator else "", [])
        if what not in names:
            names.append(what)
    return [
        f"{', '.join(names)}: {reason}" if reason else name
        for reason, names in by_reason.items()
        for name in (names if not reason else names[:1])
    ]


def print_missing(sentences: Iterable[str]) -> None:
    """Print what is missing on the error stream."""
    for sentence in group_missing(sentences):
        line = Text("Missing: ", style="bold yellow") + Text(clean(sentence, longest=None))
        error_console().print(line, soft_wrap=True)
