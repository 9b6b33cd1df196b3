"""Links are tried from here, and never lead inside: real servers on this machine, reached as strangers."""

import http.server
import socket
import socketserver
import ssl
import threading
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.urls import reverse

from infotheque import web
from infotheque.link_checking import NOT_TRIED, SEVERAL, check_links
from infotheque.models import Document, LinkCheck
from infotheque.operations import record_link_check
from infotheque.tasks import check_library_links
from infotheque.web import Web, is_public
from mecenova.calendar import clock
from tests.infotheque.factories import DocumentFactory

FOREVER = 1000.0
# « site.example » signs for itself, until 2126: `openssl req -x509 -newkey ec -days 36500`.
CERTIFICATE = Path(__file__).parent / "site_example.pem"


class Site(http.server.BaseHTTPRequestHandler):
    """A site with a page, a page that moved, one that is gone, one that refuses HEAD, and traps."""

    asked: list[str] = []

    def do_HEAD(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        if self.path == "/get-only" and self.command == "HEAD":
            return self._say(405)
        if self.path == "/endless":
            return self._say(302, "/endless")
        if self.path.startswith("/to/"):
            return self._say(301, unquote(self.path.removeprefix("/to/")))
        return self._say({"/": 200, "/get-only": 200, "/robots-kept-out": 403}.get(self.path, 404))

    do_GET = do_HEAD

    def _say(self, status: int, location: str = "") -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments) -> None:
        pass


@pytest.fixture(scope="module")
def site():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def open_web():
    """As in production, but « site.example » is on this machine, and this machine alone may be called."""

    def resolve(host: str, port: int) -> list[str]:
        if host == "site.example":
            return ["127.0.0.1"]
        if host == "absent.example":
            raise socket.gaierror
        return [host]

    return Web(
        resolve=resolve,
        is_allowed=lambda address: address == "127.0.0.1",
        ports=None,
        step_seconds=5,
        hop_seconds=5,
    )


def test_a_page_that_answers_is_alive_and_one_that_is_gone_is_not(site, open_web):
    address = f"http://site.example:{site}"
    assert open_web.try_address(address).is_alive
    assert open_web.try_address(f"{address}/get-only").is_alive
    assert open_web.try_address(f"{address}/robots-kept-out").is_alive
    assert "404" in open_web.try_address(f"{address}/gone").problem
    assert open_web.try_address("http://absent.example/").problem == web.UNKNOWN_NAME
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        closed = plug.getsockname()[1]
    assert open_web.try_address(f"http://site.example:{closed}/").problem == web.REFUSED


def test_a_page_that_moved_for_good_says_where(site, open_web):
    address = f"http://site.example:{site}"
    assert open_web.try_address(f"{address}/to//get-only").moved_to == f"{address}/get-only"
    assert open_web.try_address(f"{address}/endless").problem == web.LOOP


@pytest.mark.parametrize("nowhere", ["http://[bad/", "//[", "http://site.example:nul/", "/a\0b"])
def test_a_redirection_to_what_is_no_address_is_a_failure(site, open_web, nowhere):
    assert open_web.try_address(f"http://site.example:{site}/to/{nowhere}").problem in {
        web.NONSENSE,
        web.NOT_WEB,
    }


@pytest.mark.parametrize(
    "inside",
    [
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
    ],
)
def test_a_redirection_inside_is_not_followed(site, open_web, inside):
    assert open_web.try_address(f"http://site.example:{site}/to/{inside}").problem == web.PRIVATE


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("http://127.0.0.1/", web.PRIVATE),
        ("http://localhost/", web.PRIVATE),
        ("http://127.1/", web.PRIVATE),
        ("http://2130706433/", web.PRIVATE),
        ("http://[::1]/", web.PRIVATE),
        ("http://0.0.0.0/", web.PRIVATE),
        ("http://10.1.2.3/", web.PRIVATE),
        ("http://172.16.0.1/", web.PRIVATE),
        ("http://192.168.0.1/", web.PRIVATE),
        ("http://169.254.169.254/", web.PRIVATE),
        ("http://100.64.0.1/", web.PRIVATE),
        ("http://[fe80::1]/", web.PRIVATE),
        ("http://[fd00::1]/", web.PRIVATE),
        ("http://224.0.0.1/", web.PRIVATE),
        ("http://93.184.216.34:5432/", web.NOT_WEB),
        ("http://93.184.216.34:99999/", web.NOT_WEB),
        ("file:///etc/passwd", web.NOT_WEB),
        ("gopher://exemple.example/", web.NOT_WEB),
        ("http:///sans-nom", web.NOT_WEB),
        ("http://[::1", web.NOT_WEB),
    ],
)
def test_the_site_s_own_door_never_leads_inside(site, address, problem):
    """With nothing replaced: what production runs."""
    Site.asked.clear()
    assert Web().try_address(address).problem == problem
    assert Site.asked == []


def test_one_private_address_among_public_ones_is_enough_to_refuse():
    both = Web(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    assert both.try_address("http://exemple.example/").problem == web.PRIVATE


def test_the_connection_goes_to_the_address_that_was_checked(site):
    """A name that answers « public » when asked first, then « inside »: it is asked once."""
    asked = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    door = Web(resolve=resolve, is_allowed=lambda address: address == "127.0.0.1", ports=None)
    assert door.try_address(f"http://site.example:{site}/").is_alive
    assert asked == ["site.example"]


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_public_addresses_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["", "abc", "fe80::1%eth0", "fec0::1", "::ffff:127.0.0.1", "2002:7f00:1::"]
)
def test_what_is_no_public_address_is_not(address):
    assert not is_public(address)


@contextmanager
def a_server_that(behaves):
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            behaves(self.request, done)

    done = threading.Event()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        done.set()
        server.shutdown()


# Who was heard to the end, letter by letter.
SAID_ALL: list[str] = []


def never(plug, done) -> None:
    done.wait(20)


def one_letter_at_a_time(plug, done) -> None:
    try:
        plug.recv(1000)
        for letter in b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200:
            plug.sendall(bytes([letter]))
            if done.wait(0.05):
                return
        SAID_ALL.append("letters")
    except OSError:
        return


def one_greeting_byte_at_a_time(plug, done) -> None:
    """A TLS record announced as 16 kB, that comes by bytes: the handshake never ends."""
    try:
        plug.recv(1000)
        for byte in b"\x16\x03\x03\x3f\xff" + b"\x02" * 200:
            plug.sendall(bytes([byte]))
            if done.wait(0.05):
                return
        SAID_ALL.append("greeting")
    except OSError:
        return


def nonsense(plug, done) -> None:
    plug.recv(1000)
    plug.sendall(b"220 ftp ready\r\n" * 10)


def page(plug, done) -> None:
    plug.recv(1000)
    plug.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def secured(behaves):
    """The same, under TLS."""

    def behaves_secured(plug, done) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        try:
            with context.wrap_socket(plug, server_side=True) as secure:
                behaves(secure, done)
        except OSError:
            return

    return behaves_secured


@pytest.fixture
def hurried(open_web):
    return Web(
        resolve=open_web.resolve,
        is_allowed=open_web.is_allowed,
        ports=None,
        step_seconds=0.4,
        hop_seconds=0.8,
        certificates=ssl.create_default_context(cafile=CERTIFICATE),
    )


@pytest.mark.parametrize(
    ("scheme", "behaves", "problem"),
    [
        ("http", never, web.SILENT),
        ("http", one_letter_at_a_time, web.SILENT),
        ("http", nonsense, web.NONSENSE),
        ("https", never, web.SILENT),
        ("https", one_greeting_byte_at_a_time, web.SILENT),
        ("https", secured(one_letter_at_a_time), web.SILENT),
        ("https", secured(nonsense), web.NONSENSE),
        ("https", secured(page), ""),
    ],
)
def test_who_never_answers_is_left(hurried, scheme, behaves, problem):
    """Before the last letter: one at each step keeps no step waiting, and the whole for ten seconds."""
    SAID_ALL.clear()
    with a_server_that(behaves) as port:
        assert hurried.try_address(f"{scheme}://site.example:{port}/").problem == problem
        assert SAID_ALL == []


def test_a_certificate_that_nobody_vouches_for_is_a_failure(open_web):
    with a_server_that(secured(page)) as port:
        assert open_web.try_address(f"https://site.example:{port}/").problem == web.BAD_CERTIFICATE


@pytest.mark.django_db
def test_a_dead_link_is_hidden_the_third_week_and_the_week_counts_once(site, open_web):
    home = f"http://site.example:{site}/"
    document = DocumentFactory(published=True, link=f"{home}gone", publisher_home=home)
    with clock.frozen(clock.now()) as moment:
        for week in range(3):
            for _ in range(2):
                check_links(open_web, most_seconds=FOREVER)
            check = LinkCheck.objects.get()
            assert check.failures == week + 1
            document.refresh_from_db()
            assert bool(document.link_hidden_at) is (week == 2)
            moment.advance(timedelta(days=7))
        assert check.replacement == home
        assert (document.status, document.is_published) == ("to_verify", False)
        Document.objects.update(link=home)
        check_links(open_web, most_seconds=FOREVER)
        document.refresh_from_db()
        assert document.link_hidden_at is None
        assert LinkCheck.objects.get().failures == 0


@pytest.mark.django_db
def test_a_link_changed_while_it_was_tried_is_not_judged(site, open_web):
    document = DocumentFactory(published=True)
    assert record_link_check(document=document, link="https://ancien.example/", problem="x") is None
    assert not LinkCheck.objects.exists()


class BreaksOn(Web):
    """A door with a fault of our own, for one address."""

    def try_address(self, address: str) -> web.Answer:
        if "piege" in address:
            raise ZeroDivisionError
        return web.Answer()


@pytest.mark.django_db
def test_a_link_that_breaks_the_check_stops_no_other_waits_its_week_and_is_not_blamed(caplog, client, staff):
    """The fault is ours: a good link is never hidden for it."""
    trap = DocumentFactory(published=True, link="https://piege.example/")
    with clock.frozen(clock.now()) as moment:
        for week in range(4):
            moment.advance(timedelta(days=7))
            other = DocumentFactory(published=True, link="https://ailleurs.example/")
            assert check_links(BreaksOn(), most_seconds=FOREVER) == week + 2
            assert check_links(BreaksOn(), most_seconds=FOREVER) == 0
            assert other.link_check.failures == 0
            assert (trap.link_check.failures, trap.link_check.problem) == (0, NOT_TRIED)
            trap = Document.objects.get(pk=trap.pk)
    assert (trap.status, trap.link_hidden_at) == ("published", None)
    assert caplog.text.count(f"document {trap.pk}") == 4
    client.force_login(staff)
    workshop = client.get(reverse("infotheque:edit", args=[trap.pk])).content.decode()
    assert NOT_TRIED in workshop
    assert "Il répondait" not in workshop


@pytest.mark.django_db
def test_our_own_fault_neither_forgives_what_the_site_did_nor_shows_the_link_again():
    trap = DocumentFactory(published=True, link="https://piege.example/")
    with clock.frozen(clock.now()) as moment:
        for _ in range(3):
            record_link_check(document=trap, link=trap.link, problem=web.SILENT)
            moment.advance(timedelta(days=7))
        check_links(BreaksOn(), most_seconds=FOREVER)
    trap = Document.objects.get(pk=trap.pk)
    assert (trap.link_check.failures, bool(trap.link_hidden_at)) == (3, True)


class Silent(Web):
    """A machine whose way out is closed, but for the addresses that hold « vivant »."""

    def try_address(self, address: str) -> web.Answer:
        return web.Answer() if "vivant" in address else web.Answer(web.UNKNOWN_NAME, is_heard=False)


@pytest.mark.django_db
def test_an_address_longer_than_a_link_may_be_is_not_proposed_cut():
    """A part of an address leads elsewhere, or nowhere."""
    document = DocumentFactory(published=True)
    moved = f"https://ailleurs.example/{'a' * 500}"
    check = record_link_check(document=document, link=document.link, replacement=moved)
    assert check.replacement == ""


@pytest.mark.django_db
def test_a_machine_without_a_way_out_blames_no_link(caplog):
    for number in range(SEVERAL):
        DocumentFactory(published=True, link=f"https://site-{number}.example/")
    with clock.frozen(clock.now()) as moment:
        for _ in range(4):
            assert check_links(Silent(), most_seconds=FOREVER) == SEVERAL
            moment.advance(timedelta(days=7))
        assert not LinkCheck.objects.exists()
        assert caplog.text.count("way out") == 4
        DocumentFactory(published=True, link="https://vivant.example/")
        assert check_links(Silent(), most_seconds=FOREVER) == SEVERAL + 1
    assert sorted(LinkCheck.objects.values_list("failures", flat=True)) == [0, 1, 1, 1]


@pytest.mark.django_db
def test_a_link_that_holds_the_worker_until_it_is_stopped_is_not_met_first_again():
    class Holds(Web):
        def try_address(self, address: str) -> web.Answer:
            raise SoftTimeLimitExceeded

    held = DocumentFactory(published=True, link="https://lent.example/")
    with pytest.raises(SoftTimeLimitExceeded):
        check_links(Holds(), most_seconds=FOREVER)
    assert (held.link_check.failures, held.link_check.problem) == (1, web.SILENT)
    other = DocumentFactory(published=True, link="https://vivant.example/")
    assert check_links(Silent(), most_seconds=FOREVER) == 1
    assert other.link_check.failures == 0


@pytest.mark.django_db
def test_a_document_taken_away_while_its_link_is_tried_stops_no_other():
    class TakesAway(Web):
        def try_address(self, address: str) -> web.Answer:
            Document.objects.filter(link="https://partie.example/").delete()
            return web.Answer()

    DocumentFactory(published=True, link="https://partie.example/")
    DocumentFactory(published=True, link="https://reste.example/")
    assert check_links(TakesAway(), most_seconds=FOREVER) == 2
    assert LinkCheck.objects.get().link == "https://reste.example/"


@pytest.mark.django_db
def test_drafts_and_those_without_link_are_not_tried_and_the_night_ends(site, open_web):
    DocumentFactory()
    DocumentFactory(published=True, link="", body="Un texte.")
    DocumentFactory(published=True, link=f"http://site.example:{site}/")
    assert check_links(open_web, most_seconds=-1) == 0
    assert check_links(open_web, most_seconds=FOREVER) == 1
    assert check_links(open_web, most_seconds=FOREVER) == 0


@pytest.mark.django_db
def test_the_nightly_task_runs_twice_and_reaches_nothing_inside(site):
    Site.asked.clear()
    DocumentFactory(published=True, link=f"http://127.0.0.1:{site}/")
    DocumentFactory(published=True, link="http://127.0.0.1/")
    check_library_links()
    check_library_links()
    assert Site.asked == []
    assert set(LinkCheck.objects.values_list("problem", flat=True)) == {web.PRIVATE, web.NOT_WEB}
    assert set(LinkCheck.objects.values_list("failures", flat=True)) == {1}


@pytest.mark.django_db
def test_a_preview_or_a_simulated_year_tries_no_link(site, settings):
    """Fifty-two virtual weeks in a minute would knock fifty-two times on real doors."""
    settings.VIRTUAL_CLOCK = True
    DocumentFactory(published=True, link="http://127.0.0.1/")
    check_library_links()
    assert not LinkCheck.objects.exists()
