"""The page's scripts and stylesheet, and the policy under which they run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import vl_convert

_OWN = ("data.js", "charts.js", "tables.js", "filters.js", "theme.js", "jobs.js", "plan.js", "start.js")


def asset(name: str) -> str:
    """Return a file of the folder ``assets``."""
    return (files("ionq_data.report") / "assets" / name).read_text(encoding="utf-8")


@cache
def scripts() -> tuple[str, ...]:
    """Return the scripts in the order in which they run: one with Vega, Vega-Lite and Vega-Embed, then our own."""
    own = "\n".join(asset(name) for name in _OWN)
    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets a default
    return tuple(_inside_html(script) for script in (bundle, f'"use strict";(() => {{\n{own}\n}})();'))


def policy(inline: Sequence[str]) -> str:
    """Return a content security policy that allows these scripts, and forbids loading anything from anywhere."""
    digests = (hashlib.sha256(script.encode()).digest() for script in inline)
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _inside_html(script: str) -> str:
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--")
