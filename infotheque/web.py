"""The one door to other people's sites: does this address still answer? It never leads inside.

Every name is resolved here, every address of every hop is checked, and the connection is made to the
checked address itself: a name that changes its mind between the check and the connection gains nothing.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

Resolver = Callable[[str, int], Iterable[str]]

MOST_HOPS = 5
# For one step of one hop, then for a whole hop, in seconds.
STEP_SECONDS, HOP_SECONDS = 6.0, 12.0
PORTS = frozenset({80, 443})
AGENT = "Mecenova-links/1.0 (weekly check of links)"
# A server that does not serve robots, or not now, is a server that is there.
_PRESENT = frozenset({401, 402, 403, 405, 406, 407, 408, 409, 418, 423, 425, 429, 451})
_MOVED = frozenset({301, 302, 303, 307, 308})
_MOVED_FOR_GOOD = frozenset({301, 308})
# Global by their number, but doors to other networks: IPv4 inside IPv6.
_TUNNELS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))

PRIVATE = "l’adresse mène à un réseau privé, que le site n’appelle jamais"
UNKNOWN_NAME = "le nom de domaine n’existe pas, ou plus"
SILENT = "le site n’a pas répondu à temps"
REFUSED = "le site refuse la connexion"
BAD_CERTIFICATE = "le certificat du site n’est pas valable"
NOT_WEB = "l’adresse n’est pas celle d’une page web"
LOOP = "l’adresse renvoie sans fin d’une page à l’autre"
NONSENSE = "le site répond autre chose qu’une page web"


@dataclass(frozen=True)
class Answer:
    """`problem` is empty when the address answers; `moved_to` is where it says it has gone for good.

    Not heard, it may be that this machine has no way out to the web.
    """

    problem: str = ""
    moved_to: str = ""
    is_heard: bool = True

    @property
    def is_alive(self) -> bool:
        return not self.problem


class _Failed(Exception):
    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def addresses_of(host: str, port: int) -> list[str]:
    """Every address that the system's resolver gives for this name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Whether the address is on the public internet: no loopback, private, link-local or tunnelled one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    if found.version == 6 and any(found in network for network in _TUNNELS):
        return False
    # Deprecated, and routed nowhere: a house that still numbers its own machines so is not the internet.
    is_of_a_site = found.version == 6 and found.is_site_local
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_unspecified or is_of_a_site
    )


@dataclass(frozen=True)
class Web:
    """`resolve`, `is_allowed` and `ports` are replaced by tests that have a server of their own."""

    resolve: Resolver = addresses_of
    is_allowed: Callable[[str], bool] = is_public
    ports: frozenset[int] | None = PORTS
    step_seconds: float = STEP_SECONDS
    hop_seconds: float = HOP_SECONDS
    certificates: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def try_address(self, address: str) -> Answer:
        """Ask for the page's headers, following its redirections; its body is never read."""
        moved_to, now = "", address
        for_good = True
        try:
            for _ in range(MOST_HOPS + 1):
                status, location = self._ask(now)
                if status not in _MOVED or not location:
                    return self._judged(status, moved_to)
                for_good = for_good and status in _MOVED_FOR_GOOD
                now = _where(now, location)
                moved_to = now if for_good else moved_to
        except _Failed as failure:
            return Answer(failure.problem, is_heard=False)
        return Answer(LOOP)

    def _judged(self, status: int, moved_to: str) -> Answer:
        if 200 <= status < 400 or status in _PRESENT:
            return Answer(moved_to=moved_to)
        return Answer(f"le site répond par une erreur ({status})")

    def _ask(self, address: str) -> tuple[int, str]:
        """HEAD; GET where HEAD is not served, and then too only the headers."""
        parts, port = self._checked(address)
        host = self._public_address(parts.hostname or "", port)
        status, location = self._request("HEAD", parts, port, host)
        if status in {400, 403, 404, 405, 406, 500, 501, 503}:
            return self._request("GET", parts, port, host)
        return status, location

    def _checked(self, address: str) -> tuple[SplitResult, int]:
        try:
            parts = urlsplit(address)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            raise _Failed(NOT_WEB) from None
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise _Failed(NOT_WEB)
        if self.ports is not None and port not in self.ports:
            raise _Failed(NOT_WEB)
        return parts, port

    def _public_address(self, name: str, port: int) -> str:
        """One address of the name, all of which must be public."""
        try:
            found = list(self.resolve(name, port))
        except (OSError, UnicodeError):
            raise _Failed(UNKNOWN_NAME) from None
        if not found:
            raise _Failed(UNKNOWN_NAME)
        if not all(self.is_allowed(address) for address in found):
            raise _Failed(PRIVATE)
        return found[0]

    def _request(self, verb: str, parts: SplitResult, port: int, host: str) -> tuple[int, str]:
        try:
            with self._connection(parts, port, host) as connection:
                headers = {"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
                connection.request(verb, _target(parts), headers=headers)
                answer = connection.getresponse()
                return answer.status, answer.headers.get("Location", "")
        except ssl.SSLCertVerificationError:
            raise _Failed(BAD_CERTIFICATE) from None
        except ConnectionRefusedError:
            raise _Failed(REFUSED) from None
        except (TimeoutError, ConnectionError, http.client.RemoteDisconnected):
            raise _Failed(SILENT) from None
        except (http.client.HTTPException, ValueError):
            raise _Failed(NONSENSE) from None
        except OSError:
            raise _Failed(SILENT) from None

    @contextmanager
    def _connection(self, parts: SplitResult, port: int, host: str) -> Iterator[http.client.HTTPConnection]:
        """To the checked address, under the name that was asked; cut when the whole takes too long."""
        name = parts.hostname or ""
        plug: socket.socket = socket.create_connection((host, port), timeout=self.step_seconds)
        try:
            if parts.scheme == "https":
                # Wrapped before it is timed, and greeted after: the plain socket is no door any more.
                plug = self.certificates.wrap_socket(
                    plug, server_hostname=name, do_handshake_on_connect=False
                )
            with _cut_after(self.hop_seconds, plug):
                if isinstance(plug, ssl.SSLSocket):
                    plug.do_handshake()
                connection = http.client.HTTPConnection(name, port, timeout=self.step_seconds)
                connection.sock = plug
                yield connection
        finally:
            plug.close()


@contextmanager
def _cut_after(seconds: float, plug: socket.socket) -> Iterator[None]:
    """Nobody is waited for who sends one letter now and then. Raises _Failed when it had to be cut."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        # Not SSLSocket's own: it would take the encryption away from the thread that reads.
        with suppress(OSError):
            socket.socket.shutdown(plug, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise _Failed(SILENT) from None
        raise
    finally:
        timer.cancel()
    if late.is_set():
        raise _Failed(SILENT)


def _where(now: str, location: str) -> str:
    """The address that a redirection gives: another's words, which may make no address at all."""
    try:
        following = urljoin(now, location)
    except ValueError:
        raise _Failed(NONSENSE) from None
    if "\0" in following:
        raise _Failed(NONSENSE)
    return following


def _target(parts: SplitResult) -> str:
    """The path and the query as a request line bears them: nothing that ends the line."""
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else path
