"""The connections: a transport of httpx that sends over aiohttp.

httpx stays the interface, so a test can put any transport of httpx in its place. Its own transport spends several times
as much CPU time on a small request; `docs/benchmarks.md` compares the candidates. The published adapter, httpx-aiohttp,
reports a dropped connection as one that was never made, so requests would be counted wrongly.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from yarl import URL

from ionq_data.api.address import Address

# Below the five seconds after which many servers (uvicorn for one) close an idle connection: reusing one just as the
# server closes it would look like a failure.
KEEPALIVE_SECONDS = 4.0


class AiohttpTransport(httpx.AsyncBaseTransport):
    """Keep up to `concurrency` connections alive, without redirects, cookies, `.netrc` or a header of its own.

    Raises the errors of httpx: ConnectTimeout and ConnectError where nothing was sent, ReadTimeout where an answer
    stopped coming, RemoteProtocolError and ReadError where a connection broke.

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

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request without a body and return the answer as soon as its head has come."""
        try:
            answer = await self._session.request(
                request.method,
                URL(str(request.url), encoded=True),  # the address as it is: to quote it again could change it
                headers=request.headers.multi_items(),
                allow_redirects=False,
                proxy=self._proxy,
            )
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _as_httpx(error) from None  # aiohttp's error holds the request, and so the key
        return httpx.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer))

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()


class _Body(httpx.AsyncByteStream):
    """The body of an answer, in the pieces that the connection brings."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await self._answer.content.readany():
                yield piece
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _as_httpx(error) from None

    async def aclose(self) -> None:
        """Give the connection back where the body was read to its end; else close it."""
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


def open_transport(
    address: Address, *, concurrency: int, connect_seconds: float, read_seconds: float
) -> httpx.AsyncBaseTransport:
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
    return AiohttpTransport(
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
