"""Each link of the library is tried once a week; those that fail are tried again before they are hidden."""

import logging
import time
from urllib.parse import urlsplit
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded

from infotheque.models import Document, LinkCheck
from infotheque.models.link_check import MOST_FAILURES
from infotheque.operations.links import SEEN_LATELY, record_link_check
from infotheque.web import Answer, Web
from mecenova.calendar import clock

logger = logging.getLogger(__name__)

NOT_TRIED = "la vérification s’est arrêtée sur une erreur de notre côté\u00a0: ouvrez le lien vous-même"


def check_links(web: Web, *, most_seconds: float) -> int:
    """Try what was not tried lately, oldest first, as long as there is time; returns how many were tried."""
    until = time.monotonic() + most_seconds
    tried = 0
    for pk, link, home in Document.objects.with_links_to_try(clock.now() - SEEN_LATELY):
        if time.monotonic() > until:
            break
        _check(web, pk, link, home)
        tried += 1
    return tried


def _check(web: Web, pk: UUID, link: str, home: str) -> None:
    """One link. What breaks is logged and counts as its try of the week: it does not stop the others."""
    try:
        answer = web.try_address(link)
        replacement = _replacement(web, pk, link, home, answer)
        _record(pk, link, answer.problem, replacement)
    except SoftTimeLimitExceeded:
        # This worker is about to be stopped: it tries no other link.
        raise
    except Exception:
        logger.exception("The link of document %s could not be checked", pk)
        _record(pk, link, NOT_TRIED)


def _record(pk: UUID, link: str, problem: str, replacement: str = "") -> None:
    try:
        record_link_check(document=Document(pk=pk), link=link, problem=problem, replacement=replacement)
    except Document.DoesNotExist:
        # Taken away while its link was tried.
        return


def _replacement(web: Web, pk: UUID, link: str, home: str, answer: Answer) -> str:
    """Where it says it has gone for good; when it is about to be hidden, the nearest page that answers."""
    if answer.is_alive:
        return answer.moved_to
    check = LinkCheck.objects.filter(document=pk, link=link).first()
    if check is None or check.failures + 1 < MOST_FAILURES:
        return ""
    for candidate in _nearby(link, home):
        if web.try_address(candidate).is_alive:
            return candidate
    return ""


def _nearby(link: str, home: str) -> list[str]:
    try:
        parts = urlsplit(link)
    except ValueError:
        return [home] if home else []
    secure = [f"https://{parts.netloc}{parts.path}"] if parts.scheme == "http" else []
    nearby = [*secure, home, f"{parts.scheme}://{parts.netloc}/"]
    return [address for address in dict.fromkeys(nearby) if address and address != link]
