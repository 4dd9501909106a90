"""Text of users: names and metadata of jobs, harmless or hostile, determined by the job's number."""

from __future__ import annotations

from ionq_data.emulator.ids import hash64

_WORDS = ("ansatz", "ghz", "qaoa", "vqe", "bell", "qft", "grover", "ising", "tomography", "swap test", "calibration")
_STUDIES = ("LiH", "H2O", "maxcut-24", "portfolio-8", "kagome", "teaching-week-3", "baseline")
HOSTILE_NAMES = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|'!A0", "-1+1",
    "+49 30 1234", "\u202etxt.exe", "🦄🧪⚛️", "'; DROP TABLE fct_jobs; --", "a\nb\r\nc", "comma, semicolon; tab\t",
    'quote " and \\ backslash', "\u0000null", "Ω≈ç√∫", "${jndi:ldap://127.0.0.1/a}", "{{7*7}}", " ", "x" * 5000,
)  # fmt: skip
BIG_VALUE = "0123456789abcdef" * 2560
"""Forty kilobytes (40 960 bytes) of metadata in one value."""


def job_name(seed: int, serial: int, *, hostile: bool) -> str | None:
    """Return the name of a job, None for about one in six."""
    dice = hash64(seed, 21, serial)
    if hostile and dice % 3 == 0:
        return HOSTILE_NAMES[dice // 3 % len(HOSTILE_NAMES)]
    if dice % 6 == 0:
        return None
    return f"{_WORDS[dice // 6 % len(_WORDS)]} {dice // 97 % 200}"


def job_metadata(seed: int, serial: int, *, hostile: bool) -> dict[str, str] | None:
    """Return a job's metadata (strings by string), None for about half of the jobs."""
    dice = hash64(seed, 22, serial)
    if hostile and dice % 50 == 0:
        return {"payload": BIG_VALUE}
    if hostile and dice % 4 == 0:
        return {HOSTILE_NAMES[dice // 4 % len(HOSTILE_NAMES)]: HOSTILE_NAMES[dice // 80 % len(HOSTILE_NAMES)]}
    if dice % 2 == 0:
        return None
    return {"study": _STUDIES[dice // 2 % len(_STUDIES)], "run": str(dice // 50 % 1000)}
