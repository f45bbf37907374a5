"""One request over one connection, to an address that may be asked.

urllib3 speaks HTTP and TLS, a connection at a time: what it does for convenience with pools, redirects, retries and
proxies from the environment would go past the checks.
"""

import contextlib
import http.client
import logging
import socket
import ssl
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit

from django.utils.encoding import iri_to_uri
from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, DecodeError, HTTPError, NewConnectionError
from urllib3.exceptions import SSLError as UrllibSSLError

from stages.links.results import LinkError, Problem
from stages.links.ssrf_guard import PORTS, Resolver, allowed_addresses

if TYPE_CHECKING:
    from stages.links.fetcher import Timeouts

NAME = "Waymark"  # what a robots.txt calls us
HEADERS = {
    "User-Agent": f"{NAME}/1.0 (checks the links of a roadmap; one request at a time)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
# It warns about each header that it cannot read, which is no news here.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass
class Response:
    status: int
    headers: dict[str, str]
    body: bytes = b""


class PinnedConnection:
    """Sends requests: ``timeouts`` is how long to wait, ``resolver`` finds addresses, ``tls`` knows whom to trust."""

    def __init__(self, timeouts: "Timeouts", resolver: Resolver, tls: ssl.SSLContext | None = None) -> None:
        self.timeouts = timeouts
        self.resolver = resolver
        self.tls = tls or ssl.create_default_context()
        self.reached = False  # whether anybody has been, if only to say no

    def send(self, method: str, url: str, deadline: float, limit: int = 0) -> Response:
        """Send one request and return the Response, with at most ``limit`` bytes of what it carries."""
        scheme, host, port, authority, path = split_url(url)
        connection = self.connect(scheme, host, port, deadline)
        answer_by = min(deadline, monotonic() + self.timeouts.response)
        # Each read has its own time limit, which a drop a second never reaches; so somebody looks at the clock.
        clock = Timer(max(answer_by - monotonic(), 0), shut_down, [connection.sock])
        clock.daemon = True
        clock.start()
        response = None
        try:
            connection.sock.settimeout(self.timeouts.read)
            connection.request(method, path, headers=HEADERS | {"Host": authority}, preload_content=False)
            response = connection.getresponse()
            if response.status < 200:
                raise LinkError(Problem.GARBAGE, temporary=True, before_request=False)
            headers = {name.lower(): value for name, value in response.headers.items()}
            body = read_body(response, limit)
            if monotonic() >= answer_by:  # what was cut off may look like an end
                raise TimeoutError
            return Response(response.status, headers, body)
        except (OSError, ValueError, HTTPError, http.client.HTTPException) as error:
            late = isinstance(error, TimeoutError) or monotonic() >= answer_by
            problem = Problem.TIMEOUT if late else Problem.GARBAGE
            raise LinkError(problem, temporary=True, before_request=False) from error
        finally:
            clock.cancel()
            if response:
                response.close()
            connection.close()

    def connect(self, scheme: str, host: str, port: int, deadline: float) -> HTTPConnection:
        """A connection to one of the addresses that ``host`` has, all of which may be asked.

        It is opened to the address itself, so that nothing can look the name up again and find another. The
        certificate is still that of the name.
        """
        give_up_at = min(deadline, monotonic() + self.timeouts.connect)
        failure = LinkError(Problem.NAME)
        for address in allowed_addresses(host, port, self.resolver, give_up_at - monotonic())[:3]:
            remaining = give_up_at - monotonic()
            if remaining <= 0:
                break
            connection: HTTPConnection
            if scheme == "https":
                connection = HTTPSConnection(
                    address, port, timeout=remaining, ssl_context=self.tls, server_hostname=host.rstrip(".")
                )
            else:
                connection = HTTPConnection(address, port, timeout=remaining)
            try:
                connection.connect()
                self.reached = True
                return connection
            except (ssl.SSLError, UrllibSSLError):
                self.reached = True
                failure = LinkError(Problem.TLS)
            except (OSError, HTTPError) as error:
                # A refused connection is a NewConnectionError, which urllib3 counts among those that took too long.
                late = isinstance(error, (ConnectTimeoutError, TimeoutError))
                refused = isinstance(error, NewConnectionError)
                self.reached = self.reached or isinstance(error.__cause__, ConnectionRefusedError)
                failure = LinkError(Problem.TIMEOUT if late and not refused else Problem.CONNECTION, temporary=True)
            connection.close()
        raise failure


def split_url(url: str) -> tuple[str, str, int, str, str]:
    """(scheme, host, port, host and port as sent, path and query as sent). Raises LinkError for what is not for us."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        host, authority = ((name or "").encode("idna").decode() for name in (host, parts.netloc))
    except ValueError:  # a UnicodeError is one, too
        raise LinkError(Problem.ADDRESS) from None
    if parts.scheme not in PORTS or not host or "@" in authority:
        raise LinkError(Problem.ADDRESS)
    path = iri_to_uri(parts.path or "/") + (f"?{iri_to_uri(parts.query)}" if parts.query else "")
    return parts.scheme, host, port or PORTS[parts.scheme], authority, path


def redirect_target(current_url: str, location: str) -> str:
    """The page that a redirect leads to."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")  # headers arrive as Latin-1, whatever they are
    try:
        parts = urlsplit(urljoin(current_url, location.strip()))
        host = unquote(parts.netloc).encode("idna").decode()
        path, query = iri_to_uri(parts.path), iri_to_uri(parts.query)
        return parts._replace(netloc=host, path=path, query=query, fragment="").geturl()
    except ValueError:
        raise LinkError(Problem.GARBAGE) from None


def read_body(response: BaseHTTPResponse, limit: int) -> bytes:
    """The beginning of what a reply carries, unpacked: some pack it although we say that we would rather not."""
    body = b""
    with contextlib.suppress(DecodeError):
        while len(body) < limit and (chunk := response.read(min(8192, limit - len(body)), decode_content=True)):
            body += chunk
    return body


def shut_down(sock: socket.socket) -> None:
    """End a conversation from another thread: whoever waits in it gets an error at once."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
