"""The connections: they send over aiohttp, and a transport of httpx can take their place.

They do not build httpx's requests and answers: for a small request, that takes as much CPU time as all the rest.
`docs/benchmarks.md` compares the candidates. The errors are httpx's, which tell whether anything was sent.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Protocol
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from yarl import URL

from ionq_data.api.address import Address

# Below the five seconds after which many servers (uvicorn for one) close an idle connection: reusing one just as the
# server closes it would look like a failure.
KEEPALIVE_SECONDS = 4.0
_NO_BODY = httpx.ByteStream(b"")


class Incoming(Protocol):
    """An answer whose head has come."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by name in any case."""

    def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body in the pieces that the connection brings, unpacked."""

    async def aclose(self) -> None:
        """Give the connection back where the body was read to its end; else close it."""


class Transport(Protocol):
    """What sends a GET: the connections, or a transport of httpx.

    Raises the errors of httpx: ConnectTimeout and ConnectError where nothing was sent, ReadTimeout where an answer
    stopped coming, RemoteProtocolError and ReadError where a connection broke, InvalidURL.
    """

    async def get(self, url: str, headers: Mapping[str, str]) -> Incoming:
        """Send a request and return the answer as soon as its head has come."""

    async def aclose(self) -> None:
        """Close every connection."""


class Connections:
    """Keep up to `concurrency` connections alive, without redirects, cookies, `.netrc` or a header of their own.

    Args:
        proxy: URL of an HTTP proxy, which sees the host's name but no header of a request over https.
        connect_seconds: bounds the time to connect.
        read_seconds: bounds the time between two pieces of an answer.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        connect_seconds: float,
        read_seconds: float,
        proxy: str | None = None,
        ssl_context: ssl.SSLContext | bool = True,
    ) -> None:
        self._proxy = proxy
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=concurrency, keepalive_timeout=KEEPALIVE_SECONDS, ssl=ssl_context),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds, sock_read=read_seconds),
            auto_decompress=False,  # httpx does that, in bounded pieces
        )
        # aiohttp repeats a request whose connection was dropped, and tells nobody: it would be sent uncounted, beside
        # the bound on attempts. There is no public switch; test_a_bad_connection_is_followed_by_another holds this.
        self._session._retry_connection = False

    async def get(self, url: str, headers: Mapping[str, str]) -> Incoming:
        """Send a request and return the answer as soon as its head has come."""
        if not (url.isascii() and url.isprintable()) or " " in url:
            url = str(httpx.URL(url))  # quotes, or refuses, what no request line may hold
        try:
            answer = await self._session.request(
                "GET",
                URL(url, encoded=True),  # the address as it is: to quote it again could change it
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _as_httpx(error) from None  # aiohttp's error holds the request, and so the key
        return _Incoming(answer)

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()


class _Incoming(httpx.AsyncByteStream):
    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer
        self.status, self.headers = answer.status, answer.headers

    def pieces(self) -> AsyncIterator[bytes]:
        if "Content-Encoding" not in self.headers:
            return self.__aiter__()
        return httpx.Response(self.status, headers=list(self._answer.raw_headers), stream=self).aiter_bytes()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._answer.content.readany():
                yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _as_httpx(error) from None

    async def aclose(self) -> None:
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


class OverHttpx:
    """Send over a transport of httpx."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def get(self, url: str, headers: Mapping[str, str]) -> Incoming:
        """Send a request and return the answer as soon as its head has come."""
        request = httpx.Request("GET", url, headers=headers, stream=_NO_BODY)
        return _OfHttpx(await self._transport.handle_async_request(request))

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


class _OfHttpx:
    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status, self.headers = response.status_code, response.headers

    def pieces(self) -> AsyncIterator[bytes]:
        return self._response.aiter_bytes()

    async def aclose(self) -> None:
        await self._response.aclose()


def open_connections(address: Address, *, concurrency: int, connect_seconds: float, read_seconds: float) -> Connections:
    """Open the connections to a host, with the proxies and certificates of the environment.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` name certificates to trust. A proxy is used for https only, where it sees no
    header: over plain http to this machine it would be handed the key.
    """
    proxy = None
    if address.scheme == "https" and not proxy_bypass(address.host):
        proxies = getproxies()
        proxy = proxies.get("https") or proxies.get("all")
    if proxy and "://" not in proxy:
        proxy = f"http://{proxy}"
    return Connections(
        concurrency=concurrency,
        connect_seconds=connect_seconds,
        read_seconds=read_seconds,
        proxy=proxy,
        ssl_context=httpx.create_ssl_context() if address.scheme == "https" else True,
    )


def _as_httpx(error: aiohttp.ClientError | TimeoutError) -> httpx.HTTPError | httpx.InvalidURL:
    """Say an error of aiohttp in httpx's words, which alone tell whether anything was sent."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout("")
        case aiohttp.ClientConnectorError() | aiohttp.ClientHttpProxyError():
            return httpx.ConnectError(str(error))
        case aiohttp.InvalidURL():
            return httpx.InvalidURL("")
        case TimeoutError():
            return httpx.ReadTimeout("")
        case aiohttp.ClientPayloadError():
            return httpx.ReadError("")
        case _:
            return httpx.RemoteProtocolError("")
