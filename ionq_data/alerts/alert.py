"""An alert: a problem that exists now and that somebody should be told of once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["warning", "failure"]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """Something that a rule has found.

    Attributes:
        rule: name of the rule, as in ``[alerts.rules.<rule>]``.
        subject: what it is about (a backend's metric, a project, an account's resource), by ids as the API gives them.
        period: since when or for when it holds; with rule and subject, what makes two alerts the same one.
        severity: ``failure`` where the pipeline or a budget has failed, ``warning`` where it is about to.
        title: one line.
        body: figures and what to do; text from users or servers is plain text only.
        since: when it was first noticed (UTC).
    """

    rule: str
    subject: str
    period: str
    severity: Severity
    title: str
    body: str
    since: datetime

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes two alerts the same one."""
        return (self.rule, self.subject, self.period)
