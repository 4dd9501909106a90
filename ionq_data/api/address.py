"""Where requests may go: the configured host and nowhere else, over TLS unless it is this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from ionq_data.api.errors import InsecureUrl, RedirectRefused, RequestRefused

ParamValue = str | int | bool | Sequence[str] | None
Params = Mapping[str, ParamValue]
_LONGEST_PATH_IN_MESSAGES = 160


@dataclass(frozen=True, slots=True)
class Address:
    """A checked base URL in its parts: `scheme://host[:port]`, the host's name, and the path before each endpoint."""

    origin: str
    scheme: str
    host: str
    prefix: str

    @property
    def is_loopback(self) -> bool:
        """Tell whether the host is this machine itself."""
        return _is_loopback(self.host)


def parse_base_url(base_url: str) -> Address:
    """Check a base URL and take it apart; raise InsecureUrl if a key must not be sent there.

    Allowed are https anywhere and http to a loopback address. Credentials, a query or a fragment have no place in it.
    """
    try:
        url = httpx.URL(base_url.strip())
    except httpx.InvalidURL:
        raise InsecureUrl("the base URL is not a URL: it should look like https://api.ionq.co/v0.4") from None
    if url.userinfo or url.query or url.fragment:
        raise InsecureUrl(f"the base URL of {url.host!r} contains credentials, a query or a fragment: remove them")
    if url.scheme not in ("https", "http") or not url.host:
        raise InsecureUrl(f"the base URL needs https:// and a host, but has {url.scheme!r} and {url.host!r}")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise InsecureUrl(f"http:// to {url.host!r} would send the key in the clear: use https://{url.host}")
    origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
    return Address(origin=origin, scheme=url.scheme, host=url.host, prefix=url.path.rstrip("/"))


def locate(address: Address, path: str, params: Params | None) -> tuple[str, str]:
    """Return the full URL of a request, and its `GET /path` for messages, without the query.

    `path` is an endpoint (`/jobs`), a path from the host's root as the API gives in `url` members (`/v0.4/jobs/…`), or
    an absolute URL. One of another host raises RedirectRefused, one with dot segments or unprintable
    characters RequestRefused. Quote an id that you put into a path with `urllib.parse.quote(id, safe="")`.
    A sequence becomes a repeated parameter (`ids=a&ids=b`), None is left out.
    """
    if "://" in path or path.startswith("//"):
        path = _within_origin(address, path)
    bare, _, query = path.partition("#")[0].partition("?")
    if not bare.startswith("/"):
        bare = "/" + bare
    if address.prefix and not bare.startswith(address.prefix + "/"):
        bare = address.prefix + bare
    endpoint = f"GET {bare[:_LONGEST_PATH_IN_MESSAGES]}"
    if not bare.isprintable() or "\\" in bare or _has_dot_segment(bare):
        shown = ascii(endpoint)
        raise RequestRefused(
            f"a path that could lead elsewhere was not requested: {shown}; quote the ids in it", endpoint=shown
        )
    if params:
        added = urlencode([pair for name, value in params.items() for pair in _pairs(name, value)])
        query = f"{query}&{added}" if query and added else query or added
    return f"{address.origin}{bare}?{query}" if query else address.origin + bare, endpoint


def redirect_target(location: str | None, address: Address) -> str:
    """Name the host that a `Location` header points to, and nothing more of it."""
    try:
        host = httpx.URL(location or "").host
    except httpx.InvalidURL:
        return "an unreadable address"
    return host or address.host


def _pairs(name: str, value: ParamValue) -> list[tuple[str, str]]:
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, "true" if value else "false")]
    if isinstance(value, (str, int)):
        return [(name, str(value))]
    return [(name, part) for part in value]


def _within_origin(address: Address, link: str) -> str:
    """Return path and query of an absolute link to the configured origin; refuse any other."""
    try:
        url = httpx.URL(f"{address.scheme}:{link}" if link.startswith("//") else link)
    except httpx.InvalidURL:
        raise RedirectRefused("a link that is not a URL was not followed") from None
    origin = httpx.URL(address.origin)
    if (url.scheme, url.host, url.port) != (origin.scheme, origin.host, origin.port) or url.userinfo:
        raise RedirectRefused(
            f"a link to {url.scheme}://{url.netloc.decode('ascii')} was not followed: requests go to {address.origin} "
            "only; if the API has moved, change the base URL"
        )
    return url.raw_path.decode("ascii")


def _has_dot_segment(path: str) -> bool:
    if "/." not in path and "%2" not in path:
        return False
    plain = path.replace("%2e", ".").replace("%2E", ".").replace("%2f", "/").replace("%2F", "/")
    return any(segment in (".", "..") for segment in plain.split("/"))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
