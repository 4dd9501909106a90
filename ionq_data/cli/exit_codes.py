"""What a command's exit code means."""

DONE = 0
FAILED = 1
WRONG_USAGE = 2
INCOMPLETE = 3
"""Done, but the API did not give everything; the next sync asks for what is missing."""

INTERRUPTED = 130
"""Ended by Ctrl-C, as shells number it."""
