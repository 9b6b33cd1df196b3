"""F11, F13: the volume of the media is full; a web process killed between COMMIT and what follows."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from accounts.models import User
from infotheque.enums import DepositStatus
from infotheque.models import Deposit, DepositedFile, Document
from infotheque.operations.deposits import MOST_ATTEMPTS
from infotheque.tasks import read_deposits
from mecenova.mail.links import link_for
from mecenova.mail.models import OutgoingMail
from mecenova.mail.wake import send_quickly
from partnerships.enums import IntroductionStatus
from partnerships.links import AnswerLink
from partnerships.models import Introduction, Partnership
from tests.faults.processes import Worker, all_ready
from tests.faults.servers import eventually
from tests.faults.volumes import LimitedFiles, SmallVolume
from tests.faults.world import manager_of
from tests.infotheque.hostile import pdf_of

DEPOSITS, DEPOSIT = "/infotheque/equipe/depots/", "/infotheque/equipe/depots/deposer/"


class Browser:
    """Cookies, forms and real HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self._cookie = ""

    def enter_as(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"

    def open(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
        address = path if path.startswith("http") else self.address + path
        request = urllib.request.Request(address, data, headers)  # noqa: S310
        cookies = [self._cookie] if self._cookie else []
        token = headers.pop("X-CSRFToken", "")
        if token:
            cookies.append(f"{settings.CSRF_COOKIE_NAME}={token}")
        request.add_header("Cookie", "; ".join(cookies))
        request.add_header("Referer", address)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


def deposit(browser: Browser, content: bytes = b"%PDF-1.4\n" + b"0" * 1_000_000) -> tuple[int, str]:
    """A PDF of a megabyte, as the team deposits it."""
    _, page = browser.open(DEPOSITS)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    pdf = Path(settings.FOLDER) / "document.pdf"
    pdf.write_bytes(content)
    with pdf.open("rb") as file:
        fields = {"files": file, "csrfmiddlewaretoken": token.group(1)}
        body = encode_multipart(BOUNDARY, fields)
    return browser.open(DEPOSIT, body, **{"Content-Type": MULTIPART_CONTENT, "X-CSRFToken": token.group(1)})


def files_kept() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.mark.F11
@pytest.mark.parametrize("make_volume", [SmallVolume, LimitedFiles])
def test_f11_media_volume_full(scene, make_volume):
    """Nothing half written stays, and whoever comes back once there is room finds it."""
    with make_volume() as volume:
        web = scene.web(before=volume.before_it_starts)
        the_site_goes_on_without_room(scene, web, volume)


def broken_off(worker: Worker, passes: int) -> bool:
    return worker.said.count("broken off") >= passes


@pytest.mark.F11
def test_f11_no_room_where_deposits_are_read(scene):
    """The files wait as long as it lasts, none is refused, and all are read once there is room."""
    web, limit = scene.web(), LimitedFiles()
    worker, beat = scene.worker(before=limit.before_it_starts), scene.beat()
    all_ready(web, worker, beat)
    browser = Browser(web.address)
    browser.enter_as(User.objects.get(email="equipe@mecenova.example"))
    status, page = deposit(browser, pdf_of("Un guide") + b"\n%" + b"0" * 1_000_000)
    assert status == 200, page[:2000]
    file = DepositedFile.objects.get()
    for passes in range(1, MOST_ATTEMPTS + 2):
        eventually(partial(broken_off, worker, passes), "the worker comes to it")
        send_quickly(read_deposits)
    file.refresh_from_db()
    assert (file.status, Document.objects.count()) == (DepositStatus.WAITING, 0)
    scene.people_go_on()
    limit.make_room(worker)
    send_quickly(read_deposits)
    eventually(lambda: Document.objects.exists(), "read once there is room")
    file.refresh_from_db()
    assert file.status == DepositStatus.KEPT, file.told
    scene.heal()
    scene.settle_and_check()


def the_site_goes_on_without_room(scene, web, volume):
    scene.worker_and_beat()
    all_ready(web)
    browser = Browser(web.address)
    curator = User.objects.get(email="equipe@mecenova.example")
    browser.enter_as(curator)
    status, page = deposit(browser)
    assert status == 503, page[:2000]
    assert not Deposit.objects.exists()
    assert files_kept() == []
    assert web.status("/associations/") == web.status("/infotheque/") == 200, "everything else goes on"
    scene.people_go_on()
    volume.make_room(web)
    all_ready(web)
    status, page = deposit(browser)
    assert status == 200, page[:2000]
    assert [file.size for file in DepositedFile.objects.all()] == [1_000_009]
    scene.heal()
    scene.settle_and_check()


@pytest.mark.F13
def test_f13_web_process_killed_between_commit_and_its_news(scene):
    """Nobody woke the worker: the next sweep finds the mails."""
    web = scene.web()
    scene.worker_and_beat()
    all_ready(web)
    asked = Introduction.objects.filter(status=IntroductionStatus.REQUESTED).earliest("created_at")
    both = asked.asking_organisation, asked.answering_organisation
    scene.account.touched = {str(subject.pk) for subject in (asked, *both)}
    link = link_for(AnswerLink, asked, manager_of(asked.answering_organisation))
    scene.settle()
    order = settings.FOLDER / "die_after_commit"
    order.touch()
    with pytest.raises(OSError):  # noqa: PT011 (the connection breaks in one of several ways)
        Browser(web.address).open(link, urllib.parse.urlencode({"answer": "yes"}).encode())
    assert not order.exists(), "killed where it should be"
    opened = Partnership.objects.get(introduction=asked)
    accepted = OutgoingMail.objects.filter(
        notification="partnerships.introduction_accepted", subject_id=asked.pk
    )
    assert accepted.exists(), "the fact is kept, and its mail with it"
    eventually(lambda: not accepted.waiting().exists(), "sent by the sweep")
    eventually(lambda: web.status("/associations/") == 200, "the site answers again")
    scene.heal()
    scene.settle()
    scene.check()
    assert opened.status == "discussion"
