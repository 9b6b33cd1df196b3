"""Each link of the library is tried once a week; those that fail are tried again before they are hidden."""

import time
from urllib.parse import urlsplit

from infotheque.models import Document, LinkCheck
from infotheque.models.link_check import MOST_FAILURES
from infotheque.operations.links import SEEN_LATELY, record_link_check
from infotheque.web import Answer, Web
from mecenova.calendar import clock


def check_links(web: Web, *, most_seconds: float) -> int:
    """Try what was not tried lately, oldest first, as long as there is time; returns how many were tried."""
    until = time.monotonic() + most_seconds
    tried = 0
    for pk, link, home in Document.objects.with_links_to_try(clock.now() - SEEN_LATELY):
        if time.monotonic() > until:
            break
        answer = web.try_address(link)
        replacement = _replacement(web, pk, link, home, answer)
        record_link_check(
            document=Document(pk=pk), link=link, problem=answer.problem, replacement=replacement
        )
        tried += 1
    return tried


def _replacement(web: Web, pk: object, link: str, home: str, answer: Answer) -> str:
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
    parts = urlsplit(link)
    secure = [f"https://{parts.netloc}{parts.path}"] if parts.scheme == "http" else []
    nearby = [*secure, home, f"{parts.scheme}://{parts.netloc}/"]
    return [address for address in dict.fromkeys(nearby) if address and address != link]
