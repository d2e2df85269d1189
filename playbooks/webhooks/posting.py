"""A POST to an address that a customer typed in: to public machines only, whatever the name resolves to (RELIABILITY.md attack 19).

The name is resolved once, every answer must be public, and the connection goes to the address that was looked at, so a
resolver that answers otherwise the second time changes nothing. No redirect is followed, no proxy used.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

PORTS = (443, 8443)
PATIENCE = 10  # seconds, for all of it
MOST_READ = 65_536  # bytes of an answer, which is thrown away
KEPT = "/%:@!$&'()*+,;=?~-._"  # of an address: what needs no quoting, and what is quoted already
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Resolve = Callable[[str, int], list[str]]


class ForbiddenAddressError(ValueError):
    """An address that nothing is sent to; the text says why."""


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or in words why nothing did. `took` in milliseconds."""

    status: int | None
    trouble: str
    took: int

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Place:
    """Where a message may go: the host as it was named, and the one address to connect to."""

    host: str
    port: int
    path: str
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Every address of a host."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(each[4][0] for each in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, also the one inside of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inside = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if found in NAT64:
            inside = ipaddress.ip_address(int(found) & 0xFFFFFFFF)
        if inside and not is_public(str(inside)):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved and not found.is_unspecified


def place_of(url: str, *, resolving: Resolve = resolve, allowed: Callable[[str], bool] = is_public) -> Place:
    """Where a URL leads. Raises ForbiddenAddressError, also for what cannot be resolved."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port or 443
    except ValueError:
        raise ForbiddenAddressError("This is no address.") from None
    if parts.scheme != "https" or not host:
        raise ForbiddenAddressError("The address has to begin with https://.")
    if parts.username or parts.password:
        raise ForbiddenAddressError("No name and no password may stand in the address: the signature says who we are.")
    if port not in PORTS:
        raise ForbiddenAddressError("Only the ports 443 and 8443 are open to us.")
    if any(ord(letter) <= 32 or ord(letter) == 127 for letter in url.strip()):
        raise ForbiddenAddressError("No space may stand in the address.")
    try:
        name = host.encode("idna").decode() if not _is_number(host) else host
        addresses = resolving(name, port)
    except (OSError, UnicodeError):
        raise ForbiddenAddressError(f"{host[:100]} could not be found.") from None
    if not addresses or not all(allowed(each) for each in addresses):
        raise ForbiddenAddressError("Only machines on the public internet are told anything.")
    path = quote(parts.path or "/", safe=KEPT) + (f"?{quote(parts.query, safe=KEPT)}" if parts.query else "")
    return Place(name, port, path, addresses[0])


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class _Connection(http.client.HTTPSConnection):
    """Goes to the address that was looked at; the certificate has to be the host's."""

    def __init__(self, place: Place, context: ssl.SSLContext, until: float):
        super().__init__(place.host, place.port, timeout=PATIENCE, context=context)
        self._place, self._tls, self._until = place, context, until
        self.watch: threading.Timer | None = None

    def connect(self):
        plain = socket.create_connection((self._place.address, self._place.port), timeout=self._left())
        plain.settimeout(self._left())  # of each step of the handshake
        self.sock = self._tls.wrap_socket(plain, server_hostname=self._place.host)
        # A machine that sends a byte now and then keeps within any time-out of one read: this one holds for all of it.
        self.watch = threading.Timer(self._left(), _cut, [self.sock])
        self.watch.start()

    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def post(place: Place, body: bytes, headers: Mapping[str, str], *, context: ssl.SSLContext | None = None) -> Answer:
    """POST a body. Whatever goes wrong is told in the answer."""
    began = time.monotonic()
    connection = _Connection(place, context or ssl.create_default_context(), began + PATIENCE)
    status, trouble = None, ""
    try:
        connection.request("POST", place.path, body=body, headers=dict(headers))
        answered = connection.getresponse()
        answered.read(MOST_READ)
        status = answered.status
    except ssl.SSLCertVerificationError:
        trouble = "Its certificate is not valid."
    except TimeoutError:
        trouble = "No answer within 10 seconds."
    except (OSError, ValueError, http.client.HTTPException) as error:
        late = time.monotonic() - began >= PATIENCE
        trouble = "No answer within 10 seconds." if late else f"The connection failed ({type(error).__name__})."
    finally:
        if connection.watch:
            connection.watch.cancel()
        connection.close()
    return Answer(status, trouble, round((time.monotonic() - began) * 1000))


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
